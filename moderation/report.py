"""The monthly report, counted from the journal's events alone.

Volume by place and verb, waits, reasons, appeals, workload by unit and role, how far two reviewers
agree. Nobody is named or ranked, and no group under five can be read or worked out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from core.db import db
from core.i18n import _
from core.journal import JournalEvent

from . import log
from .agreement import Agreed, Pair, kappa_shown
from .months import Month
from .second_review import SecondReview
from .standing import UsualWait
from .suppression import LEAST, Name, Sum, hidden

VERBS = (*log.VERBS, "exempt")
# What ends a first reading; passages are covered in public texts, too.
ORDINARY = ("approve", "amend", "return", "reject")
UNDOING = ("undo", "drop")  # the events of an item that take its decision back
TOLD = ("decide", *UNDOING, "withdraw", "escalate", "exempt", "seal", "unseal")
# What becomes of a second review, as the report calls it.
SECOND = {"draw": "drawn", "judge": "judged", "lapse": "lapsed", "drop": "dropped"}
EXPLAINED = ("reject", "hide", "seal")  # what names a coded reason
LATE = timedelta(minutes=10)  # an event stands in the journal so soon after what it tells


@dataclass(frozen=True)
class Act:
    """A decision, exemption, withdrawal or escalation as the journal tells it."""

    verb: str
    place: str
    reason: str | None = None
    unit_id: int | None = None
    role: str | None = None
    waited: int = 0  # whole seconds
    is_late: bool = False
    pair: Pair | None = None  # of a second review: what the first said, what the second


@dataclass(frozen=True)
class Report:
    """A month's figures by name, those that stay hidden, and the waits of each place."""

    month: Month
    places: tuple[str, ...]
    work: tuple[tuple[int, str], ...]
    reasons: tuple[str, ...]
    values: dict[Name, int]
    hidden: frozenset[Name]
    totals: frozenset[Name]
    waits: dict[str, UsualWait]
    kappa: float | None

    def figure(self, *name: Any) -> int | None:
        """A count; None where it is hidden."""
        key = name if len(name) > 1 else name[0]
        return None if key in self.hidden else self.values.get(key, 0)

    def words(self, *name: Any) -> int | str:
        """A count as readers see it; a hidden one that is no total says whether it is under five."""
        found = self.figure(*name)
        if found is not None:
            return found
        key = name if len(name) > 1 else name[0]
        is_small = self.values[key] < LEAST and key not in self.totals
        return _("少于 5") if is_small else _("不列")

    def share(self, part: Name, *others: Name) -> float | None:
        """The part of all, in per cent; None where it is hidden or there is nothing."""
        counts = [self.figure(one) for one in (part, *others)]
        if None in counts:
            return None
        total = sum(count or 0 for count in counts)
        return 100 * (counts[0] or 0) / total if total >= LEAST else None

    @property
    def is_empty(self) -> bool:
        return not any(self.values.values())

    @property
    def verbs(self) -> tuple[str, ...]:
        return VERBS

    def in_time(self, place: str) -> float | None:
        """The share of first readings within the service time."""
        return self.share(("timely", place), ("late", place))

    @property
    def overturned(self) -> float | None:
        """The share of appeals that changed the decision."""
        return self.share("overturn", "uphold")

    @property
    def agreed(self) -> Agreed | None:
        """The share of second reviews that agree with the first."""
        counts = (self.values.get(name, 0) for name in ("agreed", "differed"))
        return Agreed.of(self.figure("judged"), *counts)


def report(month: Month) -> Report:
    """One statement."""
    return count(month, acts(month))


