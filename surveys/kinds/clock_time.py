"""A time of day, kept as minutes since midnight."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l

from ..logic.evaluating import Value
from ..tallies import Cell, Counts, Scale, Stretch, by_number, trimmed
from .base import CHECKED, Given
from .field import QuestionField
from .ordered import Ordered, median_of

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader

_TIME = re.compile(r"([0-9]{1,2})[:.点时]([0-9]{1,2})?分?(?::[0-9]{2})?")


def minutes_of(written: str) -> int | None:
    """Minutes since midnight of "9:05" or "9点5分"; None for what is no time."""
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", written).strip().replace(" ", ""))
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def written(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def _exactly(value: Any) -> int | None:
    """Minutes since midnight of "09:05", written so and no other way."""
    minutes = minutes_of(value) if isinstance(value, str) else None
    return minutes if minutes is not None and written(minutes) == value else None


class TimeField(QuestionField):
    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [written(row["number"]) for row in given]}

    def read(self) -> list[dict[str, Any]]:
        if not self.value.strip():
            return []
        minutes = minutes_of(self.value)
        if minutes is None:
            raise ValidationError(_("请填一个时间，例如 09:30。"))
        low, high = self.question.minimum, self.question.maximum
        if low is not None and minutes < low:
            raise ValidationError(_("不能早于 %(time)s。", time=written(low)))
        if high is not None and minutes > high:
            raise ValidationError(_("不能晚于 %(time)s。", time=written(high)))
        return [{"number": float(minutes)}]


class Time(Ordered):
    name = "time"
    word = _l("时间题")
    keys = CHECKED | {"min", "max"}
    field = TimeField
    control = "time"
    bound = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
    seconds = 10

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        return reader.bounds(asked, place, _exactly, _("时间请写成 09:30 这样。"))

    def value(self, given: list[Given]) -> Value:
        return written(given[0]["number"])

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        times = [one for one in said if isinstance(one, str) and minutes_of(one) is not None]
        return {question.key: ["", "00:00", "12:00", "23:59", *times]}

    def scale(self, question: Question, counts: Counts) -> Scale:
        kept = trimmed(by_number(counts.of(question.key)))
        start, end = int(kept[0][0]) // 60, int(kept[-1][0]) // 60

        def place(cell: Cell) -> int:
            return int(cell.number or 0) // 60 - start

        return Scale(question.key, place, end - start + 1, lambda one: _hours(start, one))

    def sentence(
        self, question: Question, counts: Counts, scale: Scale, found: list[Stretch]
    ) -> str:
        said, where = super().sentence(question, counts, scale, found), median_of(scale, found)
        return _("%(answered)s中位数在 %(hours)s。", answered=said, hours=where) if where else said


def _hours(start: int, one: Stretch) -> str:
    low, high = f"{start + one.first:02d}:00", f"{start + one.last:02d}:59"
    if one.is_first and one.is_last:
        return _("所有的时间")
    if one.is_first:
        return _("%(high)s 及以前", high=high)
    if one.is_last:
        return _("%(low)s 及以后", low=low)
    return f"{low}–{high}"
