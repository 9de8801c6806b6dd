"""What totals may be shown: no cell of one to four people, and none that follows from others.

A cell is how many chose something. One that is small is kept back, and with it so many others
that who adds and subtracts all that is shown, and knows that nobody is counted below zero, finds
that every small cell might as well be THRESHOLD or more. Nothing here asks the database. The
tests hold it against linear programs (tests/surveys/auditor.py).
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

THRESHOLD = 5

Tally = Sequence[tuple[float, int]]  # (value, how often), in rising order


def is_small(count: int) -> bool:
    """Whether so few stand behind a count that it might point at one of them."""
    return 0 < count < THRESHOLD


# --- Counts that add up to those who answered -------------------------------------------------


@dataclass(frozen=True)
class Earlier:
    """A line of counts as it was once shown, and which places were kept back then."""

    counts: Sequence[int]
    held: Collection[int] = ()


def held_of_parts(counts: Sequence[int], earlier: Sequence[Earlier] = ()) -> frozenset[int]:
    """The places to keep back of counts that add up to a number that is shown.

    A place is kept back, too, where what came since it was last shown is small, and where with all
    that was shown before it would tell of a small batch.
    """
    held = {place for place, count in enumerate(counts) if is_small(count)}
    for place, count in enumerate(counts):
        last = next((one for one in reversed(earlier) if place not in one.held), None)
        if last is not None and is_small(abs(count - last.counts[place])):
            held.add(place)
    # One after another until those kept back could be anybody's; the least telling goes first.
    while not _is_safe([*earlier, Earlier(counts, held)]):
        shown = [at for at, count in enumerate(counts) if count and at not in held]
        if not shown:
            return frozenset(range(len(counts)))
        held.add(min(shown, key=lambda at: (counts[at], at)))
    return frozenset(held)


def _is_safe(showings: Sequence[Earlier]) -> bool:
    """Whether all that was shown, taken together, leaves every small batch of a place unknown.

    A row of the table is a place between two showings of it, a column what came between two
    showings of any; a place that was not shown since has a loose row.
    """
    rows: list[list[int]] = []
    held: set[tuple[int, int]] = set()
    loose: set[int] = set()
    for place in range(len(showings[-1].counts)):
        before = 0
        row = [0] * len(showings)
        for column, one in enumerate(showings):
            row[column] = max(0, one.counts[place] - before)
            before = one.counts[place]
            held.add((len(rows), column))
            if place not in one.held:
                rows.append(row)
                row = [0] * len(showings)
        if place in showings[-1].held:
            loose.add(len(rows))
            rows.append(row)
    table = Table(rows, loose)
    return all(
        _flow(table, held, row, column, THRESHOLD - count) >= THRESHOLD - count
        for row, column, count in table.cells()
        if (row, column) in held and is_small(count)
    )


def held_of_choices(
    counts: Sequence[int], answered: int, earlier: Sequence[tuple[Earlier, int]] = ()
) -> frozenset[int]:
    """The places to keep back where each of those who answered may have chosen any: of every one,
    those who chose it and those who did not are counted. `earlier` with who had answered then."""
    held = set()
    for place, count in enumerate(counts):
        pairs = [(count, answered)]
        for before, number in earlier:
            if place not in before.held:
                pairs.append((count - before.counts[place], answered - number))
        if any(is_small(abs(chose)) or is_small(abs(all_ - chose)) for chose, all_ in pairs):
            held.add(place)
    return frozenset(held)


# --- Values in order ---------------------------------------------------------------------------


def merged(
    counts: Sequence[int],
    earlier: Sequence[Sequence[int]] = (),
    of_groups: Sequence[Sequence[int]] = (),
) -> list[tuple[int, int]]:
    """(first, last) of neighbouring places that are shown as one, so that none is small: now, as
    what came since an earlier showing, or in one of the groups that make up the counts."""
    came = [[now - then for now, then in zip(counts, before, strict=True)] for before in earlier]
    lines = [counts, *came, *of_groups]
    groups = [(place, place) for place in range(len(counts))]

    def total(group: tuple[int, int]) -> int:
        return sum(counts[group[0] : group[1] + 1])

    def fails(group: tuple[int, int]) -> bool:
        return any(is_small(abs(sum(line[group[0] : group[1] + 1]))) for line in lines)

    while len(groups) > 1 and (bad := [at for at, one in enumerate(groups) if fails(one)]):
        at = min(bad, key=lambda place: (total(groups[place]), place))
        # Towards the neighbour with fewer, over what is empty in between.
        sides = [side for side in (at - 1, at + 1) if 0 <= side < len(groups)]
        other = min(sides, key=lambda place: (total(groups[place]), place))
        low, high = min(at, other), max(at, other)
        groups[low : high + 1] = [(groups[low][0], groups[high][1])]
    return groups


def decimals_of_mean(tally: Tally, groups: Sequence[Sequence[float]], most: int = 2) -> int | None:
    """To how many places a mean may be told beside the totals of groups of values; None: not at all.

    Told too exactly, the sum that it gives would say how a group divides: every value that few
    have must be able to be anything up to THRESHOLD within the rounding.
    """
    answered = sum(often for _value, often in tally)
    exact = sum(value * often for value, often in tally)
    totals = [sum(often for value, often in tally if value in set(group)) for group in groups]
    for places in range(most, -1, -1):
        told, half = round(exact / answered, places), 0.5 * 10**-places
        low, high = (told - half) * answered, (told + half) * answered
        if all(
            _can_be_many(value, often, groups, totals, low, high)
            for value, often in tally
            if is_small(often)
        ):
            return places
    return None


def _can_be_many(
    value: float,
    often: int,
    groups: Sequence[Sequence[float]],
    totals: Sequence[int],
    low: float,
    high: float,
) -> bool:
    """Whether THRESHOLD might have the value, with a sum between low and high."""
    least = most = 0.0
    for group, total in zip(groups, totals, strict=True):
        here = THRESHOLD if value in group else 0
        if here > total:
            return False
        least += (total - here) * min(group) + here * value
        most += (total - here) * max(group) + here * value
    return least <= high and low <= most


# --- Groups beside each other ------------------------------------------------------------------


def pooled(sizes: Sequence[int], least: int = THRESHOLD) -> list[list[int]]:
    """Which groups are shown together, so that each has `least`: the smallest join the next."""
    groups = [[place] for place, size in enumerate(sizes) if size]

    def total(group: list[int]) -> int:
        return sum(sizes[place] for place in group)

    while len(groups) > 1 and total(smallest := min(groups, key=total)) < least:
        groups.remove(smallest)
        min(groups, key=total).extend(smallest)
    return [sorted(group) for group in sorted(groups, key=min)]


@dataclass(frozen=True)
class Table:
    """Counts of rows (what was chosen) by columns (who chose); the columns' totals are shown, the
    rows' totals but those of `loose` rows too."""

    counts: Sequence[Sequence[int]]
    loose: Collection[int] = ()

    @property
    def width(self) -> int:
        return len(self.counts[0]) if self.counts else 0

    def cells(self) -> Iterator[tuple[int, int, int]]:
        for row, line in enumerate(self.counts):
            for column, count in enumerate(line):
                yield row, column, count


