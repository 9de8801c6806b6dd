"""Where a letter stands, in plain words: steps done, now and to come, and by which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core import clock
from core.i18n import _
from core.journal import JournalEvent

from .models import Letter

# The step under way in each state; the steps before it are done.
NOW = {
    "received": 1,
    "screening": 1,
    "needs_info": 1,
    "declined": 2,
    "redirected": 2,
    "accepted": 2,
    "reopened": 2,
    "assigned": 3,
    "claimed": 3,
    "handling": 3,
    "reply_draft": 3,
    "sign_off": 4,
    "replied": 6,
    "rated": 6,
    "unrated": 6,
    "closed": 7,
}
# The verbs whose day ends each step; the first and the sixth step have columns of their own.
ENDS = {1: ("accept", "decline", "redirect"), 2: ("assign",), 3: ("present",), 4: ("sign",)}
REPLY, RATING = 5, 6


@dataclass(frozen=True)
class Step:
    """`place` is done, now or "" (to come); `on` the day it was done, `by` the day it is due."""

    name: str
    place: str
    on: date | None = None
    by: date | None = None


def steps(letter: Letter, events: Sequence[JournalEvent]) -> list[Step]:
    """The way of a letter for its writer: nothing of what goes on inside, and no names."""
    days = _days(letter, events)
    now = NOW.get(letter.state, _reached(days))
    made = [
        Step(
            name,
            "done" if number < now else "now" if number == now else "",
            on=days.get(number) if number < now else None,
            by=_by(letter, number) if number >= now else None,
        )
        for number, name in enumerate(_names())
    ]
    ends = {
        "declined": _("不予受理"),
        "redirected": _("转其他机构"),
        "withdrawn": _("你已撤回"),
    }
    if letter.state in ends:
        return [*made[:now], Step(ends[letter.state], "now")]
    return made


def _names() -> list[str]:
    return [
        _("收到"),
        _("审阅"),
        _("转交承办单位"),
        _("办理并起草答复"),
        _("签发"),
        _("答复你"),
        _("评价与办结"),
    ]


def _days(letter: Letter, events: Sequence[JournalEvent]) -> dict[int, date]:
    """The day on which each step was last ended; the later of two rounds wins."""
    days = {0: letter.received_on}
    for event in events:
        for number, verbs in ENDS.items():
            if event.verb in verbs:
                days[number] = clock.local(event.at).date()
    if letter.replied_on is not None:
        days[REPLY] = letter.replied_on
    return days


def _reached(days: dict[int, date]) -> int:
    """How many steps were done in a letter that has since been withdrawn."""
    done = 0
    while done in days:
        done += 1
    return done


def _by(letter: Letter, number: int) -> date | None:
    if letter.state == "needs_info":
        return None
    if number == REPLY:
        return letter.due_on
    if number == RATING:
        return letter.rating_ends_on if letter.state == "replied" else None
    return letter.step_due_on if NOW.get(letter.state) == number else None
