"""What the style page shows in its forms and lists: a form as it is asked, and as it is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from core import clock
from core.attachments import Note
from core.forms import BaseForm, LineField, Required, TextField
from core.i18n import _, _l
from core.paging import Pager


class SpecimenForm(Form):
    """One field of every kind. It is shown and never sent."""

    Meta = BaseForm.Meta

    title = LineField(_l("标题"), [Required(_l("请写标题，一句话说清要谈什么。"))], limit=60)
    topic = SelectField(
        _l("主题"),
        choices=[
            SelectChoice("", _l("请选择")),
            SelectChoice("forms", _l("表格怎么减")),
            SelectChoice("visits", _l("调研怎么下得去")),
            SelectChoice("replies", _l("答复怎么才算答复")),
        ],
        validators=[InputRequired(_l("请选一个主题。"))],
    )
    points = TextField(_l("诉求"), [Required(_l("请写至少一条诉求。"))], limit=500)
    reply_by = RadioField(
        _l("怎样答复你"),
        choices=[
            SelectChoice("page", _l("在这里看")),
            SelectChoice("phone", _l("打电话")),
            SelectChoice("visit", _l("当面谈")),
        ],
        validators=[InputRequired(_l("请选一种答复方式。"))],
    )
    times = SelectMultipleField(
        _l("方便的时间"),
        choices=[
            SelectChoice("morning", _l("上午")),
            SelectChoice("afternoon", _l("下午")),
            SelectChoice("evening", _l("晚上")),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    people = IntegerField(
        _l("参加人数"), [NumberRange(1, 200, message=_l("人数在 1 到 200 之间。"))]
    )
    held_on = DateField(_l("哪一天"), [InputRequired(_l("请选日期。"))])
    minutes = FileField(_l("会议记录"))
    password = PasswordField(_l("口令"), [InputRequired(_l("请写口令。"))])
    agreed = BooleanField(_l("我已读过并同意公开答复"))
    body = TextAreaField(_l("正文"), [InputRequired(_l("请先写内容。"))])


def form() -> SpecimenForm:
    """The form as somebody finds it."""
    return SpecimenForm(prefix="new-")


def refused() -> SpecimenForm:
    """The form as it comes back, with what is wrong beside each field."""
    sent = MultiDict({"old-title": "", "old-people": "5000", "old-points": "", "old-topic": ""})
    refused = SpecimenForm(sent, prefix="old-")
    refused.validate()
    return refused


def context() -> dict[str, Any]:
    """What the style page's template needs."""
    return {
        "form": form(),
        "refused": refused(),
        "notes": (
            Note(1, _("会议记录.pdf"), "pdf", 1_482_000, "", 0, 0),
            Note(2, _("对照清单.xlsx"), "xlsx", 18_300, "", 0, 0),
        ),
        "pager": Pager(number=7, size=20, total=4321),
        "moments": [clock.now() - timedelta(minutes=minutes) for minutes in (8, 95, 1500, 4500)],
    }
