"""Who may do what with campaigns."""

from core.policy import Rule, role, rules, signed_in, system

not_archived = Rule(
    "not archived", lambda actor, campaign: campaign is None or campaign.state != "archived"
)
# One steering office for the whole house, standing beside the units in the tree, not above them;
# only an administrator gives this role (accounts/roles.py: GRANTABLE).
office = role("office")

rules(
    {
        "campaigns:campaign:list": signed_in,
        "campaigns:campaign:show": signed_in,
        "campaigns:campaign:edit": office & not_archived,
        "campaigns:campaign:open": office | system,
        "campaigns:campaign:close": office,
        "campaigns:campaign:reopen": office,
        "campaigns:campaign:archive": office,
    }
)
