"""Which figures of a report stay hidden so that no group under five can be read or worked out.

Figures are named values bound by sums (a total and its parts). A figure of one to four is
hidden; further ones are hidden until no reader can solve the sums for it, neither by subtraction
nor by what is left for it between its bounds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import inf

LEAST = 5

Name = Hashable
Sum = tuple[Name, Sequence[Name]]


def hidden(
    values: Mapping[Name, int], sums: Sequence[Sum], unshown: Iterable[Name] = ()
) -> frozenset[Name]:
    """The names to hide; `unshown` stand on no page but take part in sums.

    Readers see zeros, and are told of a hidden figure whether it is under five, but not of a
    total: where all is small, four made of four would tell that each is one.
    """
    small = {name for name, value in values.items() if 0 < value < LEAST}
    silent = frozenset(unshown)
    found = small | silent
    while exposed := small & solvable(values, sums, found, silent):
        found.add(_another(values, sums, found, exposed))
    return frozenset(found)


def solvable(
    values: Mapping[Name, int], sums: Sequence[Sum], found: set[Name], silent: frozenset[Name]
) -> set[Name]:
    """Which of the hidden names the shown ones give away."""
    return _by_elimination(values, sums, found) | _by_bounds(values, sums, found, silent)


def _another(
    values: Mapping[Name, int], sums: Sequence[Sum], found: set[Name], exposed: set[Name]
) -> Name:
    """The smallest shown figure in a sum with an exposed name, else in any with a hidden one;
    one that the rest would give away at once only where there is no other."""
    for wanted in (exposed, found):
        near = {
            name
            for total, parts in sums
            if wanted & {total, *parts}
            for name in (total, *parts)
            if name not in found and values[name]
        }
        order = sorted(near, key=lambda name: (values[name], str(name)))
        helping = (one for one in order if one not in _by_elimination(values, sums, found | {one}))
        if order:
            return next(helping, order[0])
    raise AssertionError("what nothing shown touches cannot be solved")


def _by_elimination(values: Mapping[Name, int], sums: Sequence[Sum], found: set[Name]) -> set[Name]:
    """Names with one solution of the linear equations (Gauss, exact)."""
    order = sorted(found, key=str)
    place = {name: number for number, name in enumerate(order)}
    rows: list[dict[int, Fraction]] = []
    for total, parts in sums:
        row = {place[name]: Fraction(-1) for name in parts if name in place}
        if total in place:
            row[place[total]] = Fraction(1)
        if row:
            rows.append(row)
    pivots: dict[int, dict[int, Fraction]] = {}
    for row in rows:
        for column, pivot in pivots.items():
            if factor := row.get(column):
                _subtract(row, pivot, factor)
        if not row:
            continue
        column = min(row)
        scale = row[column]
        row = {at: value / scale for at, value in row.items()}
        for other in pivots.values():
            if factor := other.get(column):
                _subtract(other, row, factor)
        pivots[column] = row
    return {order[column] for column, row in pivots.items() if len(row) == 1}


def _subtract(row: dict[int, Fraction], other: dict[int, Fraction], factor: Fraction) -> None:
    for column, value in other.items():
        rest = row.get(column, Fraction()) - factor * value
        if rest:
            row[column] = rest
        else:
            row.pop(column, None)


def _by_bounds(
    values: Mapping[Name, int], sums: Sequence[Sum], found: set[Name], silent: frozenset[Name]
) -> set[Name]:
    """Names for which the sums leave one value between the least and the most."""
    low: dict[Name, float] = {}
    high: dict[Name, float] = {}
    totals = {total for total, _parts in sums}
    for name, value in values.items():
        if name not in found:
            low[name] = high[name] = value
        elif name in silent:
            low[name], high[name] = 0, inf
        elif name in totals:
            low[name], high[name] = 1, inf
        else:
            low[name], high[name] = (1, LEAST - 1) if value < LEAST else (LEAST, inf)
    has_moved = True
    while has_moved:
        has_moved = False
        for total, parts in sums:
            least, most = sum(low[one] for one in parts), sum(high[one] for one in parts)
            has_moved |= _narrow(low, high, total, least, most)
            for one in parts:
                others = sum(high[other] for other in parts if other != one)
                rest = low[total] - others if others < inf else -inf
                room = high[total] - sum(low[other] for other in parts if other != one)
                has_moved |= _narrow(low, high, one, rest, room)
    return {name for name in found if low[name] == high[name]}


def _narrow(
    low: dict[Name, float], high: dict[Name, float], name: Name, least: float, most: float
) -> bool:
    before = low[name], high[name]
    low[name], high[name] = max(low[name], least), min(high[name], most)
    return before != (low[name], high[name])
