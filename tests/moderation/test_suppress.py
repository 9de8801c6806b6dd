"""Small groups stay hidden: no figure under five can be solved from what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.suppression import LEAST, Name, Sum, hidden

MOST = 24  # an outsider counts up to here; more changes nothing


def table(cells: list[list[int]]) -> tuple[dict[Name, int], list[Sum]]:
    """A table with its margins and its sum, bound both ways."""
    rows, columns = range(len(cells)), range(len(cells[0]))
    values: dict[Name, int] = {("cell", r, c): cells[r][c] for r in rows for c in columns}
    sums: list[Sum] = []
    for r in rows:
        sums.append((("row", r), [("cell", r, c) for c in columns]))
    for c in columns:
        sums.append((("column", c), [("cell", r, c) for r in rows]))
    sums.append(("all", [("row", r) for r in rows]))
    sums.append(("all", [("column", c) for c in columns]))
    for total, parts in sums:
        values[total] = sum(values[part] for part in parts)
    return values, sums


def worlds(values: dict[Name, int], kept: frozenset[Name]) -> Iterator[dict[Name, int]]:
    """Every 2 × 2 table that reads like the given one."""
    cells = [("cell", r, c) for r, c in product(range(2), range(2))]
    choices = [_told(values[one]) if one in kept else (values[one],) for one in cells]
    totals = {total for total, _parts in table([[0, 0], [0, 0]])[1]}
    for guess in product(*choices):
        other, _sums = table([[guess[0], guess[1]], [guess[2], guess[3]]])
        if all(
            other[name] > 0 and (name in totals or (other[name] < LEAST) == (value < LEAST))
            if name in kept
            else other[name] == value
            for name, value in values.items()
        ):
            yield other


def _told(value: int) -> range:
    """What readers know of a hidden figure: whether it is under five."""
    return range(1, LEAST) if value < LEAST else range(LEAST, MOST)


@settings(max_examples=60, deadline=None)
@example([[1, 1], [1, 1]])
@example([[4, 4], [4, 4]])
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=2))
def test_an_outsider_who_tries_every_table_learns_no_small_figure(cells: list[list[int]]) -> None:
    values, sums = table(cells)
    kept = hidden(values, sums)
    small = [name for name, value in values.items() if 0 < value < LEAST]
    assert kept >= set(small)
    seen: dict[Name, set[int]] = {name: set() for name in small}
    for world in worlds(values, kept):
        for name in small:
            seen[name].add(world[name])
        if all(len(found) > 1 for found in seen.values()):
            break
    assert all(len(found) > 1 for found in seen.values()), (cells, kept, seen)


def test_a_lone_small_cell_takes_others_with_it() -> None:
    values, sums = table([[3, 20, 9], [8, 30, 7], [12, 11, 40]])
    kept = hidden(values, sums)
    assert ("cell", 0, 0) in kept
    assert len([name for name in kept if name == ("row", 0) or name[:2] == ("cell", 0)]) >= 2
    assert "all" not in kept


def test_small_cells_at_the_ends_of_what_they_may_be_hide_a_third() -> None:
    """1 + 1 = 2 and 4 + 4 = 8 would be solved: none is less than one or more than four."""
    for low, rest in ((1, 9), (4, 9)):
        values: dict[Name, int] = {"a": low, "b": low, "c": rest, "all": 2 * low + rest}
        assert hidden(values, [("all", ["a", "b", "c"])]) > {"a", "b"}


def test_what_the_rest_gives_away_is_not_hidden_in_vain() -> None:
    """The second column's total is the sum of shown cells; hiding it would help nobody."""
    values, sums = table([[3, 0], [20, 9]])
    kept = hidden(values, sums)
    assert ("column", 1) not in kept
    assert ("cell", 0, 0) in kept


def test_sums_that_solve_each_other_hide_one_of_them() -> None:
    """2, 3 and 3: each pair's sum is harmless, all three together are not."""
    values: dict[Name, int] = {"a": 2, "b": 3, "c": 3, "ab": 5, "bc": 6, "ac": 5}
    sums: list[Sum] = [("ab", ["a", "b"]), ("bc", ["b", "c"]), ("ac", ["a", "c"])]
    assert hidden(values, sums) & {"ab", "bc", "ac"}


def test_another_table_gives_nothing_away() -> None:
    """Reasons are counted apart, yet their sum is that of rejections and hidings."""
    values: dict[Name, int] = {"reject": 6, "hide": 2, "return": 8, "all": 16, "sum": 8, "spam": 8}
    sums: list[Sum] = [
        ("all", ["reject", "hide", "return"]),
        ("sum", ["reject", "hide"]),
        ("sum", ["spam"]),
    ]
    kept = hidden(values, sums, unshown={"sum"})
    assert "hide" in kept
    assert not ({"reject", "spam"}.isdisjoint(kept))


def test_large_figures_and_zeros_stay() -> None:
    values, sums = table([[5, 0], [9, 12]])
    assert hidden(values, sums) == frozenset()
