"""Options put in order: a number beside each, from 1 on."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l, ngettext, pick

from ..logic.evaluating import Value
from ..tallies import (
    THRESHOLD,
    Counts,
    Line,
    QuestionResult,
    Words,
    bars,
    by_number,
    by_option,
    decimal,
    mean,
    who_answered,
)
from .base import CHECKED, Given, Kind
from .choice import limits
from .field import QuestionField

if TYPE_CHECKING:
    from ..question import Option, Question
    from ..reader import Reader


class RankingField(QuestionField):
    """A number for each option; all of them are wanted unless the form says how many."""

    @property
    def names(self) -> list[str]:
        return [self.name_of(option) for option in self.question.options]

    def name_of(self, option: Option) -> str:
        return f"{self.name}-{option.key}"

    def place_of(self, option: Option) -> str:
        """What was sent as an option's place."""
        return next(iter(self.sent.get(self.name_of(option), [])), "")

    @property
    def least(self) -> int:
        return self.question.min_choices or self.most

    @property
    def most(self) -> int:
        return self.question.max_choices or len(self.question.options)

    @property
    def wanted(self) -> str:
        """How many are to be put in order, in words."""
        if self.least == len(self.question.options):
            return _("请排出全部 %(count)d 项的先后：最前的填 1，其次填 2……", count=self.least)
        if self.least == self.most:
            return _("请排出最前的 %(count)d 项：最前的填 1，其次填 2……", count=self.most)
        return _(
            "请排出 %(least)d 到 %(most)d 项的先后：最前的填 1，其次填 2……",
            least=self.least,
            most=self.most,
        )

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {f"{self.name}-{row['option']}": [str(int(row["number"]))] for row in given}

    def read(self) -> list[dict[str, Any]]:
        by_place: dict[int, Option] = {}
        for option in self.question.options:
            given = unicodedata.normalize("NFKC", self.place_of(option)).strip()
            if not given:
                continue
            if not (given.isascii() and given.isdigit()) or not 1 <= int(given[:9]) <= self.most:
                raise ValidationError(
                    _(
                        "“%(option)s”请填 1 到 %(most)d 的整数。",
                        option=pick(option.label),
                        most=self.most,
                    )
                )
            if (other := by_place.get(int(given))) is not None:
                raise ValidationError(
                    _(
                        "“%(one)s”和“%(other)s”都排在第 %(place)d，请分出先后。",
                        one=pick(other.label),
                        other=pick(option.label),
                        place=int(given),
                    )
                )
            by_place[int(given)] = option
        self._without_gaps(by_place)
        return [
            {"option": by_place[place].key, "number": float(place)} for place in sorted(by_place)
        ]

    def _without_gaps(self, by_place: dict[int, Option]) -> None:
        if not by_place:
            return
        for place in range(1, max(by_place) + 1):
            if place not in by_place:
                raise ValidationError(_("没有哪一项排在第 %(place)d。", place=place))
        if len(by_place) < self.least:
            raise ValidationError(
                ngettext(
                    "还差 %(num)d 项没有排。", "还差 %(num)d 项没有排。", self.least - len(by_place)
                )
            )

    def missing(self) -> str:
        return _("请排出先后。")


class Ranking(Kind):
    name = "ranking"
    word = _l("排序题")
    keys = CHECKED | {"options", "min_choices", "max_choices", "shuffle"}
    field = RankingField
    needs = frozenset({"options"})
    control = "ranking"
    has_options = True
    option_keys = frozenset({"key", "label", "xlsform"})

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        options = reader.options(asked, place, self.option_keys)
        if len(options) == 1:
            reader.fault(place, _("排序至少要有两个选项。"), "options")
        return {
            "options": options,
            "is_shuffled": reader.yes(asked, "shuffle", place),
            **limits(reader, asked, place, len(options)),
        }

    def seconds_of(self, question: Question) -> float:
        return 4.0 * len(question.options)

    def value(self, given: list[Given]) -> Value:
        return " ".join(one["option"] for one in sorted(given, key=lambda row: row["number"]))

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        keys = [option.key for option in question.options]
        return {question.key: ["", *(" ".join(keys[at:] + keys[:at]) for at in range(len(keys)))]}

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered = counts.answered.get(question.key, 0)
        cells = counts.of(question.key)
        last = max(int(cell.number or 1) for cell in cells)
        found: list[tuple[float, Line]] = []
        for key, label in _labels(question, words).items():
            tally = by_number(cell for cell in cells if cell.option == key)
            number = sum(often for _place, often in tally)
            counted = dict(tally)
            places = [(str(at), counted.get(float(at), 0)) for at in range(1, last + 1)]
            if number < THRESHOLD:
                found.append((last + 1.0, Line(label, number, ())))
                continue
            middle = mean(tally)
            said = _("%(label)s：平均第 %(mean)s 位", label=label, mean=decimal(middle))
            found.append((middle, Line(said, number, bars(places, number))))
        found.sort(key=lambda one: one[0])
        firsts = by_option(question, [cell for cell in cells if cell.number == 1], words)
        label, first = max(firsts, key=lambda one: one[1])
        sentence = _(
            "%(answered)s排在第一位最多的是“%(label)s”：%(count)d 人。",
            answered=who_answered(answered),
            label=label,
            count=first,
        )
        return QuestionResult(
            question,
            answered,
            sentence,
            lines=tuple(line for _mean, line in found),
            columns=tuple(_("第 %(place)d 位", place=at) for at in range(1, last + 1)),
        )


def _labels(question: Question, words: Words) -> dict[str, str]:
    """The words of every option there ever was."""
    return {key: word for (asked, key), word in words.options.items() if asked == question.key}
