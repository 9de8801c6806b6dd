"""Whom a text speaks to and whom it quotes, found while it is written.

After "@" the longest name that somebody bears is taken, so that no space is needed; of several
people of one name the unit in brackets says which: @张三（组织部）.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from accounts.models import Person
from core import links
from core.db import db
from core.i18n import _
from core.text import TextFault
from moderation import Wording

from .models import Post, Thread

MOST = 20  # people in one text
PLACES = 100  # in which a name is looked for
SHORTEST, LONGEST = 2, 30  # characters of a name
_AT = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\S)")
_UNIT = re.compile(r"[（(]([^（()）]{1,60})[)）]")


@dataclass
class Known:
    """The people whose names follow an "@" somewhere in a text."""

    people: dict[str, list[Person]] = field(default_factory=dict)
    unclear: dict[str, list[str]] = field(default_factory=dict)
    found: set[int] = field(default_factory=set)

    @classmethod
    def among(cls, runs: list[str]) -> Known:
        """One statement, and none where nothing follows an "@"."""
        tails = [run[at.end() : at.end() + LONGEST] for run in runs for at in _AT.finditer(run)]
        names = {
            tail[:length] for tail in tails[:PLACES] for length in range(SHORTEST, len(tail) + 1)
        }
        known = cls()
        if names:
            people = (
                select(Person)
                .join(Person.unit)
                .options(contains_eager(Person.unit))
                .where(Person.name.in_(names), Person.is_active)
                .order_by(Person.id)
            )
            for person in db.session.scalars(people):
                known.people.setdefault(person.name, []).append(person)
        return known

    def places(self, run: str) -> Iterator[links.Place]:
        """Where a run of text speaks to whom."""
        for at in _AT.finditer(run):
            for length in range(LONGEST, SHORTEST - 1, -1):
                name = run[at.end() : at.end() + length]
                if len(name) == length and name in self.people:
                    yield from self._place(run, at.start(), at.end() + length, name)
                    break

    def _place(self, run: str, start: int, end: int, name: str) -> Iterator[links.Place]:
        people = self.people[name]
        if unit := _UNIT.match(run, end):
            there = [one for one in people if _is_of(one, unit[1])]
            if len(there) == 1:
                people, end = there, unit.end()
        if len(people) == 1:
            self.found.add(people[0].id)
            yield start, end, people[0].id
        else:
            self.unclear[name] = [f"@{name}（{one.unit.name}）" for one in people[:8]]


def _is_of(person: Person, words: str) -> bool:
    """Whether somebody may be meant by their unit, or what people call it, or their post."""
    names = (person.unit.name, person.unit.name_en or "", person.title or "")
    return any(words in one for one in names)


def addressed(wording: Wording, thread: Thread | None) -> tuple[Wording, list[list[str]]]:
    """The wording with links to whom it speaks to and whom it quotes in that thread; and, for each
    name that several bear, how to say who is meant. Raises TextFault for too many people."""
    html = links.unlinked(wording.body_html)
    known = Known.among(links.runs(html))
    if known.people:
        html = links.with_people(html, known.places)
    if (count := len(known.found)) > MOST:
        raise TextFault(
            _("一篇里最多提到 %(limit)d 位同志，现在有 %(count)d 位。", limit=MOST, count=count)
        )
    if thread is not None and (heads := links.quotations(html)):
        html = links.with_quotations(html, _posts(thread, heads))
    return replace(wording, body_html=html), list(known.unclear.values())


def _posts(thread: Thread, heads: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The public posts of a thread by author and number, of those that are named."""
    numbers = sorted({number for _name, number in heads})[:PLACES]
    rows = db.session.execute(
        select(Post.id, Post.number, Person.name)
        .join(Person, Person.id == Post.author_id)
        .where(
            Post.thread_id == thread.id,
            Post.number.in_(numbers),
            Post.public_revision_id.is_not(None),
        )
    )
    return {(row.name, row.number): row.id for row in rows}
