"""Reading plain text."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..characters import is_right_to_left, sweep
from .block import BREAK, NESTING_LIMIT, Block, Run, TooIntricate, link
from .runs import SPACES

LINE_LIMIT = 6_000

# ASCII only: a Chinese character or mark after an address ends it.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.IGNORECASE)


def read_plain(source: str, is_sound: Callable[[str], bool]) -> Block:
    """Plain text: blank lines part paragraphs, "> " quotes, addresses become links."""
    if source.count("\n") > LINE_LIMIT:
        raise TooIntricate
    root = Block("body")
    _read_lines(sweep(source).split("\n"), root, 0, is_sound)
    return root


def _read_lines(
    lines: list[str], container: Block, depth: int, is_sound: Callable[[str], bool]
) -> None:
    open_lines: list[str] = []
    quoted: list[str] = []

    def end_paragraph() -> None:
        if open_lines:
            block = Block("p", container)
            for number, line in enumerate(open_lines):
                block.runs += [(BREAK, ())] if number else []
                block.runs += _linked(line, is_sound)
            block.is_rtl = is_right_to_left(block.text())
            container.children.append(block)
            open_lines.clear()

    def end_quotation() -> None:
        if quoted:
            block = Block("blockquote", container)
            _read_lines(quoted, block, depth + 1, is_sound)
            if block.children:
                container.children.append(block)
            quoted.clear()

    for line in lines:
        line = SPACES.sub(" ", line).rstrip(" \u3000").lstrip(" ")
        if depth < NESTING_LIMIT - 1 and (line.startswith("> ") or line == ">"):
            end_paragraph()
            quoted.append(line[2:])
            continue
        end_quotation()
        if line:
            open_lines.append(line)
        else:
            end_paragraph()
    end_paragraph()
    end_quotation()


def _linked(line: str, is_sound: Callable[[str], bool]) -> list[Run]:
    runs: list[Run] = []
    position = 0
    for found in _ADDRESS.finditer(line):
        address = _without_tail(found[0])
        if not link(address, is_sound):
            continue
        if found.start() > position:
            runs.append((line[position : found.start()], ()))
        runs.append((address, (("a", address),)))
        position = found.start() + len(address)
    if position < len(line):
        runs.append((line[position:], ()))
    return runs


def _without_tail(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    surplus = {close: address.count(close) - address.count(open) for open, close in ("()", "[]")}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in ".,;:!?'&":
            break
        end -= 1
    return address[:end]
