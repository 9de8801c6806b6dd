"""Who may review, and what an author may do with an own text."""

from core.policy import is_its, role, rules, signed_in, system

from .scope import REVIEWERS

reviewer = role(*REVIEWERS)
# At or above the item's unit; nobody on an own text, nor on an appeal against the own decision.
decider = role(*REVIEWERS, of="unit") & ~is_its("author") & ~is_its("first_decided_by")

rules(
    {
        "moderation:queue:show": reviewer,
        "moderation:queue:watch": reviewer,
        "moderation:log:show": signed_in,
        "moderation:item:show": role(*REVIEWERS, of="unit"),
        "moderation:item:claim": decider,
        "moderation:item:release": decider,
        "moderation:item:renew": decider,
        "moderation:item:take_over": decider,
        "moderation:item:decide": decider,
        "moderation:item:withdraw": is_its("author"),
        "moderation:revision:submit": is_its("author") | system,
        "moderation:revision:exempt": is_its("author") | system,
        "moderation:revision:withdraw": is_its("author"),
        "moderation:revision:appeal": is_its("author"),
        # The item, or the area's own rule, is the door to these and asks for the unit.
        "moderation:revision:approve": reviewer & ~is_its("author"),
        "moderation:revision:return": reviewer & ~is_its("author"),
        "moderation:revision:reject": reviewer & ~is_its("author"),
        "moderation:revision:hide": reviewer & ~is_its("author"),
        "moderation:revision:overturn": reviewer & ~is_its("author"),
        "moderation:revision:uphold": reviewer & ~is_its("author"),
        "moderation:revision:supersede": is_its("author") | reviewer | system,
    }
)
