"""The form that a definition asks for: field names are `q-<key>`, for a row of a matrix
`q-<key>-<row>`, for the text beside an option `q-<key>-other`. What a field is, its kind says.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.datastructures import MultiDict

from core.forms import BaseForm
from core.i18n import _

from .definition import Definition, Question, Section
from .flow import Flow, Said, Settled
from .kinds import QuestionField
from .kinds.field import shuffled
from .kinds.upload import UploadField
from .logic import as_boolean, evaluate
from .steps import Step, step_of

if TYPE_CHECKING:
    from .outliving import Outlived

STRANGERS_TOLD = 5
ORDER = "order"  # the field and the cookie of a seed
SEED = re.compile(r"[0-9a-f]{8}")


class AnswerForm(BaseForm):
    """A survey's questions as one form; `settled` is what its rules make of what it holds."""

    definition: Definition
    flow: Flow
    at: int = 0  # the section that is shown, where the form has pages
    seed: str = ""  # of the order of what is shuffled
    outlived: Outlived | None = None  # the version that was seen, where it is an older one

    @property
    def given(self) -> list[dict[str, Any]]:
        """What was answered, once the form holds, and what follows from it."""
        rows = [row for field in self.asked for row in field.given]
        before = self.outlived.given if self.outlived is not None else []
        return rows + self.flow.calculated(self.settled) + before

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

    def order_by(self, seed: str) -> None:
        self.seed = seed
        for field in self.asked:
            field.seed = seed
        shown = [one for part in self.definition.sections for one in self.questions_of(part)]
        for number, question in enumerate([one for one in shown if one.is_answered], 1):
            self.of(question).label.text = _("第 %(number)d 题", number=number)

    @property
    def asked(self) -> list[QuestionField]:
        return [field for field in self if isinstance(field, QuestionField)]

    def questions_of(self, section: Section) -> list[Question]:
        """What a section shows, in the order of this reader."""
        shown = [one for one in section.questions if one.kind.is_shown]
        if not section.is_shuffled:
            return shown
        return shuffled(shown, self.seed, shown[0].key) if shown else []

    @property
    def shuffles(self) -> bool:
        """Whether anything of the form comes in an order of its own for everybody."""
        return any(one.is_shuffled for one in self.definition.sections) or any(
            one.is_shuffled for one in self.definition.questions
        )

    @property
    def has_files(self) -> bool:
        return any(one.question.kind.is_filed for one in self.asked)

    @property
    def has_taken(self) -> bool:
        """Whether files came with this request, which stay even if the form does not hold."""
        return any(isinstance(one, UploadField) and one.has_taken for one in self.asked)

    @property
    def has_ranking(self) -> bool:
        return any(one.question.type == "ranking" for one in self.asked)

    @property
    def step(self) -> Step | None:
        """Where the reader is; None where the form is one page."""
        return step_of(self) if self.definition.has_pages else None

    def page_holds(self) -> bool:
        """Whether what the section at hand asks was answered well; others are not looked at."""
        keys = {one.key for one in self.definition.sections[self.step_at].questions}
        wrong = [one for one in self.asked if one.question.key in keys and not one.validate(self)]
        return not wrong

    @property
    def step_at(self) -> int:
        return step_of(self).at

    @property
    def next_asked(self) -> Question | None:
        """The first question without an answer after the last that has one."""
        asked = self.settled.asked
        on_way = [one for one in self.definition.answered if one.key in asked]
        if self.definition.has_pages:
            here = {one.key for one in self.definition.sections[self.step_at].questions}
            on_way = [one for one in on_way if one.key in here]
        last = max((at for at, one in enumerate(on_way) if self.of(one).tried), default=-1)
        return next(iter(on_way[last + 1 :]), None)

    def of(self, question: Question) -> QuestionField:
        field: QuestionField = self[f"q-{question.key}"]
        return field

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every answer holds and each has a question."""
        holds = bool(super().validate(extra_validators))
        known = {name for field in self.asked for name in field.names}
        if self.outlived is not None:
            known |= self.outlived.names
        strange = {name for name in request.form if name.startswith("q-")} - known
        for name in sorted(strange)[:STRANGERS_TOLD]:
            self.form_errors.append(
                _("问卷里没有“%(name)s”这一题。请重新打开问卷再填。", name=name[:60])
            )
        if self.definition.has_pages:
            self._show_first_fault()
        return holds and not strange

    def _show_first_fault(self) -> None:
        wrong = {one.question.key for one in self.asked if one.errors}
        for index, section in enumerate(self.definition.sections):
            if any(one.key in wrong for one in section.questions):
                self.at = index
                return


def form_for(
    definition: Definition,
    given: list[dict[str, Any]] | None = None,
    *,
    begun: MultiDict[str, str] | None = None,
    is_tried: bool = False,
) -> AnswerForm:
    """The form of a definition, holding what was sent or, before that, earlier answers and what was
    begun; one that is only tried keeps no files."""
    fields = {f"q-{one.key}": one.kind.field(one, is_tried) for one in definition.answered}
    earlier: dict[str, list[dict[str, Any]]] = {}
    for row in given or []:
        earlier.setdefault(f"q-{row['question']}", []).append(row)
    form = type("AnswerForm", (AnswerForm,), fields)(**earlier)
    if given is not None:
        form.process(None, **earlier)  # to be shown, whatever the request sent
    for field in form.asked if begun is not None else ():
        if not field.question.kind.is_filed:
            field.process(begun)
    form.definition, form.flow = definition, Flow(definition)
    sent = request.form.get(ORDER) or request.cookies.get(ORDER, "")
    form.order_by(sent if SEED.fullmatch(sent) else "")
    return form


def seed_of(*whose: object) -> str:
    """The seed of an order that stays the same for whoever it belongs to. It is kept nowhere."""
    return hashlib.sha256(" ".join(["order", *map(str, whose)]).encode()).hexdigest()[:8]


def drawn() -> str:
    """A seed that chance draws: it leads to nobody. The browser keeps it, the server does not."""
    return secrets.token_hex(4)
