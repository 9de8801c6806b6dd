"""Links of cooked HTML to our own pages: a person's (/people/7) and a text's (/posts/12).

People do not write them: they are made when a text is written, from a name after "@" and from a
quotation that says whose words it repeats. What looks like one in what came in is undone first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .text import REL

Place = tuple[int, int, int]
"""Start and end of a stretch of a run of text, and the number that it leads to."""

_LINK = re.compile(r'<a href="/(people|posts)/([1-9][0-9]{0,9})"[^>]*>((?s:.*?))</a>')
_PIECE = re.compile(r'<(/?)([a-z0-9]+)(?:"[^"]*"|[^">])*>|[^<]+')
_QUOTED = re.compile(r"(<blockquote[^>]*><p[^>]*>)([^<]{1,80}) #([1-9][0-9]{0,5})(?=<br>|</p>)")
_APART = frozenset({"a", "code", "pre", "blockquote"})  # nobody is spoken to there


def unlinked(html: str) -> str:
    """Cooked HTML without links to our own pages; their words stay."""
    return _LINK.sub(r"\3", html)


def linked_to(html: str, kind: str) -> list[int]:
    """The numbers of the "people" or "posts" that cooked HTML leads to, each once, in order."""
    return list(dict.fromkeys(int(one[2]) for one in _LINK.finditer(html) if one[1] == kind))


def runs(html: str) -> list[str]:
    """The runs of text of cooked HTML outside quotations, code and links; escaped as they stand."""
    return [run for run, is_open in _pieces(html) if is_open]


def with_people(html: str, places: Callable[[str], Iterable[Place]]) -> str:
    """Cooked HTML with links to people where `places` finds them in a run of text."""
    written: list[str] = []
    for piece, is_open in _pieces(html):
        done = 0
        for start, end, number in places(piece) if is_open else ():
            written += [piece[done:start], _link("people", number, piece[start:end])]
            done = end
        written.append(piece[done:])
    return "".join(written)


def quotations(html: str) -> set[tuple[str, int]]:
    """Whose words are quoted: the name and the number that each quotation begins with."""
    return {(one[2], int(one[3])) for one in _QUOTED.finditer(html)}


def with_quotations(html: str, posts: dict[tuple[str, int], int]) -> str:
    """Cooked HTML in which the head of a quotation leads to the text that it repeats."""

    def write(head: re.Match[str]) -> str:
        post = posts.get((head[2], int(head[3])))
        said = f"{head[2]} #{head[3]}"
        return head[1] + (_link("posts", post, said) if post else said)

    return _QUOTED.sub(write, html)


def _pieces(html: str) -> Iterator[tuple[str, bool]]:
    """Tags and runs of text, and whether somebody may be spoken to in it."""
    depth = 0
    for piece in _PIECE.finditer(html):
        if piece[2] in _APART:
            depth += -1 if piece[1] else 1
        yield piece[0], piece[2] is None and not depth


def _link(kind: str, number: int, words: str) -> str:
    return f'<a href="/{kind}/{number}" rel="{REL}">{words}</a>'
