"""Who may do what on the pages that belong to no area."""

from core.policy import anyone, is_its, rules, signed_in

rules(
    {
        "front:home:show": anyone,
        "front:privacy:show": anyone,
        "front:preferences:change": anyone,
        "front:search:show": signed_in,
        "front:notice:list": signed_in,
        "front:notice:follow": signed_in,  # one's own
        "front:notice:open": is_its("person"),
        "front:follow:list": signed_in,
        "front:follow:change": is_its("person"),
        "front:style:show": anyone,
        "front:machine:read": anyone,
    }
)
