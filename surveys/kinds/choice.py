"""Options of which one or several are chosen, one of them with a text of one's own beside it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core import text
from core.i18n import _, _l, pick

from .. import disclosure
from ..comparing import Part
from ..logic.evaluating import Value
from ..tallies import (
    Counts,
    QuestionResult,
    Words,
    by_option,
    keys_of,
    percent,
    top_of,
    who_answered,
)
from .base import CHECKED, Given, Kind
from .field import QuestionField

if TYPE_CHECKING:
    from ..question import Option, Question
    from ..reader import Reader

OTHER_LIMIT = 200


class _ChoiceField(QuestionField):
    """Options, one of which may have a text of its own beside it."""

    @property
    def other(self) -> Option | None:
        return next((one for one in self.question.options if one.is_other), None)

    @property
    def other_name(self) -> str:
        return f"{self.name}-other"

    @property
    def other_text(self) -> str:
        return next(iter(self.sent.get(self.other_name, [])), "")

    @property
    def names(self) -> list[str]:
        return [self.name, self.other_name] if self.other else [self.name]

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {
            self.name: [row["option"] for row in given if "text" not in row],
            self.other_name: [row["text"] for row in given if "text" in row],
        }

    def read(self) -> list[dict[str, Any]]:
        picked = [key for key in dict.fromkeys(self.sent[self.name]) if key]
        allowed = {one.key for one in self.question.options}
        if not allowed.issuperset(picked):
            raise ValidationError(_("请从列出的选项里选。"))
        written = self._written()
        if written and self.other and self.other.key not in picked:
            picked = self._pick_other(picked, self.other)
        rows: list[dict[str, Any]] = [{"option": key} for key in picked]
        if written and self.other:
            rows.append({"option": self.other.key, "text": written})
        return rows

    def _written(self) -> str:
        try:
            return text.clean_line(self.other_text, OTHER_LIMIT)
        except text.TextFault as fault:
            raise ValidationError(str(fault)) from fault

    def _pick_other(self, picked: list[str], other: Option) -> list[str]:
        raise NotImplementedError


class SingleField(_ChoiceField):
    def read(self) -> list[dict[str, Any]]:
        if len({key for key in self.sent[self.name] if key}) > 1:
            raise ValidationError(_("这一题只能选一项。"))
        return super().read()

    def _pick_other(self, picked: list[str], other: Option) -> list[str]:
        if picked:
            raise ValidationError(
                _(
                    "文字框里有字，选的却是另一项：请改选“%(option)s”，或者清空文字框。",
                    option=pick(other.label),
                )
            )
        return [other.key]

    def missing(self) -> str:
        return _("请选一项。")


class MultipleField(_ChoiceField):
    def read(self) -> list[dict[str, Any]]:
        rows = super().read()
        picked = [row["option"] for row in rows if "text" not in row]
        least, most = self.question.min_choices, self.question.max_choices
        exclusive = {one.key for one in self.question.options if one.is_exclusive}
        if least is not None and 0 < len(picked) < least and not exclusive.intersection(picked):
            raise ValidationError(
                _("至少选 %(least)d 项，现在选了 %(count)d 项。", least=least, count=len(picked))
            )
        if most is not None and len(picked) > most:
            raise ValidationError(
                _("最多选 %(most)d 项，现在选了 %(count)d 项。", most=most, count=len(picked))
            )
        for one in self.question.options:
            if one.is_exclusive and one.key in picked and len(picked) > 1:
                raise ValidationError(
                    _("选了“%(option)s”，就不能再选别的。", option=pick(one.label))
                )
        return rows

    def _pick_other(self, picked: list[str], other: Option) -> list[str]:
        return [*picked, other.key]

    def missing(self) -> str:
        return _("请至少选一项。")


class _Choice(Kind):
    control = "choices"
    needs = frozenset({"options"})
    has_options = True
    option_keys = frozenset({"key", "label", "other", "image", "alt", "xlsform"})

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        return {
            "options": reader.options(asked, place, self.option_keys),
            "is_shuffled": reader.yes(asked, "shuffle", place),
        }

    def value(self, given: list[Given]) -> Value:
        return " ".join(one["option"] for one in given if "text" not in one)

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered = counts.answered.get(question.key, 0)
        found = by_option(question, counts, words, answered)
        top = top_of(found)
        if top is None:
            return QuestionResult(question, answered, who_answered(answered), found)
        sentence = _(
            "%(answered)s选得最多的是“%(top)s”：%(count)d 人，占 %(share)s。",
            answered=who_answered(answered),
            top=top.label,
            count=top.count,
            share=percent(top.share),
        )
        return QuestionResult(question, answered, sentence, found)


class Single(_Choice):
    name = "single"
    word = _l("单选题")
    keys = CHECKED | {"options", "shuffle"}
    field = SingleField
    seconds = 6

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        return {question.key: ["", *(option.key for option in question.options)]}

    def held(self, question: Question, counts: Counts) -> set[tuple[str, str]]:
        return held_of_line(question, counts)

    def parts(self, question: Question, counts: Counts, words: Words) -> list[Part]:
        return [part_of_line(question, counts, words)]


class Multiple(_Choice):
    name = "multiple"
    word = _l("多选题")
    keys = CHECKED | {"options", "min_choices", "max_choices", "shuffle"}
    option_keys = _Choice.option_keys | {"exclusive"}
    field = MultipleField
    seconds = 10

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        found = super().read(reader, asked, place)
        return {**found, **limits(reader, asked, place, len(found["options"]))}

    def held(self, question: Question, counts: Counts) -> set[tuple[str, str]]:
        keys = keys_of(question, counts)
        before = counts.lines_before(question.key, "", keys)
        then = [one.answered.get(question.key, 0) for one in counts.earlier]
        places = disclosure.held_of_choices(
            counts.line(question.key, "", keys),
            counts.answered.get(question.key, 0),
            list(zip(before, then, strict=True)),
        )
        return {("", keys[at]) for at in places}

    def parts(self, question: Question, counts: Counts, words: Words) -> list[Part]:
        """Each option alone: those who chose it and those who did not."""

        def chose(key: str) -> Callable[[Counts], list[int]]:
            def line(one: Counts) -> list[int]:
                (count,) = one.line(question.key, "", [key])
                return [count, one.answered.get(question.key, 0) - count]

            return line

        return [
            Part(words.options.get((question.key, key), key), (_("选了"), _("没有选")), chose(key))
            for key in keys_of(question, counts)
            if not counts.is_held(question.key, "", key)
        ]

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        keys = [option.key for option in question.options]
        pairs = [f"{one} {other}" for one, other in pairwise(keys)]
        return {question.key: ["", *keys, *pairs, " ".join(keys)]}


def limits(reader: Reader, asked: dict[str, Any], place: str, count: int) -> dict[str, int | None]:
    """How many options may be chosen, at least and at most."""
    least, most = (
        reader.whole_number(asked, name, 1, max(1, count), place, optional=True)
        for name in ("min_choices", "max_choices")
    )
    if least is not None and most is not None and least > most:
        reader.fault(place, _("min_choices 不能大于 max_choices。"), "min_choices")
    return {"min_choices": least, "max_choices": most}


def part_of_line(question: Question, counts: Counts, words: Words, row: str = "") -> Part:
    keys = keys_of(question, counts)
    return Part(
        words.rows.get((question.key, row), ""),
        tuple(words.options.get((question.key, key), key) for key in keys),
        lambda one: one.line(question.key, row, keys),
        frozenset(at for at, key in enumerate(keys) if counts.is_held(question.key, row, key)),
    )


def held_of_line(question: Question, counts: Counts, row: str = "") -> set[tuple[str, str]]:
    """What is not shown of options of which each person chose one."""
    keys = keys_of(question, counts)
    places = disclosure.held_of_parts(
        counts.line(question.key, row, keys), counts.lines_before(question.key, row, keys)
    )
    return {(row, keys[at]) for at in places}
