"""The form that a definition asks for: field names are `q-<key>`, for a row of a matrix
`q-<key>-<row>`, for the text beside an option `q-<key>-other`.

One field answers one question. It keeps what was sent as it was sent, and once it holds, gives
the rows of the answers' tables (`given`, see responses.Given).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import request
from wtforms import Field
from wtforms.validators import ValidationError

from core import text
from core.forms import BaseForm
from core.i18n import _, day, ngettext, pick

from .definition import NUMBER_LIMIT, Definition, Option, Question
from .flow import Flow, Said, Settled, values_of
from .logic import as_boolean, evaluate

OTHER_LIMIT = 200
STRANGERS_TOLD = 5
_NUMBER = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,10})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,10})?")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


class QuestionField(Field):
    """A question as a field. `sent` holds what came by the name of each control."""

    widget = None

    def __init__(self, question: Question, number: int, **options: Any) -> None:
        super().__init__(label=_("第 %(number)d 题", number=number), **options)
        self.question = question
        self.sent: dict[str, list[str]] = {}
        self.given: list[dict[str, Any]] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        if formdata is not None:
            self.sent = {name: formdata.getlist(name) for name in self.names}
        else:
            said = self.said(data if isinstance(data, list) else [])
            self.sent = {name: [] for name in self.names} | said

    @property
    def names(self) -> list[str]:
        """The names of every control of the question."""
        return [self.name]

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        """What must be sent to give these rows: earlier answers, shown to their author."""
        raise NotImplementedError

    def read(self) -> list[dict[str, Any]]:
        """The rows that were sent. Raises ValidationError."""
        raise NotImplementedError

    @property
    def tried(self) -> list[dict[str, Any]]:
        """The rows that were sent, for the rules of the form; none where they do not hold."""
        try:
            return [{"question": self.question.key, **row} for row in self.read()]
        except ValidationError:
            return []

    def pre_validate(self, form: Any) -> None:
        self.given = []
        if self.question.key not in form.settled.asked:
            return self._refuse_unasked()
        given = self.read()
        if not given and self.question.is_required:
            raise ValidationError(self.missing())
        if given and not form.accepts(self.question):
            said = pick(self.question.constraint_message)
            raise ValidationError(said or _("这个回答不合要求，请再看一看。"))
        self.given = [{"question": self.question.key, **row} for row in given]

    def _refuse_unasked(self) -> None:
        """What was sent though other answers leave the question out is told, and then gone."""
        if any(one.strip() for values in self.sent.values() for one in values):
            self.sent = {name: [] for name in self.sent}
            raise ValidationError(_("照你别的回答，这一题不用答。这里填的已经去掉，再交一次就行。"))

    def missing(self) -> str:
        return _("这一题需要回答。")

    @property
    def value(self) -> str:
        """What stands in the question's one control."""
        return next(iter(self.sent.get(self.name, [])), "")

    def picks(self, key: str) -> bool:
        """Whether an option is chosen."""
        return key in self.sent.get(self.name, [])


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
        most = self.question.max_choices
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
        return [(row.key, pick(row.label)) for row in self.question.rows]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [(option.key, pick(option.label)) for option in self.question.options]

    @property
    def chosen(self) -> dict[str, list[str]]:
        return {row.key: self.sent.get(f"{self.name}-{row.key}", []) for row in self.question.rows}


class TextField(QuestionField):
    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [row["text"] for row in given]}

    def read(self) -> list[dict[str, Any]]:
        clean = text.clean_line if self.question.type == "short" else text.clean_plain
        try:
            written = clean(self.value, self.question.max_length)
        except text.TextFault as fault:
            raise ValidationError(str(fault)) from fault
        return [{"text": written}] if written.strip() else []


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


_FIELDS: dict[str, type[QuestionField]] = {
    "single": SingleField,
    "multiple": MultipleField,
    "matrix": MatrixField,
    "short": TextField,
    "long": TextField,
    "number": NumberField,
    "rating": RatingField,
    "date": DateField,
}


class AnswerForm(BaseForm):
    """A survey's questions as one form; `settled` is what its rules make of what it holds."""

    flow: Flow

    @property
    def given(self) -> list[dict[str, Any]]:
        """What was answered, once the form holds, and what follows from it."""
        rows = [row for field in self.asked for row in field.given]
        return rows + self.flow.calculated(self.settled)

    @cached_property
    def settled(self) -> Settled:
        rows = [row for field in self.asked for row in field.tried]
        return self.flow.settle(values_of(rows))

    def accepts(self, question: Question) -> bool:
        """Whether the answer to a question is as its form wants it."""
        scope = self.settled.scope
        own = scope.with_own(scope.values.get(question.key, ""))
        return question.constraint is None or as_boolean(evaluate(question.constraint, own))

    def said(self, text: Any) -> list[Said]:
        """A sentence of the form, with answers where it names questions."""
        return self.flow.said(text, self.settled)

    @property
    def asked(self) -> list[QuestionField]:
        return [field for field in self if isinstance(field, QuestionField)]

    def of(self, question: Question) -> QuestionField:
        field: QuestionField = self[f"q-{question.key}"]
        return field

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every answer holds and each has a question."""
        holds = bool(super().validate(extra_validators))
        known = {name for field in self.asked for name in field.names}
        strange = {name for name in request.form if name.startswith("q-")} - known
        for name in sorted(strange)[:STRANGERS_TOLD]:
            self.form_errors.append(
                _("问卷里没有“%(name)s”这一题。请重新打开问卷再填。", name=name[:60])
            )
        return holds and not strange


def form_for(definition: Definition, given: list[dict[str, Any]] | None = None) -> AnswerForm:
    """The form of a definition, holding what was sent or, before that, earlier answers."""
    fields = {
        f"q-{question.key}": _FIELDS[question.type](question, number)
        for number, question in enumerate(definition.answered, 1)
    }
    earlier: dict[str, list[dict[str, Any]]] = {}
    for row in given or []:
        earlier.setdefault(f"q-{row['question']}", []).append(row)
    form = type("AnswerForm", (AnswerForm,), fields)(**earlier)
    form.flow = Flow(definition)
    return form
