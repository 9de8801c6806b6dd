"""Runs of text: white space folded, lines parted, what nobody sees swept out."""

from __future__ import annotations

import re

from ..characters import sweep
from .block import BREAK, Marks, Run

SPACES = re.compile(r"[ \t\r\n\f\xa0]+")


def paragraphs(tag: str, runs: list[Run]) -> list[list[Run]]:
    """The runs with spaces folded, cut where two line breaks meet; none for empty text."""
    merged: list[Run] = []
    for text, marks in runs:
        if merged and merged[-1][1] == marks:
            merged[-1] = (merged[-1][0] + text, marks)
        else:
            merged.append((text, marks))
    if tag == "pre":
        text = sweep("".join(text for text, _ in merged)).replace("\xa0", " ").strip("\n")
        return [[(text, ())]] if text.strip() else []
    merged = [(text if is_object(marks) else _swept(text), marks) for text, marks in merged]
    if tag != "p":  # a heading is bold by itself
        merged = [(text, tuple(m for m in marks if m[0] != "strong")) for text, marks in merged]
    lines = _fold(merged)
    found: list[list[Run]] = []
    fresh = True
    for line in lines:
        if not line:
            fresh = True
        elif fresh:
            found.append(line)
            fresh = False
        else:
            found[-1] += [(BREAK, ()), *line]
    return found


def is_object(marks: Marks) -> bool:
    """Whether a run is pictures, one for each of its characters, or a reference to a footnote."""
    return bool(marks) and marks[0][0] in ("img", "note")


def _swept(text: str) -> str:
    """Swept but for our own breaks, which `sweep` would make newlines."""
    return BREAK.join(map(sweep, text.split(BREAK)))


_PIECE = re.compile(rf"[ \t\r\n\f\xa0]+|{BREAK}|[^ \t\r\n\f\xa0{BREAK}]+")
WIDE = re.compile(
    "[\u2029\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def _fold(runs: list[Run]) -> list[list[Run]]:
    """Lines of runs: white space folded to one space, none at a line's ends.

    A line end of the source between two Chinese characters is no space: word processors wrap
    their HTML at column 80.
    """
    lines: list[list[tuple[list[str], Marks]]] = [[]]
    last = ""  # the last character of the line so far
    waiting: tuple[list[str], str] | None = None  # white space, and the run it stands in
    for text, marks in runs:
        parts: list[str] = []
        lines[-1].append((parts, marks))
        for piece in _PIECE.findall(text):
            if piece == BREAK:
                last, waiting, parts = "", None, []
                lines.append([(parts, marks)])
            elif SPACES.match(piece):
                if waiting is None or "\n" not in piece:
                    waiting = (parts, piece)
            else:
                if waiting and last:
                    wraps = "\n" in waiting[1] and WIDE.match(last) and WIDE.match(piece)
                    if not wraps:
                        waiting[0].append(" ")
                parts.append(piece)
                last, waiting = piece[-1], None
    return [[("".join(parts), marks) for parts, marks in line if any(parts)] for line in lines]
