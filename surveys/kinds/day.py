"""A day of the calendar."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import format_date
from wtforms.validators import ValidationError

from core.i18n import _, _l, current_language, day

from ..logic.evaluating import Value
from ..reader import as_day
from ..tallies import Bar, Counts, QuestionResult, Words, bars, who_answered
from .base import CHECKED, Given, Kind
from .field import QuestionField

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader

MONTHS_SHOWN = 18
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


class DateField(QuestionField):
    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [row["day"].isoformat() for row in given]}

    def read(self) -> list[dict[str, Any]]:
        written = unicodedata.normalize("NFKC", self.value).strip().replace(" ", "")
        if not written:
            return []
        found = _DATE.fullmatch(written)
        try:
            when = date(*map(int, found.groups())) if found else None
        except ValueError:
            when = None
        if when is None or not 1900 <= when.year <= 2200:
            raise ValidationError(_("请填一个日期，例如 2026-05-20。"))
        low, high = self.question.minimum, self.question.maximum
        if low is not None and when < low:
            raise ValidationError(_("不能早于 %(day)s。", day=day(low)))
        if high is not None and when > high:
            raise ValidationError(_("不能晚于 %(day)s。", day=day(high)))
        return [{"day": when}]


class Date(Kind):
    name = "date"
    word = _l("日期题")
    keys = CHECKED | {"min", "max"}
    field = DateField
    control = "date"
    bound = {"type": "string", "pattern": r"^\d{4}-?(\d\d-?\d\d|W\d\d-?\d)$"}
    seconds = 10

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        return reader.bounds(asked, place, as_day, _("日期请写成 2026-05-20 这样。"))

    def value(self, given: list[Given]) -> Value:
        return str(given[0]["day"].isoformat())

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        words = [one for one in said if isinstance(one, str)]
        return {question.key: ["", "1950-01-01", "2200-12-31", *words]}

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered = counts.answered.get(question.key, 0)
        cells = counts.of(question.key)
        found = _by_period([(cell.day, cell.count) for cell in cells if cell.day], answered)
        return QuestionResult(question, answered, who_answered(answered), found)


def _by_period(days: Iterable[tuple[date, int]], answered: int) -> tuple[Bar, ...]:
    """Counts by month, or by year when the days lie far apart; empty months in between show 0."""
    days = sorted(days)
    first, last = days[0][0], days[-1][0]
    months = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if months < MONTHS_SHOWN else 12
    counted: dict[int, int] = {}
    for one, often in days:
        number = (one.year * 12 + one.month - 1) // step
        counted[number] = counted.get(number, 0) + often
    start, end = min(counted), max(counted)
    if end - start > 100:
        numbers: Iterable[int] = sorted(counted)
    else:
        numbers = range(start, end + 1)
    return bars(((_period(number, step), counted.get(number, 0)) for number in numbers), answered)


def _period(number: int, step: int) -> str:
    year, month = divmod(number * step, 12)
    first = date(year, month + 1, 1)
    chinese = current_language() != "en"
    if step == 12:
        return format_date(first, "y年" if chinese else "y")
    return format_date(first, "y年M月" if chinese else "MMM y")
