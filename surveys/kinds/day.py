"""A day of the calendar."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import format_date
from wtforms.validators import ValidationError

from core.i18n import _, _l, current_language, day

from ..logic.evaluating import Value
from ..reader import as_day
from ..tallies import Cell, Counts, Scale, Stretch, Tally, trimmed
from .base import CHECKED, Given
from .field import QuestionField
from .ordered import Ordered

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


class Date(Ordered):
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

    def scale(self, question: Question, counts: Counts) -> Scale:
        step, numbers = _periods(_by_day(counts.of(question.key)))

        def place(cell: Cell) -> int:
            assert cell.day is not None
            return bisect_right(numbers, _number(cell.day, step)) - 1

        return Scale(question.key, place, len(numbers), lambda one: _label(numbers, one, step))


def _by_day(cells: Iterable[Cell]) -> list[tuple[float, int]]:
    return sorted((float(cell.day.toordinal()), cell.count) for cell in cells if cell.day)


def _periods(days: Tally) -> tuple[int, list[int]]:
    """The months between the days, or the years when those lie far apart; each a number of steps
    of so many months. The last few at either end join those beside them."""
    kept = [date.fromordinal(int(value)) for value, _often in trimmed(days)]
    months = (kept[-1].year - kept[0].year) * 12 + kept[-1].month - kept[0].month
    step = 1 if months < MONTHS_SHOWN else 12
    start, end = _number(kept[0], step), _number(kept[-1], step)
    if end - start > 100:
        return step, sorted({_number(one, step) for one in kept})
    return step, list(range(start, end + 1))


def _number(one: date, step: int) -> int:
    return (one.year * 12 + one.month - 1) // step


def _label(numbers: list[int], one: Stretch, step: int) -> str:
    first, last = (_period(numbers[place], step) for place in (one.first, one.last))
    if one.is_first and one.is_last:
        return _("所有的日期")
    if one.is_first:
        return _("%(last)s及以前", last=last)
    if one.is_last:
        return _("%(first)s及以后", first=first)
    return first if first == last else _("%(first)s到%(last)s", first=first, last=last)


def _period(number: int, step: int) -> str:
    year, month = divmod(number * step, 12)
    first = date(year, month + 1, 1)
    chinese = current_language() != "en"
    if step == 12:
        return format_date(first, "y年" if chinese else "y")
    return format_date(first, "y年M月" if chinese else "MMM y")
