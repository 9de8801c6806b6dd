"""One field of a form answers one question. It keeps what was sent as it was sent, and once it
holds, gives the rows of the answers' tables (`given`, see responses.Given).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import Field
from wtforms.validators import ValidationError

from core.i18n import _, pick

if TYPE_CHECKING:
    from ..question import Question


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
