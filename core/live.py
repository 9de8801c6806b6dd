"""What came since a page was made: a number, for a page that asks now and then.

An area registers what may be asked of, with a function that counts in one statement what the actor
may read. A page says what it is of and what it knew, in one word that `since` writes; the answer
(front/live.py) is a few bytes. static/js/live.js asks, seldom and for one tab of a browser.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .gate import LARGEST_ID
from .policy import Actor

MOST = 99  # new things that are counted
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = 17  # microseconds until the year 5138


@dataclass(frozen=True)
class Known:
    """What a page knew of a thing: the moment of its newest part, and how many it had."""

    id: int
    at: datetime
    count: int


Count = Callable[[Known, Actor], int]
_kinds: dict[str, Count] = {}


def kind(name: str, count: Count) -> None:
    """Register what may be asked of; `count` says how many came since, of what the actor reads."""
    _kinds[name] = count


def since(name: str, id: int, at: datetime | None, count: int = 0) -> str:
    """What a page knows, as it says it when it asks: "thread-7-1764550000000000-41"."""
    moment = (at - EPOCH) // timedelta(microseconds=1) if at else 0
    return f"{name}-{id}-{moment}-{count}"


def news(asked: str, actor: Actor) -> int:
    """How many came since; of anything odd none. At most one statement."""
    name, *numbers = asked[:80].split("-")
    if name not in _kinds or len(numbers) != 3:
        return 0
    if not all(one.isascii() and one.isdigit() and len(one) <= DIGITS for one in numbers):
        return 0
    id, moment, count = map(int, numbers)
    if max(id, count) > LARGEST_ID:
        return 0
    known = Known(id, EPOCH + timedelta(microseconds=moment), count)
    return min(max(0, _kinds[name](known, actor)), MOST)
