"""What a search is narrowed to, as the address says it: read, shown as chips, taken off again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import select

from accounts.days import read_day
from accounts.models import Person, Unit
from core import clock, i18n, search
from core.db import db
from core.i18n import _
from core.policy import Actor
from core.search import Filters, Reach

NAMESAKES = 20  # people of one name whose texts are looked through
NOBODY = "none"  # the mark of nothing


@dataclass(frozen=True)
class Chip:
    """A filter that is set: what it says, and the page without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Asked:
    """A search as it was asked: the words, the values of its fields, the filters they make."""

    words: str
    values: dict[str, str]
    filters: Filters
    chips: list[Chip]
    reach: Reach

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked: no word, and no filter that marks anything."""
        return not (self.words or self.filters.marks)

    def with_kind(self, kind: str | None) -> str:
        """The first page of the same search among one kind, or (None) among all."""
        return url_for("front.find", **dict[str, Any](self.values | {"kind": kind}))


def read(args: Mapping[str, str], words: str, actor: Actor) -> Asked:
    """What the address asks for; what it cannot mean, or the actor may not know, is left out.

    Two statements, and one each for a person and a unit.
    """
    reading = _Reading(args, search.reach(actor))
    reading.kind()
    reading.choices()
    reading.author()
    reading.unit()
    reading.days()
    reading.switches()
    values = {"q": words, **reading.values} if words else dict(reading.values)
    chips = [Chip(label, _without(values, name)) for name, label in reading.labels.items()]
    return Asked(
        words, values, Filters(marks=tuple(reading.marks), **reading.more), chips, reading.reach
    )


class _Reading:
    def __init__(self, args: Mapping[str, str], reach: Reach) -> None:
        self.args, self.reach = args, reach
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
        name = self._said("author")
        if not name:
            return
        found = select(Person.id).where(Person.name == name).order_by(Person.id).limit(NAMESAKES)
        people = [search.author_mark(one) for one in db.session.scalars(found)]
        self._set("author", name, _("作者：%(name)s", name=name))
        self.marks.append(tuple(people) or (NOBODY,))

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


def _without(values: dict[str, str], name: str) -> str:
    return url_for(
        "front.find", **dict[str, Any]({key: one for key, one in values.items() if key != name})
    )
