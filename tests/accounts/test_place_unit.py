"""The tree of units: who stands under whom on which day, and what the tree refuses."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accounts import tree
from accounts.models import Membership, Unit, UnitEdge
from core import clock
from core.db import db
from tests.people import Cast

DAY = timedelta(days=1)


def make(*names: str) -> dict[str, Unit]:
    found = {name: Unit(key=name, name=name, kind="department") for name in names}
    db.session.add_all(found.values())
    db.session.flush()
    tree.recompute_paths()
    return found


def shape(on: date) -> dict[str, int]:
    """Each unit in the tree of a day and how deep it stands."""
    return {node.unit.key: node.depth for node in tree.tree_on(on)}


def test_unit_stands_under_its_parent_from_the_day_on(context: Flask) -> None:
    units, today = make("root", "a"), clock.today()
    tree.place(units["a"], units["root"], today)
    assert shape(today) == {"root": 0, "a": 1}
    assert units["a"].path == f"/{units['root'].id}/{units['a'].id}/"
    assert units["a"].is_within(units["root"])
    assert not units["root"].is_within(units["a"])


def test_unit_placed_for_later_waits_outside(context: Flask) -> None:
    units, today = make("root", "a"), clock.today()
    tree.place(units["a"], units["root"], today + DAY)
    assert shape(today) == {"root": 0}
    assert shape(today + DAY) == {"root": 0, "a": 1}
    assert units["a"].path == ""
    assert not units["a"].is_within(units["a"])
    with clock.travel(clock.now() + DAY):
        tree.follow_the_calendar()
    assert units["a"].is_within(units["root"])


def test_move_keeps_history_and_takes_the_units_below_along(context: Flask) -> None:
    units, today = make("root", "a", "b", "c"), clock.today()
    for child, parent in (("a", "root"), ("b", "root"), ("c", "a")):
        tree.place(units[child], units[parent], today - 10 * DAY)
    tree.place(units["a"], units["b"], today)
    assert shape(today - DAY) == {"root": 0, "a": 1, "b": 1, "c": 2}
    assert shape(today) == {"root": 0, "b": 1, "a": 2, "c": 3}
    assert units["c"].is_within(units["b"])


def test_placing_again_replaces_what_was_planned(context: Flask) -> None:
    units, today = make("root", "a", "b"), clock.today()
    tree.place(units["a"], units["root"], today)
    tree.place(units["b"], units["root"], today)
    tree.place(units["a"], units["b"], today + 9 * DAY)
    tree.place(units["a"], units["b"], today + 5 * DAY)
    edges = [(edge.valid_from, edge.valid_until) for edge, _ in tree.edges_of(units["a"])]
    assert edges == [(today, today + 5 * DAY), (today + 5 * DAY, None)]


@pytest.mark.parametrize(
    ("child", "parent"), [("a", "a"), ("a", "c"), ("root", "c"), ("root", "root"), ("a", "root")]
)
def test_cycle_root_and_same_place_are_refused(context: Flask, child: str, parent: str) -> None:
    units, today = make("root", "a", "c"), clock.today()
    tree.place(units["a"], units["root"], today)
    tree.place(units["c"], units["a"], today)
    before = shape(today)
    with pytest.raises(tree.TreeFault):
        tree.place(units[child], units[parent], today)
    assert shape(today) == before


def test_cycle_on_a_later_day_is_refused(context: Flask) -> None:
    units, today = make("root", "a", "b"), clock.today()
    tree.place(units["a"], units["root"], today)
    tree.place(units["b"], units["root"], today)
    tree.place(units["b"], units["a"], today + 9 * DAY)
    with pytest.raises(tree.TreeFault):
        tree.place(units["a"], units["b"], today + 3 * DAY)


def test_parent_outside_the_tree_is_refused(context: Flask) -> None:
    units, today = make("root", "a", "b"), clock.today()
    tree.place(units["a"], units["root"], today + 5 * DAY)
    with pytest.raises(tree.TreeFault):
        tree.place(units["b"], units["a"], today)
    tree.place(units["b"], units["a"], today + 5 * DAY)


def test_parent_that_will_close_is_refused(context: Flask) -> None:
    units, today = make("root", "a", "b"), clock.today()
    tree.place(units["a"], units["root"], today)
    tree.close(units["a"], today + 5 * DAY)
    with pytest.raises(tree.TreeFault):
        tree.place(units["b"], units["a"], today)


def test_tree_has_a_greatest_depth(context: Flask) -> None:
    names = [f"u{number}" for number in range(tree.DEEPEST + 1)]
    units, today = make(*names), clock.today()
    for above, below in pairwise(names[:-1]):
        tree.place(units[below], units[above], today)
    with pytest.raises(tree.TreeFault):
        tree.place(units[names[-1]], units[names[-2]], today)


def test_closed_unit_leaves_the_tree_and_keeps_its_past(context: Flask) -> None:
    units, today = make("root", "a"), clock.today()
    tree.place(units["a"], units["root"], today - 5 * DAY)
    tree.close(units["a"], today)
    assert shape(today - DAY) == {"root": 0, "a": 1}
    assert shape(today) == {"root": 0}
    assert units["a"].path == ""
    with pytest.raises(tree.TreeFault):
        tree.close(units["a"], today)


def test_unit_with_units_or_people_is_not_closed(app: Flask, cast: Cast) -> None:
    cast.id("cadre")
    with app.app_context():
        today = clock.today()
        county = db.session.get_one(Unit, cast.unit_id("county"))
        prefecture = db.session.get_one(Unit, cast.unit_id("prefecture"))
        with pytest.raises(tree.TreeFault):
            tree.close(prefecture, today)
        with pytest.raises(tree.TreeFault):
            tree.close(county, today)
        tree.close(county, today + 100 * DAY)
        with pytest.raises(tree.TreeFault):
            tree.close(prefecture, today)
        for one in db.session.scalars(select(Membership)):
            one.valid_until = today
        tree.close(county, today)


NUMBERS = st.integers(min_value=0, max_value=5)
MOVES = st.lists(st.tuples(st.booleans(), NUMBERS, NUMBERS, st.integers(0, 12)), max_size=25)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=MOVES)
def test_no_sequence_of_moves_bends_the_tree(context: Flask, moves: list) -> None:  # type: ignore[type-arg]
    """On every day each unit has one place at most, and every way up ends at the root."""
    names = [f"u{number}" for number in range(6)]
    units, today = list(make(*names).values()), clock.today()
    for is_placed, child, parent, later in moves:
        edges_before = edges()
        try:
            if is_placed:
                tree.place(units[child], units[parent], today + later * DAY)
            else:
                tree.close(units[child], today + later * DAY)
        except tree.TreeFault:
            assert edges() == edges_before
    for later in range(14):
        check_day(today + later * DAY)
    placed = {node.unit.id: node for node in tree.tree_on(today)}
    for unit in units:
        assert bool(unit.path) == (unit.id in placed)
    db.session.rollback()


def edges() -> set[tuple[int, int, date, date | None]]:
    return {
        (edge.child_id, edge.parent_id, edge.valid_from, edge.valid_until)
        for edge in db.session.scalars(select(UnitEdge))
    }


def check_day(on: date) -> None:
    parents: dict[int, int] = {}
    for child, parent, since, until in edges():
        if since <= on and (until is None or on < until):
            assert child not in parents
            parents[child] = parent
    ever = {child for child, _, _, _ in edges()}
    for child in parents:
        steps, current = 0, child
        while current in parents:
            current, steps = parents[current], steps + 1
            assert steps <= len(parents)
        assert current not in ever
    assert len(tree.tree_on(on)) == len({node.unit.id for node in tree.tree_on(on)})
