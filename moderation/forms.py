"""The forms of a decision."""

from __future__ import annotations

from typing import Any, TypeVar

from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from core.forms import BaseForm, CreationForm, Required, TextField
from core.i18n import _, _l

from .copies import MOST
from .flag import WORDS
from .reasons import REASONS, VERBS

LIMIT = 2_000
INQUIRY = 500
SEAL = 500
OTHER = "other"


AnyForm = TypeVar("AnyForm", bound=BaseForm)


def told_apart(form: AnyForm, verb: str) -> AnyForm:
    """The form of a verb; its fields' ids say which, for several stand on one page."""
    for field in form:
        field.id = f"{verb}-{field.name}"
        field.label.field_id = field.id
    return form


class CodedReason:
    """What a form that names a coded reason has besides."""

    reason = RadioField(
        _l("原因"),
        choices=[SelectChoice(code, label) for code, label in REASONS.items()],
        validate_choice=False,
    )

    def validate_reason(self, field: Any) -> None:
        if field.data not in REASONS:
            raise ValidationError(_("请选择一个原因。"))

    @property
    def reason_code(self) -> str | None:
        return str(self.reason.data)


class ApproveForm(BaseForm):
    """Nothing to fill in; bound, as every decision, to the version that was read."""

    revision = HiddenField()

    @classmethod
    def of(cls, verb: str) -> ApproveForm:
        return told_apart(FORMS[verb](), verb)

    @property
    def revision_id(self) -> int:
        """The version that was read; 0, which none is, when the field is odd."""
        typed = str(self.revision.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0

    @property
    def reason_code(self) -> str | None:
        return None

    @property
    def words(self) -> str:
        return ""


class PleaForm(BaseForm):
    """Why a decision should be another."""

    explanation = TextField(
        _l("申诉理由"), [Required(_l("请写明你为什么认为这一条应当发布。"))], limit=LIMIT
    )

    def validate_explanation(self, field: Any) -> None:
        if len(field.data) < 2:
            raise ValidationError(_("申诉理由至少 %(limit)d 个字。", limit=2))


class ExplainedForm(ApproveForm):
    """A decision that tells its author why."""

    explanation = TextField(
        _l("给作者的说明"), [Required(_l("请写明理由，作者会看到这段话。"))], limit=LIMIT
    )

    @property
    def words(self) -> str:
        return str(self.explanation.data or "")


class ReasonedForm(CodedReason, ExplainedForm):
    """A decision that names a coded reason, too."""


class EscalateForm(ApproveForm):
    """A word to the chief moderators; no decision, so bound to no version."""

    explanation = TextField(
        _l("给总审核员的说明"), [Required(_l("请写明为什么要请总审核员来审。"))], limit=LIMIT
    )

    @property
    def words(self) -> str:
        return str(self.explanation.data or "")


class KeepingForm(BaseForm):
    """Why a text is held, no longer held, or to be cleared."""

    explanation = TextField(_l("理由"), [Required(_l("请写明理由，它会一直留着。"))], limit=LIMIT)


class SealForm(BaseForm):
    """Why a text is sealed at once, and that whoever seals it means it."""

    explanation = TextField(
        _l("给作者的说明"), [Required(_l("请写明理由，作者会看到这段话。"))], limit=SEAL
    )
    # The ids of what repeats it.
    also = SelectMultipleField(_l("一并封存引用或者重复了它的"), validate_choice=False)
    sure = BooleanField(
        _l("我要马上封存这一条的全部文字"), [InputRequired(_l("请勾选，确认要封存。"))]
    )


class SealOpenForm(BaseForm):
    """Why a sealed copy is opened."""

    reason = TextField(
        _l("为什么打开"), [Required(_l("请写明为什么打开，它会一直留着。"))], limit=SEAL
    )


class UnsealForm(BaseForm):
    """Why a seal is lifted."""

    explanation = TextField(
        _l("为什么解除"), [Required(_l("请写明为什么解除，它会一直留着。"))], limit=SEAL
    )


class InquiryForm(CreationForm):
    """What a reader asks about an entry of the open log."""

    body = TextField(_l("你想问什么"), [Required(_l("请写明你想问什么。"))], limit=INQUIRY)


class AnswerForm(BaseForm):
    """The answer to an inquiry; its field's id says which, for several stand on one page."""

    inquiry_id: int
    answer = TextField(_l("你的答复"), [Required(_l("请写答复。"))], limit=LIMIT)

    @classmethod
    def of(cls, inquiry_id: int) -> AnswerForm:
        form = cls()
        form.inquiry_id = inquiry_id
        form.answer.id = form.answer.label.field_id = f"answer-{inquiry_id}"
        return form


class FlagForm(BaseForm):
    """What a reader finds wrong: a coded reason, and words where the code does not say it."""

    reason = RadioField(
        _l("哪里不合适"),
        choices=[SelectChoice(code, label) for code, label in REASONS.items() if code != OTHER]
        + [SelectChoice(OTHER, _l("其他（请在下面写清楚）"))],
        validate_choice=False,
    )
    words = TextField(_l("具体说说"), limit=WORDS)

    def validate_reason(self, field: Any) -> None:
        if field.data not in REASONS:
            raise ValidationError(_("请选择一个原因。"))

    def validate_words(self, field: Any) -> None:
        if self.reason.data == OTHER and not (field.data or "").strip():
            raise ValidationError(_("选“其他”时，请写清楚哪里不合适。"))


FORMS: dict[str, type[ApproveForm]] = {
    "approve": ApproveForm,
    "return": ExplainedForm,
    "reject": ReasonedForm,
    "hide": ReasonedForm,
    "overturn": ExplainedForm,
    "uphold": ExplainedForm,
    "escalate": EscalateForm,
    "harmless": ApproveForm,
}


class TakeOverForm(BaseForm):
    """Why an item is taken from whoever is at it; they read it."""

    reason = TextField(
        _l("为什么接手"), [Required(_l("请写明为什么接手，正在审的人会看到。"))], limit=200
    )


class TogetherForm(BaseForm):
    """One decision on an item and on some of its near-copies, each bound to the version read.

    `chosen` holds "item.revision" for each.
    """

    verb = RadioField(
        _l("决定"),
        choices=[SelectChoice(verb, VERBS[verb]) for verb in ("approve", "return", "reject")],
        validate_choice=False,
    )
    reason = RadioField(
        _l("不通过的原因"),
        choices=[SelectChoice(code, label) for code, label in REASONS.items()],
        validate_choice=False,
    )
    explanation = TextField(_l("给作者的说明"), limit=LIMIT)
    chosen = SelectMultipleField(_l("一起决定的"), validate_choice=False)

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        for field in self:
            field.id = f"together-{field.name}"
            field.label.field_id = field.id

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Item and version of each, in the order of their ids; what is odd is left out."""
        found = {}
        for one in self.chosen.data or []:
            item, _dot, revision = one.partition(".")
            if all(
                part.isascii() and part.isdigit() and len(part) < 11 for part in (item, revision)
            ):
                found[int(item)] = int(revision)
        return sorted(found.items())

    @property
    def reason_code(self) -> str | None:
        return str(self.reason.data) if self.verb.data == "reject" else None

    @property
    def words(self) -> str:
        return str(self.explanation.data or "")

    def validate_verb(self, field: Any) -> None:
        if field.data not in ("approve", "return", "reject"):
            raise ValidationError(_("请选择一个决定。"))

    def validate_reason(self, field: Any) -> None:
        if self.verb.data == "reject" and field.data not in REASONS:
            raise ValidationError(_("请选择一个原因。"))

    def validate_explanation(self, field: Any) -> None:
        if self.verb.data in ("return", "reject") and not self.words.strip():
            raise ValidationError(_("请写明理由，作者会看到这段话。"))

    def validate_chosen(self, field: Any) -> None:
        if not self.pairs:
            raise ValidationError(_("请至少勾选一条。"))
        if len(self.pairs) > MOST + 1:
            raise ValidationError(_("一次最多 %(limit)d 条。", limit=MOST + 1))
