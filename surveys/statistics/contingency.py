"""Tables of counts: rows are groups, columns what they chose; what they would be by chance."""

from __future__ import annotations

from collections.abc import Sequence

Table = Sequence[Sequence[int]]

ENOUGH = 5  # Cochran, Biometrics 10 (1954): expected counts that chi-square can stand
FEW = 1


def checked(table: Table) -> list[list[int]]:
    """The table as lists. ValueError when rows differ in length or a count is negative."""
    rows = [list(row) for row in table]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the rows of a table are equally long")
    if any(count < 0 for row in rows for count in row):
        raise ValueError("a count is 0 or more")
    return rows


def margins(table: Table) -> tuple[list[int], list[int]]:
    """The sums of the rows and of the columns."""
    return [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]


def without_empty(table: Table) -> list[list[int]]:
    """The table without rows and columns in which nobody is: they say nothing."""
    rows, columns = margins(checked(table))
    return [
        [count for count, column in zip(line, columns, strict=True) if column]
        for line, row in zip(table, rows, strict=True)
        if row
    ]


def expected(table: Table) -> list[list[float]]:
    """What each cell would hold if rows and columns had nothing to do with each other; zeros
    when nobody is in it."""
    rows, columns = margins(checked(table))
    total = sum(rows)
    return [[row * column / total if total else 0.0 for column in columns] for row in rows]


def is_dense(table: Table) -> bool:
    """Whether chi-square can be trusted: at most a fifth of the expected counts is below ENOUGH,
    so none of four, and none is below FEW (Cochran 1954). Empty rows and columns do not count.
    A table of no cell is not dense."""
    cells = [cell for row in expected(without_empty(table)) for cell in row]
    low = sum(cell < ENOUGH for cell in cells)
    return bool(cells) and low * 5 <= len(cells) and min(cells) >= FEW
