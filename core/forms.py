"""Forms: WTForms with sentences of our own, cleaned input and a key against double sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from wtforms import Field, Form, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from . import keys, personal, text
from .i18n import _, current_language


class _Meta:
    """WTForms' own few sentences, in the reader's language."""

    cache_translations = False

    @property
    def locales(self) -> list[str]:
        return ["en"] if current_language() == "en" else ["zh"]


class BaseForm(Form):
    """A form of ours. `form.sent()` is True for a POST that holds."""

    Meta = _Meta

    def __init__(self, **data: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **data)

    def sent(self) -> bool:
        return request.method == "POST" and bool(self.validate())


class CreationForm(BaseForm):
    """A form that makes something: its `once` makes a second click lead to the same object."""

    once = HiddenField(default=keys.token)


@dataclass(frozen=True)
class PointedOut:
    """Personal numbers in what somebody is about to send: each one's kind and surroundings.

    `key` stands for these very words: sent back as SURE it says that they shall go.
    """

    numbers: list[tuple[Any, Any]]
    key: str


class CarefulForm(BaseForm):
    """A form whose words others will read. Before personal numbers go, their writer is asked once.

    Nothing of what is found is kept; the answer is bound to the words.
    """

    pointed_out: PointedOut | None = None

    def words_to_check(self) -> list[str]:
        """The words as they will be read."""
        raise NotImplementedError

    def also_pointed_out(self) -> list[tuple[Any, str]]:
        """What else of the words should be looked at: what it is, and the passage itself."""
        return []

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        self.pointed_out = _pointed_out(self.words_to_check(), self.also_pointed_out())
        if self.pointed_out is None or keys.same(request.form.get(SURE, ""), self.pointed_out.key):
            self.pointed_out = None
            return True
        self.form_errors = [_("里面有像个人号码的内容，还没有发出。")]
        return False


SURE = "sure"
AROUND = 12  # characters shown on either side of a number
SHOWN = 10


def _pointed_out(words: list[str], also: list[tuple[Any, str]]) -> PointedOut | None:
    numbers = [(label, text.quoted(passage, (0, len(passage)), 0)) for label, passage in also]
    numbers += [
        (personal.KINDS[one.kind], text.quoted(said, (one.start, one.end), AROUND))
        for said in words
        for one in personal.find(said)
    ]
    return PointedOut(numbers[:SHOWN], keys.digest("sure", *words)) if numbers else None


class _Cleaned(Field):
    """A field whose text passes the one door; what the door refuses stands beside the field."""

    limit: int

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        try:
            self.data = self._clean(valuelist[0])
        except text.TextFault as fault:
            self.data = valuelist[0].encode("utf-8", "replace").decode("utf-8")
            raise ValueError(str(fault)) from fault

    def _clean(self, value: str) -> str:
        raise NotImplementedError


class LineField(_Cleaned, StringField):
    """One line of text, at most `limit` characters."""

    def __init__(self, label: Any = None, validators: Any = None, limit: int = 200, **kw: Any):
        self.limit = limit
        super().__init__(label, validators, **kw)

    def _clean(self, value: str) -> str:
        return text.clean_line(value, self.limit)


class TextField(_Cleaned, TextAreaField):
    """Several lines of plain text, at most `limit` characters."""

    def __init__(self, label: Any = None, validators: Any = None, limit: int = 20_000, **kw: Any):
        self.limit = limit
        super().__init__(label, validators, **kw)

    def _clean(self, value: str) -> str:
        return text.clean_plain(value, self.limit)


class Required(InputRequired):
    """Something must be there, white space apart; `sentence` says what."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(message=sentence)

    def __call__(self, form: Form, field: Field) -> None:
        if isinstance(field.data, str) and not field.data.strip():
            raise StopValidation(str(self.message))
        super().__call__(form, field)


class AtMost(Length):
    def __init__(self, limit: int) -> None:
        super().__init__(max=limit)
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:
        if field.data and len(field.data) > self.limit:
            raise ValidationError(
                _(
                    "最多 %(limit)d 个字，现在是 %(count)d 个字。",
                    limit=self.limit,
                    count=len(field.data),
                )
            )
