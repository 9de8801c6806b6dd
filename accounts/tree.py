"""The tree of units: where each stands on each day, and how that changes.

An edge puts a unit under a parent from a day until a day. A unit that never had an edge is a
root. On a day on which no edge of a unit is in force it stands outside the tree. `Unit.path`
holds today's ancestors; it is written here alone, on every change and by a job for the edges
that begin or end by date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select

from core import clock
from core.db import db, hold
from core.i18n import _, day
from core.jobs import job

from .models import Membership, Unit, UnitEdge

DEEPEST = 20


class TreeFault(ValueError):
    """A change that the tree cannot take; the sentence says why, in the reader's language."""


@dataclass(frozen=True)
class Node:
    """A unit in the tree of a day: how deep it stands and under whom."""

    unit: Unit
    depth: int
    parent_id: int | None
    child_count: int


@dataclass(frozen=True)
class Span:
    """An edge without its row: child under parent from a day until a day (exclusive)."""

    child: int
    parent: int
    since: date
    until: date | None

    def holds_on(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


def tree_on(on: date) -> list[Node]:
    """The tree of a day, parents before children, siblings by age; two statements."""
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).order_by(Unit.id))}
    spans = _spans()
    parents = _parents(spans, on)
    below = _children(parents)
    nodes: list[Node] = []
    waiting = [(root, 0) for root in sorted(_roots(units, spans), reverse=True)]
    while waiting:
        unit_id, depth = waiting.pop()
        children = below.get(unit_id, [])
        nodes.append(Node(units[unit_id], depth, parents.get(unit_id), len(children)))
        waiting += [(child, depth + 1) for child in sorted(children, reverse=True)]
    return nodes


def recompute_paths() -> int:
    """Write each unit's path as the tree stands today; gives how many were changed."""
    nodes = tree_on(clock.today())
    paths: dict[int, str] = {}
    for node in nodes:
        above = paths[node.parent_id] if node.parent_id is not None else "/"
        paths[node.unit.id] = f"{above}{node.unit.id}/"
    changed = 0
    for unit in db.session.scalars(select(Unit)):
        path = paths.get(unit.id, "")
        if unit.path != path:
            unit.path = path
            changed += 1
    db.session.flush()
    return changed


def place(unit: Unit, parent: Unit, from_day: date) -> UnitEdge:
    """Put a unit under a parent from a day on; whatever was planned for later days is replaced.

    Raises TreeFault when it would stand below itself or outside the tree on any day.
    """
    hold("the tree of units")
    spans = _spans()
    own = [span for span in spans if span.child == unit.id]
    if not own and any(span.parent == unit.id for span in spans):
        raise TreeFault(_("最上级单位不能移到别的单位下面。"))
    if any(span.parent == parent.id and span.holds_on(from_day) for span in own):
        raise TreeFault(
            _("“%(unit)s”那天已经在“%(parent)s”下面。", unit=unit.name, parent=parent.name)
        )
    kept = [span for span in spans if span.child != unit.id]
    planned = [*kept, Span(unit.id, parent.id, from_day, None)]
    _check(unit, planned, from_day)
    _end_edges(unit, from_day)
    edge = UnitEdge(child_id=unit.id, parent_id=parent.id, valid_from=from_day)
    db.session.add(edge)
    db.session.flush()
    recompute_paths()
    return edge


def close(unit: Unit, from_day: date) -> None:
    """Take a unit out of the tree from a day on. Raises TreeFault while others depend on it."""
    hold("the tree of units")
    spans = _spans()
    if not any(span.child == unit.id and _reaches(span.until, from_day) for span in spans):
        raise TreeFault(_("“%(unit)s”那天不在组织架构里。", unit=unit.name))
    if any(span.parent == unit.id and _reaches(span.until, from_day) for span in spans):
        raise TreeFault(_("“%(unit)s”那天还有下级单位，请先移走或撤销它们。", unit=unit.name))
    serving = db.session.scalar(
        select(func.count()).where(
            Membership.unit_id == unit.id,
            or_(Membership.valid_until.is_(None), Membership.valid_until > from_day),
        )
    )
    if serving:
        raise TreeFault(
            _(
                "“%(unit)s”那天还有 %(num)d 项任职，请先结束或改到别的单位。",
                unit=unit.name,
                num=serving,
            )
        )
    _end_edges(unit, from_day)
    recompute_paths()


