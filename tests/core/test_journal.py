"""The record cannot be bent: each way of bending it shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, journal
from core.db import db
from core.journal import DailyHead, JournalEvent, JournalHead
from tests.conftest import counted


def _write(count: int = 5) -> None:
    for number in range(count):
        journal.append("forum:post", number, "approve", 7, before="pending", after="published")
    db.session.commit()


def _faults() -> list[str]:
    db.session.expire_all()
    return [fault.what for fault in journal.verify()]


def test_whole_record_has_no_fault(context: Flask) -> None:
    _write()
    assert _faults() == []


def test_events_of_a_transaction_are_written_together_or_not_at_all(
    app: Flask, context: Flask
) -> None:
    with counted(app) as seen:
        for number in range(3):
            journal.append("forum:post", number, "approve", 7)
        db.session.commit()
    assert len(seen) == 3, seen  # the head is taken, the events are written, the head is put
    journal.append("forum:post", 3, "approve", 7)
    assert [one.verb for one in journal.history("forum:post", 3)] == ["approve"]
    db.session.rollback()
    journal.append("forum:post", 4, "approve", 7)
    db.session.rollback()
    journal.append("forum:post", 5, "approve", 7)
    db.session.commit()
    subjects = db.session.scalars(sa.select(JournalEvent.subject_id).order_by(JournalEvent.id))
    assert list(subjects) == ["0", "1", "2", "5"]
    assert _faults() == []


def test_empty_record_has_no_fault(context: Flask) -> None:
    assert _faults() == []


@pytest.mark.parametrize(
    "change",
    [
        {"actor_id": 8},
        {"verb": "reject"},
        {"after": "rejected"},
        {"subject_id": "99"},
        {"facts": {"item": 1}},
        {"note_digest": "0" * 64},
        {"at": sa.text("'2001-01-01 00:00:00'")},
    ],
)
def test_edited_event_is_found(context: Flask, change: dict[str, object]) -> None:
    _write()
    db.session.execute(sa.update(JournalEvent).where(JournalEvent.id == 3).values(**change))
    assert any("event 3" in fault for fault in _faults())


def test_deleted_event_is_found(context: Flask) -> None:
    _write()
    db.session.execute(sa.delete(JournalEvent).where(JournalEvent.id == 3))
    assert any("event 3 is missing" in fault for fault in _faults())


def test_truncated_record_is_found(context: Flask) -> None:
    _write()
    db.session.execute(sa.delete(JournalEvent).where(JournalEvent.id > 3))
    assert any("head" in fault for fault in _faults())


def test_truncation_with_a_forged_head_is_found(context: Flask) -> None:
    _write()
    kept = db.session.get_one(JournalEvent, 3)
    db.session.execute(sa.delete(JournalEvent).where(JournalEvent.id > 3))
    db.session.execute(sa.update(JournalHead).values(count=3, digest=kept.digest))
    assert any("head of the journal was changed" in fault for fault in _faults())


def test_emptied_record_is_found(context: Flask) -> None:
    _write()
    db.session.execute(sa.delete(JournalEvent))
    db.session.execute(sa.delete(JournalHead))
    assert any("head" in fault for fault in _faults())


def test_reordered_events_are_found(context: Flask) -> None:
    _write()
    for old, new in ((2, 100), (3, 2), (100, 3)):
        db.session.execute(sa.update(JournalEvent).where(JournalEvent.id == old).values(id=new))
    assert any("event 2 " in fault for fault in _faults())
    assert any("event 3 " in fault for fault in _faults())


def test_inserted_between_is_found(context: Flask) -> None:
    _write()
    for number in (5, 4, 3):
        move = sa.update(JournalEvent).where(JournalEvent.id == number).values(id=number + 1)
        db.session.execute(move)
    first = sa.select(JournalEvent.__table__).where(JournalEvent.id == 1)
    row = db.session.execute(first).mappings().one()
    db.session.execute(sa.insert(JournalEvent).values({**row, "id": 3}))
    assert any("event 3 does not follow" in fault for fault in _faults())


def test_a_kept_head_shows_what_was_cut_off_and_sealed_anew(context: Flask) -> None:
    """Whoever holds the key can seal a shorter record; a head that somebody kept tells."""
    _write()
    kept = journal.head()
    assert kept is not None
    digest = kept.digest
    db.session.execute(sa.delete(JournalEvent).where(JournalEvent.id > 3))
    last = db.session.get_one(JournalEvent, 3)
    seal = journal._seal(3, last.digest)
    db.session.execute(sa.update(JournalHead).values(count=3, digest=last.digest, seal=seal))
    assert _faults() == []
    assert [fault.what for fault in journal.verify(digest)] == [
        f"no event has the head {digest}: cut off or written anew before it"
    ]
    assert list(journal.verify(last.digest)) == []


def test_printed_heads_show_what_was_cut_off_or_written_anew(context: Flask) -> None:
    with clock.travel(clock.now() - timedelta(days=3)):
        _write(4)
    journal.print_heads()
    db.session.commit()
    assert _faults() == []
    db.session.execute(sa.delete(JournalEvent).where(JournalEvent.id > 3))
    last = db.session.get_one(JournalEvent, 3)
    seal = journal._seal(3, last.digest)
    db.session.execute(sa.update(JournalHead).values(count=3, digest=last.digest, seal=seal))
    assert any("event 4 is missing: its head was printed" in fault for fault in _faults())
    with clock.travel(clock.now() - timedelta(days=3)):
        journal.append("forum:post", 9, "reject", 7)
    assert any("event 4 is not the one" in fault for fault in _faults())


def test_heads_are_printed_once_for_every_day(context: Flask) -> None:
    """After an outage of days, too; a day without events has the head of the day before."""
    for ago, count in ((5, 2), (3, 1)):
        with clock.travel(clock.now() - timedelta(days=ago)):
            _write(count)
    _write(1)
    for _again in range(2):
        journal.print_heads()
        db.session.commit()
    heads = list(db.session.scalars(sa.select(DailyHead).order_by(DailyHead.day)))
    assert [head.count for head in heads] == [2, 2, 3, 3, 3]
    assert heads[-1].day == clock.today() - timedelta(days=1)
    assert heads[-1].digest == db.session.get_one(JournalEvent, 3).digest
    with clock.travel(clock.now() + timedelta(days=1)):
        journal.print_heads()
        db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DailyHead)) == 6


def test_inserted_event_is_found(context: Flask) -> None:
    _write()
    copy = {
        column.name: value
        for column, value in zip(
            JournalEvent.__table__.columns,
            db.session.execute(sa.select(JournalEvent.__table__).limit(1)).one(),
            strict=True,
        )
    }
    db.session.execute(sa.insert(JournalEvent).values({**copy, "id": 6}))
    assert any("event 6" in fault for fault in _faults())


def test_no_text_enters(context: Flask) -> None:
    journal.append("forum:post", 1, "reject", 7, note="一句不该留在记录里的话")
    db.session.commit()
    dump = str(db.session.execute(sa.select(JournalEvent.__table__)).all())
    assert "一句不该" not in dump


def test_many_at_once_read_like_one_by_one(context: Flask) -> None:
    _write(2)
    journal.append_all(
        [
            {"kind": "forum:post", "subject_id": n, "verb": "submit", "actor_id": 1, "at": moment}
            for n, moment in enumerate([clock.now().replace(microsecond=0)] * 3)
        ]
    )
    _write(2)
    db.session.commit()
    assert _faults() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalEvent)) == 7


def test_verify_command_exits_1_when_bent(app: Flask) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        _write()
    assert runner.invoke(args=["journal", "verify"]).exit_code == 0
    with app.app_context():
        digest = db.session.get_one(JournalEvent, 4).digest
    assert runner.invoke(args=["journal", "verify", "--head", digest]).exit_code == 0
    cut = runner.invoke(args=["journal", "verify", "--head", "f" * 64])
    assert cut.exit_code == 1
    assert "no event has the head" in cut.output
    with app.app_context():
        db.session.execute(sa.delete(JournalEvent).where(JournalEvent.id == 2))
        db.session.commit()
    bent = runner.invoke(args=["journal", "verify"])
    assert bent.exit_code == 1
    assert "event 2 is missing" in bent.output
