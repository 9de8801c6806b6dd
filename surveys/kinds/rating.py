"""Points on a scale of whole numbers."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l

from ..question import Texts
from ..reader import is_whole
from ..tallies import (
    Cell,
    Counts,
    Scale,
    Stretch,
    by_number,
    grouped,
    mean_told,
    percent,
    stretches,
    who_answered,
)
from .base import CHECKED
from .field import QuestionField
from .number import Number, bounds

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader


END_LIMIT = 40


class RatingField(QuestionField):
    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [str(int(row["number"])) for row in given]}

    def read(self) -> list[dict[str, Any]]:
        picked = {one for one in self.sent[self.name] if one}
        if not picked:
            return []
        if len(picked) > 1 or not picked.issubset(map(str, self.question.scale)):
            raise ValidationError(
                _(
                    "请在 %(low)s 到 %(high)s 之间选一个。",
                    low=self.question.minimum,
                    high=self.question.maximum,
                )
            )
        return [{"number": float(picked.pop())}]

    def missing(self) -> str:
        return _("请选一个分数。")


class Rating(Number):
    name = "rating"
    word = _l("评分题")
    keys = CHECKED | {"min", "max", "low_label", "high_label"}
    field = RatingField
    control = "rating"
    bound = {"type": "integer"}
    seconds = 6

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        found = bounds(reader, {"min": 0, "max": 10, **asked}, place)
        low, high = found.values()
        if not (is_whole(low) and is_whole(high) and 1 <= high - low <= 10):
            reader.fault(place, _("评分用整数，最多十一级，例如 0 到 10。"), "min")
            found = {"minimum": 0, "maximum": 10}
        return {**found, **ends(reader, asked, place)}

    def scale(self, question: Question, counts: Counts) -> Scale:
        def name(one: Stretch) -> str:
            low, high = question.scale[one.first], question.scale[one.last]
            return str(low) if low == high else _("%(low)s 到 %(high)s", low=low, high=high)

        def place(cell: Cell) -> int:
            return int(cell.number or 0) - question.scale.start

        return Scale(question.key, place, len(question.scale), name)

    def is_split(self, question: Question, counts: Counts) -> bool:
        found = stretches(counts, self.scale(question, counts))
        return any(one.first != one.last for one in found)


class Recommendation(Rating):
    """How likely somebody would recommend it, from 0 to 10; told in the three usual groups."""

    name = "nps"
    word = _l("0–10 分（愿不愿意推荐）")
    keys = CHECKED | {"low_label", "high_label"}

    def sentence(
        self, question: Question, counts: Counts, scale: Scale, found: list[Stretch]
    ) -> str:
        """In the three groups, where no stretch reaches from one into another."""
        by_group = [0, 0, 0]
        for one in found:
            low, high = (bisect_right([7, 9], place) for place in (one.first, one.last))
            if low != high:
                return super().sentence(question, counts, scale, found)
            by_group[low] += one.count
        answered = sum(by_group)
        few, some, many = (percent(100 * count / answered) for count in by_group)
        said = _(
            "%(answered)s给 9–10 分的占 %(high)s，7–8 分的占 %(middle)s，0–6 分的占 %(low)s",
            answered=who_answered(answered),
            high=many,
            middle=some,
            low=few,
        )
        told = mean_told(by_number(counts.of(question.key)), grouped(counts, scale, found))
        return _("%(said)s；平均 %(mean)s。", said=said, mean=told) if told else f"{said}。"


def ends(reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Texts]:
    """What the two ends of a scale are called."""
    return {
        name: reader.texts(asked, name, place, END_LIMIT, optional=True)
        for name in ("low_label", "high_label")
    }
