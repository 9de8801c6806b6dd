"""Who may do what with campaigns and proposals."""

from core.policy import Rule, is_its, role, rules, signed_in, system
from moderation import is_reviewer

from .outcomes import OUTCOMES

not_archived = Rule(
    "not archived", lambda actor, campaign: campaign is None or campaign.state != "archived"
)
# One steering office for the whole house, standing beside the units in the tree, not above them;
# only an administrator gives this role (accounts/roles.py: GRANTABLE).
office = role("office")
takes_proposals = Rule(
    "takes proposals", lambda actor, campaign: campaign is not None and campaign.takes_proposals
)
is_public = Rule("public", lambda actor, it: it is not None and it.is_public)
author = is_its("author")
its_reviewer = Rule(
    "a reviewer of its unit", lambda actor, it: it is not None and is_reviewer(actor, it.unit)
)
# A leader of the unit asked, or of one above it: nobody answers the own proposal, nor one that is
# not public.
answerer = role("leader", "minister", of="owning_unit") & is_public & ~author

rules(
    {
        "campaigns:campaign:list": signed_in,
        "campaigns:campaign:show": signed_in,
        "campaigns:campaign:edit": office & not_archived,
        "campaigns:campaign:open": office | system,
        "campaigns:campaign:close": office,
        "campaigns:campaign:reopen": office,
        "campaigns:campaign:archive": office,
        "campaigns:proposal:list": signed_in,
        "campaigns:proposal:start": signed_in & takes_proposals,
        "campaigns:proposal:show": signed_in,  # Proposal.visible_to says which
        "campaigns:proposal:edit": author,
        "campaigns:proposal:withdraw": author,
        "campaigns:proposal:reopen": author,
        "campaigns:proposal:decide": answerer,
        **{f"campaigns:proposal:{one.verb}": answerer for one in OUTCOMES.values()},
        "campaigns:proposal:appeal": author,
        "campaigns:proposal:accept": author,
        "campaigns:proposal:revert": author,
        "campaigns:proposal:history": signed_in,
        "campaigns:proposal:flag": signed_in & is_public & ~author,
        "campaigns:proposal:hide": its_reviewer & ~author,
        "campaigns:proposal:redact": its_reviewer & ~author,
        "campaigns:proposal:seal": its_reviewer & ~author,
    }
)
