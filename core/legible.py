"""A cooked text as one reads it in a thread: long and nested quotations folded, without JavaScript
and whole on paper; a wide table can be scrolled by keys.

Before what is folded stands an empty <details>; while that is closed the style sheet shows only the
first lines of the <blockquote> after it. So the words stay where they are, for search in the page,
for a screen reader and for print, and cooked HTML is kept as it is.
"""

from __future__ import annotations

import re
from html import escape

from . import text
from .i18n import _

LINES = 6  # a quotation of more is folded
WIDTH = 38  # characters of a line
_EDGE = re.compile("<(/?)blockquote(?:>| [^>]*>)")


def legible(html: str) -> str:
    """The cooked HTML with what is to be pressed before quotations that are long, and before those
    that stand in another."""
    if "<table" in html:
        html = html.replace("<table", '<table tabindex="0"')
    return _folded(html) if "<blockquote" in html else html


def _folded(html: str) -> str:
    places = _places(html)
    if not places:
        return html
    face = (
        f'<details class="unfold"><summary><span>{escape(_("展开引用"))}</span>'
        f"<span>{escape(_('收起引用'))}</span></summary></details>"
    )
    parts, last = [], 0
    for place in places:
        parts += [html[last:place], face]
        last = place
    return "".join([*parts, html[last:]])


def _places(html: str) -> list[int]:
    """Where quotations begin that are folded; within one of them nothing more is."""
    places: list[int] = []
    inner: list[int] = []
    depth = start = 0
    for edge in _EDGE.finditer(html):
        if edge[1]:
            depth -= 1
            if depth == 0:
                places += [start] if _is_long(html[start : edge.start()]) else inner
            continue
        depth += 1
        if depth == 1:
            start, inner = edge.start(), []
        elif depth == 2:
            inner.append(edge.start())
    return places


def _is_long(html: str) -> bool:
    lines = [line for line in text.words(html).split("\n") if line.strip()]
    return sum(-(-len(line) // WIDTH) for line in lines) > LINES
