"""Who may do what with surveys."""

from core.policy import Rule, anyone, is_its, role, rules, signed_in, system
from moderation import is_reviewer

asked = Rule("is among those asked", lambda actor, survey: survey.is_for(actor))
without_account = Rule(
    "answered without an account",
    lambda actor, survey: not (survey is None or survey.needs_account),
)
may_see_results = Rule("may see the results", lambda actor, survey: survey.shows_results_to(actor))
# One steering office for the whole house, standing beside the units in the tree, not above them;
# only an administrator gives this role (accounts/roles.py: GRANTABLE).
office = role("office")
public = Rule("public", lambda actor, it: it is not None and it.is_public)
its_reviewer = Rule(
    "a reviewer of its unit", lambda actor, it: it is not None and is_reviewer(actor, it.unit)
)
# A leader of the unit asked, or of one above it; what no unit was asked, nobody answers.
answerer = Rule("was assigned", lambda actor, it: it is not None and it.owning_unit_id is not None)
answerer &= role("leader", "minister", of="owning_unit")

rules(
    {
        "surveys:survey:list": signed_in,
        "surveys:survey:show": signed_in | without_account,
        "surveys:survey:results": may_see_results,
        "surveys:survey:answer": asked,
        "surveys:survey:dismiss": asked,
        "surveys:survey:manage": office,
        "surveys:survey:create": office | system,
        "surveys:survey:revise": office | system,
        "surveys:survey:open": office,
        "surveys:survey:pause": office,
        "surveys:survey:resume": office,
        "surveys:survey:close": office | system,
        "surveys:survey:archive": office,
        "surveys:answer:read": office,
        "surveys:roster:show": office | role("unit_admin"),  # each the own subtree: roster.py
        "surveys:key:keep": office,
        "surveys:name:open": office,  # confiding.py: its two keepers alone, together
        "surveys:opinion:propose": office,
        "surveys:opinion:show": signed_in,  # Opinion.visible_to says which
        "surveys:opinion:edit": is_its("author"),
        "surveys:opinion:withdraw": office,
        "surveys:opinion:appeal": is_its("author"),
        "surveys:opinion:flag": signed_in & public & ~is_its("author"),
        "surveys:opinion:hide": its_reviewer & ~is_its("author"),
        "surveys:opinion:redact": its_reviewer & ~is_its("author"),
        "surveys:opinion:seal": its_reviewer & ~is_its("author"),
        "surveys:ledger:list": signed_in,
        "surveys:ledger:show": signed_in,  # Ledger.visible_to says which
        "surveys:ledger:keep": office,
        "surveys:ledger_item:show": signed_in,  # LedgerItem.visible_to says which
        "surveys:ledger_item:read": answerer,  # before it is public
        "surveys:ledger_item:assign": office,
        "surveys:ledger_item:answer": answerer,
        "surveys:ledger_item:return": office,
        "surveys:ledger_item:reword": office,
        "surveys:ledger_item:propose": office,
        "surveys:ledger_item:publish": system,
        "surveys:ledger_item:unpublish": system,
        "surveys:ledger_item:withdraw": office,
        "surveys:ledger_item:appeal": is_its("author"),
        "surveys:ledger_item:flag": signed_in & public & ~is_its("author"),
        "surveys:ledger_item:hide": its_reviewer & ~is_its("author"),
        "surveys:ledger_item:redact": its_reviewer & ~is_its("author"),
        "surveys:ledger_item:seal": its_reviewer & ~is_its("author"),
        "surveys:schema:read": anyone,
        "surveys:export:list": may_see_results,
        "surveys:export:ask": office,
        "surveys:export:show": office & is_its("asker"),
        "surveys:package_key:show": anyone,
        # Whoever holds a right to answer; who that is, nobody asks.
        "surveys:response:send": anyone,
        # Whoever has the address, or a code; who that is, nobody asks.
        "surveys:survey:enter": anyone,
        # Whoever holds the receipt of an answer; who that is, nobody asks either.
        "surveys:response:find": anyone,
        "surveys:response:change": anyone,
        "surveys:response:withdraw": anyone,
    }
)
