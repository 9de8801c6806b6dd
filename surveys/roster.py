"""Who has answered and who has not, where the form says that this is shown.

Of an anonymous form nobody knows it; of a confidential one it is known that somebody answered, never
when nor what. The office sees everybody who is asked; whoever administers a unit sees those who are
asked there and below. Whoever is asked at several units is counted at one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, true

from accounts.models import Person, Unit
from accounts.people import administered_units
from core import sheets
from core.db import db
from core.i18n import _, pick
from core.paging import Pager
from core.policy import Actor

from . import audience
from .confiding import SurveyParticipant
from .models import Survey, SurveyResponse

PAGE = 50
STATES = ("waiting", "answered", "all")


@dataclass(frozen=True)
class Tally:
    """How many are asked at a unit, and how many of them have answered."""

    unit_id: int
    name: str
    asked: int
    answered: int

    @property
    def waiting(self) -> int:
        return self.asked - self.answered

    def of(self, state: str) -> int:
        return {"waiting": self.waiting, "answered": self.answered}.get(state, self.asked)


@dataclass(frozen=True)
class Entry:
    """A person of the roster."""

    name: str
    unit: str
    has_answered: bool


def has_answered(survey: Survey) -> ColumnElement[bool]:
    """The condition that a person is known to have answered; of an anonymous survey nobody is."""
    model: Any = SurveyResponse if survey.is_named else SurveyParticipant
    return exists().where(model.survey_id == survey.id, model.person_id == Person.id)


def tallies(survey: Survey, actor: Actor) -> list[Tally]:
    """The units at which those asked serve whom the actor may see, in the order of the tree."""
    asked = _asked(survey, actor).subquery()
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.name_en, func.count(), func.sum(asked.c.answered))
        .join(asked, asked.c.unit_id == Unit.id)
        .group_by(Unit.id, Unit.name, Unit.name_en, Unit.path)
        .order_by(Unit.path, Unit.id)
    )
    return [Tally(one, _named(zh, en), asked, int(done)) for one, zh, en, asked, done in rows]


def entries(
    survey: Survey, actor: Actor, state: str, unit_id: int | None, page: int, total: int
) -> Pager[Entry]:
    """A page of names, by unit and name; `total` is what the tallies say."""
    found = _entries(survey, actor, state, unit_id).limit(PAGE).offset((page - 1) * PAGE)
    return Pager(page, PAGE, total, _read(found))


def workbook(survey: Survey, actor: Actor) -> bytes:
    """The whole roster that the actor may see, as .xlsx."""
    words = {True: _("已交"), False: _("未交")}
    people = _read(_entries(survey, actor, "all", None))
    counted = [(one.name, one.asked, one.answered) for one in tallies(survey, actor)]
    return sheets.workbook(
        {
            _("按人"): [
                (_("单位"), _("姓名"), _("交了没有")),
                *((one.unit, one.name, words[one.has_answered]) for one in people),
            ],
            _("按单位"): [(_("单位"), _("应答"), _("已交")), *counted],
        }
    )


def _asked(survey: Survey, actor: Actor) -> Select[Any]:
    """Those asked whom the actor may see: person_id, unit_id, answered (1 or 0)."""
    seen = true() if actor.holds("office") else administered_units(actor)
    places = audience.places(survey, select(Unit.id).where(seen)).subquery()
    return (
        select(places.c.person_id, places.c.unit_id)
        .add_columns(case((has_answered(survey), 1), else_=0).label("answered"))
        .join(Person, Person.id == places.c.person_id)
    )


def _entries(survey: Survey, actor: Actor, state: str, unit_id: int | None) -> Select[Any]:
    asked = _asked(survey, actor).subquery()
    found = (
        select(Person.name, Unit.name, Unit.name_en, asked.c.answered)
        .join(asked, asked.c.person_id == Person.id)
        .join(Unit, Unit.id == asked.c.unit_id)
        .order_by(Unit.path, Unit.id, Person.name, Person.id)
    )
    if state != "all":
        found = found.where(asked.c.answered == (1 if state == "answered" else 0))
    return found.where(Unit.id == unit_id) if unit_id is not None else found


def _read(found: Select[Any]) -> list[Entry]:
    return [Entry(name, _named(zh, en), bool(n)) for name, zh, en, n in db.session.execute(found)]


def _named(zh: str, en: str | None) -> str:
    return pick({"zh": zh, "en": en or ""})
