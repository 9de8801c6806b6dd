"""The forms with which boards are made, changed and given moderators."""

from __future__ import annotations

import re
from typing import Any

from flask_login import current_user
from sqlalchemy import select
from wtforms import IntegerField, RadioField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from accounts.audience import OF_ROLES, OF_UNIT, WHO, Audience
from accounts.forms import DayField, ShortField, UnitField, options
from accounts.models import Unit
from accounts.roles import ROLES
from accounts.units import Directory
from core.db import db
from core.forms import BaseForm, CreationForm, LineField, Required, TextField
from core.i18n import _, _l

from .models import Board
from .rules import ACTS
from .tended import may_tend

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
MOST = 1000
READERS = {
    "everyone": _l("所有人，不登录也可以"),
    "members": _l("所有登录的人"),
    "unit": _l("一个单位及下属单位的人"),
    "roles": _l("担任某些角色的人"),
    "both": _l("在这个单位及下属单位担任这些角色的人"),
    "either": _l("这个单位及下属单位的人，加上担任这些角色的人"),
}
WRITERS = {who: READERS[who] for who in WHO if who != "everyone"}
WRITERS["members"] = _l("所有能看本版的登录的人")

REVIEW = {
    "pre": _l("先审后发：审核员看过以后大家才看得到"),
    "post": _l("先发后审：发出就看得到"),
}


class OptionalUnit(ShortField):
    """A unit by name or key, or nothing; `unit` is the one that was meant."""

    def __init__(self, label: Any, **options: Any) -> None:
        self.unit: Unit | None = None
        super().__init__(label, most=120, render_kw={"list": "units"}, **options)

    def pre_validate(self, form: Any) -> None:
        written = (self.data or "").strip()
        if written and not self.process_errors:
            try:
                self.unit = Directory(db.session.scalars(select(Unit))).find(written)
            except LookupError as fault:
                raise ValidationError(str(fault.args[0])) from fault


class Figure(LineField):
    """A whole number from `least` on, or nothing; `value` is it."""

    def __init__(self, label: Any, least: int = 1, most: int = MOST, **options: Any) -> None:
        self.least, self.most = least, most
        self.value: int | None = None
        super().__init__(label, limit=20, **options)

    def pre_validate(self, form: Any) -> None:
        typed = str(self.data or "").strip()
        if not typed:
            return
        number = int(typed) if typed.isdecimal() and len(typed) < 6 else -1
        if not self.least <= number <= self.most:
            raise ValidationError(
                _(
                    "请写 %(least)d 到 %(most)d 之间的整数，或者空着。",
                    least=self.least,
                    most=self.most,
                )
            )
        self.value = number


def _who(label: Any, words: dict[str, Any]) -> RadioField:
    return RadioField(label, [Required(_l("请选择一项。"))], choices=options(words))


def _roles() -> SelectMultipleField:
    return SelectMultipleField(
        _l("哪些角色"),
        choices=options(ROLES),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class BoardForm(BaseForm):
    """What may be changed of a board, in the order of the page."""

    title = LineField(_l("名称"), [Required(_l("请填写名称。"))], limit=30)
    title_en = LineField(_l("英文名称"), limit=60)
    description = TextField(_l("版块说明"), limit=300)
    description_en = TextField(_l("版块说明的英文"), limit=300)
    topic = LineField(_l("归在哪个栏目下"), limit=20)
    topic_en = LineField(_l("栏目的英文名称"), limit=40)
    order = Figure(_l("排在第几"), least=0)
    read_who = _who(_l("谁能看"), READERS)
    read_unit = OptionalUnit(_l("哪个单位"))
    read_roles = _roles()
    start_who = _who(_l("谁能发起主题"), WRITERS)
    start_unit = OptionalUnit(_l("哪个单位"))
    start_roles = _roles()
    reply_who = _who(_l("谁能回帖"), WRITERS)
    reply_unit = OptionalUnit(_l("哪个单位"))
    reply_roles = _roles()
    review = RadioField(
        _l("怎么审"),
        choices=options(REVIEW),
    )
    replies_per_hour = Figure(_l("一个人一小时最多回几条"))
    threads_per_day = Figure(_l("一个人一天最多发起几个主题"))
    heated_replies = Figure(_l("十分钟里有几条回帖算讨论激烈"))
    version = IntegerField(widget=HiddenInput())

    def audience(self, act: str) -> Audience:
        unit = self[f"{act}_unit"].unit
        roles = self[f"{act}_roles"].data or ()
        return Audience.of(self[f"{act}_who"].data, unit.id if unit else None, roles)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for act in ACTS:
            who = self[f"{act}_who"].data
            if who in OF_UNIT and not self[f"{act}_unit"].unit and not self[f"{act}_unit"].errors:
                self[f"{act}_unit"].errors = [_("请填写单位。")]
            if who in OF_ROLES and not self[f"{act}_roles"].data:
                self[f"{act}_roles"].errors = [_("请至少选一个角色。")]
        return not self.errors

    @classmethod
    def of(cls, board: Board) -> BoardForm:
        """The form with a board's rules in it."""
        given = {name: getattr(board, name) for name in PLAIN}
        for act in ACTS:
            audience = board.audience(act)
            unit = db.session.get(Unit, audience.unit_id) if audience.unit_id else None
            given[f"{act}_who"] = audience.who
            given[f"{act}_unit"] = unit.name if unit else board.unit.name
            given[f"{act}_roles"] = audience.role_names
        review = "pre" if board.pre_moderated else "post"
        return cls(data={**given, "review": review})


PLAIN = (
    *("title", "title_en", "description", "description_en", "topic", "topic_en", "order"),
    *("replies_per_hour", "threads_per_day", "heated_replies", "version"),
)


class _Founding(CreationForm):
    """What is said once. Stands before BoardForm: fields are shown in the order they are written."""

    slug = ShortField(
        _l("网址里的名称"),
        [Required(_l("请填写网址里的名称。"))],
        most=40,
        description=_l("小写字母、数字和横线，例如 study；定了不能改，网址才不会失效。"),
    )
    unit = UnitField(_l("属于哪个单位"), description=_l("写名称或代号；定了不能改。"))

    def validate_slug(self, field: Any) -> None:
        if not SLUG.fullmatch(field.data or ""):
            raise ValidationError(_("只用小写字母、数字和横线，2 到 40 个，以字母或数字开头。"))
        if db.session.scalar(select(Board.id).where(Board.slug == field.data)) is not None:
            raise ValidationError(_("这个名称已经有别的版块在用。"))

    def validate_unit(self, field: Any) -> None:
        if field.unit is not None and not may_tend(current_user, field.unit):
            raise ValidationError(_("这个单位不归你管理。"))


class NewBoardForm(BoardForm, _Founding):
    version = None  # nobody else can have changed what is not there

    @classmethod
    def begun(cls, actor: Any) -> NewBoardForm:
        """With what most boards are, of the actor's own unit where it is theirs to tend."""
        unit = actor.unit if may_tend(actor, actor.unit) else None
        units = dict.fromkeys(("unit", *(f"{act}_unit" for act in ACTS)), unit.name if unit else "")
        who = dict.fromkeys((f"{act}_who" for act in ACTS), "members")
        return cls(data={**units, **who, "review": "pre"})


class ModeratorForm(CreationForm):
    username = ShortField(_l("姓名或用户名"), [Required(_l("请填写姓名或用户名。"))], most=60)
    until = DayField(_l("最后一天"), [Required(_l("请填写最后一天。"))])