def edges_of(unit: Unit) -> Sequence[tuple[UnitEdge, Unit]]:
    """Where a unit stood, stands and will stand: edges with parents, oldest first."""
    rows = db.session.execute(
        select(UnitEdge, Unit)
        .join(Unit, Unit.id == UnitEdge.parent_id)
        .where(UnitEdge.child_id == unit.id)
        .order_by(UnitEdge.valid_from)
    )
    return [(edge, parent) for edge, parent in rows]


@job("accounts.paths", every=timedelta(minutes=10))
def follow_the_calendar() -> None:
    """Edges begin and end by date: let the paths follow soon after midnight."""
    recompute_paths()


def _end_edges(unit: Unit, from_day: date) -> None:
    """Let the edge in force end on the day and forget those planned for later."""
    edges = db.session.scalars(
        select(UnitEdge).where(UnitEdge.child_id == unit.id).order_by(UnitEdge.valid_from)
    ).all()
    for edge in edges:
        if edge.valid_from >= from_day:
            db.session.delete(edge)
        elif _reaches(edge.valid_until, from_day):
            edge.valid_until = from_day
    db.session.flush()


def _check(unit: Unit, spans: list[Span], from_day: date) -> None:
    """See that the unit stands in the tree on every day from `from_day` on."""
    roots = _roots((), spans)
    ends = [moment for span in spans for moment in (span.since, span.until) if moment]
    for on in sorted({from_day, *(moment for moment in ends if moment > from_day)}):
        parents = _parents(spans, on)
        above = _ancestors(unit.id, parents)
        if above is None:
            raise TreeFault(_("“%(unit)s”不能放到自己或自己的下级单位下面。", unit=unit.name))
        if above[-1] not in roots:
            raise TreeFault(_("上级单位 %(day)s 不在组织架构里。", day=day(on)))
        if len(above) + _height(unit.id, _children(parents)) > DEEPEST:
            raise TreeFault(_("组织架构最多 %(count)d 层。", count=DEEPEST))


def _ancestors(unit_id: int, parents: dict[int, int]) -> list[int] | None:
    """The unit's parent, that one's parent, …; None when they lead back to the unit."""
    found: list[int] = []
    current = unit_id
    while current in parents:
        current = parents[current]
        if current == unit_id or current in found:
            return None
        found.append(current)
    return found


def _height(unit_id: int, below: dict[int, list[int]]) -> int:
    level, height = [unit_id], 0
    while level:
        level = [child for one in level for child in below.get(one, [])]
        height += 1
    return height


def _spans() -> list[Span]:
    rows = db.session.execute(
        select(UnitEdge.child_id, UnitEdge.parent_id, UnitEdge.valid_from, UnitEdge.valid_until)
    )
    return [Span(*row) for row in rows]


def _parents(spans: Iterable[Span], on: date) -> dict[int, int]:
    return {span.child: span.parent for span in spans if span.holds_on(on)}


def _children(parents: dict[int, int]) -> dict[int, list[int]]:
    below: dict[int, list[int]] = defaultdict(list)
    for child, parent in parents.items():
        below[parent].append(child)
    return below


def _roots(units: Iterable[int], spans: list[Span]) -> set[int]:
    """Units that never stood under another."""
    return ({*units} | {span.parent for span in spans}) - {span.child for span in spans}


def _reaches(until: date | None, on: date) -> bool:
    return until is None or until > on
