"""The form that a definition asks for: field names are `q-<key>`, for a row of a matrix
`q-<key>-<row>`, for the text beside an option `q-<key>-other`. What a field is, its kind says.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import request

from core.forms import BaseForm
from core.i18n import _

from .definition import Definition, Question
from .flow import Flow, Said, Settled
from .kinds import QuestionField
from .logic import as_boolean, evaluate

STRANGERS_TOLD = 5


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
        return self.flow.settle(self.flow.values_of(rows))

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
        f"q-{question.key}": question.kind.field(question, number)
        for number, question in enumerate(definition.answered, 1)
    }
    earlier: dict[str, list[dict[str, Any]]] = {}
    for row in given or []:
        earlier.setdefault(f"q-{row['question']}", []).append(row)
    form = type("AnswerForm", (AnswerForm,), fields)(**earlier)
    form.flow = Flow(definition)
    if given is not None:
        form.process(None, **earlier)  # to be shown, whatever the request sent
    return form
