"""A Word document as the lines that somebody would have pasted: tables with tabs between cells."""

from __future__ import annotations

from collections.abc import Iterator

from core import text, word
from core.document import Block
from core.document.block import BREAK


def text_of(data: bytes) -> str:
    """The lines of a .docx. Raises core.files.FileFault and core.text.TextFault."""
    cooked = text.cook(word.read(data).html, "html")
    return "\n".join(_lines(text.document_of(cooked)))


def _lines(block: Block, depth: int = 0) -> Iterator[str]:
    if block.tag == "table":
        yield from (_row(row) for row in _rows(block))
    elif block.tag in ("ol", "ul"):
        for at, item in enumerate(block.children, block.start):
            first, *others = list(_lines(item, depth + 1)) or [""]
            yield f"{_sign(block, at, depth)}{first}"
            yield from others
    elif block.children:
        for one in block.children:
            yield from _lines(one, depth)
    else:
        yield from block.text().split(BREAK)


def _sign(block: Block, at: int, depth: int) -> str:
    """As somebody would have typed it: questions numbered, what stands below them lettered."""
    if block.tag == "ul":
        return "□ "
    return f"{at}. " if not depth else f"{chr(ord('A') + (at - 1) % 26)}. "


def _rows(block: Block) -> Iterator[Block]:
    for one in block.children:
        if one.tag == "tr":
            yield one
        else:
            yield from _rows(one)


def _row(row: Block) -> str:
    return "\t".join(" ".join(_lines(cell)).replace("\t", " ").strip() for cell in row.children)