def held_of_table(table: Table) -> frozenset[tuple[int, int]] | None:
    """The cells to keep back of a table whose margins are shown; None: nothing of it can be shown.

    A cell may grow by as much as a flow through the cells kept back, round by row and column, lets
    it. Where that is too little, the cheapest way round is kept back as well.
    """
    held = {(row, column) for row, column, count in table.cells() if is_small(count)}
    held |= {(row, column) for row, column, _count in table.cells() if row in table.loose}
    small = [(row, column, count) for row, column, count in table.cells() if is_small(count)]
    for row, column, count in small:
        while (lack := THRESHOLD - count - _flow(table, held, row, column, THRESHOLD - count)) > 0:
            way = _cheapest(table, held, row, column, lack)
            if way is None:
                return None
            held |= way
    return frozenset(held)


# A step of a way: (from, to, how much it takes, the cell it changes). Nodes are ("row", n),
# ("column", n) and ("all", 0), where the loose rows' totals meet.
_Node = tuple[str, int]
_NO_END = 1 << 30


def _steps(table: Table, node: _Node) -> Iterator[tuple[_Node, int, tuple[int, int] | None]]:
    """Whither a change may pass on, how much of it, and which cell it changes."""
    kind, number = node
    if kind == "column":  # a cell in it falls
        for row, line in enumerate(table.counts):
            yield ("row", row), line[number], (row, number)
    elif kind == "row":  # a cell in it rises, or its total falls
        for column in range(table.width):
            yield ("column", column), _NO_END, (number, column)
        if number in table.loose:
            yield ("all", 0), sum(table.counts[number]), None
    else:  # another loose row's total rises
        for row in table.loose:
            yield ("row", row), _NO_END, None


