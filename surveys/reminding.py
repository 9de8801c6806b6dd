"""Reminding people of a survey: those who have not answered, as far as anybody knows.

Of a named or confidential survey it is known who answered; of an anonymous one it is not, and
everybody is reminded who was asked. Who wants no more reminding gets none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Select, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Person
from core import clock, jobs, journal, notices
from core.db import Base, db, insert_into
from core.i18n import _l
from core.notices import Found, Notice
from core.policy import Actor

from . import audience
from .models import Survey, SurveyDismissal
from .roster import has_answered

KIND = "surveys:reminder"


class SurveyReminder(Base):
    """That people were reminded on a day; never who."""

    __tablename__ = "survey_reminders"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(primary_key=True)


def those_reminded(survey: Survey) -> Select[Any]:
    """The ids of the people whom a reminder reaches now."""
    found = audience.people(survey)
    theirs = (SurveyDismissal.survey_id == survey.id, SurveyDismissal.person_id == Person.id)
    found = found.where(~exists().where(*theirs))
    return found if survey.is_anonymous else found.where(~has_answered(survey))


def count_reminded(survey: Survey) -> int:
    return (
        db.session.scalar(select(func.count()).select_from(those_reminded(survey).subquery())) or 0
    )


def last_day(survey: Survey) -> date | None:
    """The last day on which people were reminded."""
    days = select(func.max(SurveyReminder.day)).where(SurveyReminder.survey_id == survey.id)
    return db.session.scalar(days)


def remind(survey: Survey, actor: Actor) -> bool:
    """Ask for a reminder, in the caller's transaction; False when there was one today."""
    first = db.session.execute(
        insert_into(SurveyReminder)
        .values(survey_id=survey.id, day=clock.today())
        .on_conflict_do_nothing()
        .returning(SurveyReminder.day)
    ).one_or_none()
    if first is None:
        return False
    journal.append(survey.kind, survey.id, "remind", actor.id)
    jobs.enqueue("surveys.remind", survey=survey.id)
    return True


@jobs.job("surveys.remind")
def send(survey: int) -> None:
    """Leave each a notice, which goes by mail to those who want that."""
    found = db.session.get(Survey, survey)
    if found is None or not found.takes_answers:
        return
    url, about = url_for_survey(found.slug), f"{Survey.kind}:{found.id}"
    people = db.session.scalars(those_reminded(found)).all()
    notices.tell_all([(one, KIND, url, about, {"title": found.name}) for one in people])


def url_for_survey(slug: str) -> str:
    return f"/surveys/{slug}"


def recheck(rows: Sequence[Notice], _actor: Actor) -> dict[int, Found]:
    """Only what still takes answers is told, by its title in the reader's language."""
    ids = {int((one.about or "::0").rpartition(":")[2]) for one in rows}
    surveys = {
        f"{Survey.kind}:{one.id}": one
        for one in db.session.scalars(select(Survey).where(Survey.id.in_(ids)))
        if one.takes_answers
    }
    return {
        one.id: Found({"title": surveys[one.about].name}, url_for_survey(surveys[one.about].slug))
        for one in rows
        if one.about in surveys
    }


notices.kind(
    KIND,
    _l("请你填问卷《%(title)s》。已经填过，或者不想填，可以不理。"),
    sort="reminder",
    recheck=recheck,
)
