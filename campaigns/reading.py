"""A notice set for reading: its parts in order, the contents beside it, its terms explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .models import CampaignNotice, GlossaryTerm, NoticeParagraph

SECTION = 1
SUBSECTION = 2


@dataclass
class Section:
    """A part of the notice: its heading (None: what stands before the first) and its paragraphs."""

    head: NoticeParagraph | None
    paragraphs: list[NoticeParagraph] = field(default_factory=list)


@dataclass
class Entry:
    """A heading in the contents and those below it."""

    path: str
    label: str
    heading: str
    below: list[Entry] = field(default_factory=list)


def contents_of(headings: Iterable[Sequence[Any]]) -> list[Entry]:
    """Contents out of (path, level, label, heading): sections and what stands right below them."""
    found: list[Entry] = []
    for path, level, label, heading in headings:
        if not heading or level > SUBSECTION:
            continue
        entry = Entry(path, label, heading)
        is_below = level == SUBSECTION and found and path.startswith(f"{found[-1].path}-")
        (found[-1].below if is_below else found).append(entry)
    return found


class Book:
    """What the notice's page shows. Terms with an explanation are marked where they first stand."""

    def __init__(self, notice: CampaignNotice, terms: Sequence[GlossaryTerm]) -> None:
        self.notice = notice
        self.terms = [one for one in terms if one.explanation]
        self.sections = list(self._sections())
        self._unmarked = {one.term: one.id for one in self.terms}

    @property
    def contents(self) -> list[Entry]:
        """The headings of sections, each with those right below it."""
        return contents_of(
            (one.path, one.level, one.label, one.heading) for one in self.notice.paragraphs
        )

    def pieces(self, text: str) -> list[tuple[str, int | None]]:
        """The text in pieces; a piece that is a term, met for the first time, has its id."""
        if not self._unmarked:
            return [(text, None)]
        longest_first = sorted(self._unmarked, key=len, reverse=True)
        pieces: list[tuple[str, int | None]] = []
        for piece in re.split(f"({'|'.join(map(re.escape, longest_first))})", text):
            if piece:
                pieces.append((piece, self._unmarked.pop(piece, None)))
        return pieces

    def _sections(self) -> Iterator[Section]:
        section = Section(None)
        for one in self.notice.paragraphs:
            if one.level == SECTION:
                if section.head or section.paragraphs:
                    yield section
                section = Section(one)
            else:
                section.paragraphs.append(one)
        yield section
