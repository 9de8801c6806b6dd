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
        "front:mail:show": signed_in,  # one's own, as all below
        "front:mail:change": signed_in,
        "front:mail:verify": signed_in,
        "front:mail:stop": anyone,  # with the token of a mail
        "front:feed:read": anyone,  # each listing says who reads it
        "front:feed:tokens": signed_in,
        "front:feed:revoke": is_its("person"),
        "front:follow:list": signed_in,
        "front:follow:change": is_its("person"),
        "front:file:bring": signed_in,
        "front:file:open": anyone,  # core.attachments.may_read says which
        "front:file:serve": anyone,  # whom the address was signed for, then the same
        "front:style:show": anyone,
        "front:live:show": signed_in,
        "front:machine:read": anyone,
    }
)
