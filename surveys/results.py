"""Counting answers, and keeping back what would point at somebody.

Counting is one statement of GROUP BYs, whatever the number of answers. What may be shown is a
snapshot: it follows the one before it only when at least THRESHOLD responses came in between,
so that two visits never differ by a single person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, distinct, func, literal, null, select, union_all

from core.db import db
from core.i18n import _, pick

from .definition import Definition
from .models import Answer, OpenAnswer, ResultSnapshot, Survey, SurveyResponse
from .question import Question, Section
from .tallies import THRESHOLD, Cell, Counts, QuestionResult, Words, too_few

# --- Counting ------------------------------------------------------------------------------


def count(survey: Survey) -> Counts:
    """Every total of a survey as it is now: one statement of four parts, so of one moment."""

    def part(name: str, model: Any, *what: Any) -> Select[Any]:
        return select(literal(name), *what).where(model.survey_id == survey.id)

    cell = (Answer.question_key, Answer.row_key, Answer.option_key, Answer.number, Answer.day)
    no_cell = (literal(""), literal(""), null(), null())
    answering, texts = func.count(distinct(Answer.response_id)), OpenAnswer.option_key == ""
    rows = db.session.execute(
        union_all(
            part("cell", Answer, *cell, func.count()).group_by(*cell),
            part("answered", Answer, Answer.question_key, *no_cell, answering).group_by(
                Answer.question_key
            ),
            part("written", OpenAnswer, OpenAnswer.question_key, *no_cell, func.count())
            .where(texts)
            .group_by(OpenAnswer.question_key),
            part("responses", SurveyResponse, literal(""), *no_cell, func.count()),
        )
    )
    found: dict[str, list[Any]] = {"cell": [], "answered": [], "written": [], "responses": []}
    for name, *row in rows:
        found[name].append(row)
    return Counts(
        found["responses"][0][-1],
        tuple(Cell(*row) for row in found["cell"]),
        {row[0]: row[-1] for row in found["answered"]},
        {row[0]: row[-1] for row in found["written"]},
    )


def response_count(survey: Survey) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(SurveyResponse)
            .where(SurveyResponse.survey_id == survey.id)
        )
        or 0
    )


def snapshot(survey: Survey) -> None:
    """Let the totals as they are now be shown, unless that would show a few people's answers.

    In the caller's transaction; also for the demo's seed, after its rows are in.
    """
    shown = db.session.get(ResultSnapshot, survey.id)
    before = shown.response_count if shown else 0
    if response_count(survey) - before < THRESHOLD:
        return
    counts = count(survey)
    if shown is None:
        shown = ResultSnapshot(survey_id=survey.id)
        db.session.add(shown)
    shown.response_count = counts.responses
    shown.counts = counts.kept()
    db.session.flush()


def shown_to(survey: Survey, is_office: bool) -> Counts:
    """The totals for a reader: the snapshot; for the office, a named open survey's as they are."""
    if is_office and survey.is_named and not survey.is_over:
        return count(survey)
    all_there = select(func.count()).where(SurveyResponse.survey_id == survey.id).scalar_subquery()
    row = db.session.execute(
        select(ResultSnapshot, all_there if survey.is_over else literal(0)).where(
            ResultSnapshot.survey_id == survey.id
        )
    ).one_or_none()
    if row is None:
        return Counts()
    return replace(Counts.of_snapshot(row[0]), received=row[1])


def left_out(survey: Survey, counts: Counts) -> int:
    """How many last responses of a survey that is over stay uncounted, being too few."""
    if not survey.is_over or not counts.responses:
        return 0
    return max(0, counts.received - counts.responses)


# --- Showing -------------------------------------------------------------------------------


def merged(definitions: Sequence[Definition]) -> tuple[Section, ...]:
    """The newest form's sections, and what older versions asked besides (newest first given)."""
    newest, older = definitions[0], definitions[1:]
    known = {question.key for question in newest.questions}
    gone: list[Question] = []
    for definition in older:
        for question in definition.questions:
            if question.key not in known:
                known.add(question.key)
                gone.append(question)
    sections = newest.sections
    if gone:
        sections += (Section(_("不再提问"), "", tuple(gone)),)
    return sections


def present(
    definitions: Sequence[Definition], counts: Counts
) -> list[tuple[str, list[QuestionResult]]]:
    """What to show, section by section; `definitions` newest first."""
    words = Words.of(definitions)
    return [
        (
            pick(section.title),
            [_present(one, counts, words) for one in section.questions if one.kind.has_result],
        )
        for section in merged(definitions)
    ]


def _present(question: Question, counts: Counts, words: Words) -> QuestionResult:
    answered = counts.answered.get(question.key, 0)
    if answered < THRESHOLD and question.kind.is_counted:
        return QuestionResult(question, answered, too_few(answered), is_hidden=True)
    return question.kind.result(question, counts, words)
