"""Lists that a word processor only imitates: paragraphs with a marker in front."""

from __future__ import annotations

import re

from ..characters import is_right_to_left
from .block import Block
from .runs import WIDE

_BULLET = re.compile(r"[^\w\s]|[a-zA-Z\u00d8\u00fc\u00a7\u00b7\ue000-\uf8ff]")
_COUNTED = re.compile(r"([1-9][0-9]{0,3})[.)\uff0e\uff09]")


def gather_lists(container: Block) -> None:
    """Make lists of paragraphs that only look like list items.

    Bullets and "1." become lists; 一、（一）（1） and the like stay in the text, since readers
    cite them ("第（三）项") and a list would number them otherwise.
    """
    kept: list[Block] = []
    stack: list[tuple[int, Block]] = []  # (level, list) of the lists that are open
    for block in container.children:
        if block.children:
            gather_lists(block)
        counted = _COUNTED.fullmatch(block.marker)
        bullet = not block.marker or _BULLET.fullmatch(block.marker)
        if block.level and block.tag == "p" and (counted or bullet):
            tag, number = ("ol", int(counted[1])) if counted else ("ul", 1)
            _add_item(kept, stack, block, tag, number)
            continue
        stack.clear()
        if block.marker:
            spaced = "" if WIDE.match(block.marker[-1]) else " "
            block.runs.insert(0, (block.marker + spaced, ()))
            block.is_rtl = block.is_rtl or is_right_to_left(block.text())
        block.marker, block.level = "", 0
        kept.append(block)
    container.children = kept


def _add_item(
    kept: list[Block], stack: list[tuple[int, Block]], block: Block, tag: str, number: int
) -> None:
    while stack and stack[-1][0] > block.level:
        stack.pop()
    fits = bool(stack) and stack[-1][0] == block.level
    if fits:
        listing = stack[-1][1]
        expected = listing.start + len(listing.children)
        if listing.tag != tag or (tag == "ol" and number != expected):
            stack.pop()
            fits = False
    if not fits:
        listing = Block(tag, start=number)
        (stack[-1][1].children[-1].children if stack else kept).append(listing)
        stack.append((block.level, listing))
    block.level, block.marker, block.indent, block.align = 0, "", 0, ""
    listing.children.append(Block("li", children=[block]))
