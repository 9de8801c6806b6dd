"""The forms in which people write, of any kind: a body in plain or rich text, files, a title, and
the version that is changed."""

from __future__ import annotations

from typing import Any, Literal

from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from core.file_field import FilesField
from core.forms import BaseForm, CarefulForm, CreationForm, LineField, Required
from core.i18n import _, _l
from core.text import TextFault, plain, words

from .models import Revision
from .wording import Wording

TITLE = (4, 80)
BODY = (2, 20_000)


class TitledForm(CreationForm):
    """A title. Stands before TextForm: what is wrong is told in the order fields are written."""

    title = LineField(_l("标题"), [Required(_l("请写一个标题。"))], limit=TITLE[1])

    def validate_title(self, field: Any) -> None:
        if len(field.data) < TITLE[0]:
            raise ValidationError(_("标题至少 %(limit)d 个字。", limit=TITLE[0]))


class TextForm(CarefulForm, CreationForm):
    """A text; `wording` is what goes in once the form holds."""

    body = TextAreaField(_l("正文"))
    body_format = HiddenField()
    file = FilesField(_l("附件"))

    wording: Wording

    @property
    def format(self) -> Literal["html", "plain"]:
        return "html" if self.body_format.data == "html" else "plain"

    def typed_title(self) -> str | None:
        return None

    def words_to_check(self) -> list[str]:
        names = "\n".join(note.name for note in self.wording.files)
        return [self.wording.title or "", words(self.wording.body_html), names]

    def worded(self, wording: Wording) -> Wording:
        """What goes in of what was typed."""
        return wording

    def validate_body(self, field: Any) -> None:
        typed = field.data or ""
        try:
            wording = Wording.of(typed, self.format, self.typed_title(), self.file.data)
            self.wording = self.worded(wording)
        except TextFault as fault:
            raise ValidationError(str(fault)) from fault
        count = len(plain(self.wording.body_html))
        if count == 0:
            raise ValidationError(_("请写正文。"))
        if count < BODY[0]:
            raise ValidationError(_("正文至少 %(limit)d 个字。", limit=BODY[0]))
        if count > BODY[1]:
            raise ValidationError(
                _("正文最多 %(limit)d 个字，现在是 %(count)d 个字。", limit=BODY[1], count=count)
            )


class EditingForm(BaseForm):
    """What a form needs that changes a text: the version from which it was opened."""

    revision = HiddenField()

    def is_stale(self, latest: Revision) -> bool:
        """Whether the text moved on since the form was opened; the form goes on from there."""
        opened = self.revision.data
        self.revision.data = str(latest.id)
        return bool(opened) and opened != str(latest.id)


def typed(revision: Revision, title: str = "") -> dict[str, Any]:
    """What an editing form holds of a version; `title` where it has none of its own."""
    return {
        "title": revision.title or title,
        "body": revision.body_html if revision.body_format == "html" else revision.body,
        "body_format": revision.body_format,
        "file": revision.attached,
        "revision": str(revision.id),
    }
