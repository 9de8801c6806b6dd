"""Whether a form still takes responses. Asked when the form opens, and again with the survey's row
locked before a response is taken in, so that no two take the last place."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.db import db
from core.i18n import _

from .definition import Definition
from .models import Answer, HeldResponse, Survey, SurveyResponse


def is_full(survey: Survey, definition: Definition, person_id: int | None = None) -> bool:
    """Whether there is no place left; whoever answered by name has one."""
    quota = definition.quota
    if quota is None or quota.most is None:
        return False
    counted = SurveyResponse.survey_id == survey.id
    others = select(func.count()).select_from(SurveyResponse).where(counted)
    if survey.is_named:
        others = others.where(SurveyResponse.person_id != person_id)
    waiting = select(func.count()).where(HeldResponse.survey_id == survey.id)
    came = db.session.execute(
        select(others.scalar_subquery() + waiting.select_from(HeldResponse).scalar_subquery())
    ).scalar_one()
    return bool(came >= quota.most)


def refuse(survey: Survey, form: Any, person_id: int | None = None) -> int | None:
    """How to answer where there is no place for what a form says, and the form says why: 409, or
    422 where another choice may have one. None: there is a place."""
    quota = form.definition.quota
    if quota is None:
        return None
    if is_full(survey, form.definition, person_id):
        form.form_errors.append(_("名额刚刚满了，这份没有收下。谢谢你愿意回答。"))
        return 409
    chosen = next((one for one in form.given if one["question"] == quota.question), None)
    option = chosen["option"] if chosen else ""
    if option not in quota.options:
        return None
    if _chosen_count(survey, quota.question, option, person_id) < quota.options[option]:
        return None
    field = form[f"q-{quota.question}"]
    field.errors = [*field.errors, _("这一项的名额满了，请另选一项。")]
    return 422


def _chosen_count(survey: Survey, question: str, option: str, person_id: int | None) -> int:
    """How many others chose an option, by name."""
    rows = (
        select(func.count())
        .select_from(Answer)
        .join(SurveyResponse, SurveyResponse.id == Answer.response_id)
        .where(
            Answer.survey_id == survey.id,
            Answer.question_key == question,
            Answer.option_key == option,
            SurveyResponse.person_id != person_id,
        )
    )
    return db.session.scalar(rows) or 0
