"""The forms in which a rule about words is written."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import BaseForm, CreationForm, LineField, Required, TextField
from core.i18n import _, _l
from core.personal import KINDS

from . import drafting
from .drafting import Said
from .models import OPEN, TermVersion

LIST = 400_000  # characters of a list: 10,000 terms and more
EFFECT_WORDS = {
    "hold": _l("先审后发：审核员看过以后才公开"),
    "flag": _l("照常发布，同时请审核员看一看"),
    "note": _l("只提醒作者和审核员"),
}


class VersionForm(BaseForm):
    """What a version says."""

    effect = RadioField(
        _l("命中以后怎样"),
        [Required(_l("请选择命中以后怎样。"))],
        choices=[SelectChoice(value, words) for value, words in EFFECT_WORDS.items()],
    )
    reason = LineField(
        _l("告诉作者的理由"), [Required(_l("请写一句理由，作者会看到它。"))], limit=200
    )
    reason_en = LineField(
        _l("告诉作者的理由（英文）"),
        [Required(_l("请写一句英文理由，读英文的作者会看到它。"))],
        limit=200,
    )
    terms = TextField(_l("用语"), limit=LIST)
    numbers = SelectMultipleField(
        _l("同时查找的号码"),
        choices=[SelectChoice(value, words) for value, words in KINDS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    allowed = TextField(_l("放行的词"), limit=LIST)

    def validate_terms(self, field: Any) -> None:
        words = drafting.lines(field.data)
        if not words and not self.numbers.data:
            raise ValidationError(_("请至少写一个用语，或者选一种号码。"))
        if fault := drafting.fault_in(words):
            raise ValidationError(fault)

    def validate_allowed(self, field: Any) -> None:
        words = drafting.lines(field.data)
        if fault := drafting.fault_in(words):
            raise ValidationError(fault)
        if word := drafting.contradiction(drafting.lines(self.terms.data), words):
            raise ValidationError(_("“%(word)s”也在用语里。放行的词要比用语长。", word=word))

    @property
    def said(self) -> Said:
        return Said(
            effect=self.effect.data,
            reason=self.reason.data,
            reason_en=self.reason_en.data,
            terms=drafting.lines(self.terms.data),
            allowed=drafting.lines(self.allowed.data),
            numbers=list(self.numbers.data or ()),
        )


class RuleForm(VersionForm, CreationForm):
    """A new rule with its first draft."""

    name = LineField(_l("规则的名称"), [Required(_l("请给规则起个名称。"))], limit=60)
    name_en = LineField(_l("规则的名称（英文）"), limit=60)


class DraftForm(VersionForm):
    """Another draft; bound to what the page was opened from."""

    opened = HiddenField()

    @classmethod
    def of(cls, version: TermVersion | None) -> DraftForm:
        """The form holding what a version says."""
        if version is None:
            return cls()
        names = ("effect", "reason", "reason_en", "terms", "allowed", "numbers")
        said = {name: getattr(version, name) for name in names}
        return cls(data={**said, "opened": mark(version)})

    def is_stale(self, version: TermVersion | None) -> bool:
        """Whether the rule moved on since the form was opened; the form goes on from there."""
        opened, now = self.opened.data, mark(version)
        self.opened.data = now
        return bool(opened) and opened != now


def mark(version: TermVersion | None) -> str:
    """Which words of which version a form was opened from, and whether they were a draft."""
    if version is None:
        return ""
    return f"{version.id}.{version.changed_at.timestamp()}.{int(version.state in OPEN)}"
