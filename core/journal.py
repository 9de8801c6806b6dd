"""The append-only record of what happened: who, what verb, to which record, when.

Each event is sealed with a keyed digest over itself and the event before it, and one head
row seals the count and the last digest: an edited, deleted, reordered, inserted or truncated
row shows in `verify`. Texts never enter: a note leaves only its keyed digest.
Anonymous answers and anonymous letter-writers never pass through here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, Select, String, event, func, insert, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from . import clock, keys
from .bulk import insert_all
from .db import Base, db
from .jobs import job

NOTHING = "0" * 64
WAITING = "journal events that wait to be written"


class JournalEvent(Base):
    __tablename__ = "journal_events"
    __table_args__ = (Index(None, "kind", "subject_id"), Index(None, "kind", "at"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    verb: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(24))
    after: Mapped[str | None] = mapped_column(String(24))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note_digest: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class JournalHead(Base):
    """One row: how many events there are and the digest of the last."""

    __tablename__ = "journal_heads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class DailyHead(Base):
    """The head as it was when a day ended: how many events, the digest of the last."""

    __tablename__ = "daily_heads"

    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Fault:
    """Where the record is bent: the event's number (None: the head) and what is wrong."""

    event: int | None
    what: str


def append(
    kind: str,
    subject_id: int | str,
    verb: str,
    actor_id: int | None,
    *,
    before: str | None = None,
    after: str | None = None,
    note: str = "",
    facts: Mapping[str, int | str | None] | None = None,
) -> int:
    """Add one event in the caller's transaction; returns its number.

    `facts` holds ids and codes only, never what somebody wrote. The first event of a transaction
    takes the head; all of them are written together when it commits, or when somebody asks.
    """
    waiting = _waiting()
    count, previous = (waiting[-1]["id"], waiting[-1]["digest"]) if waiting else _take_head()
    row: dict[str, Any] = {
        "id": count + 1,
        "at": clock.now().replace(microsecond=0),
        "actor_id": actor_id,
        "kind": kind,
        "subject_id": str(subject_id),
        "verb": verb,
        "before": before,
        "after": after,
        "facts": dict(facts or {}),
        "note_digest": keys.digest("journal-note", note) if note else None,
        "previous": previous,
    }
    row["digest"] = _digest(row)
    waiting.append(row)
    return int(row["id"])


