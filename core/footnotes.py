"""Footnotes of cooked HTML, joined to their places when a page is made.

A text is kept with bare references, <sup class="footnote"></sup>, and at its end a list,
<ol class="footnotes">: the third reference means the third note. No name of an element is kept, so
that none can meet a page's own or another text's; pages give them, from the words themselves.
"""

from __future__ import annotations

import re
from zlib import crc32

from flask import g, has_request_context

from .i18n import _

REFERENCE = '<sup class="footnote"></sup>'
LIST = '<ol class="footnotes">'
_ITEM = re.compile(r"<li( dir=\"rtl\")?>((?s:.*?))</li>")


def parted(html: str) -> tuple[str, str]:
    """The text, and the list of its notes or ""."""
    text, list_, notes = html.rpartition(LIST)
    return (text, list_ + notes) if list_ else (html, "")


def joined(html: str, key: object = "") -> str:
    """Cooked HTML with references that lead to their notes, and ways back; their names begin with
    the key, or else with what follows from the words."""
    if LIST not in html:
        return html
    text, notes = parted(html)
    name = f"note-{key}" if key else _name(html)
    pieces = text.split(REFERENCE)
    items = list(_ITEM.finditer(notes))
    count = min(len(pieces) - 1, len(items))
    written = [pieces[0]]
    for number, piece in enumerate(pieces[1:], 1):
        written += [_reference(name, number) if number <= count else "", piece]
    written.append(LIST)
    for number, item in enumerate(items, 1):
        written.append(_note(name, number, item) if number <= count else item[0])
    return "".join([*written, "</ol>"])


def _reference(name: str, number: int) -> str:
    said = _("注 %(number)s", number=number)
    return (
        # A number does not begin a line.
        f'&#8288;<sup class="footnote"><a id="{name}-r{number}" href="#{name}-{number}" role="doc-noteref"'
        f' aria-label="{said}">[{number}]</a></sup>'
    )


def _note(name: str, number: int, item: re.Match[str]) -> str:
    said = _("回到注 %(number)s 的位置", number=number)
    return (
        f'<li id="{name}-{number}"{item[1] or ""}>{item[2]} <a class="footnotes__back"'
        f' href="#{name}-r{number}" role="doc-backlink" aria-label="{said}">↑</a></li>'
    )


def _name(html: str) -> str:
    """What the names of a text's notes begin with: the same on each page that shows the text, and
    another where one page shows the same text twice."""
    name = f"note-{crc32(html.encode()):08x}"
    if has_request_context():
        used = g.setdefault("footnotes", {})
        used[name] = used.get(name, 0) + 1
        if used[name] > 1:
            name += f"-{used[name]}"
    return name
