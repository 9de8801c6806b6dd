"""Options put in order: a number beside each, from 1 on."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l, ngettext, pick

from .. import disclosure
from ..logic.evaluating import Value
from ..tallies import (
    Bar,
    Counts,
    Line,
    QuestionResult,
    Words,
    bar,
    decimal,
    held_bar,
    keys_of,
    mean,
    top_of,
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

    @property
    def wanted_by_buttons(self) -> str:
        """The same where a script lets options be moved."""
        if self.least == len(self.question.options):
            return _(
                "请排出全部 %(count)d 项的先后：点“+”排进来，用箭头或者拖动换先后。",
                count=self.least,
            )
        if self.least == self.most:
            return _(
                "请排出最前的 %(count)d 项：点“+”排进来，用箭头或者拖动换先后。", count=self.most
            )
        return _(
            "请排出 %(least)d 到 %(most)d 项的先后：点“+”排进来，用箭头或者拖动换先后。",
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

    def held(self, question: Question, counts: Counts) -> set[tuple[str, str]]:
        """Options with the place that they were given: all of them where what came since an
        earlier showing is little."""
        keys, last = keys_of(question, counts), _last(question, counts)
        now = _by_place(counts, question, keys, last)
        everything = {(str(at + 1), key) for key in keys for at in range(last)}
        for before in counts.earlier:
            then = _by_place(before, question, keys, last)
            if any(
                disclosure.is_small(abs(count - then[row][at]))
                for row, line in enumerate(now)
                for at, count in enumerate(line)
                if not before.is_held(question.key, str(at + 1), keys[row])
            ):
                return everything
        totals = [sum(line) for line in now]
        cells = disclosure.held_of_table(disclosure.Table(now, disclosure.held_of_parts(totals)))
        if cells is None:
            return everything
        return {(str(at + 1), keys[row]) for row, at in cells}

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered = counts.answered.get(question.key, 0)
        keys, last = keys_of(question, counts), _last(question, counts)
        found: list[tuple[float, Line]] = []
        firsts: list[Bar] = []
        for key, line in zip(keys, _by_place(counts, question, keys, last), strict=True):
            label, number = words.options.get((question.key, key), key), sum(line)
            places = tuple(
                held_bar(str(at))
                if counts.is_held(question.key, str(at), key)
                else bar(str(at), count, number)
                for at, count in enumerate(line, start=1)
            )
            firsts.append(replace(places[0], label=label, share=100 * line[0] / max(1, answered)))
            if not number or all(one.is_hidden for one in places):
                found.append((last + 1.0, Line(label, number, ())))
            elif any(one.is_hidden for one in places):
                found.append((float(last), Line(label, number, places)))
            else:
                middle = mean([(float(at), count) for at, count in enumerate(line, start=1)])
                said = _("%(label)s：平均第 %(mean)s 位", label=label, mean=decimal(middle))
                found.append((middle, Line(said, number, places)))
        found.sort(key=lambda one: one[0])
        sentence, top = who_answered(answered), top_of(firsts)
        if top is not None:
            sentence = _(
                "%(answered)s排在第一位最多的是“%(label)s”：%(count)d 人。",
                answered=sentence,
                label=top.label,
                count=top.count,
            )
        return QuestionResult(
            question,
            answered,
            sentence,
            lines=tuple(line for _mean, line in found),
            columns=tuple(_("第 %(place)d 位", place=at) for at in range(1, last + 1)),
        )


def _last(question: Question, counts: Counts) -> int:
    """The last place that an option was given."""
    return max((int(cell.number or 1) for cell in counts.of(question.key)), default=1)


def _by_place(counts: Counts, question: Question, keys: list[str], last: int) -> list[list[int]]:
    """How often each option was given each place."""
    found = {key: [0] * last for key in keys}
    for cell in counts.of(question.key):
        if cell.option in found and 1 <= (place := int(cell.number or 1)) <= last:
            found[cell.option][place - 1] += cell.count
    return list(found.values())