def _waiting() -> list[dict[str, Any]]:
    """The events of this transaction that are not written yet."""
    found: list[dict[str, Any]] = db.session().info.setdefault(WAITING, [])
    return found


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Write the events that wait: two statements, however many they are."""
    rows = session.info.pop(WAITING, None)
    if rows:
        session.execute(insert(db.metadata.tables[JournalEvent.__tablename__]), rows)
        _put_head(session, rows[-1]["id"], rows[-1]["digest"])


@event.listens_for(Session, "do_orm_execute")
def _write_before_reading(asked: ORMExecuteState) -> None:
    """Whoever reads the journal within the transaction finds its events there."""
    if asked.session.info.get(WAITING) and asked.is_select:
        tables = {mapper.class_ for mapper in asked.all_mappers}
        if tables & {JournalEvent, JournalHead}:
            _write(asked.session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: object) -> None:
    """What a transaction that was given up would have recorded has not happened."""
    session.info.pop(WAITING, None)


def _put_head(session: Any, count: int, digest: str) -> None:
    session.execute(
        update(JournalHead)
        .where(JournalHead.id == 1)
        .values(count=count, digest=digest, seal=_seal(count, digest))
        .execution_options(synchronize_session=False)
    )


def events_of(kind: str, subject_id: int | str) -> Select[JournalEvent]:
    """What happened to one record, oldest first."""
    return (
        select(JournalEvent)
        .where(JournalEvent.kind == kind, JournalEvent.subject_id == str(subject_id))
        .order_by(JournalEvent.id)
    )


def history(kind: str, subject_id: int | str) -> list[JournalEvent]:
    return list(db.session.scalars(events_of(kind, subject_id)))


def latest(kind: str, subject_id: int | str) -> JournalEvent | None:
    return db.session.scalar(
        select(JournalEvent)
        .where(JournalEvent.kind == kind, JournalEvent.subject_id == str(subject_id))
        .order_by(JournalEvent.id.desc())
        .limit(1)
    )


def head() -> JournalHead | None:
    _write(db.session())
    return db.session.get(JournalHead, 1, populate_existing=True)


def verify(through: str = "") -> Iterator[Fault]:
    """Every place where the record does not hold; nothing when it is whole.

    `through` is a digest that somebody kept: the record must lead through it.
    """
    previous, expected = NOTHING, 1
    printed = list(db.session.scalars(select(DailyHead).where(DailyHead.count > 0)))
    kept: dict[int, set[str]] = {}
    for row in printed:
        kept.setdefault(row.count, set()).add(row.digest)
    is_met = through in ("", NOTHING)
    rows = db.session.scalars(
        select(JournalEvent).order_by(JournalEvent.id).execution_options(yield_per=1000)
    )
    for one in rows:
        if one.id != expected:
            yield Fault(one.id, f"event {expected} is missing before event {one.id}")
        if one.previous != previous:
            yield Fault(one.id, f"event {one.id} does not follow the one before it")
        if one.digest != _digest(_fields(one)):
            yield Fault(one.id, f"event {one.id} was changed")
        if kept.pop(one.id, {one.digest}) != {one.digest}:
            yield Fault(one.id, f"event {one.id} is not the one whose head was printed")
        is_met = is_met or one.digest == through
        previous, expected = one.digest, one.id + 1
    for row in printed:
        if row.count in kept:
            yield Fault(row.count, f"event {row.count} is missing: its head was printed {row.day}")
    if not is_met:
        yield Fault(None, f"no event has the head {through}: cut off or written anew before it")
    last = head()
    if last is None:
        yield Fault(None, "the head of the journal is missing")
    elif (last.count, last.digest) != (expected - 1, previous):
        yield Fault(None, f"the head tells of {last.count} events, {expected - 1} are there")
    elif last.seal != _seal(last.count, last.digest):
        yield Fault(None, "the head of the journal was changed")


def begin() -> None:
    """Lay the head of an empty journal (at installation; a missing head is a fault ever after)."""
    if db.session.get(JournalHead, 1) is None:
        db.session.add(JournalHead(id=1, count=0, digest=NOTHING, seal=_seal(0, NOTHING)))
        db.session.flush()


def append_all(rows: list[dict[str, Any]]) -> None:
    """Append many events at once, in order (the demo's seed): rows as `append` takes them."""
    _write(db.session())
    count, previous = _take_head()
    sealed = []
    for row in rows:
        count += 1
        full = {
            "before": None,
            "after": None,
            "facts": {},
            "note_digest": None,
            **row,
            "at": row["at"].replace(microsecond=0),
            "id": count,
            "previous": previous,
            "subject_id": str(row["subject_id"]),
        }
        full["digest"] = previous = _digest(full)
        sealed.append(full)
    if sealed:
        insert_all(JournalEvent, sealed)
        _put_head(db.session, count, previous)


@job("core.print_heads", every=timedelta(hours=1))
def print_heads() -> None:
    """Keep the head of every day that has ended since the last kept one; again: nothing."""
    last = db.session.scalar(select(func.max(DailyHead.day)))
    first = db.session.scalar(select(JournalEvent.at).where(JournalEvent.id == 1))
    if first is None:
        return
    day = last + timedelta(1) if last else clock.local(first).date()
    while day < clock.today():
        count, digest = db.session.execute(
            select(JournalEvent.id, JournalEvent.digest)
            .where(JournalEvent.at < clock.start_of(day + timedelta(1)))
            .order_by(JournalEvent.id.desc())
            .limit(1)
        ).one_or_none() or (0, NOTHING)
        db.session.add(DailyHead(day=day, count=count, digest=digest))
        day += timedelta(1)


def _take_head() -> tuple[int, str]:
    """The head, locked until the transaction ends: events of two writers cannot interleave."""
    head = db.session.execute(
        select(JournalHead.count, JournalHead.digest).where(JournalHead.id == 1).with_for_update()
    ).one_or_none()
    if head is None:
        begin()
        return 0, NOTHING
    count, digest = head
    return count, digest


def _fields(row: JournalEvent) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in JournalEvent.__table__.columns}


def _digest(row: dict[str, Any]) -> str:
    names = ("id", "actor_id", "kind", "subject_id", "verb", "before", "after")
    return keys.digest(
        "journal",
        *(row[name] for name in names),
        int(row["at"].timestamp()),
        json.dumps(row["facts"], sort_keys=True, ensure_ascii=False),
        row["note_digest"],
        row["previous"],
    )


def _seal(count: int, digest: str) -> str:
    return keys.digest("journal-head", count, digest)
