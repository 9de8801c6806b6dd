"""Which surveys concern somebody: those that run and the newest results in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from sqlalchemy import Select, and_, func, or_, select

from core import clock
from core.db import db
from core.paging import Pager
from core.policy import Actor, allows

from . import rights
from .begun import BegunResponse
from .confiding import SurveyParticipant
from .models import Survey, SurveyDismissal, SurveyResponse

ANSWERED_COOKIE = "answered"
PAGE = 20
NEWEST = 2


@dataclass(frozen=True)
class Listed:
    """A survey for somebody. Of an anonymous one only this browser may know that it is answered."""

    survey: Survey
    is_answered: bool
    is_dismissed: bool
    begun_in: int | None = None  # the section in which the actor stopped half-way
    mark: str = ""  # by which the browser alone knows that, where the form is not named

    @property
    def is_begun(self) -> bool:
        return self.begun_in is not None

    @property
    def url(self) -> str:
        """The form, where the actor stopped."""
        anchor = f"part-{self.begun_in + 1}" if self.begun_in else None
        return url_for("surveys.show", slug=self.survey.slug, _anchor=anchor)

    @property
    def waits(self) -> bool:
        return self.survey.takes_answers and not self.is_answered and not self.is_dismissed


def running(actor: Actor) -> list[Listed]:
    """The published surveys that ask the actor and are not over, those that end first first."""
    return [one for one in _read(actor) if not one.survey.is_over and one.survey.is_for(actor)]


def with_roster(actor: Actor) -> list[Survey]:
    """What runs, or ended last, of which the actor may see who has answered."""
    return [
        one.survey
        for one in _read(actor)
        if one.survey.roster and allows(actor, "surveys:roster:show", one.survey)
    ]


def newest_finished(actor: Actor) -> list[Survey]:
    """The NEWEST surveys that are over, newest first."""
    return [one.survey for one in reversed(_read(actor)) if one.survey.is_over]


def _read(actor: Actor) -> list[Listed]:
    """What runs and what ended last, by the day on which it ends; read once a request."""
    if not actor.is_authenticated:
        return []
    if "surveys_read" not in g:
        g.surveys_read = _ask(actor)
    found: list[Listed] = g.surveys_read
    return found


def _ask(actor: Actor) -> list[Listed]:
    newest = _newest(_over(actor)).with_only_columns(Survey.id).limit(NEWEST)
    rows = db.session.execute(
        select(Survey, SurveyDismissal.person_id, _answered(), BegunResponse.section)
        .outerjoin(SurveyDismissal, _of(SurveyDismissal, actor))
        .outerjoin(SurveyResponse, _of(SurveyResponse, actor))
        .outerjoin(SurveyParticipant, _of(SurveyParticipant, actor))
        .outerjoin(BegunResponse, _of(BegunResponse, actor))
        .where(
            or_(
                and_(
                    Survey.state.in_(("open", "paused")),
                    or_(Survey.closes_at.is_(None), Survey.closes_at > clock.now()),
                ),
                Survey.id.in_(newest),
            )
        )
        .order_by(Survey.closes_at.is_(None), Survey.closes_at, Survey.id)
    )
    return [
        Listed(
            survey,
            answered is not None or (survey.is_anonymous and is_answered_here(survey, actor)),
            dismissed is not None,
            begun_in,
            "" if survey.is_named else rights.owner(survey, actor.id),
        )
        for survey, dismissed, answered, begun_in in rows
    ]


def _answered() -> Any:
    """Whoever is known to have answered: by name, or as a participant."""
    return func.coalesce(SurveyResponse.person_id, SurveyParticipant.person_id)


def _of(model: Any, actor: Actor) -> Any:
    return and_(model.survey_id == Survey.id, model.person_id == actor.id)


def finished(actor: Actor, page: int) -> Pager[Survey]:
    """The surveys that are over, newest first."""
    over = _over(actor)
    total = db.session.scalar(over.with_only_columns(func.count(Survey.id))) or 0
    rows = db.session.scalars(_newest(over).limit(PAGE).offset((page - 1) * PAGE))
    return Pager(page, PAGE, total, list(rows))


def _over(actor: Actor) -> Select[Survey]:
    return Survey.visible_to(actor).where(
        or_(
            Survey.state.in_(("closed", "archived")),
            and_(Survey.state != "draft", Survey.closes_at <= clock.now()),
        )
    )


def _newest(surveys: Select[Survey]) -> Select[Survey]:
    return surveys.order_by(Survey.closes_at.desc().nulls_first(), Survey.id.desc())


def answered_here() -> set[str]:
    """The marks of those who answered an anonymous survey in this browser (see rights.owner)."""
    return {one for one in request.cookies.get(ANSWERED_COOKIE, "").split(".") if one}


def is_answered_here(survey: Survey, actor: Actor) -> bool:
    """Whether this browser remembers that the actor answered the anonymous survey."""
    here = answered_here()
    return bool(here) and rights.owner(survey, actor.id) in here
