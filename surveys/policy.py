"""Who may do what with surveys."""

from core.policy import Rule, anyone, role, rules, signed_in, system

asked = Rule("is among those asked", lambda actor, survey: survey.is_for(actor))
may_see_results = Rule("may see the results", lambda actor, survey: survey.shows_results_to(actor))
# One steering office for the whole house, standing beside the units in the tree, not above them;
# only an administrator gives this role (accounts/roles.py: GRANTABLE).
office = role("office")

rules(
    {
        "surveys:survey:list": signed_in,
        "surveys:survey:show": signed_in,
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
        # Whoever holds a right to answer; who that is, nobody asks.
        "surveys:response:send": anyone,
    }
)
