"""The forms of ledgers: opening one, where entries come from, entering them, items and replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, ValidationError

from accounts.forms import CHOOSE, DayField, options
from accounts.naming import named_in
from core import clock
from core.forms import BaseForm, CarefulForm, CreationForm, LineField, Required, TextField
from core.i18n import _, _l

from .coded import BY_HAND, CHANNELS, OUTCOMES
from .models import BODY, NAME

MOST = 100_000  # forms, or sentences
LINES = 20_000  # characters entered at once
SENTENCE = 1_000
REASON = 2_000


class LedgerForm(CreationForm):
    """A new ledger; `surveys` are those that have none, by their ids."""

    title = LineField(_l("台账名称"), [Required(_l("请写台账的名称。"))], limit=120)
    survey = SelectField(_l("连着哪份问卷"), default="", choices=[])
    members = TextField(_l("意见要分开记的成员"), limit=2_000)

    def __init__(self, surveys: Mapping[str, str], **data: Any) -> None:
        super().__init__(**data)
        self.survey.choices = options({"": _l("不连问卷，只记座谈、来信和纸质表"), **surveys})

    @property
    def names(self) -> list[str]:
        lines = (" ".join(one.split()) for one in str(self.members.data or "").splitlines())
        return list(dict.fromkeys(one for one in lines if one))

    def validate_members(self, field: Any) -> None:
        if any(len(one) > NAME for one in self.names):
            raise ValidationError(_("一行写一个名字，最多 %(limit)d 字。", limit=NAME))


class CountField(IntegerField):
    """A number that may be left out where it does not apply: its form says where it does."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and valuelist[0].strip():
            super().process_formdata(valuelist)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not 0 <= self.data <= MOST:
            raise ValidationError(_("请写 0 到 %(most)d 之间的数。", most=MOST))


class SourceForm(CreationForm):
    """Where entries come from that are typed in by hand."""

    channel = RadioField(
        _l("渠道"),
        [Required(_l("请选择渠道。"))],
        choices=[SelectChoice(name, CHANNELS[name]) for name in BY_HAND],
    )
    title = LineField(_l("名称"), [Required(_l("请写名称。"))], limit=120)
    held_on = DayField(_l("座谈会哪天开的"))
    sent_count = CountField(_l("发出多少份"))
    returned_count = CountField(_l("收回多少份"))
    again = CountField(_l("收回多少份（再数一遍）"))
    is_told = BooleanField(_l("当时告诉过大家，原话可能公布"))

    @property
    def is_paper(self) -> bool:
        return self.channel.data == "paper"

    def validate_held_on(self, field: Any) -> None:
        if self.channel.data == "meeting" and field.data is None:
            raise ValidationError(_("请写座谈会是哪天开的。"))
        if field.data is not None and field.data > clock.today():
            raise ValidationError(_("这一天还没有到。"))

    def validate_sent_count(self, field: Any) -> None:
        if self.is_paper and field.data is None:
            raise ValidationError(_("请写发出了多少份。"))

    def validate_returned_count(self, field: Any) -> None:
        if self.is_paper and field.data is None:
            raise ValidationError(_("请写收回了多少份。"))
        if self.is_paper and field.data > (self.sent_count.data or 0):
            raise ValidationError(_("收回的不会比发出的多，请再数一遍。"))

    def validate_again(self, field: Any) -> None:
        if self.is_paper and field.data != self.returned_count.data:
            raise ValidationError(_("两遍数的不一样，请再数一遍。"))


class _Raw(CarefulForm):
    """Raw sentences: whose names and numbers stand in them is pointed out before they are kept."""

    lines: Sequence[str] = ()

    def words_to_check(self) -> list[str]:
        return list(self.lines)

    def also_pointed_out(self) -> list[tuple[Any, str]]:
        return [(_("像是姓名"), name) for name in named_in("\n".join(self.lines))]


