"""Counting answers, and keeping back what would point at somebody.

Counting is one statement of GROUP BYs, whatever the number of answers. What may be shown is a
snapshot: it follows the one before it only when at least THRESHOLD responses came in between,
so that two visits never differ by a single person; and a question that fewer than THRESHOLD
answered shows no totals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import format_date, format_decimal
from sqlalchemy import Select, distinct, func, literal, null, select, union_all

from core.db import db
from core.i18n import _, current_language, ngettext, pick

from .definition import Definition, Question, Section
from .models import Answer, OpenAnswer, ResultSnapshot, Survey, SurveyResponse

THRESHOLD = 5
MOST_BINS = 8
MONTHS_SHOWN = 18


# --- Counting ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """How many chose this: an option (in a row of a matrix), a number or a day."""

    question: str
    row: str
    option: str
    number: float | None
    day: date | None
    count: int


@dataclass(frozen=True)
class Counts:
    """All totals of a survey. `answered` counts responses, `written` texts, by question;
    `received` is how many responses there are when it is over, counted here or not."""

    responses: int = 0
    cells: tuple[Cell, ...] = ()
    answered: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    received: int = 0

    def of(self, question: str, row: str = "") -> list[Cell]:
        return [cell for cell in self.cells if (cell.question, cell.row) == (question, row)]

    def kept(self) -> dict[str, Any]:
        """As a snapshot keeps them."""
        return {
            "cells": [
                [c.question, c.row, c.option, c.number, c.day and c.day.isoformat(), c.count]
                for c in self.cells
            ],
            "answered": self.answered,
            "written": self.written,
        }

    @classmethod
    def of_snapshot(cls, snapshot: ResultSnapshot | None) -> Counts:
        if snapshot is None:
            return cls()
        cells = tuple(
            Cell(question, row, option, number, date.fromisoformat(day) if day else None, count)
            for question, row, option, number, day, count in snapshot.counts["cells"]
        )
        counts = snapshot.counts
        return cls(snapshot.response_count, cells, counts["answered"], counts["written"])


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
    if is_office and not survey.is_anonymous and not survey.is_over:
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


@dataclass(frozen=True)
class Bar:
    """An option with its count and its share of those who answered, in per cent."""

    label: str
    count: int
    share: float
    is_hidden: bool = False


@dataclass(frozen=True)
class Line:
    """A row of a matrix; `bars` in the order of the options, empty when too few answered."""

    label: str
    answered: int
    bars: tuple[Bar, ...]

    @property
    def parts(self) -> list[dict[str, str]]:
        """Where each option's part of the bar starts and how wide it is, in hundredths."""
        found, start = [], 0.0
        for bar in self.bars:
            found.append({"start": f"{start:.2f}", "width": f"{bar.share:.2f}"})
            start += bar.share
        return found


@dataclass(frozen=True)
class QuestionResult:
    """What a question came to: a sentence, then bars or lines; neither when too few answered."""

    question: Question
    answered: int
    sentence: str
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    is_hidden: bool = False


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
        sections += (Section(_("先前版本里的题目"), "", tuple(gone)),)
    return sections


@dataclass(frozen=True)
class Words:
    """The words of every option and row there ever was, the newest wording of each."""

    options: dict[tuple[str, str], str]
    rows: dict[tuple[str, str], str]

    @classmethod
    def of(cls, definitions: Sequence[Definition]) -> Words:
        words = cls({}, {})
        for definition in definitions:
            for question in definition.questions:
                for option in question.options:
                    words.options.setdefault((question.key, option.key), pick(option.label))
                for row in question.rows:
                    words.rows.setdefault((question.key, row.key), pick(row.label))
        return words

    def rows_of(self, question: str) -> list[tuple[str, str]]:
        return [(row, word) for (key, row), word in self.rows.items() if key == question]


def present(
    definitions: Sequence[Definition], counts: Counts
) -> list[tuple[str, list[QuestionResult]]]:
    """What to show, section by section; `definitions` newest first."""
    words = Words.of(definitions)
    shown = []
    for section in merged(definitions):
        asked = [question for question in section.questions if question.type != "note"]
        found = [
            _texts(question, counts.written.get(question.key, 0), definitions[0].publishes_words)
            if question.type in ("short", "long")
            else _present(question, counts, words)
            for question in asked
        ]
        shown.append((pick(section.title), found))
    return shown


def _present(question: Question, counts: Counts, words: Words) -> QuestionResult:
    answered = counts.answered.get(question.key, 0)
    if answered < THRESHOLD:
        return QuestionResult(question, answered, _too_few(answered), is_hidden=True)
    if question.type == "matrix":
        return _matrix(question, counts, words, answered)
    cells = counts.of(question.key)
    if question.type in ("single", "multiple"):
        return _choices(question, _tally(question, cells, words), answered)
    if question.type == "date":
        bars = _by_period([(cell.day, cell.count) for cell in cells if cell.day], answered)
        return QuestionResult(question, answered, _answered(answered), bars)
    return _numbers(question, cells, answered)


def _too_few(answered: int) -> str:
    if not answered:
        return _("还没有人回答这一题。")
    return _("回答这一题的不足 %(limit)d 人，不显示结果。", limit=THRESHOLD)


def _answered(answered: int) -> str:
    return ngettext("%(num)d 人回答。", "%(num)d 人回答。", answered)


def _texts(question: Question, written: int, are_published: bool) -> QuestionResult:
    if not written:
        sentence = _("还没有人写。")
    elif are_published:
        sentence = ngettext(
            "%(num)d 人写了意见，由办公室逐条阅看；一部分经审核后不带姓名公布。",
            "%(num)d 人写了意见，由办公室逐条阅看；一部分经审核后不带姓名公布。",
            written,
        )
    else:
        sentence = ngettext(
            "%(num)d 人写了意见，由办公室逐条阅看，原文不在这里公布。",
            "%(num)d 人写了意见，由办公室逐条阅看，原文不在这里公布。",
            written,
        )
    return QuestionResult(question, written, sentence)


