"""Tables in pasted text: cells apart by tabs or strokes, as Word and chats give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .marks import BOXES, LEVELS

_EMPTY = re.compile(rf"[\s　_＿{BOXES}()（）\[\]【】0-9.]*")
_CORNER = re.compile(r"项目|内容|指标|评价|题目|序号|方面|事项|问题|类别|选项")
_RULE = re.compile(r"[\s|:\-–—+=]+")


@dataclass
class Table:
    """A table: `columns` and `rows` of a matrix; or `asks`, labels with a place to write beside
    them. `length` is how many lines it takes."""

    length: int
    corner: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)


def at(lines: Sequence[str], start: int) -> Table | None:
    """The table that begins at a line."""
    grid: list[list[str]] = []
    length = 0
    for line in lines[start:]:
        cells = _cells(line)
        if cells is None:
            break
        length += 1
        if not _RULE.fullmatch(line):
            grid.append(cells)
    if length < 2 or len(grid) < 2:
        return None
    return _matrix(grid, length) or _asks(grid, length)


def _cells(line: str) -> list[str] | None:
    if line.count("|") + line.count("｜") >= 2:
        return [one.strip() for one in re.split(r"[|｜]", line.strip().strip("|｜"))]
    if "\t" in line:
        return [one.strip() for one in line.split("\t")]
    return None


def _matrix(grid: list[list[str]], length: int) -> Table | None:
    head, *body = grid
    columns = head[1:]
    is_numbered = bool(columns) and _is_numbered(body)
    if is_numbered:
        head, body = head[1:], [row[1:] for row in body]
        columns = head[1:]
    if len(columns) < 2 or not all(columns):
        return None
    rows = [row for row in body if row and row[0]]
    if not rows or not all(_EMPTY.fullmatch("".join(row[1:])) for row in rows):
        return None
    corner = "" if len(head[0]) <= 4 or _CORNER.search(head[0]) else head[0]
    return Table(length, corner, columns, [_unnumbered(row[0]) for row in rows])


def _is_numbered(body: list[list[str]]) -> bool:
    """Whether the first column only counts."""
    return all(row and re.fullmatch(r"[0-9]{1,3}[.、]?", row[0]) and len(row) > 2 for row in body)


def _asks(grid: list[list[str]], length: int) -> Table | None:
    """Labels beside empty cells."""
    found: list[str] = []
    for row in grid:
        for label, place in zip(row, [*row[1:], ""], strict=True):
            if label and not _EMPTY.fullmatch(label) and _EMPTY.fullmatch(place):
                found.append(_unnumbered(label))
    filled = sum(bool(cell) and not _EMPTY.fullmatch(cell) for row in grid for cell in row)
    if not found or len(found) * 2 < filled:
        return None
    return Table(length, asks=found)


def _unnumbered(words: str) -> str:
    for level in ("number", "number_round", "number_half", "circled", "han"):
        found = LEVELS[level].match(words)
        if found is not None and words[found.end() :].strip():
            return words[found.end() :].strip()
    return words
