"""Who may do what with people, units and sign-ins."""

from core import registry
from core.policy import Rule, allows, anyone, is_its, role, rules, signed_in

from .delegation import (
    administers_above_it,
    administers_it,
    administers_them,
    ends_it,
    not_oneself,
    outranks_them,
)

administrator = role("admin", "unit_admin")
has_a_section = Rule(
    "has something to administer",
    lambda actor, _record: any(
        allows(actor, place.permission) for place in registry.admin_sections
    ),
)

rules(
    {
        "accounts:session:begin": anyone,
        "accounts:session:end": anyone,
        "accounts:session:end_everywhere": signed_in,
        "accounts:self:show": signed_in,
        "accounts:password:change": signed_in,
        "accounts:password:recover": anyone,
        "accounts:person:show": signed_in,
        "accounts:person:suggest": signed_in,
        "accounts:person:follow": signed_in & not_oneself,
        "accounts:admin:show": has_a_section,
        "accounts:unit:index": administrator,
        "accounts:unit:show": administers_it,
        "accounts:unit:add": administers_it,
        "accounts:unit:edit": administers_it,
        "accounts:unit:move": administers_above_it,
        "accounts:unit:close": administers_above_it,
        "accounts:person:index": administrator,
        "accounts:person:create": administrator,
        "accounts:person:administer": administers_them,
        "accounts:person:edit": administers_them & outranks_them,
        "accounts:person:grant": administers_them,
        "accounts:person:issue_slip": administers_them & outranks_them & not_oneself,
        "accounts:person:require_change": administers_them & outranks_them & not_oneself,
        "accounts:person:disable": administers_them & outranks_them & not_oneself,
        "accounts:person:enable": administers_them & outranks_them & not_oneself,
        "accounts:membership:end": ends_it,
        "accounts:people_import:create": administrator,
        "accounts:people_import:show": administrator & is_its("author"),
        "accounts:people_import:confirm": administrator & is_its("author"),
        "accounts:people_import:reissue": administrator & is_its("author"),
    }
)
