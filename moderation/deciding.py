"""Deciding on an item: claim, release, decide. Nothing here commits."""

from __future__ import annotations

from typing import Any

from accounts.models import Unit
from core import clock, notices
from core.db import db
from core.errors import Conflict
from core.i18n import _, stamp
from core.policy import Actor
from core.states import IllegalMove

from .door import item_for, publish
from .facts import facts_of
from .models import Decision, QueueItem, Revision
from .reviewable import Reviewable
from .scope import reviewer_role

PUBLISHING = frozenset({"approve", "overturn"})
ORDINARY = ("approve", "return", "reject")
ON_APPEAL = ("overturn", "uphold")


def verbs_for(item: QueueItem) -> tuple[str, ...]:
    """The decisions that an item may end with."""
    return ON_APPEAL if item.reason == "appeal" else ORDINARY


def claim(item: QueueItem, actor: Actor) -> None:
    """Take an item for ten minutes, or for ten more. Raises Conflict while it is another's."""
    _refuse_claimed(item, actor)
    if not item.can("claim"):
        raise IllegalMove(item, "claim")
    item.claimed_by_id = actor.id
    item.claimed_at = clock.now()
    item.advance("claim", actor)


def release(item: QueueItem, actor: Actor) -> None:
    """Give an own claim back. Raises Conflict when it is not the actor's any more."""
    if item.state == "claimed" and item.claimed_by_id != actor.id:
        raise Conflict(item, _("这一条已由别人在审。"))
    if not item.can("release"):
        raise IllegalMove(item, "release")
    item.claimed_by_id = item.claimed_at = None
    item.advance("release", actor)


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
    _refuse_claimed(item, actor)
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
    item.closed_at = clock.now()
    item.claimed_by_id = item.claimed_at = None
    role = reviewer_role(actor, item.unit)
    what: dict[str, Any] = {
        "decision": verb,
        "reason": reason_code,
        "role": role,
        "revision": revision.id,
    }
    item.advance("decide", actor, **what, **facts_of(item))
    decision = Decision(
        item_id=item.id,
        revision_id=revision.id,
        verb=verb,
        reason_code=reason_code,
        explanation=explanation,
        decided_by_id=actor.id,
        decided_as=role,
        decided_at=item.closed_at,
    )
    db.session.add(decision)
    # The words of the decision stay where the text is.
    url = record.review_url(record.id)
    notices.tell(record.author_id, f"moderation:{verb}", url, title=item.heading)
    return decision


def _refuse_claimed(item: QueueItem, actor: Actor) -> None:
    if item.is_waiting and item.is_claimed_by_other(actor):
        raise Conflict(
            item, _("另一位审核员正在审这一条，到 %(time)s 为止。", time=stamp(item.claim_ends_at))
        )
