"""Trying a form out, as whoever it is for: the real page, the real rules, nothing kept."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from core import headers
from core.gate import requires
from core.i18n import _

from .. import audience, fields, steps
from ..definition import EVERYONE, Definition
from ..models import Survey, SurveyVersion
from ..views import Shut, bp, page_of
from . import drafting
from .head_form import AUDIENCE


@bp.route("/surveys/manage/<slug>/try", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def try_out(survey: Survey) -> Any:
    """What one of those asked would see; a form that holds says so, and is gone."""
    draft = drafting.draft_of(survey)
    definition = drafting.check(draft.document).definition
    trial = _trial()
    shown = _as_survey(survey, definition)
    if (reason := _shut(definition, trial["tried_as"])) is not None:
        page = render_template("surveys/survey_shut.html", survey=shown, shut=reason, **trial)
        return headers.in_frame(page)
    form = fields.form_for(definition, is_tried=True)
    state = steps.turn(form) if request.method == "POST" else 200
    if state is None and form.validate():
        given = len({one["question"] for one in form.given})
        page = render_template("surveys/building/tried.html", survey=shown, given=given, **trial)
        return headers.in_frame(page)
    version = SurveyVersion(number=draft.base.number, document=definition.document)
    answer = headers.in_frame(page_of(shown, version, form, **trial))
    answer.status_code = state or 422
    return answer


def _trial() -> dict[str, Any]:
    """As whom the form is tried, and whether only to be looked at."""
    who = request.args.get("as", EVERYONE)
    return {
        "tried_as": who if who in AUDIENCE else EVERYONE,
        "is_preview": "preview" in request.args,
        "audiences": AUDIENCE,
    }


def _as_survey(survey: Survey, definition: Definition) -> Survey:
    """The survey as it would be, which no session knows."""
    return Survey(
        id=survey.id,
        slug=survey.slug,
        title=definition.title,
        intro=definition.intro,
        anonymity=definition.anonymity,
        entry=definition.entry,
        audience=list(definition.audience),
        roster=definition.shows_roster,
        unit_ids=audience.ids_of(definition.units),
        minutes=definition.minutes,
        results_when=definition.results_when,
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
    )


def _shut(definition: Definition, who: str) -> Shut | None:
    if who == EVERYONE or EVERYONE in definition.audience or who in definition.audience:
        return None
    return Shut(
        _("这份问卷没有发给你"),
        _("它只请一部分人填写。有话想说，可以到讨论区发帖，或者写信。"),
    )
