"""Named answers on their way: one for each person and survey, kept until it is sent or put away.

Nobody but its person ever reads one; it is never counted, exported or noted in the journal. The
database itself refuses one of a form that is not named: there it would lead to whoever answers, so
what is begun stays in the browser (static/js/surveys/begun.js). Nothing here commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    and_,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict

from core import clock, keys
from core.db import Base, db
from core.i18n import _

from .models import Survey, SurveyResponse, SurveyVersion

LIMIT = 100_000  # characters of one
WINDOW = 16  # characters of a page's own key
Fields = dict[str, list[str]]  # what each control of the form holds


class BegunFault(ValueError):
    """Why nothing is kept; a sentence for the reader."""


class SentMeanwhile(BegunFault):
    """The form was sent from elsewhere since this page was opened."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(
            _(
                "这份问卷刚才在别处交过，所以没有存。这里填的都还在；"
                "还想改，就再交一次，或者再存一次。"
            )
        )
        self.standing = standing


class BegunResponse(Base):
    """What somebody filled in and has not sent. `number` rises with each saving, `window` says which
    page saved it; `before` is what another window had saved in its place."""

    __tablename__ = "survey_begun_responses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "anonymity"], ["surveys.id", "surveys.anonymity"], ondelete="CASCADE"
        ),
        CheckConstraint("anonymity = 'named'", name="named"),
    )

    survey_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    anonymity: Mapped[str] = mapped_column(String(12), default="named")
    version_number: Mapped[int]
    number: Mapped[int]
    window: Mapped[str] = mapped_column(String(WINDOW))
    section: Mapped[int]  # where its person was, as an index
    fields: Mapped[Fields] = mapped_column(JSON)
    before: Mapped[Fields | None] = mapped_column(JSON(none_as_null=True))
    saved_at: Mapped[datetime]

    @property
    def sent(self) -> MultiDict[str, str]:
        """As a request would have brought it."""
        return MultiDict(self.fields)


@dataclass(frozen=True)
class Standing:
    """How a survey stands with a person: what is begun, and when it was last answered."""

    begun: BegunResponse | None = None
    answered_at: datetime | None = None
    saved_elsewhere: bool = False

    @property
    def number(self) -> int:
        return self.begun.number if self.begun is not None else 0

    @property
    def answered(self) -> str:
        """What a page carries of it, to tell whether the form was sent since."""
        return self.answered_at.isoformat() if self.answered_at is not None else ""


@dataclass(frozen=True)
class Seen:
    """What a page knew when it was opened, and the key by which it knows its own savings."""

    number: int
    answered: str
    window: str

    @classmethod
    def sent(cls) -> Seen:
        """As the page brought it along."""
        number = request.form.get("begun", 0, type=int)
        return cls(number, request.form.get("answered", ""), window())


def window() -> str:
    """The key of the page that sent this, or one for a page that is only being made."""
    return request.form.get("window", "")[:WINDOW] or keys.token()[:WINDOW]


def standing(survey: Survey, person_id: int) -> Standing:
    """In one statement."""
    of_it = (BegunResponse.survey_id == Survey.id, BegunResponse.person_id == person_id)
    given = (SurveyResponse.survey_id == Survey.id, SurveyResponse.person_id == person_id)
    row = db.session.execute(
        select(BegunResponse, SurveyResponse.answered_at)
        .select_from(Survey)
        .outerjoin(BegunResponse, and_(*of_it))
        .outerjoin(SurveyResponse, and_(*given))
        .where(Survey.id == survey.id)
    ).one()
    return Standing(row[0], row[1])


def keep(
    survey: Survey, person_id: int, seen: Seen, version_number: int, section: int, fields: Fields
) -> Standing:
    """Keep what a page holds; nothing, where it holds nothing. The survey's row is locked, so that
    of two windows the later one wins, and what the other had saved lies beside it.

    Raises BegunFault, SentMeanwhile.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > LIMIT:
        raise BegunFault(
            _("太长了，存不下：填到一半的最多 %(limit)d 个字符。可以直接交。", limit=LIMIT)
        )
    now = standing(survey, person_id)
    if now.answered != seen.answered:
        raise SentMeanwhile(now)
    held = now.begun
    if not fields:
        drop(survey, person_id)
        return Standing(None, now.answered_at)
    if held is None:
        held = BegunResponse(survey_id=survey.id, person_id=person_id, number=0, fields=fields)
        db.session.add(held)
    is_other = (
        held.number not in (0, seen.number) and held.window != seen.window and held.fields != fields
    )
    if is_other:
        held.before = held.fields
    if held.number == 0 or held.fields != fields or held.section != section:
        held.number += 1
    held.fields, held.section, held.version_number = fields, section, version_number
    held.window, held.saved_at = seen.window, clock.now()
    db.session.flush()
    return Standing(held, now.answered_at, is_other)


def keep_sent(survey: Survey, person_id: int, version: SurveyVersion, form: Any) -> Standing:
    """Keep what a form brought that is not handed in. Raises BegunFault, SentMeanwhile."""
    number = form.outlived.number if form.outlived is not None else version.number
    return keep(survey, person_id, Seen.sent(), number, section_of(form), fields_of(form))


def swap(begun: BegunResponse) -> None:
    """Let what another window had saved be what is begun, and the other way round."""
    if begun.before is not None:
        begun.fields, begun.before = begun.before, begun.fields
        begun.number += 1
        begun.saved_at = clock.now()


def drop(survey: Survey, person_id: int) -> None:
    """It was sent, or put away."""
    mine = (BegunResponse.survey_id == survey.id, BegunResponse.person_id == person_id)
    db.session.execute(delete(BegunResponse).where(*mine))


def drop_all(survey: Survey) -> None:
    """The survey is over: what was not sent is nobody's."""
    db.session.execute(delete(BegunResponse).where(BegunResponse.survey_id == survey.id))


def fields_of(form: Any) -> Fields:
    """What the form holds, as it was sent; files and signatures are not kept."""
    forms = [form.outlived.form, form] if form.outlived is not None else [form]
    return {
        name: values
        for one in forms
        for field in one.asked
        if not field.question.kind.is_filed
        for name, values in field.sent.items()
        if any(values)
    }


def section_of(form: Any) -> int:
    """Where whoever fills it in is: the page, or the section of the last answer."""
    if form.definition.has_pages:
        return int(form.step_at)
    places = [
        index
        for index, section in enumerate(form.definition.sections)
        if any(
            any(map(any, form.of(one).sent.values()))
            for one in section.questions
            if one.is_answered
        )
    ]
    return max(places, default=0)
