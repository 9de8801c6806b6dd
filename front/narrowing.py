"""What a search is narrowed to, as the address says it: read, shown as chips, taken off again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import select

from accounts import meant
from accounts.days import read_day
from accounts.meant import Named
from accounts.models import Unit
from core import clock, i18n, search
from core.db import db
from core.i18n import _
from core.policy import Actor
from core.search import Filters, Reach

NAMESAKES = 20  # units of one name whose texts are looked through
OFFERED = 6  # people whose texts are offered
NOBODY = "none"  # the mark of nothing


@dataclass(frozen=True)
class Chip:
    """A filter that is set: what it says, and the page without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Offered:
    """Somebody whose texts the reader may mean, and the search among these."""

    name: str
    unit: str
    url: str


@dataclass(frozen=True)
class Asked:
    """A search as it was asked: the words, the values of its fields, the filters they make, and
    the people who may be meant by a word or by the author's name."""

    words: str
    values: dict[str, str]
    filters: Filters
    chips: list[Chip]
    reach: Reach
    people: list[Offered]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked: no word, and no filter that marks anything."""
        return not (self.words or self.filters.marks)

    def with_kind(self, kind: str | None) -> str:
        """The first page of the same search among one kind, or (None) among all."""
        return url_for("front.find", **dict[str, Any](self.values | {"kind": kind}))


def read(args: Mapping[str, str], words: str, actor: Actor) -> Asked:
    """What the address asks for; what it cannot mean, or the actor may not know, is left out.

    Two statements, and one for a unit.
    """
    reading = _Reading(args, words, search.reach(actor), actor)
    reading.kind()
    reading.choices()
    reading.author()
    reading.unit()
    reading.days()
    reading.switches()
    values = {"q": words, **reading.values} if words else dict(reading.values)
    chips = [Chip(label, _without(values, name)) for name, label in reading.labels.items()]
    filters = Filters(marks=tuple(reading.marks), **reading.more)
    return Asked(words, values, filters, chips, reading.reach, reading.offered(values))


class _Reading:
    def __init__(self, args: Mapping[str, str], words: str, reach: Reach, actor: Actor) -> None:
        self.args, self.words, self.reach, self.actor = args, words, reach, actor
        self.people: list[Named] = []
        self.values: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.marks: list[tuple[str, ...]] = []
        self.more: dict[str, Any] = {}

    def _said(self, name: str) -> str:
        return " ".join(self.args.get(name, "").replace("\0", "").split())[:120]

    def _set(self, name: str, value: str, label: str) -> None:
        self.values[name], self.labels[name] = value, label

    def kind(self) -> None:
        name = self._said("kind")
        if search.is_kind(name):
            self.values["kind"] = self.more["kind"] = name

    def choices(self) -> None:
        """The filters that areas registered, each with one of the values that the actor may know."""
        for name, label in search.chosen.items():
            value = self._said(name)
            for choice in self.reach.choices.get(name, ()):
                if choice.value == value:
                    said = _("%(filter)s：%(name)s", filter=label, name=choice.label)
                    self._set(name, value, said)
                    self.marks.append(choice.marks)

    def author(self) -> None:
        """Who wrote it, by the very name; for letters, and for namesakes, the people are offered.
        Without an author the words may mean somebody."""
        name = self._said("author")
        asked = [name] if name else meant.like_names(self.words)
        self.people = meant.meant_by(asked, self.actor)
        if name:
            exact = [one for one in self.people if one.is_exact]
            self._set("author", name, _("作者：%(name)s", name=name))
            self.marks.append(tuple(search.author_mark(one.id) for one in exact) or (NOBODY,))
            self.people = [] if len(exact) == 1 else exact or self.people

    def offered(self, values: dict[str, str]) -> list[Offered]:
        """The people who may be meant, each with the search among what they wrote."""
        others = values if "author" in values else values | {"q": self.words}
        return [
            Offered(one.name, one.unit, _among(others, one))
            for one in self.people[:OFFERED]
            if one.known_as != values.get("author")
        ]

    def unit(self) -> None:
        name = self._said("unit")
        if not name:
            return
        named = (Unit.name == name) | (Unit.name_en == name) | (Unit.key == name)
        units = [
            search.unit_mark(one)
            for one in db.session.scalars(select(Unit.id).where(named).limit(NAMESAKES))
        ]
        self._set("unit", name, _("单位：%(name)s", name=name))
        self.marks.append(tuple(units) or (NOBODY,))

    def days(self) -> None:
        for name, field, ahead in (("from", "since", 0), ("to", "before", 1)):
            try:
                day = read_day(self._said(name))
            except ValueError:
                continue
            if day is not None:
                moment: datetime = clock.start_of(day + timedelta(days=ahead))
                self.more[field] = moment
                said = i18n.day(day)
                words = _("从 %(day)s 起", day=said) if ahead == 0 else _("到 %(day)s 止", day=said)
                self._set(name, day.isoformat(), words)

    def switches(self) -> None:
        for name, switch in search.narrowing.items():
            if self._said(name):
                self._set(name, "1", str(switch.label))
                self.marks.append((switch.mark,))
        if self._said("title"):
            self._set("title", "1", _("只在标题里找"))
            self.more["in_title"] = True
        if self._said("order") == "closest":
            self.values["order"] = self.more["order"] = "closest"


def _among(values: dict[str, str], person: Named) -> str:
    """The search among a person's texts: for the other words, where one of them was the name."""
    words = [one for one in values.get("q", "").split() if one != person.typed]
    said = values | {"q": " ".join(words) or None, "author": person.known_as}
    return url_for("front.find", **dict[str, Any](said))


def _without(values: dict[str, str], name: str) -> str:
    return url_for(
        "front.find", **dict[str, Any]({key: one for key, one in values.items() if key != name})
    )
