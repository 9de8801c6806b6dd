"""The exact test for tables with few people: every table with the same sums, weighed.

Column by column (the network of Mehta and Patel, JASA 78, 1983, kept in a dictionary): what is
left of the rows after some columns, with each weight that leads there and how many ways do.
Weights are logarithms, so that a group of four can be compared with one of thousands.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from .contingency import Table, margins, without_empty

MOST_STEPS = 5_000  # about 20 ms
MOST_PEOPLE = 1_000_000  # beyond, a weight is not known to EQUAL
EQUAL = 1e-7  # by how much the chances of two tables differ that are the same; as in R
PLACES = 9  # to which weights are kept, so that those of the same value meet


def exact_p(table: Table, most_steps: int = MOST_STEPS) -> float | None:
    """P of all tables with these sums that are no likelier than this one, to eight digits:
    Fisher's test (1922) for 2×2, two-sided, and that of Freeman and Halton (Biometrika 38, 1951)
    for larger ones.

    None when fewer than two rows or columns hold anybody, or it would take more than
    `most_steps`. ValueError as contingency.checked.
    """
    filled = without_empty(table)
    if len(filled) < 2 or len(filled[0]) < 2 or sum(map(sum, filled)) > MOST_PEOPLE:
        return None
    # What is kept in between is as long as the shorter side; the longest column follows of itself.
    columns = [tuple(column) for column in zip(*filled, strict=True)]
    if len(filled) > len(columns):
        columns = [tuple(row) for row in filled]
    columns.sort(key=sum)
    weights = _weights(columns, most_steps)
    if weights is None:
        return None
    top, seen = max(weights), sum(_weight(column) for column in columns)
    chances = {weight: math.exp(weight - top) * often for weight, often in weights.items()}
    as_rare = math.fsum(chances[weight] for weight in chances if weight <= seen + EQUAL)
    return as_rare / math.fsum(chances.values())


def _weights(columns: list[tuple[int, ...]], most_steps: int) -> Counter[float] | None:
    """Of all tables with the sums of these columns: how many have which weight."""
    rows, sums = margins(list(zip(*columns, strict=True)))
    states: dict[tuple[int, ...], Counter[float]] = {tuple(rows): Counter({0.0: 1})}
    steps = 0
    for total in sums[:-1]:
        after: defaultdict[tuple[int, ...], Counter[float]] = defaultdict(Counter)
        for left, weights in states.items():
            for column in _columns(left, total):
                more = _weight(column)
                there = after[tuple(a - b for a, b in zip(left, column, strict=True))]
                for weight, often in weights.items():
                    there[round(weight + more, PLACES)] += often
                steps += len(weights)
                if steps > most_steps:
                    return None
        states = after
    last: Counter[float] = Counter()
    for left, weights in states.items():
        for weight, often in weights.items():
            last[round(weight + _weight(left), PLACES)] += often
    return last


def _columns(left: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """Every way to take `total` from what is left of the rows."""
    if len(left) == 1:
        yield (total,)
        return
    rest = sum(left[1:])
    for count in range(max(0, total - rest), min(left[0], total) + 1):
        for others in _columns(left[1:], total - count):
            yield (count, *others)


def _weight(column: tuple[int, ...]) -> float:
    """The logarithm of in how many ways the people of a column can be shared out like this."""
    return math.lgamma(sum(column) + 1) - math.fsum(math.lgamma(count + 1) for count in column)