def _tally(question: Question, cells: Iterable[Cell], words: Words) -> list[tuple[str, int]]:
    """Label and count of every option of the form, then of options that it no longer has."""
    counted = {cell.option: cell.count for cell in cells}
    keys = [option.key for option in question.options]
    keys += sorted(set(counted) - set(keys))
    return [(words.options.get((question.key, key), key), counted.get(key, 0)) for key in keys]


def _bars(tally: Iterable[tuple[str, int]], answered: int) -> tuple[Bar, ...]:
    return tuple(
        Bar(label, number, 100 * number / answered if answered else 0.0) for label, number in tally
    )


def _choices(question: Question, tally: list[tuple[str, int]], answered: int) -> QuestionResult:
    bars = _bars(tally, answered)
    top = max(bars, key=lambda bar: bar.count)
    sentence = _(
        "%(answered)s选得最多的是“%(top)s”：%(count)d 人，占 %(share)s。",
        answered=_answered(answered),
        top=top.label,
        count=top.count,
        share=percent(top.share),
    )
    return QuestionResult(question, answered, sentence, bars)


def _matrix(question: Question, counts: Counts, words: Words, answered: int) -> QuestionResult:
    lines: list[Line] = []
    columns: tuple[str, ...] = ()
    for row, label in words.rows_of(question.key):
        tally = _tally(question, counts.of(question.key, row), words)
        number = sum(count for _label, count in tally)
        columns = tuple(word for word, _count in tally)
        bars = _bars(tally, number) if number >= THRESHOLD else ()
        lines.append(Line(label, number, bars))
    return QuestionResult(
        question, answered, _answered(answered), lines=tuple(lines), columns=columns
    )


def _numbers(question: Question, cells: list[Cell], answered: int) -> QuestionResult:
    tally = sorted((cell.number, cell.count) for cell in cells if cell.number is not None)
    if question.type == "rating":
        counted = dict(tally)
        bars = _bars(((str(n), counted.get(float(n), 0)) for n in question.scale), answered)
    else:
        bars = _bars(_ranges(tally, question.decimals), answered)
    sentence = _(
        "%(answered)s平均 %(mean)s，中位数 %(median)s。",
        answered=_answered(answered),
        mean=decimal(mean(tally)),
        median=decimal(median(tally)),
    )
    return QuestionResult(question, answered, sentence, bars)


def mean(tally: Sequence[tuple[float, int]]) -> float:
    """The mean of values given as (value, how often)."""
    return sum(value * often for value, often in tally) / sum(often for _value, often in tally)


def median(tally: Sequence[tuple[float, int]]) -> float:
    """The median of values given as (value, how often), in rising order."""
    total = sum(often for _value, often in tally)
    return (_at(tally, (total - 1) // 2) + _at(tally, total // 2)) / 2


def _at(tally: Sequence[tuple[float, int]], place: int) -> float:
    for value, often in tally:
        if place < often:
            return value
        place -= often
    raise IndexError(place)


def binned(tally: Sequence[tuple[float, int]], decimals: int) -> list[tuple[float, float, int]]:
    """(first, last, count) of at most MOST_BINS ranges of equal, round width."""
    step, (low, high) = 10.0**-decimals, (tally[0][0], tally[-1][0])
    widths = (step * factor * 10**power for power in range(16) for factor in (1, 2, 5))
    width = next(one for one in widths if (high - low) / one < MOST_BINS - 1)
    start = width * math.floor(low / width + 1e-9)
    counted: dict[int, int] = {}
    for value, often in tally:
        place = math.floor((value - start) / width + 1e-9)
        counted[place] = counted.get(place, 0) + often
    return [
        (start + place * width, start + (place + 1) * width - step, counted.get(place, 0))
        for place in range(max(counted) + 1)
    ]


def _ranges(tally: Sequence[tuple[float, int]], decimals: int) -> list[tuple[str, int]]:
    return [(_range(low, high), often) for low, high, often in binned(tally, decimals)]


def _range(low: float, high: float) -> str:
    if high - low < 1e-9:
        return decimal(low)
    return _("%(low)s 到 %(high)s", low=decimal(low), high=decimal(high))


def _by_period(days: Iterable[tuple[date, int]], answered: int) -> tuple[Bar, ...]:
    """Counts by month, or by year when the days lie far apart; empty months in between show 0."""
    days = sorted(days)
    first, last = days[0][0], days[-1][0]
    months = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if months < MONTHS_SHOWN else 12
    counted: dict[int, int] = {}
    for day, often in days:
        number = (day.year * 12 + day.month - 1) // step
        counted[number] = counted.get(number, 0) + often
    start, end = min(counted), max(counted)
    if end - start > 100:
        numbers: Iterable[int] = sorted(counted)
    else:
        numbers = range(start, end + 1)
    return _bars(((_period(number, step), counted.get(number, 0)) for number in numbers), answered)


def _period(number: int, step: int) -> str:
    year, month = divmod(number * step, 12)
    first = date(year, month + 1, 1)
    chinese = current_language() != "en"
    if step == 12:
        return format_date(first, "y年" if chinese else "y")
    return format_date(first, "y年M月" if chinese else "MMM y")


def percent(share: float) -> str:
    """A share as the bars beside it have it: 36.5 reads 36.5%, 80.0 reads 80%."""
    return f"{share:.1f}".removesuffix(".0") + "%"


def decimal(value: float) -> str:
    """A number with at most two places, as the reader writes it."""
    return str(format_decimal(round(value, 2)))
