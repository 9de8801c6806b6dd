"""What was deleted lies about nowhere once the transaction is committed."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import delete

from core import clock
from core.db import db, scrub_after_commit
from core.throttle import Attempt
from tests.conftest import counted


def test_each_commit_of_a_session_scrubs(app: Flask) -> None:
    """A worker keeps its session from one job to the next: the second scrubs as the first did."""
    with app.app_context(), counted(app) as statements:
        for number in (1, 2):
            db.session.add(Attempt(digest=f"digest {number}", at=clock.now()))
            db.session.commit()
            db.session.execute(delete(Attempt))
            scrub_after_commit("attempts")
            db.session.commit()
            if db.engine.dialect.name == "postgresql":
                assert len([one for one in statements if one == "VACUUM attempts"]) == number
                continue
            path = Path(str(db.engine.url.database))
            assert path.with_name(f"{path.name}-wal").stat().st_size == 0
            assert f"digest {number}".encode() not in path.read_bytes()
