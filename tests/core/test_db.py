"""How the database is opened: durable, checked, and never locked for writers that wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db
from core.jobs import Job
from core.journal import JournalEvent, append, verify
from core.throttle import Attempt

WRITERS, ROUNDS = 32, 4


def test_32_writers_never_see_a_locked_database(app: Flask) -> None:
    """Each reads, then writes, in one transaction: where a deferred one would be refused."""

    def write(writer: int) -> None:
        for turn in range(ROUNDS):
            with app.app_context():
                db.session.scalar(sa.select(sa.func.count()).select_from(JournalEvent))
                append("test:writer", writer, f"turn_{turn}", None)
                db.session.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with app.app_context():
        count = db.session.scalar(sa.select(sa.func.count()).select_from(JournalEvent))
        assert count == WRITERS * ROUNDS
        assert list(verify()) == []


def test_sqlite_is_durable_and_checked(context: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        version = db.session.scalar(sa.text("SHOW server_version_num"))
        assert int(str(version)) >= 150_000
        return
    found = {
        name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_foreign_keys_hold(context: Flask) -> None:
    from accounts.models import SignIn

    now = clock.now()
    db.session.add(SignIn(digest="x", person_id=999_999, began_at=now, ends_at=now))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_moments_come_back_aware_and_equal(context: Flask) -> None:
    moment = datetime(2026, 5, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    db.session.add(Attempt(digest="a", at=moment))
    db.session.commit()
    db.session.expire_all()
    kept = db.session.scalars(sa.select(Attempt)).one().at
    assert kept == moment and kept.tzinfo == UTC
    assert db.session.scalar(sa.select(sa.func.count()).where(Attempt.at == moment)) == 1


def test_moments_without_a_zone_are_refused(context: Flask) -> None:
    db.session.add(Job(name="x", due_at=datetime(2026, 5, 1)))
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        db.session.flush()
    db.session.rollback()
