"""The forms with which a reviewer mends or covers what somebody wrote."""

from __future__ import annotations

from typing import Any, Literal

from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from core.covering import pattern
from core.forms import LineField, Required, TextField
from core.i18n import _, _l
from core.text import TextFault, plain

from .amending import covered
from .forms import ExplainedForm
from .models import Revision
from .wording import Wording

TITLE_LIMIT = 80
PASSAGES = 20
SHORTEST = 2


class AmendForm(ExplainedForm):
    """The words as they shall be; `wording` is what goes in once the form holds."""

    title = LineField(_l("标题"), [Required(_l("请写一个标题。"))], limit=TITLE_LIMIT)
    body = TextAreaField(_l("正文"))
    body_format = HiddenField()

    wording: Wording

    @classmethod
    def on(cls, revision: Revision) -> AmendForm:
        """The form with the version's words in it."""
        form = cls(
            data={
                "title": revision.title,
                "body": revision.body_html if revision.body_format == "html" else revision.body,
                "body_format": revision.body_format,
                "revision": str(revision.id),
            }
        )
        if revision.title is None:
            del form.title
        form.read = revision
        return form

    def validate_body(self, field: Any) -> None:
        body_format: Literal["plain", "html"] = (
            "html" if self.body_format.data == "html" else "plain"
        )
        title = self.title.data if self.title else None
        try:
            files = self.read.attached
            self.wording = Wording.of(field.data or "", body_format, title, files)
        except TextFault as fault:
            raise ValidationError(str(fault)) from fault
        if not plain(self.wording.body_html):
            raise ValidationError(_("请写正文。"))
        if (title, self.wording.body_html) == (self.read.title, self.read.body_html):
            raise ValidationError(_("一个字也没有改。不用改就直接通过。"))

    read: Revision


class RedactForm(ExplainedForm):
    """What is to be covered, a passage a line."""

    passages = TextField(
        _l("要遮盖的话"),
        [Required(_l("请写要遮盖的话，每行一处。"))],
        limit=2_000,
        description=_l("照原文抄，每行一处。文中每个相同的地方都会换成一样长的 ▇▇▇。"),
    )

    wording: Wording
    read: Revision

    @classmethod
    def on(cls, revision: Revision) -> RedactForm:
        form = cls(data={"revision": str(revision.id)})
        form.read = revision
        return form

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in (self.passages.data or "").split("\n") if line.strip()]

    def validate_passages(self, field: Any) -> None:
        if field.process_errors:
            return
        if len(self.lines) > PASSAGES:
            raise ValidationError(_("一次最多遮盖 %(limit)d 处。", limit=PASSAGES))
        words = f"{self.read.title or ''}\n{plain(self.read.body_html)}"
        for number, line in enumerate(self.lines, 1):
            if len(line) < SHORTEST:
                raise ValidationError(_("每处至少 %(limit)d 个字。", limit=SHORTEST))
            if not pattern(line).search(words):
                raise ValidationError(_("第 %(n)d 行在文中没有，请照原文抄。", n=number))
        try:
            self.wording = covered(self.read, self.lines)
        except TextFault as fault:
            raise ValidationError(str(fault)) from fault
        left = f"{self.wording.title or ''}\n{plain(self.wording.body_html)}"
        if any(pattern(line).search(left) for line in self.lines):
            raise ValidationError(_("有的话跨了格式，没有遮盖住，请分成几行抄。"))
