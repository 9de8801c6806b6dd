"""The forms of the mailbox, for writers and for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from core.forms import BaseForm, CarefulForm, CreationForm, LineField, Required, TextField
from core.i18n import _, _l

from .categories import CATEGORIES, DECLINE_REASONS, KINDS, OUTCOMES
from .models import Letter

POINTS = 10
POINT_LENGTH = 200


def _options(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class LetterForm(CarefulForm, CreationForm):
    """A letter. `points` holds one thing to be answered a line."""

    title = LineField(_l("标题"), [Required(_l("请用一句话写明是什么事。"))], limit=80)
    body = TextField(_l("正文"), [Required(_l("请写明事情的经过。"))], limit=20_000)
    points = TextField(_l("希望答复的事项"), limit=POINTS * POINT_LENGTH)
    category = SelectField(_l("类别"), default="other", choices=_options(CATEGORIES))
    unit = SelectField(_l("涉及的单位"), default="", choices=[], validate_choice=True)
    anonymous = RadioField(
        _l("是否署名"),
        default="no",
        choices=_options({"no": _l("署名"), "yes": _l("匿名")}),
        validate_choice=False,
    )
    consent = BooleanField(_l("答复以后，同意把来信和答复隐去个人信息后公开"))

    def __init__(self, units: dict[str, str], **data: Any) -> None:
        super().__init__(**data)
        self.unit.choices = _options({"": _l("不指明"), **units})

    def words_to_check(self) -> list[str]:
        return [self.title.data, self.body.data, self.points.data or ""]

    @property
    def listed_points(self) -> list[str]:
        """The points as they will be kept, empty lines apart."""
        lines = (line.strip() for line in (self.points.data or "").split("\n"))
        return [line for line in lines if line]

    def validate_points(self, field: TextField) -> None:
        points = self.listed_points
        if len(points) > POINTS:
            raise ValidationError(
                _("最多列 %(limit)d 项，现在是 %(count)d 项。", limit=POINTS, count=len(points))
            )
        for number, point in enumerate(points, start=1):
            if len(point) > POINT_LENGTH:
                raise ValidationError(
                    _(
                        "第 %(number)d 项超过 %(limit)d 个字，请写短一些，细节放在正文里。",
                        number=number,
                        limit=POINT_LENGTH,
                    )
                )


class TrackForm(BaseForm):
    code = LineField(_l("查询码"), [Required(_l("请填写查询码。"))], limit=60)


class AnswerForm(BaseForm):
    body = TextField(_l("补充的内容"), [Required(_l("请写下要补充的内容。"))], limit=5_000)


class AppealForm(BaseForm):
    body = TextField(_l("申诉理由"), [Required(_l("请写明为什么应当受理。"))], limit=5_000)


class WithdrawForm(BaseForm):
    body = TextField(_l("撤回的原因"), limit=1_000)


def _marks(label: Any, sentence: Any) -> RadioField:
    return RadioField(
        label,
        [Required(sentence)],
        choices=_options({str(mark): str(mark) for mark in range(1, 6)}),
    )


class RatingForm(BaseForm):
    resolved = _marks(_l("事情解决得怎样"), _l("请为解决情况打分。"))
    attitude = _marks(_l("答复的态度怎样"), _l("请为态度打分。"))
    speed = _marks(_l("办得快不快"), _l("请为速度打分。"))
    comment = TextField(_l("想说的话"), limit=1_000)


class ReopenForm(BaseForm):
    body = TextField(_l("哪里没有答到"), [Required(_l("请写明哪一项没有答复好。"))], limit=5_000)


class AcceptForm(BaseForm):
    letter_kind = RadioField(
        _l("事项类型"),
        [Required(_l("请选择事项类型。"))],
        default="ordinary",
        choices=_options(KINDS),
    )


class AskForm(BaseForm):
    body = TextField(_l("请写信人补充什么"), [Required(_l("请写明要补充什么。"))], limit=2_000)


class RedirectForm(BaseForm):
    body_name = LineField(_l("转去的机构"), [Required(_l("请写明转给哪个机构。"))], limit=120)
    body = TextField(
        _l("给写信人的说明"), [Required(_l("请向写信人说明为什么转、接下来怎样。"))], limit=2_000
    )


class DeclineForm(BaseForm):
    reason = SelectField(
        _l("不予受理的理由"),
        [Required(_l("请选择理由。"))],
        choices=_options({"": _l("请选择"), **DECLINE_REASONS}),
        default="",
    )
    body = TextField(
        _l("给写信人的说明"), [Required(_l("请向写信人说明理由和别的办法。"))], limit=2_000
    )


class AssignForm(BaseForm):
    unit = SelectField(_l("承办单位"), [Required(_l("请选择承办单位。"))], choices=[], default="")

    def __init__(self, units: dict[str, str], **data: Any) -> None:
        super().__init__(**data)
        self.unit.choices = _options({"": _l("请选择"), **units})


class ReasonForm(BaseForm):
    body = TextField(_l("理由"), [Required(_l("请写明理由。"))], limit=1_000)


class NoteForm(CreationForm):
    body = TextField(_l("内部批注"), [Required(_l("批注是空的。"))], limit=2_000)


class SignForm(BaseForm):
    version = IntegerField(widget=HiddenInput(), default=0)


class ReplyForm(BaseForm):
    """The reply: words to the whole and to each point. Made for a letter by `reply_form`."""

    point_numbers: tuple[int, ...] = ()
    version = IntegerField(widget=HiddenInput(), default=0)
    body = TextField(_l("开头（称呼、总的情况）"), limit=10_000)
    closing = TextField(_l("结尾（联系人、接下来怎样）"), limit=2_000)

    def parts(self) -> list[tuple[int, Any, Any]]:
        """For each point its number and the fields of outcome and words."""
        return [
            (number, self[f"outcome-{number}"], self[f"answer-{number}"])
            for number in self.point_numbers
        ]

    @property
    def words(self) -> dict[str, Any]:
        """The draft as `handling.draft` takes it."""
        points = {
            number: (outcome.data, words.data or "") for number, outcome, words in self.parts()
        }
        return {
            "body": self.body.data or "",
            "points": points,
            "base": self.version.data,
            "closing": self.closing.data or "",
        }

    def lacking(self, points: list[int]) -> None:
        """Say beside each of these points that words are missing."""
        for number in points:
            self[f"answer-{number}"].errors = [
                _("这一项还没有答复。写明结果，或者为什么暂缓、不能办。")
            ]


def reply_form(letter: Letter) -> ReplyForm:
    """A reply form with the letter's points, holding its latest draft (needs points, replies)."""
    fields: dict[str, Any] = {"point_numbers": tuple(point.number for point in letter.points)}
    for point in letter.points:
        fields[f"outcome-{point.number}"] = RadioField(
            _l("处理"), choices=_options(OUTCOMES), default="answered"
        )
        fields[f"answer-{point.number}"] = TextField(point.body, limit=5_000)
    form_class = type("LetterReplyForm", (ReplyForm,), fields)
    draft = letter.latest_draft
    data: dict[str, Any] = {"version": letter.replies[-1].number if letter.replies else 0}
    if draft is not None:
        data["body"], data["closing"] = draft.body, draft.closing
        for said in draft.points:
            data[f"outcome-{said.number}"] = said.outcome
            data[f"answer-{said.number}"] = said.body
    form: ReplyForm = form_class(data=data)
    return form