def acts(month: Month) -> Iterator[Act]:
    """What the journal tells of a month; a decision that was undone is none."""
    start, end = month.starts_at, month.ends_at
    first, last = int(start.timestamp()), int(end.timestamp())
    events = db.session.execute(
        select(
            JournalEvent.kind,
            JournalEvent.subject_id,
            JournalEvent.verb,
            JournalEvent.at,
            JournalEvent.actor_id,
            JournalEvent.facts,
        )
        .where(
            or_(
                JournalEvent.kind.in_(("moderation:item", "moderation:revision", "moderation:seal"))
                & JournalEvent.verb.in_(TOLD),
                (JournalEvent.kind == SecondReview.kind) & JournalEvent.verb.in_(SECOND),
            ),
            JournalEvent.at >= start,
            JournalEvent.at < end + LATE,
        )
        .order_by(JournalEvent.id)
    )
    decided: dict[Any, Act] = {}
    for kind, subject_id, verb, at, actor_id, facts in events:
        if verb in UNDOING and kind != SecondReview.kind:
            if kind == "moderation:item":
                decided.pop(subject_id, None)
            continue
        closed = facts.get("closed") or int(at.timestamp())
        if "place" not in facts or not first <= closed < last:
            continue
        if kind == SecondReview.kind:
            pair = (facts["first"], facts["second"]) if verb == "judge" else None
            yield Act(SECOND[verb], facts["place"], pair=pair)
        elif verb in ("seal", "unseal"):
            # A seal is the item's event, its lifting the seal's own: each is told once, and the
            # one does not undo the other.
            if kind == "moderation:item" and verb == "seal":
                yield _decided(facts, closed)
            elif kind == "moderation:seal" and verb == "unseal":
                yield Act(verb, facts["place"])
        elif verb == "decide":
            # An item that is decided again was undone in between.
            decided[subject_id] = _decided(facts, closed)
        elif kind == "moderation:revision":
            yield Act(verb, facts["place"])
        else:
            by = "" if verb == "withdraw" else "_by_hand" if actor_id else "_by_clock"
            yield Act(f"{verb}{by}", facts["place"])
    yield from decided.values()


def _decided(facts: dict[str, Any], closed: int) -> Act:
    return Act(
        facts["decision"],
        facts["place"],
        facts["reason"],
        facts["unit"],
        facts["role"],
        closed - facts["opened"],
        closed > facts["due"],
    )


def count(month: Month, told: Iterable[Act]) -> Report:
    """The figures of a month's acts."""
    told = list(told)
    decided = [one for one in told if one.verb in VERBS]
    values: dict[Name, int] = dict(_counted(told))
    places = tuple(sorted({one.place for one in decided}))
    work = tuple(sorted({(one.unit_id, one.role or "") for one in decided if one.unit_id}))
    reasons = tuple(sorted({one.reason for one in decided if one.reason}))
    sums = list(_sums(places, work, reasons))
    unshown = {total for total, _parts in sums if _is_unshown(total)}
    for total, parts in sums:
        values[total] = sum(values.setdefault(part, 0) for part in parts)
    kept = hidden(values, sums, unshown)
    waits = {}
    for place in places:
        waited = [one.waited for one in decided if one.place == place and one.verb in ORDINARY]
        if len(waited) >= LEAST:
            waits[place] = UsualWait.of(waited)
    pairs = [one.pair for one in told if one.pair is not None]
    totals = frozenset(total for total, _parts in sums)
    return Report(month, places, work, reasons, values, kept, totals, waits, kappa_shown(pairs))


def _counted(told: list[Act]) -> Counter[Name]:
    found: Counter[Name] = Counter()
    for one in told:
        if one.verb not in VERBS:
            found[one.verb] += 1
            if one.pair is not None:
                found["agreed" if one.pair[0] == one.pair[1] else "differed"] += 1
            continue
        found["cell", one.place, one.verb] += 1
        if one.verb in EXPLAINED:
            found["reason", one.reason or "other"] += 1
        if one.verb in ORDINARY:
            found["late" if one.is_late else "timely", one.place] += 1
        if one.unit_id is not None:
            found["work", one.unit_id, one.role or ""] += 1
    return found


def _sums(
    places: tuple[str, ...], work: tuple[tuple[int, str], ...], reasons: tuple[str, ...]
) -> Iterator[Sum]:
    """How the figures hang together, in all tables at once; parts come before their totals."""
    for verb in VERBS:
        yield verb, [("cell", place, verb) for place in places]
    for place in places:
        yield ("place", place), [("cell", place, verb) for verb in VERBS]
        yield ("read", place), [("cell", place, verb) for verb in ORDINARY]
        yield ("read", place), [("late", place), ("timely", place)]
    yield "all", [("place", place) for place in places]
    yield "all", list(VERBS)
    yield "explained", [("reason", reason) for reason in reasons]
    yield "explained", list(EXPLAINED)
    yield "decided", [("work", *one) for one in work]
    yield "decided", [verb for verb in VERBS if verb != "exempt"]
    yield "judged", ["agreed", "differed"]


def _is_unshown(name: Name) -> bool:
    return name in ("explained", "decided") or (isinstance(name, tuple) and name[0] == "read")
