"""Rows that all offer the same options, one choice in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms.validators import ValidationError

from core.i18n import _, _l, ngettext, pick

from ..comparing import Part
from ..logic.evaluating import Value
from ..tallies import THRESHOLD, Counts, Line, QuestionResult, Words, by_option, who_answered
from .base import COMMON, Given, Kind
from .choice import held_of_line, part_of_line
from .field import QuestionField, shuffled

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader

SECONDS_OF_ROW = 5


class MatrixField(QuestionField):
    """Rows with one choice each; where the question is required, every row is."""

    @property
    def names(self) -> list[str]:
        return [f"{self.name}-{row.key}" for row in self.question.rows]

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {f"{self.name}-{row['row']}": [row["option"]] for row in given}

    def read(self) -> list[dict[str, Any]]:
        allowed = {one.key for one in self.question.options}
        rows, empty = [], []
        for row in self.question.rows:
            picked = {key for key in self.sent[f"{self.name}-{row.key}"] if key}
            if len(picked) > 1:
                raise ValidationError(_("“%(row)s”只能选一项。", row=pick(row.label)))
            if not allowed.issuperset(picked):
                raise ValidationError(_("“%(row)s”请从列出的选项里选。", row=pick(row.label)))
            rows += [{"row": row.key, "option": key} for key in picked]
            if not picked:
                empty.append(row)
        if self.question.is_required and rows and empty:
            raise ValidationError(
                ngettext(
                    "还有 %(num)d 行没有选，例如“%(row)s”。",
                    "还有 %(num)d 行没有选，例如“%(row)s”。",
                    len(empty),
                    row=pick(empty[0].label),
                )
            )
        return rows

    @property
    def rows(self) -> list[tuple[str, str]]:
        rows = list(self.question.rows)
        if self.question.is_shuffled:
            rows = shuffled(rows, self.seed, self.question.key)
        return [(row.key, pick(row.label)) for row in rows]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [(option.key, pick(option.label)) for option in self.question.options]

    @property
    def chosen(self) -> dict[str, list[str]]:
        return {row.key: self.sent.get(f"{self.name}-{row.key}", []) for row in self.question.rows}


class Matrix(Kind):
    name = "matrix"
    word = _l("矩阵题")
    keys = COMMON | {"options", "rows", "shuffle"}
    field = MatrixField
    needs = frozenset({"options", "rows"})
    option_keys = frozenset({"key", "label", "xlsform"})
    control = "matrix"
    has_options = True

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        return {
            "options": reader.options(asked, place, self.option_keys),
            "rows": reader.rows(asked, place),
            "is_shuffled": reader.yes(asked, "shuffle", place),
        }

    def seconds_of(self, question: Question) -> float:
        return SECONDS_OF_ROW * len(question.rows)

    def values(self, question: Question, given: list[Given]) -> dict[str, Value]:
        return {f"{question.key}.{one['row']}": one["option"] for one in given}

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        keys = [option.key for option in question.options]
        return {f"{question.key}.{row.key}": ["", *keys] for row in question.rows}

    def held(self, question: Question, counts: Counts) -> set[tuple[str, str]]:
        rows = counts.rows_of(question.key)
        return set().union(*(held_of_line(question, counts, row) for row in rows))

    def parts(self, question: Question, counts: Counts, words: Words) -> list[Part]:
        return [
            part_of_line(question, counts, words, row)
            for row, _label in words.rows_of(question.key)
            if sum(cell.count for cell in counts.of(question.key, row)) >= THRESHOLD
        ]

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        lines: list[Line] = []
        columns: tuple[str, ...] = ()
        for row, label in words.rows_of(question.key):
            number = sum(cell.count for cell in counts.of(question.key, row))
            found = by_option(question, counts, words, number, row)
            columns = tuple(bar.label for bar in found)
            lines.append(Line(label, number, found if number >= THRESHOLD else ()))
        answered = counts.answered.get(question.key, 0)
        sentence = who_answered(answered)
        return QuestionResult(question, answered, sentence, lines=tuple(lines), columns=columns)
