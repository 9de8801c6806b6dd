"""Pages of results: all of a survey, and one question with its groups and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request
from flask_login import current_user

from core.gate import requires
from core.policy import allows

from . import history, opinions, publishing, results, trends
from .by_group import by_group
from .definition import Definition
from .ledger import reading as ledgers
from .models import Survey
from .tallies import Counts, QuestionResult
from .views import bp


@bp.get("/surveys/<slug>/results")
@requires("surveys:survey:show", Survey, by="slug")
def show_results(survey: Survey) -> Any:
    if not allows(current_user, "surveys:survey:results", survey):
        return render_template("surveys/results_later.html", survey=survey), 403
    versions = publishing.versions(survey)
    definitions = [version.definition for version in versions]
    counts = results.shown_to(survey, current_user.holds("office"))
    sections, groups = results.present(definitions, counts), by_group(survey, definitions, counts)
    chosen = request.args.get("group")
    if groups and chosen in groups.labels:
        sections = groups.all_narrowed(sections, chosen)
    return render_template(
        "surveys/results_show.html",
        survey=survey,
        counts=counts,
        left_out=results.left_out(survey, counts),
        threshold=results.THRESHOLD,
        sections=sections,
        groups=groups.labels if groups else [],
        chosen=chosen,
        notes=history.notes(versions),
        opinions=_published(survey, definitions),
        ledger=ledgers.of_survey(survey, current_user),
    )


def _published(survey: Survey, definitions: Sequence[Definition]) -> Any:
    """What was published of people's words, where a form said that it might be."""
    told = any(one.publishes_words for one in definitions)
    return opinions.public_of(survey) if told else {}


@bp.get("/surveys/<slug>/results/<key>")
@requires("surveys:survey:show", Survey, by="slug")
def show_question(survey: Survey, key: str) -> Any:
    """One question: its figures with their intervals, by group, and against the time before."""
    if not allows(current_user, "surveys:survey:results", survey):
        return render_template("surveys/results_later.html", survey=survey), 403
    versions = publishing.versions(survey)
    definitions = [version.definition for version in versions]
    counts = results.shown_to(survey, current_user.holds("office"))
    asked = results.told(definitions)
    place = next((at for at, one in enumerate(asked) if one.key == key), None)
    if place is None or counts.responses < results.THRESHOLD:
        abort(404)
    result = results.of_question(definitions, counts, asked[place])
    return render_template(
        "surveys/result_show.html",
        survey=survey,
        number=place + 1,
        neighbours=(asked[place - 1] if place else None, *asked[place + 1 : place + 2]),
        counts=counts,
        threshold=results.THRESHOLD,
        notes=history.notes(versions).get(key, []),
        **_beside(survey, definitions, counts, result),
    )


def _beside(
    survey: Survey, definitions: list[Definition], counts: Counts, result: QuestionResult
) -> dict[str, Any]:
    """A question's result with its groups and the time before."""
    before = trends.before(definitions[0], current_user)
    groups = by_group(survey, definitions, counts)
    trend = before.trend(definitions[0], result.question, result) if before else None
    return {
        "result": result,
        "by_group": groups.compared(result) if groups else None,
        "grouped_by": groups.question if groups else None,
        "before": before,
        "trend": trend,
        "trend_told": trends.sentence(trend),
        "told": trends.told,
    }
