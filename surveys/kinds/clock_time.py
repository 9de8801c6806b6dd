"""A time of day, kept as minutes since midnight."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l

from ..logic.evaluating import Value
from ..tallies import Counts, QuestionResult, Words, bars, by_number, median, who_answered
from .base import CHECKED, Given, Kind
from .field import QuestionField

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


class Time(Kind):
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

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered = counts.answered.get(question.key, 0)
        tally = by_number(counts.of(question.key))
        counted: dict[int, int] = {}
        for minutes, often in tally:
            hour = int(minutes) // 60
            counted[hour] = counted.get(hour, 0) + often
        hours = range(min(counted), max(counted) + 1)
        found = bars(
            ((f"{hour:02d}:00–{hour:02d}:59", counted.get(hour, 0)) for hour in hours), answered
        )
        sentence = _(
            "%(answered)s中位数 %(median)s。",
            answered=who_answered(answered),
            median=written(median(tally)),
        )
        return QuestionResult(question, answered, sentence, found)
