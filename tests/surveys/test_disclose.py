"""No cell below the threshold, shown or worked out: random tables against linear programs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import disclosure
from surveys.disclosure import THRESHOLD, Earlier, Table
from tests.surveys.auditor import Knowledge

# The county by education table of FCSM Working Paper 22, as reference tables quote it.
COUNTIES = [[15, 1, 3, 1], [20, 10, 10, 15], [3, 10, 10, 2], [12, 14, 7, 2]]

few = st.one_of(st.integers(0, 9), st.integers(0, 60))


def of_parts(counts: list[int], held: Any) -> Knowledge:
    """What a line shows: the sum, and what is not kept back."""
    known = Knowledge()
    known.told(range(len(counts)), sum(counts))
    for place, count in enumerate(counts):
        if place not in held:
            known.told([place], count)
    return known


def of_table(table: Table, held: Any) -> Knowledge:
    known = Knowledge()
    for column in range(table.width):
        total = sum(line[column] for line in table.counts)
        known.told([(row, column) for row in range(len(table.counts))], total)
    for row, line in enumerate(table.counts):
        if row not in table.loose:
            known.told([(row, column) for column in range(table.width)], sum(line))
    for row, column, count in table.cells():
        if (row, column) not in held:
            known.told([(row, column)], count)
    return known


def truth(table: Table) -> dict[Any, int]:
    return {(row, column): count for row, column, count in table.cells()}


# --- A line --------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(few, min_size=1, max_size=8))
def test_nothing_small_follows_from_a_line(counts: list[int]) -> None:
    held = disclosure.held_of_parts(counts)
    assert not [at for at, count in enumerate(counts) if 0 < count < THRESHOLD and at not in held]
    if sum(counts) >= THRESHOLD:
        assert of_parts(counts, held).found(dict(enumerate(counts)), THRESHOLD) == []


def test_one_small_count_takes_the_least_of_the_others_with_it() -> None:
    assert disclosure.held_of_parts([40, 3, 9, 20]) == {1, 2}


def test_small_counts_that_make_enough_together_stay_alone() -> None:
    assert disclosure.held_of_parts([40, 3, 2, 20]) == {1, 2}
    assert disclosure.held_of_parts([40, 3, 1, 20]) == {1, 2, 3}


def test_line_without_small_counts_is_shown_whole() -> None:
    assert disclosure.held_of_parts([5, 0, 17, 40]) == frozenset()


batches_of_six = st.lists(st.lists(few, min_size=6, max_size=6), min_size=1, max_size=4)


def showings(batches: list[list[int]]) -> list[list[int]]:
    """The totals after each batch that was shown: at least THRESHOLD more than the one before."""
    found: list[list[int]] = []
    counts = [0] * 6
    for batch in batches:
        counts = [one + more for one, more in zip(counts, batch, strict=True)]
        if sum(counts) - sum(found[-1] if found else [0]) >= THRESHOLD:
            found.append(counts)
    return found


def batches_between(shown: list[list[int]]) -> dict[Any, int]:
    befores = [[0] * 6, *shown]
    return {
        (at, number): counts[at] - befores[number][at]
        for number, counts in enumerate(shown)
        for at in range(6)
    }


@settings(deadline=None)
@given(batches_of_six)
def test_nothing_small_follows_from_what_was_shown_before(batches: list[list[int]]) -> None:
    """Each showing together with every earlier one, for whoever kept them all."""
    shown = showings(batches)
    known, earlier = Knowledge(), []
    for number, counts in enumerate(shown):
        held = disclosure.held_of_parts(counts, earlier)
        earlier.append(Earlier(counts, held))
        known.told([(at, past) for at in range(6) for past in range(number + 1)], sum(counts))
        for at in set(range(6)) - held:
            known.told([(at, past) for past in range(number + 1)], counts[at])
    assert known.found(batches_between(shown), THRESHOLD) == []


@settings(deadline=None)
@given(batches_of_six)
def test_nothing_small_follows_from_how_values_were_merged_before(batches: list[list[int]]) -> None:
    shown = showings(batches)
    known = Knowledge()
    for number, counts in enumerate(shown):
        for low, high in disclosure.merged(counts, shown[:number]):
            cells = [(at, past) for at in range(low, high + 1) for past in range(number + 1)]
            known.told(cells, sum(counts[low : high + 1]))
    assert known.found(batches_between(shown), THRESHOLD) == []


def test_option_that_grew_by_three_is_kept_back_and_another_with_it() -> None:
    before = Earlier([20, 20, 20])
    assert disclosure.held_of_parts([23, 28, 21], [before]) >= {0, 2}
    assert disclosure.held_of_parts([25, 28, 20], [before]) == frozenset()


def test_what_grew_by_few_is_kept_back_before_anything_else() -> None:
    assert disclosure.held_of_parts([40, 60, 203], [Earlier([20, 20, 200])]) == {0, 2}


# --- Several choices -----------------------------------------------------------------------


def test_choice_is_kept_back_where_few_made_it_or_all_but_few() -> None:
    assert disclosure.held_of_choices([0, 3, 20, 38, 40], 40) == {1, 3}


def test_choice_is_kept_back_where_few_more_made_it_since_it_was_shown() -> None:
    before = (Earlier([20, 10]), 40)
    assert disclosure.held_of_choices([23, 20], 60, [before]) == {0}
    assert disclosure.held_of_choices([37, 20], 60, [before]) == {0}


# --- Values in order -----------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(few, min_size=1, max_size=12))
def test_merged_values_hold_everybody_once_and_none_is_small(counts: list[int]) -> None:
    groups = disclosure.merged(counts)
    assert [place for low, high in groups for place in range(low, high + 1)] == list(
        range(len(counts))
    )
    totals = [sum(counts[low : high + 1]) for low, high in groups]
    if sum(counts) >= THRESHOLD:
        assert not any(map(disclosure.is_small, totals))


def test_values_are_merged_no_further_than_they_must() -> None:
    assert disclosure.merged([6, 2, 3, 9]) == [(0, 0), (1, 2), (3, 3)]
    assert disclosure.merged([6, 0, 0, 9]) == [(0, 0), (1, 1), (2, 2), (3, 3)]


@settings(deadline=None)
@given(st.lists(few, min_size=2, max_size=10))
def test_mean_does_not_say_how_merged_values_divide(counts: list[int]) -> None:
    if sum(counts) < THRESHOLD:
        return
    tally = [(float(value), often) for value, often in enumerate(counts) if often]
    groups = [
        [float(value) for value in range(low, high + 1)] for low, high in disclosure.merged(counts)
    ]
    places = disclosure.decimals_of_mean(tally, groups)
    known = Knowledge()
    for group in groups:
        known.told(group, sum(counts[int(value)] for value in group))
    if places is not None:
        answered = sum(counts)
        told = round(sum(value * often for value, often in tally) / answered, places)
        low, high = told - 0.5 * 10**-places, told + 0.5 * 10**-places
        values = {value: value for group in groups for value in group}
        known.within.append((values, low * answered, high * answered))
    assert known.found({float(at): count for at, count in enumerate(counts)}, THRESHOLD) == []


def test_mean_is_told_in_full_where_no_value_is_rare() -> None:
    assert disclosure.decimals_of_mean([(1.0, 5), (2.0, 8)], [[1.0], [2.0]]) == 2


def test_mean_that_would_tell_how_two_values_divide_is_not_told() -> None:
    tally = [(1.0, 2), (2.0, 4), (3.0, 10)]
    assert disclosure.decimals_of_mean(tally, [[1.0, 2.0], [3.0]]) != 2


# --- A table -------------------------------------------------------------------------------


def test_known_table_needs_three_cells_more() -> None:
    held = disclosure.held_of_table(Table(COUNTIES))
    assert held is not None
    assert len(held) == 6 + 3
    assert of_table(Table(COUNTIES), held).found(truth(Table(COUNTIES)), THRESHOLD) == []


def test_auditor_finds_all_six_where_only_the_small_ones_are_kept_back() -> None:
    table = Table(COUNTIES)
    small = {(row, column) for row, column, count in table.cells() if 0 < count < THRESHOLD}
    assert len(of_table(table, small).found(truth(table), THRESHOLD)) == 6


def drawn(chance: random.Random) -> Table:
    rows, columns = chance.randint(2, 6), chance.randint(2, 6)
    most = chance.choice([6, 12, 40])
    counts = [[chance.randint(0, most) for _column in range(columns)] for _row in range(rows)]
    totals = [sum(line) for line in counts]
    return Table(counts, disclosure.held_of_parts(totals))


@pytest.mark.parametrize("seed", range(60))
def test_nothing_small_follows_from_a_table(seed: int) -> None:
    audit(random.Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 3_000))
def test_nothing_small_follows_from_many_tables(seed: int) -> None:
    audit(random.Random(seed))


def audit(chance: random.Random) -> None:
    table = drawn(chance)
    held = disclosure.held_of_table(table)
    if held is None:
        return
    shown = [count for row, column, count in table.cells() if (row, column) not in held]
    assert not any(map(disclosure.is_small, shown))
    assert of_table(table, held).found(truth(table), THRESHOLD) == []


@settings(deadline=None)
@given(st.lists(few, min_size=1, max_size=10))
def test_pooled_groups_hold_everybody_once_and_none_is_small(sizes: list[int]) -> None:
    groups = disclosure.pooled(sizes)
    assert sorted(at for group in groups for at in group) == [
        at for at, size in enumerate(sizes) if size
    ]
    totals = [sum(sizes[at] for at in group) for group in groups]
    assert len(totals) == 1 or not any(map(disclosure.is_small, totals))
