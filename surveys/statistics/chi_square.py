"""Whether rows and columns go together by more than chance, how strongly, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .contingency import Table, checked, expected, margins, without_empty
from .distributions import chi_square_tail


@dataclass(frozen=True)
class ChiSquare:
    """Pearson's statistic, its degrees of freedom, and how often chance alone gives as much."""

    value: float
    freedom: int
    p: float


def chi_square(table: Table, *, is_corrected: bool = False) -> ChiSquare | None:
    """Pearson's test (1900) of independence; empty rows and columns are left out.

    With `is_corrected` a table of 2×2 has Yates's correction (1934), any other has none. None
    when fewer than two rows or columns hold anybody. ValueError as contingency.checked.
    """
    filled = without_empty(table)
    if (freedom := _freedom(filled)) == 0:
        return None
    slack = 0.5 if is_corrected and freedom == 1 else 0.0
    value = math.fsum(
        max(0.0, abs(count - chance) - slack) ** 2 / chance
        for row, chances in zip(filled, expected(filled), strict=True)
        for count, chance in zip(row, chances, strict=True)
    )
    return ChiSquare(value, freedom, chi_square_tail(value, freedom))


def cramers_v(table: Table) -> float | None:
    """Cramér's V (1946), from 0 to 1, of the uncorrected statistic. None as chi_square."""
    found, filled = chi_square(table), without_empty(table)
    if found is None:
        return None
    total = sum(map(sum, filled))
    return min(1.0, math.sqrt(found.value / total / (min(len(filled), len(filled[0])) - 1)))


def residuals(table: Table) -> list[list[float | None]]:
    """Of each cell, in the table's own shape, by how many standard errors it departs from chance
    (Haberman, Biometrics 29, 1973); beyond ±2 is worth a look. None where nothing can depart:
    its row or column is empty, or holds everybody."""
    rows, columns = margins(checked(table))
    total = sum(rows)

    def departs(count: int, row: int, column: int) -> float | None:
        if not (0 < row < total and 0 < column < total):
            return None
        chance = row * column / total
        error = math.sqrt(chance * (1 - row / total) * (1 - column / total))
        return (count - chance) / error

    return [
        [departs(count, row, column) for count, column in zip(line, columns, strict=True)]
        for line, row in zip(table, rows, strict=True)
    ]


def _freedom(filled: Table) -> int:
    return (len(filled) - 1) * (len(filled[0]) - 1) if filled else 0
