"""Pages of results: all of a survey, and one question with its groups and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request
from flask_login import current_user

from core import clock
from core.gate import requires
from core.policy import allows

from . import comparing, counting, history, opinions, publishing, results, trends
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
    sections, groups, chosen = results.present(definitions, counts), [], None
    if counts.grouped_by:
        groups = [one.label for one in _groups(survey, definitions, counts)]
        chosen = next((one for one in groups if one == request.args.get("group")), None)
    if chosen is not None:
        sections = _of_group(survey, definitions, counts, sections, chosen)
    return render_template(
        "surveys/results_show.html",
        survey=survey,
        counts=counts,
        left_out=results.left_out(survey, counts),
        threshold=results.THRESHOLD,
        sections=sections,
        groups=groups,
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
    found = [one for _title, asked in results.present(definitions, counts) for one in asked]
    place = next((at for at, one in enumerate(found) if one.question.key == key), None)
    if place is None or counts.responses < results.THRESHOLD:
        abort(404)
    return render_template(
        "surveys/result_show.html",
        survey=survey,
        number=place + 1,
        neighbours=(found[place - 1] if place else None, *found[place + 1 : place + 2]),
        counts=counts,
        threshold=results.THRESHOLD,
        notes=history.notes(versions).get(key, []),
        **_beside(survey, definitions, counts, found[place]),
    )


def _beside(
    survey: Survey, definitions: list[Definition], counts: Counts, result: QuestionResult
) -> dict[str, Any]:
    """A question's result with its groups and the time before."""
    before = trends.before(definitions[0], current_user)
    trend = before.trend(definitions[0], result.question, result) if before else None
    return {
        "result": result,
        "by_group": _by_group(survey, definitions, counts, result),
        "grouped_by": _grouped_by(definitions, counts),
        "before": before,
        "trend": trend,
        "trend_told": trends.sentence(trend),
        "told": trends.told,
    }


Sections = list[tuple[str, list[QuestionResult]]]


def _of_group(
    survey: Survey, definitions: list[Definition], counts: Counts, found: Sections, group: str
) -> Sections:
    """The results of one group alone."""
    return [
        (
            title,
            [
                one if by_group is None else comparing.narrowed(by_group, group)
                for one in asked
                for by_group in [_by_group(survey, definitions, counts, one)]
            ],
        )
        for title, asked in found
    ]


def _groups(survey: Survey, definitions: list[Definition], counts: Counts) -> list[comparing.Group]:
    weeks = [clock.local(one).date() for one in counting.week_starts(survey)]
    return comparing.groups_of(definitions, counts, weeks)


def _by_group(
    survey: Survey, definitions: list[Definition], counts: Counts, result: QuestionResult
) -> comparing.Compared | None:
    if not counts.grouped_by or result.is_hidden:
        return None
    return comparing.compared(
        result.question,
        results.Words.of(definitions),
        results.guarded(definitions, counts),
        _groups(survey, definitions, counts),
        results.is_conditional(definitions, result.question.key),
    )


def _grouped_by(definitions: list[Definition], counts: Counts) -> Any:
    return next((one for one in (d.question(counts.grouped_by) for d in definitions) if one), None)
