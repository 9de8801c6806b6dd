"""Totals, and what they are shown as: bars, lines, a sentence.

Nothing here asks the database. What disclosure.py keeps back stands in no bar, line or sentence.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import format_decimal

from core.i18n import _, ngettext, pick

from . import disclosure
from .disclosure import THRESHOLD, Earlier, Tally
from .statistics import share_interval

if TYPE_CHECKING:
    from .definition import Definition
    from .question import Question

MOST_BINS = 8
Place = tuple[str, str, str]  # question, row and option of a cell


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
    `received` is how many responses there are when it is over, counted here or not.

    `held` are the cells that are not shown (None: not yet worked out), `earlier` the totals that
    were shown before these, the oldest first. `groups` are the totals of those who gave each answer
    to the question (or came in each week) that `grouped_by` names, `alpha` is Cronbach's of each
    matrix, with of how many responses: both when the survey is over."""

    responses: int = 0
    cells: tuple[Cell, ...] = ()
    answered: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    received: int = 0
    held: frozenset[Place] | None = None
    earlier: tuple[Counts, ...] = ()
    groups: dict[str, Counts] = field(default_factory=dict)
    grouped_by: str = ""
    alpha: dict[str, tuple[float, int]] = field(default_factory=dict)

    @cached_property
    def _by_row(self) -> dict[tuple[str, str], list[Cell]]:
        found: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.cells:
            found.setdefault((cell.question, cell.row), []).append(cell)
        return found

    def of(self, question: str, row: str = "") -> list[Cell]:
        return self._by_row.get((question, row), [])

    def rows_of(self, question: str) -> list[str]:
        return sorted(row for key, row in self._by_row if key == question)

    def line(self, question: str, row: str, keys: Sequence[str]) -> list[int]:
        """How many chose each of some options."""
        counted = {cell.option: cell.count for cell in self.of(question, row)}
        return [counted.get(key, 0) for key in keys]

    def is_held(self, question: str, row: str, option: str) -> bool:
        return self.held is not None and (question, row, option) in self.held

    def lines_before(self, question: str, row: str, keys: Sequence[str]) -> list[Earlier]:
        """The same line as it was shown each time before."""
        return [
            Earlier(
                one.line(question, row, keys),
                {at for at, key in enumerate(keys) if one.is_held(question, row, key)},
            )
            for one in self.earlier
        ]

    def kept(self) -> dict[str, Any]:
        """As a snapshot keeps them, see `of_kept`."""
        return {
            "responses": self.responses,
            "cells": [
                [c.question, c.row, c.option, c.number, c.day and c.day.isoformat(), c.count]
                for c in self.cells
            ],
            "answered": self.answered,
            "written": self.written,
            "held": None if self.held is None else sorted(self.held),
            "earlier": [one.kept() for one in self.earlier],
        }

    @classmethod
    def of_kept(cls, kept: dict[str, Any], responses: int) -> Counts:
        cells = tuple(
            Cell(question, row, option, number, date.fromisoformat(day) if day else None, count)
            for question, row, option, number, day, count in kept["cells"]
        )
        held = kept.get("held")
        return cls(
            responses,
            cells,
            kept["answered"],
            kept["written"],
            held=None if held is None else frozenset((q, row, option) for q, row, option in held),
            earlier=tuple(cls.of_kept(one, one["responses"]) for one in kept.get("earlier", ())),
            groups={
                key: cls.of_kept(one, 0)
                for key, one in kept.get("groups", {}).get("of", {}).items()
            },
            grouped_by=kept.get("groups", {}).get("by", ""),
            alpha={key: (value, number) for key, (value, number) in kept.get("alpha", {}).items()},
        )

    def as_earlier(self) -> tuple[Counts, ...]:
        """These and those before, as they stand behind the ones that come next."""
        return (*self.earlier, replace(self, earlier=()))


@dataclass(frozen=True)
class Bar:
    """An option with its count and its share of those who answered, in per cent, between the ends
    of its 95 % interval (Wilson)."""

    label: str
    count: int
    share: float
    is_hidden: bool = False
    interval: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Line:
    """A row of a matrix; `bars` in the order of the options, empty when too few answered."""

    label: str
    answered: int
    bars: tuple[Bar, ...]

    @property
    def parts(self) -> list[dict[str, str]]:
        """Where each option's part of the bar starts and how wide it is, in hundredths; "" for one
        that is kept back, between which the bar stays open."""
        found, start = [], 0.0
        held = [bar for bar in self.bars if bar.is_hidden]
        room = (100 - sum(bar.share for bar in self.bars)) / len(held) if held else 0.0
        for bar in self.bars:
            width = "" if bar.is_hidden else f"{bar.share:.2f}"
            found.append({"start": f"{start:.2f}", "width": width})
            start += room if bar.is_hidden else bar.share
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


def keys_of(question: Question, counts: Counts) -> list[str]:
    """Every option of the form, then those that it no longer has but that were chosen."""
    keys = [option.key for option in question.options]
    rows = counts.rows_of(question.key)
    chosen = {cell.option for row in rows for cell in counts.of(question.key, row)}
    return keys + sorted(chosen - set(keys))


