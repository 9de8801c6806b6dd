"""The parts of a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from ..characters import sweep

NESTING_LIMIT = 12  # blocks in blocks

Marks = tuple[tuple[str, str], ...]  # (("strong", ""), ("a", "https://…"))
Run = tuple[str, Marks]
OUR_PAGES = r"/(?:people|posts)/[1-9][0-9]{0,9}"  # which core/links.py makes
BREAK = "\u2028"  # a line break inside a run; `sweep` lets none in from outside

# A picture or a reference to a footnote inside a run, whose mark says which; let in no more than
# BREAK.
OBJECT = "\u2029"


class TooIntricate(ValueError):
    """Nested too deeply, or made of too many parts."""


@dataclass(slots=True)
class Block:
    """A paragraph or heading with runs of text, or a container with blocks."""

    tag: str
    parent: Block | None = None
    children: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    align: str = ""
    indent: int = 0
    is_rtl: bool = False
    start: int = 1
    colspan: int = 1
    rowspan: int = 1
    is_head: bool = False
    level: int = 0  # of a word processor's imitated list item
    marker: str = ""
    notes: list[list[Run]] = field(default_factory=list)  # the footnotes of a whole document

    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


LEAVES = frozenset({"p", "pre", "h1", "h2", "h3", "h4"})


_OURS = re.compile("/files/([1-9][0-9]{0,8})")
_SIDE = re.compile("[1-9][0-9]{0,3}")
ALT_LIMIT = 200


def picture(given: dict[str, str], allowed: Collection[int]) -> str:
    """The attributes of a picture as they are written, if it is a file of ours that is allowed,
    else ""."""
    found = _OURS.fullmatch(given.get("src", "").strip())
    if found is None or int(found[1]) not in allowed:
        return ""
    alt = sweep(given.get("alt", "")).translate({ord("<"): " ", ord(">"): " "})
    alt = " ".join(alt.split())[:ALT_LIMIT].rstrip()
    sides = {name: given.get(name, "") for name in ("width", "height")}
    written = "".join(
        f' {name}="{value}"' for name, value in sides.items() if _SIDE.fullmatch(value)
    )
    return f'src="{found[0]}" alt="{escape(alt)}"{written}'


def link(address: str, is_sound: Callable[[str], bool]) -> str:
    """The address if a reader may follow it (http, https with a host; mailto; a page of ours),
    else ""."""
    address = "".join(sweep(address).split())
    if re.fullmatch(OUR_PAGES, address):
        return address
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        may_follow = bool(host) and not parts.username and "\\" not in address
    else:
        may_follow = parts.scheme == "mailto" and "@" in parts.path
    return address if may_follow and is_sound(address) else ""
