"""The queue as a reviewer reads it: pages by key in both directions, what comes next, counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload, undefer

from accounts.models import Person, Unit
from core import clock
from core.db import db
from core.policy import Actor

from . import finding, judging
from .filters import Filters
from .key import read_key, write_key
from .models import Decision, QueueItem, Revision, free_for, unconcerned
from .places import places
from .scope import covers, is_reviewer
from .second_review import SecondReview

PAGE = 25
COUNTED = 99
EVERYWHERE = finding.Reach("", (), True)
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
class QueuePage:
    """Some rows, and the keys from which the pages before and after go on (None: it ends here)."""

    rows: list[QueueItem]
    previous: str | None
    following: str | None


def page(filters: Filters, scope: Scope, actor: Actor) -> QueuePage:
    """The waiting items, oldest first, or longest overdue first; or the closed ones, newest
    first. One statement."""
    moment: Any = QueueItem.closed_at if filters.decided else filters.moment
    key = tuple_(moment, QueueItem.id)
    after, before = read_key(filters.after), read_key(filters.before)
    back = before is not None and after is None
    downward = filters.decided != back
    order = (moment.desc(), QueueItem.id.desc()) if downward else (moment, QueueItem.id)
    asked = filters.closed() if filters.decided else filters.conditions(actor)
    if filters.decided:  # what the reader might still judge blind is not told here
        asked.append(QueueItem.id.not_in(judging.withheld(actor, SecondReview.item_id)))
    if start := before if back else after:
        asked.append(key < start if downward else key > start)
    reach = scope.reach(filters)
    ids = finding.first(
        select(QueueItem.id).where(finding.covered(actor, reach.path), *asked, *unconcerned(actor)),
        reach,
        filters.leads or filters.decided,
        lambda found: found.order_by(*order).limit(PAGE + 1),
    )
    found = select(QueueItem).options(*ROW).where(QueueItem.id.in_(ids)).order_by(*order)
    rows = list(db.session.scalars(found.limit(PAGE + 1)).unique())
    more = len(rows) > PAGE
    rows = rows[:PAGE][::-1] if back else rows[:PAGE]
    return QueuePage(
        rows,
        _key(rows[0], filters) if rows and (more if back else after is not None) else None,
        _key(rows[-1], filters) if rows and (back or more) else None,
    )


def _key(item: QueueItem, filters: Filters) -> str:
    return write_key(item.closed_at or filters.moment_of(item), item.id)


def _free(
    filters: Filters, actor: Actor, apart: bool = False
) -> tuple[Select[Any], Callable[[Select[Any], int], Any]]:
    """Items that this reviewer may decide and nobody is at, and what takes the first of them.

    With `apart`, or a unit asked for, units are read each from its own: a statement more, and
    soon done for whoever reviews a small part of a long queue.
    """
    reach = EVERYWHERE
    if filters.unit is not None or apart:
        reach = finding.reach(*finding.units_waiting(actor), filters.unit)
    free = select(QueueItem.id).where(
        finding.covered(actor, reach.path),
        *filters.conditions(actor),
        *free_for(actor, clock.now()),
        *unconcerned(actor),
    )

    def take(found: Select[Any], count: int) -> Any:
        order = (filters.moment, QueueItem.id)
        ids = finding.first(
            found, reach, filters.leads, lambda some: some.order_by(*order).limit(count)
        )
        return select(QueueItem.id).where(QueueItem.id.in_(ids)).order_by(*order).limit(count)

    return free, take


def following(item: QueueItem | None, filters: Filters, actor: Actor) -> int | None:
    """The next item that this reviewer may decide and nobody is at: onward, else from the start.
    One statement, and one when a unit is asked for."""
    free, take = _free(filters, actor, apart=item is None)
    if item is None:
        return db.session.scalar(take(free, 1))
    return db.session.scalar(select(_after(item, filters, free, take)))


def _after(
    item: QueueItem,
    filters: Filters,
    free: Select[Any],
    take: Callable[[Select[Any], int], Any],
) -> Any:
    free = free.where(QueueItem.id != item.id)
    here = (filters.moment_of(item), item.id)
    onward = free.where(tuple_(filters.moment, QueueItem.id) > here)
    return func.coalesce(take(onward, 1).scalar_subquery(), take(free, 1).scalar_subquery())


@dataclass(frozen=True)
class Run:
    """Items taken one after another: how many are done, which comes next, how many are left
    after this one (at most COUNTED + 1)."""

    done: int
    following: int | None
    left: int


def run(item: QueueItem, filters: Filters, actor: Actor) -> Run | None:
    """Where the reviewer stands in a run; None outside one. One statement, which counts for the
    menu, too, and one when a unit is asked for."""
    if filters.run is None:
        return None
    free, take = _free(filters, actor)
    some = take(free.where(QueueItem.id != item.id), COUNTED + 1).subquery()
    left = select(func.count()).select_from(some).scalar_subquery()
    owed = judging.owed(actor, *of_text(item))
    asked = select(_after(item, filters, free, take), left, owed, *_waiting(actor))
    following, left_count, g.owed_second, *g.waiting_counts = db.session.execute(asked).one()
    return Run(filters.run, following, left_count)


def of_text(item: QueueItem) -> tuple[Any, Any]:
    """Conditions that an item is about the same text."""
    return (
        QueueItem.subject_kind == item.subject_kind,
        QueueItem.subject_id == item.subject_id,
    )


def owed(actor: Actor, *conditions: Any) -> int | None:
    """The id of a second review that the actor might judge, under some conditions (judging.owed).
    One statement, which counts for the menu, too; none after `run`."""
    if "owed_second" not in g:
        asked = select(judging.owed(actor, *conditions), *_waiting(actor))
        g.owed_second, *g.waiting_counts = db.session.execute(asked).one()
    found: int | None = g.owed_second
    return found


def count(actor: Actor) -> int:
    """How many items wait in the actor's scope, at most COUNTED + 1; counted once a request."""
    return counts(actor)[0]


def counts(actor: Actor) -> tuple[int, int]:
    """That, and how many second reviews the actor may judge, in the same way. One statement."""
    if not is_reviewer(actor):
        return 0, 0
    if "waiting_counts" not in g:
        g.waiting_counts = db.session.execute(select(*_waiting(actor))).one()
    items, seconds = g.waiting_counts
    return items, seconds


def _waiting(actor: Actor) -> list[Any]:
    """Both numbers, as columns."""
    items = select(QueueItem.id).where(
        covers(actor, QueueItem.unit_id, place=QueueItem.place),
        QueueItem.closed_at.is_(None),
        *unconcerned(actor),
    )
    return [_first(found) for found in (items, judging.waiting_ids(actor))]


def _first(found: Select[Any]) -> Any:
    """How many rows there are, looking no further than COUNTED + 1."""
    some = found.limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


@dataclass(frozen=True)
class Scope:
    """Where a reviewer reviews: the names of the places by key, and the units in which something
    waits."""

    places: dict[str, str]
    units: Sequence[Unit]
    is_all: bool

    def reach(self, filters: Filters) -> finding.Reach:
        return finding.reach(self.units, self.is_all, filters.unit)


def scope(actor: Actor) -> Scope:
    """Two statements."""
    names = {
        key: place.name for key, place in places().items() if is_reviewer(actor, place.unit, key)
    }
    return Scope(names, *finding.units_waiting(actor))
