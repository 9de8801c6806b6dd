"""The forms of this area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_login import current_user
from sqlalchemy import select
from wtforms import DateField, FileField, IntegerField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from core import text
from core.db import db
from core.forms import BaseForm, CreationForm, LineField, Required
from core.i18n import _, _l

from . import passwords
from .days import read_day
from .delegation import is_admin
from .models import Unit
from .roles import GRANTABLE, ROLES, UNIT_KINDS
from .units import Directory, fault_of_key
from .usernames import canonical

CHOOSE = {"": _l("请选择")}  # a list from which one must choose proposes nothing by itself


def options(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class ShortField(LineField):
    """A line too short to need a counter beside it."""

    def __init__(self, label: Any, validators: Any = None, most: int = 60, **options: Any) -> None:
        self.most = most
        super().__init__(label, validators, limit=0, **options)

    def _clean(self, value: str) -> str:
        return text.clean_line(value, self.most)


class SignInForm(BaseForm):
    username = ShortField(_l("用户名"), [Required(_l("请填写用户名。"))], most=60)
    password = PasswordField(_l("密码"), [Required(_l("请填写密码。"))])


class NewPasswordForm(BaseForm):
    """A new password, typed twice. `names` are what it must not be."""

    new_password = PasswordField(_l("新密码"), [Required(_l("请填写新密码。"))])
    repeat = PasswordField(_l("再输一遍新密码"), [Required(_l("请再输一遍新密码。"))])

    def __init__(self, *names: str, **data: Any) -> None:
        self.names = names
        super().__init__(**data)

    def validate_new_password(self, field: PasswordField) -> None:
        if fault := passwords.fault_of(field.data, *self.names):
            raise ValidationError(fault)

    def validate_repeat(self, field: PasswordField) -> None:
        if field.data != self.new_password.data:
            raise ValidationError(_("两次输入的新密码不一样。"))


class ChangePasswordForm(NewPasswordForm):
    password = PasswordField(_l("现在的密码"), [Required(_l("请填写现在的密码。"))])

    def validate_new_password(self, field: PasswordField) -> None:
        super().validate_new_password(field)
        if field.data == self.password.data:
            raise ValidationError(_("新密码要和现在的不一样。"))


class RecoverForm(NewPasswordForm):
    username = ShortField(_l("用户名"), [Required(_l("请填写用户名。"))], most=200)
    code = ShortField(_l("凭条上的代码"), [Required(_l("请填写凭条上的代码。"))], most=200)

    def __init__(self) -> None:
        super().__init__(canonical(request.form.get("username", "")))


class DayField(DateField):
    """A day; what cannot be read is told in our words and stays in the box."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = read_day(valuelist[0]) if valuelist else None


class UnitField(ShortField):
    """A unit by name or key; `unit` is the one that was meant once the form holds."""

    def __init__(self, label: Any, **options: Any) -> None:
        self.unit: Any = None
        super().__init__(
            label, [Required(_l("请填写单位。"))], most=120, render_kw={"list": "units"}, **options
        )

    def pre_validate(self, form: BaseForm) -> None:
        written = (self.data or "").strip()
        if written and not self.process_errors:
            try:
                self.unit = Directory(db.session.scalars(select(Unit))).find(written)
            except LookupError as fault:
                raise ValidationError(str(fault.args[0])) from fault


class VersionedForm(BaseForm):
    """A form over a record that others may change meanwhile."""

    version = IntegerField(widget=HiddenInput())


class UnitForm(CreationForm, VersionedForm):
    name = ShortField(_l("名称"), [Required(_l("请填写名称。"))], most=120)
    name_en = ShortField(_l("英文名称"), most=120)
    kind = SelectField(
        _l("单位类别"), [Required(_l("请选择类别。"))], choices=options(CHOOSE | UNIT_KINDS)
    )


class NewUnitForm(UnitForm):
    key = ShortField(
        _l("代号"),
        most=60,
        description=_l(
            "导入人员时可以代替名称。只用小写字母、数字、横线和下划线；不填就自动生成。"
        ),
    )
    from_day = DayField(_l("从哪一天起"), [Required(_l("请填写日期。"))])

    def validate_key(self, field: LineField) -> None:
        if field.data and (fault := fault_of_key(field.data)):
            raise ValidationError(fault)


class MoveUnitForm(VersionedForm):
    parent = UnitField(_l("新的上级单位"), description=_l("写名称或代号。"))
    from_day = DayField(_l("从哪一天起"), [Required(_l("请填写日期。"))])


class CloseUnitForm(VersionedForm):
    from_day = DayField(_l("从哪一天起"), [Required(_l("请填写日期。"))])


class Newcomer(CreationForm):
    """Who comes: stands before RoleForm, for fields are shown in the order they are written."""

    name = ShortField(_l("姓名"), [Required(_l("请填写姓名。"))], most=60)
    username = ShortField(
        _l("用户名"),
        [Required(_l("请填写用户名。"))],
        most=60,
        description=_l("登录时用，定了不能改。汉字、字母、数字都可以。"),
    )
    title = ShortField(_l("职务"), most=60)


class RoleForm(CreationForm):
    unit = UnitField(_l("单位"), description=_l("写名称或代号。"))
    role = SelectField(_l("角色"), [Required(_l("请选择角色。"))])
    since = DayField(_l("第一天"), [Required(_l("请填写第一天。"))])
    until = DayField(
        _l("最后一天"),
        description=_l("两代表一委员、部风监督员、专家学者必须填写；不填表示一直有效。"),
    )

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        offered = ROLES if is_admin(current_user) else GRANTABLE
        self.role.choices = options(
            CHOOSE | {role: ROLES[role] for role in ROLES if role in offered}
        )


class NewPersonForm(RoleForm, Newcomer):
    """A person and the first role."""


class PersonForm(VersionedForm):
    name = ShortField(_l("姓名"), [Required(_l("请填写姓名。"))], most=60)
    title = ShortField(_l("职务"), most=60)
    unit = UnitField(_l("所在单位"), description=_l("写名称或代号。"))


class EndRoleForm(BaseForm):
    from_day = DayField(
        _l("从哪一天起不再担任"),
        [Required(_l("请填写日期。"))],
        description=_l("填今天，立即结束。"),
    )


class ImportForm(CreationForm):
    file = FileField(_l("人员表"), description=_l("CSV（UTF-8 或 GB18030）或 XLSX。"))
