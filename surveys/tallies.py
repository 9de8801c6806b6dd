"""Totals, and what they are shown as: bars, lines, a sentence.

Nothing here asks the database; a question that fewer than THRESHOLD answered shows no totals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import format_decimal

from core.i18n import _, ngettext, pick

if TYPE_CHECKING:
    from .definition import Definition
    from .models import ResultSnapshot
    from .question import Question

THRESHOLD = 5
MOST_BINS = 8
Tally = Sequence[tuple[float, int]]  # (value, how often), in rising order


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


@dataclass(frozen=True)
class Words:
    """The words of every option and row there ever was, the newest wording of each; whether what
    people write may be published."""

    options: dict[tuple[str, str], str]
    rows: dict[tuple[str, str], str]
    are_published: bool = False

    @classmethod
    def of(cls, definitions: Sequence[Definition]) -> Words:
        words = cls({}, {}, definitions[0].publishes_words)
        for definition in definitions:
            for question in definition.questions:
                for option in question.options:
                    words.options.setdefault((question.key, option.key), pick(option.label))
                for row in question.rows:
                    words.rows.setdefault((question.key, row.key), pick(row.label))
        return words

    def rows_of(self, question: str) -> list[tuple[str, str]]:
        return [(row, word) for (key, row), word in self.rows.items() if key == question]


def too_few(answered: int) -> str:
    if not answered:
        return _("还没有人回答这一题。")
    return _("回答这一题的不足 %(limit)d 人，不显示结果。", limit=THRESHOLD)


def who_answered(answered: int) -> str:
    return ngettext("%(num)d 人回答。", "%(num)d 人回答。", answered)


def by_option(question: Question, cells: Iterable[Cell], words: Words) -> list[tuple[str, int]]:
    """Label and count of every option of the form, then of options that it no longer has."""
    counted = {cell.option: cell.count for cell in cells}
    keys = [option.key for option in question.options]
    keys += sorted(set(counted) - set(keys))
    return [(words.options.get((question.key, key), key), counted.get(key, 0)) for key in keys]


def bars(tally: Iterable[tuple[str, int]], answered: int) -> tuple[Bar, ...]:
    return tuple(
        Bar(label, number, 100 * number / answered if answered else 0.0) for label, number in tally
    )


# --- Numbers -------------------------------------------------------------------------------


def by_number(cells: Iterable[Cell]) -> list[tuple[float, int]]:
    return sorted((cell.number, cell.count) for cell in cells if cell.number is not None)


def mean(tally: Tally) -> float:
    """The mean of values given as (value, how often)."""
    return sum(value * often for value, often in tally) / sum(often for _value, often in tally)


def median(tally: Tally) -> float:
    """The median of values given as (value, how often), in rising order."""
    total = sum(often for _value, often in tally)
    return (_at(tally, (total - 1) // 2) + _at(tally, total // 2)) / 2


def _at(tally: Tally, place: int) -> float:
    for value, often in tally:
        if place < often:
            return value
        place -= often
    raise IndexError(place)


def binned(tally: Tally, decimals: int) -> list[tuple[float, float, int]]:
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


# --- In words ------------------------------------------------------------------------------


def middle(tally: Tally, answered: int) -> str:
    """How many answered, the mean and the median."""
    return _(
        "%(answered)s平均 %(mean)s，中位数 %(median)s。",
        answered=who_answered(answered),
        mean=decimal(mean(tally)),
        median=decimal(median(tally)),
    )


def percent(share: float) -> str:
    """A share as the bars beside it have it: 36.5 reads 36.5%, 80.0 reads 80%."""
    return f"{share:.1f}".removesuffix(".0") + "%"


def decimal(value: float) -> str:
    """A number with at most two places, as the reader writes it."""
    return str(format_decimal(round(value, 2)))
