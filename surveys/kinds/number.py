"""A number, whole or with decimals."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l

from ..logic.evaluating import Value
from ..reader import NUMBER_LIMIT, is_number
from ..tallies import (
    Cell,
    Counts,
    Scale,
    Stretch,
    binned,
    by_number,
    decimal,
    grouped,
    middle,
    trimmed,
)
from .base import CHECKED, Given
from .field import QuestionField
from .ordered import Ordered, median_of

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader

_NUMBER = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,10})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,10})?")


class NumberField(QuestionField):
    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [f"{row['number']:.{self.question.decimals}f}" for row in given]}

    def read(self) -> list[dict[str, Any]]:
        written = unicodedata.normalize("NFKC", self.value).strip()
        if not written:
            return []
        if not _NUMBER.fullmatch(written) and not _GROUPED.fullmatch(written):
            raise ValidationError(_("请填一个数字，例如 12。"))
        number = Decimal(written.replace(",", ""))
        places = self.question.decimals
        if number != round(number, places):
            if not places:
                raise ValidationError(_("请填整数。"))
            raise ValidationError(_("最多 %(places)d 位小数。", places=places))
        self._within(number)
        return [{"number": float(number)}]

    def _within(self, number: Decimal) -> None:
        low, high = self.question.minimum, self.question.maximum
        if (low is not None and number < Decimal(str(low))) or (
            high is not None and number > Decimal(str(high))
        ):
            if low is None:
                raise ValidationError(_("不能大于 %(high)s。", high=high))
            if high is None:
                raise ValidationError(_("不能小于 %(low)s。", low=low))
            raise ValidationError(_("应在 %(low)s 到 %(high)s 之间。", low=low, high=high))
        if abs(number) > NUMBER_LIMIT:
            raise ValidationError(_("这个数太大了。"))


class Number(Ordered):
    name = "number"
    word = _l("数字题")
    keys = CHECKED | {"min", "max", "decimals"}
    field = NumberField
    control = "number"
    seconds = 8

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        places = reader.whole_number(asked, "decimals", 0, 4, place, optional=True)
        return {**bounds(reader, asked, place), "decimals": places or 0}

    def value(self, given: list[Given]) -> Value:
        return float(given[0]["number"])

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        near = [one + step for one in said if isinstance(one, float) for step in (-1.0, 0.0, 1.0)]
        low, high = question.minimum, question.maximum
        ends = [float(one) for one in (low, high) if one is not None]
        within = [
            one
            for one in sorted({0.0, 1.0, *near, *ends})
            if (low is None or one >= low) and (high is None or one <= high)
        ]
        return {question.key: ["", *within]}

    def scale(self, question: Question, counts: Counts) -> Scale:
        ranges = binned(trimmed(by_number(counts.of(question.key))), question.decimals)
        starts = [low for low, _high, _often in ranges]

        def place(cell: Cell) -> int:
            return bisect_right(starts, (cell.number or 0) + 1e-9) - 1

        def name(one: Stretch) -> str:
            return _range(ranges[one.first][0], ranges[one.last][1], one)

        return Scale(question.key, place, len(ranges), name)

    def sentence(
        self, question: Question, counts: Counts, scale: Scale, found: list[Stretch]
    ) -> str:
        tally = by_number(counts.of(question.key))
        groups = grouped(counts, scale, found)
        answered = counts.answered.get(question.key, 0)
        return middle(tally, groups, answered, median_of(scale, found))


def bounds(reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
    def meant(value: Any) -> Any:
        return value if is_number(value) else None

    return reader.bounds(asked, place, meant, _("min 和 max 应是数字。"))


def _range(low: float, high: float, one: Stretch) -> str:
    """Open at the ends: there lie the last few."""
    if one.is_first and one.is_last:
        return _("所有的数")
    if one.is_first:
        return _("%(high)s 及以下", high=decimal(high))
    if one.is_last:
        return _("%(low)s 及以上", low=decimal(low))
    if high - low < 1e-9:
        return decimal(low)
    return _("%(low)s 到 %(high)s", low=decimal(low), high=decimal(high))
