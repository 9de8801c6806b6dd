"""The forms with which people write in the forum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from wtforms import HiddenField

from moderation import TITLE, EditingForm, TextForm, TitledForm, Wording

from .addressing import addressed
from .models import Thread

__all__ = ["TITLE", "EditForm", "EditOpeningForm", "ReplyForm", "ThreadForm"]


class ReplyForm(TextForm):
    """A text of a thread."""

    draft = HiddenField()  # the number of the draft that the form knows
    seen = HiddenField()  # the last number of the thread when the form was opened

    thread: Thread | None = None  # in which it will stand, where there is one
    unclear: Sequence[list[str]] = ()  # of each name that several bear, how to say who is meant

    @classmethod
    def on(cls, thread: Thread, **data: Any) -> Self:
        """The form for a text of a thread."""
        form = cls(**data)
        form.thread = thread
        return form

    def worded(self, wording: Wording) -> Wording:
        wording, self.unclear = addressed(wording, self.thread)
        return wording


class ThreadForm(ReplyForm, TitledForm):
    """A text with a title."""

    def typed_title(self) -> str | None:
        return self.title.data


class EditForm(EditingForm, ReplyForm):
    pass


class EditOpeningForm(EditingForm, ThreadForm):
    pass
