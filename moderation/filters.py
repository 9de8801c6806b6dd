"""What a reviewer asks of the queue: filters in the address, kept from page to page and from
decision to decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, and_, or_, text

from core import clock
from core.gate import LARGEST_ID
from core.policy import Actor

from .finding import plain
from .models import CLAIMED, GROUNDS, LEASE, QueueItem, waits_for
from .reviewable import kinds

MANY = 10_000  # items decided one after another, as the address may count them

OVERDUE = "overdue"
AGES = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "three_days": timedelta(days=3),
    OVERDUE: timedelta(0),  # past the service time, however old
}
CLAIMS = ("nobody", "me", "others")


def _number(name: str, largest: int) -> int | None:
    """A number in the address; anything odd is none."""
    typed = request.args.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 11):
        return None
    return int(typed) if int(typed) <= largest else None


def _among(name: str, known: Any) -> str:
    typed = request.args.get(name, "")
    return typed if typed in known else ""


@dataclass(frozen=True)
class Filters:
    """Place, unit and all below it, kind, age, ground, whose claim; the decided ones; from where
    on; and, when items are taken one after another, how many are done (`run`)."""

    place: str = ""
    unit: int | None = None
    kind: str = ""
    age: str = ""
    reason: str = ""
    claimed: str = ""
    run: int | None = None
    decided: bool = False
    after: str = ""
    before: str = ""

    @classmethod
    def asked(cls) -> Filters:
        return cls(
            place=request.args.get("place", "")[:80].replace("\0", ""),
            unit=_number("unit", LARGEST_ID),
            kind=_among("kind", kinds),
            age=_among("age", AGES),
            reason=_among("reason", GROUNDS),
            claimed=_among("claimed", CLAIMS),
            run=_number("run", MANY),
            decided=bool(request.args.get("decided")),
            after=request.args.get("after", "")[:40],
            before=request.args.get("before", "")[:40],
        )

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set."""
        asked = {
            "place": self.place,
            "unit": self.unit,
            "kind": self.kind,
            "age": self.age,
            "reason": self.reason,
            "claimed": self.claimed,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def narrowing(self) -> dict[str, Any]:
        """The part that stays from page to page and from item to item, for addresses."""
        return {**self.chosen, **({} if self.run is None else {"run": self.run})}

    @property
    def onward(self) -> dict[str, Any]:
        """The same after one more decision."""
        done = None if self.run is None else min(self.run + 1, MANY)
        return replace(self, run=done).narrowing

    @property
    def tab(self) -> dict[str, Any]:
        return {"decided": "1"} if self.decided else {}

    @property
    def everything(self) -> dict[str, Any]:
        """The address of the list's beginning."""
        return {**self.tab, **self.chosen}

    @property
    def by_due(self) -> bool:
        """Whether the list is read by when its items were due, the longest overdue first."""
        return self.age == OVERDUE and self.claimed not in ("me", "others")

    @property
    def moment(self) -> Any:
        """The column whose order a list of waiting items has."""
        return QueueItem.due_at if self.by_due else QueueItem.opened_at

    def moment_of(self, item: QueueItem) -> datetime:
        """An item's moment in that order."""
        return item.due_at if self.by_due else item.opened_at

    @property
    def leads(self) -> bool:
        """Whether one of the filters names the index that a list is read from; else the units do."""
        return bool(
            self.by_due
            or self.place
            or self.kind
            or self.reason
            or self.claimed in ("me", "others")
        )

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """Those of waiting items, all but the unit's. One names the index: whose claim, else that
        they are overdue, else the ground (with the place), else the place, else the kind."""
        now = clock.now()
        is_led = self.by_due or self.claimed in ("me", "others")
        found = [_claim(self.claimed, actor, now), _age(self.age, now)]
        if self.reason and not is_led:
            found.append(text(waits_for(self.reason)))
        elif self.reason:
            found.append(plain(QueueItem.grounds).op("&")(GROUNDS[self.reason]) != 0)
        if self.by_due or not (is_led or self.reason):
            found.append(QueueItem.closed_at.is_(None))
        if self.place:
            found.append((plain(QueueItem.place) if is_led else QueueItem.place) == self.place)
        if self.kind:
            leads = not (is_led or self.reason or self.place)
            kind = QueueItem.subject_kind
            found.append((kind if leads else plain(kind)) == self.kind)
        return [one for one in found if one is not None]

    def closed(self) -> list[ColumnElement[bool]]:
        """Those of closed items; only the place has an index."""
        found: list[ColumnElement[bool]] = [QueueItem.closed_at.is_not(None)]
        if self.place:
            found.append(QueueItem.place == self.place)
        if self.kind:
            found.append(plain(QueueItem.subject_kind) == self.kind)
        if self.reason:
            found.append(plain(QueueItem.grounds).op("&")(GROUNDS[self.reason]) != 0)
        return found


def _age(name: str, now: datetime) -> Any:
    if name == OVERDUE:
        return QueueItem.due_at < now
    return QueueItem.opened_at <= now - AGES[name] if name else None


def _claim(whose: str, actor: Actor, now: datetime) -> Any:
    if not whose:
        return None
    if whose == "nobody":
        return or_(QueueItem.claimed_at.is_(None), QueueItem.claimed_at <= now - LEASE)
    holder = plain(QueueItem.claimed_by_id)
    held = and_(text(CLAIMED), QueueItem.claimed_at > now - LEASE)
    return and_(held, holder == actor.id if whose == "me" else holder != actor.id)
