"""Covering passages of cooked HTML: what stood there is gone, and how long it was with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from urllib.parse import unquote

MARK = "▇▇▇"
_PIECE = re.compile(r"<[^>]*>|[^<]+")
_HREF = re.compile(r' href="([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')
# Tags that stand within a line; every other one ends it.
_INLINE = frozenset({"strong", "em", "u", "s", "sub", "sup", "code", "a"})


def pattern(passage: str) -> re.Pattern[str]:
    """Where a passage stands: in any case, with any white space of the same line."""
    return re.compile(r"[^\S\n]+".join(map(re.escape, passage.split())), re.IGNORECASE)


def cover_line(line: str, passages: Sequence[str]) -> str:
    """A line without markup with every passage covered."""
    spans = _spans(line, passages)
    for start, end in reversed(spans):
        line = line[:start] + MARK + line[end:]
    return line


def cover(html: str, passages: Sequence[str]) -> str:
    """HTML that `core.text.cook` made with every passage covered, within and across its tags.

    A link whose words or address hold a passage leads nowhere any more.
    """
    pieces = _PIECE.findall(html)
    words = [_words(piece) for piece in pieces]
    spans = _spans("".join(words), passages)
    written: list[str] = []
    place, link = 0, -1
    for piece, text in zip(pieces, words, strict=True):
        if piece.startswith("<"):
            written.append(_without_address(piece, passages))
            link = len(written) - 1 if piece.startswith("<a") else -1 if piece == "</a>" else link
        else:
            kept = _kept(text, place, spans)
            if link >= 0 and kept != text:
                written[link] = _HREF.sub("", written[link])
            written.append(escape(kept, quote=False))
        place += len(text)
    return "".join(written)


def _words(piece: str) -> str:
    if not piece.startswith("<"):
        return unescape(piece)
    return "" if piece.strip("</>").partition(" ")[0] in _INLINE else "\n"


def _spans(text: str, passages: Sequence[str]) -> list[tuple[int, int]]:
    """Where any passage stands, in order; those that meet are one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(one.span() for p in passages for one in pattern(p).finditer(text)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _kept(text: str, place: int, spans: list[tuple[int, int]]) -> str:
    """What stays of a piece that begins at `place`; the mark stands where a span begins."""
    written: list[str] = []
    done = 0
    for start, end in spans:
        first, last = max(start - place, 0), min(end - place, len(text))
        if first < last:
            written += [text[done:first], MARK if start >= place else ""]
            done = last
    return "".join([*written, text[done:]])


def _without_address(tag: str, passages: Sequence[str]) -> str:
    said = _ALT.search(tag)
    if said is not None and any(pattern(p).search(unescape(said[1])) for p in passages):
        tag = _ALT.sub(' alt=""', tag)
    found = _HREF.search(tag)
    if found is None:
        return tag
    address = unescape(found[1])
    is_named = any(pattern(p).search(one) for p in passages for one in (address, unquote(address)))
    return _HREF.sub("", tag) if is_named else tag
