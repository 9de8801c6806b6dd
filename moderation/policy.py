"""Who may review, and what an author may do with an own text."""

from core.policy import Rule, is_its, role, rules, signed_in, system

from .scope import REVIEWERS, is_own_unit

reviewer = role(*REVIEWERS)
of_own_unit = Rule("of the own unit, where the setting counts that", is_own_unit)
chief = role("chief_moderator")
# At or above the item's unit; nobody on an own text, nor on an appeal against the own decision,
# nor, by setting, on a text by somebody of the own unit.
decider = (
    role(*REVIEWERS, of="unit") & ~is_its("author") & ~is_its("first_decided_by") & ~of_own_unit
)
# Nobody on an own flag.
judge = reviewer & ~is_its("author") & ~is_its("flagger")

rules(
    {
        "moderation:queue:show": reviewer,
        "moderation:queue:watch": reviewer,
        "moderation:log:show": signed_in,
        "moderation:template:list": reviewer,
        "moderation:template:create": role("chief_moderator"),
        "moderation:template:edit": role("chief_moderator"),
        "moderation:template:retire": role("chief_moderator"),
        "moderation:item:show": role(*REVIEWERS, of="unit"),
        "moderation:item:claim": decider,
        "moderation:item:release": decider,
        "moderation:item:renew": decider,
        "moderation:item:take_over": decider,
        "moderation:item:decide": decider,
        "moderation:item:undo": decider,  # undoing.py asks for the one who decided
        "moderation:item:drop": decider,
        "moderation:item:withdraw": is_its("author"),
        "moderation:item:lapse": system,
        "moderation:revision:submit": is_its("author") | system,
        "moderation:revision:exempt": is_its("author") | system,
        "moderation:revision:withdraw": is_its("author"),
        "moderation:revision:appeal": is_its("author"),
        # The item, or the area's own rule, is the door to these and asks for the unit.
        "moderation:revision:approve": reviewer & ~is_its("author"),
        "moderation:revision:return": reviewer & ~is_its("author"),
        "moderation:revision:reject": reviewer & ~is_its("author"),
        "moderation:revision:hide": reviewer & ~is_its("author"),
        "moderation:revision:suspend": system,
        "moderation:revision:restore": reviewer & ~is_its("author"),
        "moderation:revision:overturn": reviewer & ~is_its("author"),
        "moderation:revision:uphold": reviewer & ~is_its("author"),
        "moderation:revision:undo": reviewer & ~is_its("author"),
        "moderation:revision:undo_answer": reviewer & ~is_its("author"),
        "moderation:revision:undo_edit": reviewer & ~is_its("author"),
        "moderation:revision:reinstate": is_its("author") | reviewer,
        "moderation:revision:resume": is_its("author") | reviewer,
        "moderation:revision:amend": reviewer & ~is_its("author"),
        "moderation:revision:redact": reviewer & ~is_its("author"),
        "moderation:revision:accept": is_its("author"),
        "moderation:revision:revert": is_its("author"),
        "moderation:revision:supersede": is_its("author") | reviewer | system,
        # Rules about words hold on every board: the chief moderators answer for them.
        "moderation:terms:list": chief,
        "moderation:terms:show": chief,
        "moderation:terms:create": chief,
        "moderation:terms:edit": chief | system,
        "moderation:terms:try": chief,
        "moderation:terms:finish": system,
        "moderation:terms:enact": chief,
        "moderation:terms:supersede": chief,
        "moderation:terms:retire": chief,
        "moderation:terms:discard": chief,
        "moderation:flag:list": signed_in,  # one's own
        "moderation:flag:submit": is_its("flagger") & ~is_its("author"),
        "moderation:flag:clear": judge,
        "moderation:flag:confirm": judge,
        "moderation:flag:replace": is_its("author") | reviewer | system,
        "moderation:flag:withdraw": is_its("author"),
    }
)