class LinesForm(_Raw, CreationForm):
    """Sentences typed from paper, a meeting, a letter: one a line, counted by hand, too."""

    about = SelectField(_l("关于谁"), default=BODY, choices=[])
    body = TextField(_l("原话，一行一条"), [Required(_l("请录入原话。"))], limit=LINES)
    count = IntegerField(_l("一共几条"), [Required(_l("请数一数一共几条。")), NumberRange(1, MOST)])

    def __init__(self, members: Sequence[str], **data: Any) -> None:
        super().__init__(**data)
        self.about.choices = about_choices(members)

    def validate_body(self, field: Any) -> None:
        self.lines = [
            line for one in str(field.data).splitlines() if (line := " ".join(one.split()))
        ]
        if any(len(line) > SENTENCE for line in self.lines):
            raise ValidationError(_("一条最多 %(limit)d 字。", limit=SENTENCE))

    def validate_count(self, field: Any) -> None:
        if self.lines and field.data != len(self.lines):
            raise ValidationError(
                _(
                    "你数的是 %(said)s 条，录入的是 %(there)d 条。请核对有没有漏行、并行。",
                    said=field.data,
                    there=len(self.lines),
                )
            )


def about_choices(members: Sequence[str]) -> list[SelectChoice]:
    return [SelectChoice(BODY, _l("对班子")), *(SelectChoice(one, one) for one in members)]


class CutForm(_Raw):
    """Answers cut into lines; the view fills `lines` with what came, `wrong` with what is no
    longer verbatim."""


class CorrectForm(_Raw):
    words = LineField(_l("更正为"), [Required(_l("请写更正后的原话。"))], limit=SENTENCE)
    reason = LineField(_l("为什么更正"), [Required(_l("请写明为什么更正。"))], limit=200)

    def words_to_check(self) -> list[str]:
        return [str(self.words.data)]

    def also_pointed_out(self) -> list[tuple[Any, str]]:
        return [(_("像是姓名"), name) for name in named_in(str(self.words.data))]


class AssignForm(BaseForm):
    unit = SelectField(_l("承办单位"), [Required(_l("请选择单位。"))], default="", choices=[])

    def __init__(self, units: Mapping[str, str], **data: Any) -> None:
        super().__init__(**data)
        self.unit.choices = options({**CHOOSE, **units})


class AnswerForm(CarefulForm):
    """A unit's reply."""

    outcome = RadioField(
        _l("结果"),
        [Required(_l("请选择结果。"))],
        choices=[SelectChoice(name, one.label) for name, one in OUTCOMES.items()],
    )
    promised_on = DayField(_l("哪天以前办好"))
    reason = TextField(_l("答复"), [Required(_l("请写明答复。"))], limit=REASON)

    def validate_promised_on(self, field: Any) -> None:
        if self.outcome.data == "promised" and field.data is None:
            raise ValidationError(_("限期办的，请写明哪一天以前。"))
        if self.outcome.data == "promised" and field.data < clock.today():
            raise ValidationError(_("这一天已经过了。"))

    def words_to_check(self) -> list[str]:
        return [str(self.reason.data)]


class ReturnForm(BaseForm):
    explanation = TextField(_l("为什么退回"), [Required(_l("请写明为什么退回。"))], limit=REASON)


class RewordForm(BaseForm):
    wording = LineField(_l("归并后的意见"), [Required(_l("请写一句话。"))], limit=200)


class PublishForm(CarefulForm):
    """The item as everybody will read it: its quotes, one a line, each an entry's own words."""

    quotes = TextField(_l("引用的原话，一行一句"), limit=LINES)
    shown: Sequence[str] = ()  # wording and reply, read beside the quotes

    @property
    def lines(self) -> list[str]:
        lines = (" ".join(one.split()) for one in str(self.quotes.data or "").splitlines())
        return [one for one in lines if one]

    def words_to_check(self) -> list[str]:
        return [*self.lines, *self.shown]

    def also_pointed_out(self) -> list[tuple[Any, str]]:
        return [(_("像是姓名"), name) for name in named_in("\n".join(self.words_to_check()))]
