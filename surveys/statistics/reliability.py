"""Whether the items of a scale measure one thing: Cronbach's alpha (Psychometrika 16, 1951)."""

from __future__ import annotations

import math
from collections.abc import Sequence

NEGLIGIBLE = 1e-12  # of the items' own variance: a sum that varies less does not vary


def alpha(rows: Sequence[Sequence[float | None]]) -> float | None:
    """Of a row for each person with a number for each item, None where one is missing; people
    with a gap are left out (see complete). At most 1; below 0 where items work against each
    other.

    None with fewer than two items or two people, and where the sum of the items does not vary.
    ValueError when rows differ in length.
    """
    kept = complete(rows)
    if len(kept) < 2:
        return None
    means = [math.fsum(column) / len(kept) for column in zip(*kept, strict=True)]
    apart = [[value - mean for value, mean in zip(row, means, strict=True)] for row in kept]
    items = list(zip(*apart, strict=True))
    return alpha_of_covariances(
        [
            [math.fsum(map(float.__mul__, one, other)) / (len(kept) - 1) for other in items]
            for one in items
        ]
    )


def alpha_of_covariances(covariances: Sequence[Sequence[float]]) -> float | None:
    """Of the items' covariances, a square with their variances on its diagonal. None with fewer
    than two items, and where their sum does not vary."""
    count = len(covariances)
    own = math.fsum(row[at] for at, row in enumerate(covariances))
    total = math.fsum(value for row in covariances for value in row)
    if count < 2 or total <= own * NEGLIGIBLE:
        return None
    return count / (count - 1) * (1 - own / total)


def complete(rows: Sequence[Sequence[float | None]]) -> list[list[float]]:
    """The rows without a gap: how many people alpha speaks of."""
    if len({len(row) for row in rows}) > 1:
        raise ValueError("every row has a number or a gap for each item")
    return [[float(value) for value in row if value is not None] for row in rows if None not in row]
