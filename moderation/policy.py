"""Who may review, and what an author may do with an own text."""

from typing import Any

from core.policy import Actor, Rule, anyone, is_its, role, rules, signed_in, system

from .models import SEALABLE
from .scope import CHIEF, REVIEWERS, is_own_unit, is_reviewer
from .second_review import knew


def _reviews(actor: Actor, it: Any) -> bool:
    return is_reviewer(actor, it.unit, it.place)


untraced = Rule("leaves no trace", lambda actor, _it: getattr(actor, "is_untraced", False))
# Local moderators among them: they see, claim, decide, escalate and undo in their own places, and
# nothing else; whatever says role(*REVIEWERS) is not theirs.
reviewer = Rule("reviews something", lambda actor, _record: is_reviewer(actor))
reviews_it = Rule("reviews its place", lambda actor, it: it is not None and _reviews(actor, it))
of_own_unit = Rule("of the own unit, where the setting counts that", is_own_unit)
chief = role(CHIEF, of="unit")
escalated = Rule("escalated", lambda actor, item: item is not None and item.is_escalated)
# At or above the item's unit; nobody on an own text, nor on an appeal against the own decision,
# nor, by setting, on a text by somebody of the own unit.
impartial = reviews_it & ~is_its("author") & ~is_its("first_decided_by") & ~of_own_unit
decider = impartial & (~escalated | chief)
purged = Rule("purged", lambda actor, revision: revision is not None and revision.is_purged)
second = role(CHIEF, "admin", of="unit") & ~is_its("asked_by") & ~is_its("author")
# Rules about words hold on every board, whatever its unit.
any_chief = role(CHIEF)
# A seal is any reviewer's of the unit, at once, whoever is at the item; never on an own text.
sealer = role(*REVIEWERS, of="unit") & ~is_its("author")
unsealer = any_chief & ~is_its("author")
# Nobody on an own flag.
judge = (reviewer & ~is_its("author") & ~is_its("flagger")) | system
# A second reviewer knows nothing of the first decision: neither took it nor brought it about.
knew_it = Rule("decided on it or flagged it", knew)
blind = (
    role(*REVIEWERS, of="unit")
    & ~is_its("author")
    & ~is_its("decided_by")
    & ~of_own_unit
    & ~knew_it
)

rules(
    {
        "moderation:queue:show": reviewer,
        "moderation:queue:watch": reviewer,
        "moderation:log:show": signed_in,
        "moderation:text:list": signed_in,  # one's own
        "moderation:template:list": reviewer,
        "moderation:template:create": any_chief,
        "moderation:template:edit": any_chief,
        "moderation:template:retire": any_chief,
        "moderation:item:show": reviews_it,
        "moderation:item:claim": decider,
        "moderation:item:release": decider,
        "moderation:item:renew": decider,
        "moderation:item:take_over": decider,
        "moderation:item:decide": decider,
        "moderation:item:undo": decider,  # undoing.py asks for the one who decided
        "moderation:item:drop": decider,
        "moderation:item:withdraw": is_its("author"),
        # By hand a moderator hands up; a chief moderator, being there, decides.
        "moderation:item:escalate": (impartial & ~chief) | system,
        "moderation:item:hold": chief,
        "moderation:item:lift": chief,
        "moderation:item:purge": role(*REVIEWERS, of="unit") & ~is_its("author"),
        "moderation:item:seal": sealer,
        "moderation:item:unseal": unsealer,
        "moderation:item:unseal_closed": unsealer,
        "moderation:item:resume": unsealer,
        "moderation:seal:list": any_chief,
        "moderation:seal:show": chief,
        "moderation:seal:seal": sealer,
        "moderation:seal:open": chief & ~is_its("author"),
        "moderation:seal:unseal": chief & ~is_its("author"),
        "moderation:hold:place": role(*REVIEWERS, of="unit"),  # a seal brings one
        "moderation:hold:lift": chief,
        "moderation:purge:list": role(*REVIEWERS, "admin"),
        "moderation:purge:ask": role(*REVIEWERS, of="unit") & ~is_its("author"),
        # The second person: never who asked, never the author.
        "moderation:purge:confirm": second,
        "moderation:purge:decline": second,
        "moderation:inquiry:ask": signed_in,
        "moderation:inquiry:list": any_chief,
        # Nor for an own seal or answer to an appeal: an objection goes to somebody else.
        "moderation:inquiry:answer": chief & ~is_its("author") & ~is_its("decided_by"),
        "moderation:inquiry:decline": chief & ~is_its("author") & ~is_its("decided_by"),
        "moderation:report:show": signed_in,
        "moderation:second_review:list": role(*REVIEWERS),
        "moderation:second_review:show": role(*REVIEWERS, of="unit") & ~is_its("author"),
        "moderation:second_review:judge": blind,
        "moderation:second_review:waive": blind,
        "moderation:second_review:draw": system,
        "moderation:second_review:lapse": system,
        "moderation:second_review:drop": system,
        "moderation:item:lapse": system | untraced,
        "moderation:revision:submit": is_its("author") | system,
        "moderation:revision:exempt": is_its("author") | system,
        "moderation:revision:withdraw": is_its("author"),
        "moderation:revision:appeal": is_its("author") & ~purged,
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
        "moderation:revision:seal": reviewer,
        **{f"moderation:revision:unseal_{state}": unsealer for state in SEALABLE},
        "moderation:revision:accept": is_its("author"),
        "moderation:revision:revert": is_its("author"),
        "moderation:revision:retract": anyone,  # the area's own rule is the door to it
        "moderation:revision:supersede": is_its("author") | reviewer | system,
        # Rules about words hold on every board: the chief moderators answer for them.
        "moderation:terms:list": any_chief,
        "moderation:terms:show": any_chief,
        "moderation:terms:create": any_chief,
        "moderation:terms:edit": any_chief | system,
        "moderation:terms:try": any_chief,
        "moderation:terms:finish": system,
        "moderation:terms:enact": any_chief,
        "moderation:terms:supersede": any_chief,
        "moderation:terms:retire": any_chief,
        "moderation:terms:discard": any_chief,
        "moderation:flag:list": signed_in,  # one's own
        "moderation:flag:submit": is_its("flagger") & ~is_its("author"),
        "moderation:flag:clear": judge,
        "moderation:flag:confirm": judge,
        "moderation:flag:replace": is_its("author") | reviewer | system,
        "moderation:flag:withdraw": is_its("author") | system,
    }
)
