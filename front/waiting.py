"""What waits for a person: every area's list in one, what falls due first on top."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from core import clock, registry
from core.policy import Actor
from core.registry import Waiting

SHOWN = 6
LATE, TODAY, SOON = "late", "today", "soon"
SOON_DAYS = 3


@dataclass(frozen=True)
class Wait:
    """A thing that waits, and how pressing it is: "late", "today", "soon" or ""."""

    thing: Waiting
    pressing: str
    days: int

    @staticmethod
    def of(thing: Waiting, today: date) -> Wait:
        """`days`: how long until it is due, or since when it is late; never negative."""
        if thing.due_on is None:
            return Wait(thing, "", 0)
        days = (thing.due_on - today).days
        pressing = LATE if days < 0 else TODAY if days == 0 else SOON if days <= SOON_DAYS else ""
        return Wait(thing, pressing, abs(days))


def waits(actor: Actor) -> list[Wait]:
    """Everything that waits for the actor: by due day, and what has none newest first."""
    things = [thing for source in registry.waiting for thing in source(actor)]
    things.sort(key=_newest_first)
    things.sort(key=lambda thing: thing.due_on or date.max)
    today = clock.today()
    return [Wait.of(thing, today) for thing in things]


def _newest_first(thing: Waiting) -> float:
    return -(thing.at or datetime.fromtimestamp(0, UTC)).timestamp()
