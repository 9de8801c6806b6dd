"""Who may review, and what an author may do with an own text."""

from core.policy import Rule, is_its, role, rules, signed_in, system

from .scope import CHIEF, REVIEWERS

reviewer = role(*REVIEWERS)
# At or above the item's unit; nobody on an own text, nor on an appeal against the own decision.
chief = role(CHIEF, of="unit")
escalated = Rule("escalated", lambda actor, item: item is not None and item.is_escalated)
impartial = role(*REVIEWERS, of="unit") & ~is_its("author") & ~is_its("first_decided_by")
decider = impartial & (~escalated | chief)
purged = Rule("purged", lambda actor, revision: revision is not None and revision.is_purged)
second = role(CHIEF, "admin", of="unit") & ~is_its("asked_by") & ~is_its("author")

rules(
    {
        "moderation:queue:show": reviewer,
        "moderation:log:show": signed_in,
        "moderation:item:show": role(*REVIEWERS, of="unit"),
        "moderation:item:claim": decider,
        "moderation:item:release": decider,
        "moderation:item:decide": decider,
        "moderation:item:withdraw": is_its("author"),
        # By hand a moderator hands up; a chief moderator, being there, decides.
        "moderation:item:escalate": (impartial & ~chief) | system,
        "moderation:item:hold": chief,
        "moderation:item:lift": chief,
        "moderation:item:purge": role(*REVIEWERS, of="unit") & ~is_its("author"),
        "moderation:hold:place": chief,
        "moderation:hold:lift": chief,
        "moderation:purge:list": role(*REVIEWERS, "admin"),
        "moderation:purge:ask": role(*REVIEWERS, of="unit") & ~is_its("author"),
        # The second person: never who asked, never the author.
        "moderation:purge:confirm": second,
        "moderation:purge:decline": second,
        "moderation:inquiry:ask": signed_in,
        "moderation:inquiry:list": role(CHIEF),
        "moderation:inquiry:answer": chief & ~is_its("author"),
        "moderation:inquiry:decline": chief & ~is_its("author"),
        "moderation:report:show": signed_in,
        "moderation:revision:submit": is_its("author") | system,
        "moderation:revision:exempt": is_its("author") | system,
        "moderation:revision:withdraw": is_its("author"),
        "moderation:revision:appeal": is_its("author") & ~purged,
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
