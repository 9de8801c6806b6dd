"""The queue as a reviewer reads it: filters, pages by key, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import joinedload, undefer

from accounts.models import Person, Unit
from core import clock
from core.db import db
from core.policy import Actor

from .key import read_key, write_key
from .models import ITEM_REASONS, Decision, QueueItem, Revision, free_for
from .reviewable import kinds
from .scope import covers, is_reviewer

PAGE = 25
COUNTED = 99
ROW = (
    joinedload(QueueItem.author)
    .load_only(Person.name)
    .joinedload(Person.unit)
    .load_only(Unit.name, Unit.name_en),
    joinedload(QueueItem.claimed_by).load_only(Person.name),
    joinedload(QueueItem.revision).load_only(Revision.title),
    joinedload(QueueItem.decision).load_only(Decision.verb),
    undefer(QueueItem.flag_count),
)


@dataclass(frozen=True)
class Filters:
    """What the address asks for: place, reason, only mine, the decided ones, from where on."""

    place: str = ""
    reason: str = ""
    mine: bool = False
    decided: bool = False
    after: str = ""

    @classmethod
    def asked(cls) -> Filters:
        reason = request.args.get("reason", "")
        return cls(
            place=request.args.get("place", "")[:80],
            reason=reason if reason in ITEM_REASONS else "",
            mine=bool(request.args.get("mine")),
            decided=bool(request.args.get("decided")),
            after=request.args.get("after", "")[:40],
        )

    @property
    def narrowing(self) -> dict[str, Any]:
        """The part that stays from page to page and from item to item, for addresses."""
        asked = {"place": self.place, "reason": self.reason, "mine": "1" if self.mine else ""}
        return {name: value for name, value in asked.items() if value}

    @property
    def tab(self) -> dict[str, Any]:
        return {"decided": "1"} if self.decided else {}

    @property
    def everything(self) -> dict[str, Any]:
        """The address of the list's beginning."""
        return {**self.tab, **self.narrowing}

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.place:
            found.append(QueueItem.place == self.place)
        if self.reason:
            found.append(QueueItem.reason == self.reason)
        if self.mine:
            found.append(QueueItem.claimed_by_id == actor.id)
        return found


@dataclass(frozen=True)
class QueuePage:
    """Some rows and the key from which the next page goes on (None: it ends here)."""

    rows: list[QueueItem]
    following: str | None


def page(filters: Filters, actor: Actor) -> QueuePage:
    """The waiting items, oldest first; or the closed ones, newest first. One statement."""
    found = QueueItem.visible_to(actor).options(*ROW).where(*filters.conditions(actor))
    moment = QueueItem.closed_at if filters.decided else QueueItem.opened_at
    key = tuple_(moment, QueueItem.id)
    start = read_key(filters.after)
    if filters.decided:
        found = found.where(QueueItem.closed_at.is_not(None))
        found = found.order_by(QueueItem.closed_at.desc(), QueueItem.id.desc())
        found = found.where(key < start) if start else found
    else:
        found = found.where(QueueItem.closed_at.is_(None))
        found = found.order_by(QueueItem.opened_at, QueueItem.id)
        found = found.where(key > start) if start else found
    rows = list(db.session.scalars(found.limit(PAGE + 1)).unique())
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    last = rows[-1].closed_at or rows[-1].opened_at if more else None
    return QueuePage(rows, write_key(last, rows[-1].id) if last else None)


def following(item: QueueItem, filters: Filters, actor: Actor) -> int | None:
    """The next item that this reviewer may decide and nobody is at: onward, else from the start."""
    free = (
        select(QueueItem.id)
        .where(
            covers(actor, QueueItem.unit_id),
            *filters.conditions(actor),
            *free_for(actor, clock.now()),
            QueueItem.id != item.id,
        )
        .order_by(QueueItem.opened_at, QueueItem.id)
        .limit(1)
    )
    onward = free.where(tuple_(QueueItem.opened_at, QueueItem.id) > (item.opened_at, item.id))
    first = func.coalesce(onward.scalar_subquery(), free.scalar_subquery())
    return db.session.scalar(select(first))


def count(actor: Actor) -> int:
    """How many items wait in the actor's scope, at most COUNTED + 1; counted once a request."""
    if not is_reviewer(actor):
        return 0
    if "waiting_count" not in g:
        g.waiting_count = _count(actor)
    return int(g.waiting_count)


def _count(actor: Actor) -> int:
    waiting = select(QueueItem.id).where(
        covers(actor, QueueItem.unit_id), QueueItem.closed_at.is_(None)
    )
    some = waiting.limit(COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def places(actor: Actor) -> dict[str, str]:
    """The names of the places where the actor reviews, by key."""
    return {
        key: place.name
        for kind in kinds.values()
        for key, place in kind.review_places().items()
        if is_reviewer(actor, place.unit)
    }
