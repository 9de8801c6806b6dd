"""Counting a survey's answers: in all, and by group. One statement each, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    distinct,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from core import clock
from core.db import db

from .definition import WEEK, Definition
from .models import Answer, OpenAnswer, Survey, SurveyResponse
from .question import Question
from .statistics import alpha_of_covariances
from .tallies import Cell, Counts

_CELL = (Answer.question_key, Answer.row_key, Answer.option_key, Answer.number, Answer.day)
_NO_CELL = (literal(""), literal(""), null(), null())
MOST_WEEKS = 60
FEWEST_FOR_ALPHA = 30  # responses: of fewer it says little, and might say it of somebody


def count(survey: Survey) -> Counts:
    """Every total of a survey as it is now: one statement of four parts, so of one moment."""

    def part(name: str, model: Any, *what: Any) -> Select[Any]:
        return select(literal(name), *what).where(model.survey_id == survey.id)

    answering, texts = func.count(distinct(Answer.response_id)), OpenAnswer.option_key == ""
    rows = db.session.execute(
        union_all(
            part("cell", Answer, *_CELL, func.count()).group_by(*_CELL),
            part("answered", Answer, Answer.question_key, *_NO_CELL, answering).group_by(
                Answer.question_key
            ),
            part("written", OpenAnswer, OpenAnswer.question_key, *_NO_CELL, func.count())
            .where(texts)
            .group_by(OpenAnswer.question_key),
            part("responses", SurveyResponse, literal(""), *_NO_CELL, func.count()),
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


def count_by(survey: Survey, by: str) -> dict[str, Counts]:
    """The totals of what was chosen, by what each response answered to a question of one choice
    (or by its week, as "0", "1"… from the first day on); "" are those without an answer to it."""
    group, joined = _group(survey, by)

    def part(name: str, *what: Any) -> Select[Any]:
        found = select(literal(name), group.label("group"), *what).select_from(Answer)
        return found.outerjoin(*joined).where(Answer.survey_id == survey.id)

    answering = func.count(distinct(Answer.response_id))
    rows = db.session.execute(
        union_all(
            part("cell", *_CELL, func.count()).group_by(group, *_CELL),
            part("answered", Answer.question_key, *_NO_CELL, answering).group_by(
                group, Answer.question_key
            ),
        )
    )
    cells: dict[str, list[Cell]] = defaultdict(list)
    answered: dict[str, dict[str, int]] = defaultdict(dict)
    for name, key, *row in rows:
        if name == "cell":
            cells[key].append(Cell(*row))
        else:
            answered[key][row[0]] = row[-1]
    return {key: Counts(0, tuple(cells[key]), answered[key]) for key in answered}


def _group(survey: Survey, by: str) -> tuple[ColumnElement[Any], tuple[Any, Any]]:
    if by == WEEK:
        belongs = and_(
            SurveyResponse.survey_id == Answer.survey_id, SurveyResponse.id == Answer.response_id
        )
        return _week(survey), (SurveyResponse, belongs)
    said = aliased(Answer)
    belongs = and_(
        said.survey_id == Answer.survey_id,
        said.response_id == Answer.response_id,
        said.question_key == by,
    )
    return func.coalesce(said.option_key, ""), (said, belongs)


def week_starts(survey: Survey) -> list[Any]:
    """When each week of the survey begins, from its first day on."""
    first = survey.first_day or clock.today()
    weeks = ((clock.today() - first).days // 7) + 1
    return [clock.start_of(first + timedelta(weeks=at)) for at in range(min(weeks, MOST_WEEKS))]


def _week(survey: Survey) -> ColumnElement[Any]:
    starts = week_starts(survey)
    last = str(len(starts) - 1)
    before = [(SurveyResponse.answered_at < start, str(at)) for at, start in enumerate(starts[1:])]
    return case(*before, else_=last) if before else literal(last)


def reliabilities(survey: Survey, definition: Definition) -> dict[str, tuple[float, int]]:
    """Cronbach's alpha of each matrix whose rows are answered by all the same options, counted 1, 2,
    3… in their order, to two places, and of how many complete answers."""
    found = {}
    for question in definition.questions:
        if question.type == "matrix" and len(question.rows) > 1:
            told = _reliability(survey, question)
            if told is not None:
                found[question.key] = told
    return found


def _reliability(survey: Survey, question: Question) -> tuple[float, int] | None:
    place = {row.key: at for at, row in enumerate(question.rows)}
    score = {option.key: float(at) for at, option in enumerate(question.options, 1)}
    size = len(place)
    sums, products, number = [0.0] * size, [[0.0] * size for _row in place], 0
    rows = db.session.execute(
        select(Answer.response_id, Answer.row_key, Answer.option_key)
        .where(Answer.survey_id == survey.id, Answer.question_key == question.key)
        .order_by(Answer.response_id)
        .execution_options(yield_per=5_000)
    )
    for _response, said in groupby(rows, key=lambda row: row[0]):
        values = {place[row]: score[key] for _id, row, key in said if row in place and key in score}
        if len(values) < size:
            continue
        number += 1
        for one, value in values.items():
            sums[one] += value
            for other in range(one + 1):
                products[one][other] += value * values[other]
    if number < FEWEST_FOR_ALPHA:
        return None
    covariances = [
        [
            (products[max(one, other)][min(one, other)] - sums[one] * sums[other] / number)
            / (number - 1)
            for other in range(size)
        ]
        for one in range(size)
    ]
    alpha = alpha_of_covariances(covariances)
    return None if alpha is None else (round(alpha, 2), number)
