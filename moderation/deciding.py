"""Deciding on an item. Nothing here commits."""

from __future__ import annotations

from accounts.models import Unit
from core import notices
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from core.states import IllegalMove

from .claiming import refuse_claimed
from .door import close, item_for, publish
from .models import Decision, QueueItem, Revision
from .reviewable import Reviewable
from .scope import reviewer_role

PUBLISHING = frozenset({"approve", "overturn"})
ORDINARY = ("approve", "return", "reject")
ON_APPEAL = ("overturn", "uphold")


def verbs_for(item: QueueItem) -> tuple[str, ...]:
    """The decisions that an item may end with."""
    return ON_APPEAL if item.reason == "appeal" else ORDINARY


def decide(
    item: QueueItem,
    verb: str,
    actor: Actor,
    *,
    revision_id: int,
    reason_code: str | None = None,
    explanation: str = "",
) -> Decision:
    """Decide on the version that the reviewer read. Raises Conflict, IllegalMove, Forbidden."""
    if not item.can("decide"):
        raise IllegalMove(item, verb)
    refuse_claimed(item, actor)
    record = item.subject_class.for_review(item.subject_id, lock=True)
    revision = record.latest_revision
    assert revision is not None
    if revision.id != revision_id:
        raise Conflict(item, _("作者刚刚改过这一条。下面是新的内容，请重新看过再决定。"))
    if verb not in verbs_for(item):
        raise IllegalMove(item, verb)
    facts = {"item": item.id, "reason": reason_code, "content": revision.digest}
    if verb in PUBLISHING:
        publish(record, revision, actor, verb, **facts)
    else:
        revision.advance(verb, actor, note=explanation, **facts)
    return _close(item, record, revision, verb, actor, reason_code, explanation)


def hide(record: Reviewable, unit: Unit, actor: Actor, reason_code: str, explanation: str) -> None:
    """Take a public text away from its readers, at once; its author may appeal."""
    revision = record.public_revision
    if revision is None:
        raise Conflict(record.latest_revision, _("这一条已经不公开了。"))
    record.unpublished()
    item = item_for(record, revision, "spot_check")
    item.unit = unit
    _close(item, record, revision, "hide", actor, reason_code, explanation)
    revision.advance("hide", actor, note=explanation, item=item.id, reason=reason_code)
    record.public_revision = None
    if record.latest_revision is None or not record.latest_revision.is_waiting:
        record.latest_revision = revision


def _close(
    item: QueueItem,
    record: Reviewable,
    revision: Revision,
    verb: str,
    actor: Actor,
    reason_code: str | None,
    explanation: str,
) -> Decision:
    """End an item with its one decision, and tell the author."""
    close(item)
    item.advance("decide", actor, decision=verb, revision=revision.id)
    decision = Decision(
        item_id=item.id,
        revision_id=revision.id,
        verb=verb,
        reason_code=reason_code,
        explanation=explanation,
        decided_by_id=actor.id,
        decided_as=reviewer_role(actor, item.unit),
    )
    db.session.add(decision)
    # The words of the decision stay where the text is.
    url = record.review_url(record.id)
    notices.tell(record.author_id, f"moderation:{verb}", url, title=item.heading)
    return decision
