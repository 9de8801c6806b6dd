"""One field of a form answers one question. It keeps what was sent as it was sent, and once it
holds, gives the rows of the answers' tables (`given`, see responses.Given).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from wtforms import Field
from wtforms.validators import ValidationError

from core.i18n import _, pick

if TYPE_CHECKING:
    from ..question import Option, Question

One = TypeVar("One")


def shuffled(things: Sequence[One], seed: str, name: str) -> list[One]:
    """An order that is the same for the same seed; without one, the order of the form."""
    found = list(things)
    if seed:
        random.Random(f"{seed} {name}").shuffle(found)
    return found


class QuestionField(Field):
    """A question as a field. `sent` holds what came by the name of each control."""

    widget = None

    def __init__(self, question: Question, is_tried: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.question = question
        self.is_tried = is_tried  # nothing that comes is kept
        self.seed = ""  # of the order in which shuffled options come
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

    @property
    def options(self) -> list[Option]:
        """The options in the order in which they are shown: what is shuffled leaves what is for
        those who chose nothing else at the end."""
        options = list(self.question.options)
        if not self.question.is_shuffled:
            return options
        last = [one for one in options if one.is_other or one.is_exclusive]
        first = [one for one in options if one not in last]
        return shuffled(first, self.seed, self.question.key) + last

    @property
    def has_pictures(self) -> bool:
        return any(one.image for one in self.question.options)

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
            return self._refuse_unasked(form)
        given = self.read()
        if not given and self.question.is_required:
            raise ValidationError(self.missing())
        if given and not form.accepts(self.question):
            said = pick(self.question.constraint_message)
            raise ValidationError(said or _("这个回答不合要求，请再看一看。"))
        self.given = [{"question": self.question.key, **row} for row in given]

    def _refuse_unasked(self, form: Any) -> None:
        """What was sent though other answers leave the question out is told, and then gone."""
        if self.emptied():
            if form.definition.has_pages:
                return  # it stood on a page that no longer comes
            raise ValidationError(_("照你别的回答，这一题不用答。这里填的已经去掉，再交一次就行。"))

    def emptied(self) -> bool:
        """Let go of what was sent; whether there was anything."""
        was_sent = any(one.strip() for values in self.sent.values() for one in values)
        self.sent = {name: [] for name in self.sent}
        return was_sent

    def missing(self) -> str:
        return _("这一题需要回答。")

    @property
    def value(self) -> str:
        """What stands in the question's one control."""
        return next(iter(self.sent.get(self.name, [])), "")

    def picks(self, key: str) -> bool:
        """Whether an option is chosen."""
        return key in self.sent.get(self.name, [])
