"""Cells that are joined: Word says of each lower one that it goes on, HTML how many rows it covers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cell:
    column: int  # in which it begins
    columns: int
    html: str
    is_head: bool
    goes_on: bool = False
    rows: int = 1


def spanned(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The rows without the cells that only go on, which those above them cover."""
    above: dict[int, Cell] = {}
    kept: list[list[Cell]] = []
    for row in rows:
        here: dict[int, Cell] = {}
        own: list[Cell] = []
        for cell in row:
            upper = above.get(cell.column)
            if cell.goes_on and upper is not None and upper.columns == cell.columns:
                upper.rows += 1
                upper.html += cell.html
                here[cell.column] = upper
            else:
                own.append(cell)
                here[cell.column] = cell
        above = here
        kept.append(own)
    return kept