def _flow(table: Table, held: Collection[tuple[int, int]], row: int, column: int, most: int) -> int:
    """By how much the cell may rise, up to `most`, if only cells that are kept back change."""
    used: dict[tuple[_Node, _Node], int] = {}
    start, end, found = ("column", column), ("row", row), 0
    while found < most:
        came: dict[_Node, _Node] = {start: start}
        queue = deque([start])
        while queue and end not in came:
            here = queue.popleft()
            for there, room in _rooms(table, held, here, (row, column), used):
                if there not in came and room > 0:
                    came[there] = here
                    queue.append(there)
        if end not in came:
            return found
        way = [end]
        while way[-1] != start:
            way.append(came[way[-1]])
        edges = [(one, other) for other, one in pairwise(way)]
        room = min(
            dict(_rooms(table, held, one, (row, column), used))[other] for one, other in edges
        )
        step = min(room, most - found)
        for one, other in edges:
            used[one, other] = used.get((one, other), 0) + step
        found += step
    return found


def _rooms(
    table: Table,
    held: Collection[tuple[int, int]],
    here: _Node,
    cell: tuple[int, int],
    used: dict[tuple[_Node, _Node], int],
) -> Iterator[tuple[_Node, int]]:
    """Whither a change may still pass on, and how much of it; what went the other way comes back."""
    for there, room, changed in _steps(table, here):
        if changed == cell or (changed is not None and changed not in held):
            continue
        yield there, room - used.get((here, there), 0) + used.get((there, here), 0)


def _cheapest(
    table: Table, held: Collection[tuple[int, int]], row: int, column: int, need: int
) -> set[tuple[int, int]] | None:
    """The shown cells on the way round that costs least and takes `need` (or all there is)."""
    for wanted in range(need, 0, -1):
        if (found := _way(table, held, row, column, wanted)) is not None:
            return found
    return None


def _way(
    table: Table, held: Collection[tuple[int, int]], row: int, column: int, wanted: int
) -> set[tuple[int, int]] | None:
    start, end = ("column", column), ("row", row)
    best: dict[_Node, int] = {start: 0}
    came: dict[_Node, tuple[_Node, tuple[int, int] | None]] = {}
    queue: list[tuple[int, _Node]] = [(0, start)]
    while queue:
        cost, here = heapq.heappop(queue)
        if here == end:
            break
        if cost > best[here]:
            continue
        for there, room, changed in _steps(table, here):
            if room < wanted or changed == (row, column):
                continue
            more = cost + (0 if changed is None or changed in held else _price(table, changed))
            if more < best.get(there, _NO_END):
                best[there] = more
                came[there] = (here, changed)
                heapq.heappush(queue, (more, there))
    if end not in came:
        return None
    found, here = set(), end
    while here != start:
        here, changed = came[here]
        if changed is not None and changed not in held:
            found.add(changed)
    return found or None


def _price(table: Table, cell: tuple[int, int]) -> int:
    """Few cells first, and among them those that say least."""
    return 10_000 + min(table.counts[cell[0]][cell[1]], 9_999)
