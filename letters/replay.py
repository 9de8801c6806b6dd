"""Replaying the journal: the events of a letter must lead to the state that it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from core.db import db
from core.journal import JournalEvent

from .models import Letter

# What an unnamed writer does leaves no event; between two events there may be such steps.
SILENT = ("submit", "answer", "appeal", "withdraw", "rate", "reopen")


@dataclass(frozen=True)
class Fault:
    letter_id: str
    what: str


def silently(state: str) -> set[str]:
    """Every state that an unnamed writer alone can have led to from this one, itself included."""
    reached, found = {state}, [state]
    while found:
        here = found.pop()
        for verb in SILENT:
            target = Letter.machine.target(here, verb)
            if target is not None and target not in reached:
                reached.add(target)
                found.append(target)
    return reached


def verify() -> Iterator[Fault]:
    """Every letter whose events do not form the state it has; nothing when all do."""
    unnamed = {
        str(row.id): row.is_anonymous
        for row in db.session.execute(select(Letter.id, Letter.is_anonymous))
    }
    ends: dict[str, str] = {}
    rows = db.session.execute(
        select(
            JournalEvent.id,
            JournalEvent.subject_id,
            JournalEvent.verb,
            JournalEvent.before,
            JournalEvent.after,
        )
        .where(JournalEvent.kind == Letter.kind)
        .order_by(JournalEvent.id)
        .execution_options(yield_per=1000)
    )
    yield from _follow(rows, unnamed, ends)
    for letter_id, state in db.session.execute(select(Letter.id, Letter.state)):
        key = str(letter_id)
        end = ends.get(key, Letter.machine.initial)
        if state != end and not (unnamed.get(key) and state in silently(end)):
            yield Fault(key, f"letter {key} is {state}, its events lead to {end}")


def _follow(
    rows: Iterable[tuple[int, str, str, str | None, str | None]],
    unnamed: dict[str, bool],
    ends: dict[str, str],
) -> Iterator[Fault]:
    """Walk the events in order, keeping in `ends` where each letter has come to."""
    for event, key, verb, before, after in rows:
        if key not in unnamed:
            yield Fault(key, f"event {event} tells of letter {key}, which is gone")
            continue
        if before is None or after is None:
            continue  # a flag, no move
        here = ends.get(key, Letter.machine.initial)
        if before != here and not (unnamed[key] and before in silently(here)):
            yield Fault(key, f"letter {key}: event {event} begins at {before}, it was {here}")
        if verb not in Letter.machine.moves or Letter.machine.target(before, verb) != after:
            yield Fault(
                key, f"letter {key}: event {event}, {verb} does not lead from {before} to {after}"
            )
        ends[key] = after