def by_option(
    question: Question, counts: Counts, words: Words, answered: int, row: str = ""
) -> tuple[Bar, ...]:
    """A bar for each option, without number where it is kept back."""
    keys = keys_of(question, counts)
    return tuple(
        held_bar(words.options.get((question.key, key), key))
        if counts.is_held(question.key, row, key)
        else bar(words.options.get((question.key, key), key), count, answered)
        for key, count in zip(keys, counts.line(question.key, row, keys), strict=True)
    )


def bar(label: str, count: int, answered: int) -> Bar:
    if not answered:
        return Bar(label, count, 0.0)
    ends = share_interval(count, answered)
    assert ends is not None
    return Bar(label, count, 100 * count / answered, interval=(100 * ends.low, 100 * ends.high))


def held_bar(label: str) -> Bar:
    return Bar(label, 0, 0.0, is_hidden=True)


def bars(tally: Iterable[tuple[str, int]], answered: int) -> tuple[Bar, ...]:
    return tuple(bar(label, number, answered) for label, number in tally)


def top_of(found: Sequence[Bar]) -> Bar | None:
    """The longest bar, where it is sure that none is longer."""
    shown = [one for one in found if not one.is_hidden]
    top = max(shown, key=lambda one: one.count, default=None)
    if top is None or not top.count:
        return None
    rest = 100 - sum(one.share for one in shown)
    is_sure = len(shown) == len(found) or top.share > rest
    return top if is_sure else None


# --- Numbers -------------------------------------------------------------------------------


def by_number(cells: Iterable[Cell]) -> list[tuple[float, int]]:
    return sorted((cell.number, cell.count) for cell in cells if cell.number is not None)


@dataclass(frozen=True)
class Stretch:
    """Neighbouring places of a scale that are shown as one, the ends included, and whether they
    are at the beginning and at the end of it."""

    first: int
    last: int
    count: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Scale:
    """How the values of a question lie on a scale of `size` places (what lies outside is at its
    ends), and what stretches of it are called."""

    question: str
    place_of: Callable[[Cell], int]
    size: int
    name: Callable[[Stretch], str]

    def line(self, counts: Counts) -> list[int]:
        """How many answers lie at each place."""
        found = [0] * self.size
        for cell in counts.of(self.question):
            found[min(max(self.place_of(cell), 0), self.size - 1)] += cell.count
        return found


def stretches(counts: Counts, scale: Scale) -> list[Stretch]:
    """How many answers lie where on a scale; what few have joins its neighbour."""
    now, line, size = scale.line(counts), scale.line, scale.size
    groups = disclosure.merged(now, [line(one) for one in counts.earlier])
    return [
        Stretch(low, high, sum(now[low : high + 1]), low == 0, high == size - 1)
        for low, high in groups
    ]


def trimmed(tally: Tally) -> Tally:
    """Without the last few at either end, who join those beside them: the ends of a scale are
    somebody's own values."""
    total, past, found = sum(often for _value, often in tally), 0, []
    for value, often in tally:
        low, high = max(past, THRESHOLD - 1), min(past + often, total - THRESHOLD + 1)
        past += often
        if high > low:
            found.append((value, high - low))
    return found or [(_at(tally, total // 2), 1)]


def mean(tally: Tally) -> float:
    """The mean of values given as (value, how often)."""
    return sum(value * often for value, often in tally) / sum(often for _value, often in tally)


def where_median(found: Sequence[Stretch], labels: Sequence[str]) -> str:
    """What the stretch is called where the median lies; "" where that says nothing."""
    place = sum(one.count for one in found) // 2
    for one, label in zip(found, labels, strict=True):
        if place < one.count:
            return "" if one.is_first and one.is_last else label
        place -= one.count
    raise IndexError(place)


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


def middle(tally: Tally, groups: Sequence[Sequence[float]], answered: int, where: str) -> str:
    """How many answered, the mean (where it does not tell how a group divides), the median (""
    where that might lie anywhere)."""
    told = mean_told(tally, groups)
    if not where:
        mean_alone = _("平均 %(mean)s。", mean=told) if told is not None else ""
        return who_answered(answered) + mean_alone
    if told is None:
        return _("%(answered)s中位数 %(median)s。", answered=who_answered(answered), median=where)
    return _(
        "%(answered)s平均 %(mean)s，中位数 %(median)s。",
        answered=who_answered(answered),
        mean=told,
        median=where,
    )


def mean_told(tally: Tally, groups: Sequence[Sequence[float]]) -> str | None:
    """The mean, as exactly as it may be told beside the totals of these groups of values."""
    places = disclosure.decimals_of_mean(tally, groups)
    return None if places is None else str(format_decimal(round(mean(tally), places)))


def grouped(counts: Counts, scale: Scale, found: Sequence[Stretch]) -> list[list[float]]:
    """The values that stand together in each stretch of a scale of numbers."""
    starts = [one.first for one in found]
    groups: list[list[float]] = [[] for _one in found]
    for cell in counts.of(scale.question):
        if cell.number is not None:
            place = max(0, scale.place_of(cell))
            groups[bisect_right(starts, place) - 1].append(cell.number)
    return [group for group in groups if group]


def percent(share: float) -> str:
    """A share as the bars beside it have it: 36.5 reads 36.5%, 80.0 reads 80%."""
    return f"{share:.1f}".removesuffix(".0") + "%"


def decimal(value: float) -> str:
    """A number with at most two places, as the reader writes it."""
    return str(format_decimal(round(value, 2)))
