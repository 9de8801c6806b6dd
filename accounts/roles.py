"""The roles that a membership may bear, and their names."""

from __future__ import annotations

from typing import Any

from core.i18n import _, _l

ROLES = {
    "cadre": _l("组工干部"),
    "leader": _l("领导干部"),
    "delegate": _l("两代表一委员"),
    "supervisor": _l("部风监督员"),
    "expert": _l("专家学者"),
    "moderator": _l("审核员"),
    "chief_moderator": _l("总审核员"),
    "local_moderator": _l("版块审核员"),
    "mail_office": _l("信箱办公室"),
    "handler": _l("承办人"),
    "signer": _l("签发人"),
    "minister": _l("部长"),
    "office": _l("指导小组办公室"),
    "inspector": _l("督查组"),
    "unit_admin": _l("单位管理员"),
    "admin": _l("管理员"),
}
# Guests take part for a time: their membership needs an end.
GUESTS = frozenset({"delegate", "supervisor", "expert"})
# What a unit administrator may give within the own subtree.
GRANTABLE = frozenset(
    {"cadre", "leader", "moderator", "local_moderator", "handler", "signer", "unit_admin"} | GUESTS
)
# Who gives a role to others within the unit of the own one.
GIVERS = {"local_moderator": ("unit_admin", "chief_moderator")}
UNIT_KINDS = {
    "region": _l("自治区（省）"),
    "prefecture": _l("地州市"),
    "county": _l("县市区"),
    "department": _l("部门"),
    "college": _l("院校"),
    "enterprise": _l("企业"),
    "central_unit": _l("中央驻区单位"),
}


def roles_of(person: Any) -> str:
    """The roles that a person has today, in words, each once."""
    held = dict.fromkeys(one.role for one in person.current)
    return _("、").join(str(ROLES[role]) for role in held)
