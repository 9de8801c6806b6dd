"""The page on who has answered and who has not, and the same as a workbook."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request
from flask_login import current_user

from core.gate import requires
from core.paging import asked_page

from . import roster
from .models import Survey
from .views import bp

SHOWN = 100  # units that the page lists; the workbook has them all


@bp.get("/surveys/<slug>/roster")
@requires("surveys:roster:show", Survey, by="slug")
def show_roster(survey: Survey) -> Any:
    """Where the form does not say so, the page says that there is no roster, and has no names."""
    if not survey.roster:
        return render_template("surveys/roster_none.html", survey=survey)
    actor = current_user._get_current_object()
    state = request.args.get("state", roster.STATES[0])
    tallies = roster.tallies(survey, actor)
    unit_id = request.args.get("unit", type=int)
    chosen = [one for one in tallies if unit_id in (None, one.unit_id)]
    if state not in roster.STATES or (not chosen and unit_id is not None):
        abort(404)
    total = sum(one.of(state) for one in chosen)
    return render_template(
        "surveys/roster_show.html",
        survey=survey,
        tallies=tallies,
        shown=tallies[:SHOWN],
        asked=sum(one.asked for one in tallies),
        answered=sum(one.answered for one in tallies),
        pager=roster.entries(survey, actor, state, unit_id, asked_page(), total),
        state_asked=state,
        unit_id=unit_id,
    )


@bp.get("/surveys/<slug>/roster.xlsx")
@requires("surveys:roster:show", Survey, by="slug")
def download_roster(survey: Survey) -> Any:
    if not survey.roster:
        abort(404)
    answer = Response(
        roster.workbook(survey, current_user._get_current_object()),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{survey.slug}-roster.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
