"""How waiting items are found at the same cost however many wait.

Every list is in the order of time and ends after a page, so one index must lead and give that
order; what else is asked of a row is asked of the row alone. Planners without statistics guess
otherwise and sort the whole queue: here the leading index is chosen, and the other conditions are
written so that no index answers them (`plain`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from accounts.models import Unit
from core.db import db
from core.policy import Actor

from .models import QueueItem
from .scope import covers, units_of_places

BRANCHES = 40  # units for which a part of a statement each is written
NOWHERE = "/0/"
WAITS = QueueItem.closed_at.is_(None)
Ordered = Callable[[Select[Any]], Select[Any]]


def plain(column: Any) -> ColumnElement[Any]:
    """The column's value, to no index's liking."""
    return column.concat("") if isinstance(column.type, String) else column + 0


def units_waiting(actor: Actor) -> tuple[Sequence[Unit], bool]:
    """The units that the actor reviews for and in which something waits, by their place in the
    tree; and whether nothing waits in any other. One statement: a look for each such unit."""
    step = select(func.min(QueueItem.unit_id).label("id")).where(WAITS).cte(recursive=True)
    more = aliased(QueueItem)
    further = (
        select(func.min(more.unit_id))
        .where(more.closed_at.is_(None), more.unit_id > step.c.id)
        .scalar_subquery()
    )
    step = step.union_all(select(further).where(step.c.id.is_not(None)))
    local = Unit.id.in_(sorted(units_of_places(actor)))
    rows = db.session.execute(
        select(Unit, or_(covers(actor, Unit.id, place=literal("")), local).label("own"))
        .join(step, step.c.id == Unit.id)
        .order_by(Unit.path)
    ).all()
    return [unit for unit, own in rows if own], all(own for _unit, own in rows)


@dataclass(frozen=True)
class Reach:
    """How far a list reaches: some units, or all in which anything waits."""

    path: str
    units: Sequence[Unit]
    is_all: bool


def reach(units: Sequence[Unit], is_all: bool, unit_id: int | None) -> Reach:
    """The actor's units, or what lies at and below one of them; any other unit holds nothing."""
    if unit_id is None:
        return Reach("", units, is_all)
    path = next((unit.path for unit in units if unit.id == unit_id), NOWHERE)
    return Reach(path, [unit for unit in units if unit.path.startswith(path)], False)


def covered(actor: Actor, path: str) -> ColumnElement[bool]:
    """That the actor reviews an item and it lies under the path, asked of the row alone."""
    return covers(actor, plain(QueueItem.unit_id), path, place=plain(QueueItem.place))


def first(found: Select[Any], reach: Reach, leads: bool, ordered: Ordered) -> Any:
    """The ids of the first of the items found, `ordered` giving order and number. Where no filter
    names an index, units that are few are read each from its own and merged."""
    if leads or reach.is_all or len(reach.units) > BRANCHES:
        return ordered(found)
    parts = [
        select(ordered(found.where(QueueItem.unit_id == unit.id)).subquery().c.id)
        for unit in reach.units
    ]
    if len(parts) < 2:
        return parts[0] if parts else found.where(false())
    return union_all(*parts)
