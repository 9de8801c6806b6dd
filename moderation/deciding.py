"""Deciding on an item. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from accounts.models import Unit
from core import clock, notices
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from core.states import IllegalMove, advance_all

from . import outcomes, undoing
from .claiming import refuse_claimed
from .door import close as close_item
from .door import item_for, publish, waiting_item
from .facts import facts_of
from .models import Decision, QueueItem, Revision
from .remarks import keep
from .reviewable import Reviewable
from .scope import reviewer_role
from .telling import for_author, tell_author

Facts = dict[str, int | str | None]
PUBLISHING = frozenset({"approve", "overturn"})
ORDINARY = ("approve", "return", "reject")
ON_APPEAL = ("overturn", "uphold")
ON_PUBLIC = ("harmless", "hide")


def verbs_for(item: QueueItem) -> tuple[str, ...]:
    """The decisions that an item may end with. Needs its revision."""
    if item.is_waiting and item.revision.state in ("published", "suspended"):
        return ON_PUBLIC  # readers flagged it, or a rule did
    return ON_APPEAL if item.reason == "appeal" else ORDINARY


def decide(
    item: QueueItem,
    verb: str,
    actor: Actor,
    *,
    revision_id: int,
    reason_code: str | None = None,
    explanation: str = "",
    remarks: Mapping[int, str] | None = None,
) -> Decision:
    """Decide on the version that the reviewer read. Raises Conflict, IllegalMove, Forbidden."""
    record, revision = taken(item, verb, actor, revision_id)
    if verb not in verbs_for(item):
        raise IllegalMove(item, verb)
    before = undoing.stand(record) | {"waited": True}
    facts: Facts = {"item": item.id, "reason": reason_code, "content": revision.digest}
    if verb in PUBLISHING:
        publish(record, revision, actor, verb, **facts)
    elif verb in ON_PUBLIC:
        before["told"] = _judge(item, record, revision, verb, actor, explanation, facts)
    else:
        revision.advance(verb, actor, note=explanation, **facts)
    if verb == "return":
        keep(revision, remarks or {})
    return close(item, record, revision, verb, actor, reason_code, explanation, before)


def taken(
    item: QueueItem, verb: str, actor: Actor, revision_id: int
) -> tuple[Reviewable, Revision]:
    """The record, locked, and the version that was read. Raises Conflict, IllegalMove."""
    if not item.can("decide"):
        raise IllegalMove(item, verb)
    refuse_claimed(item, actor)
    record = item.subject_class.for_review(item.subject_id, lock=True)
    revision = item.revision
    if revision.id != revision_id:
        raise Conflict(item, _("作者刚刚改过这一条。下面是新的内容，请重新看过再决定。"))
    return record, revision


def hide(
    record: Reviewable, unit: Unit, actor: Actor, reason_code: str, explanation: str
) -> QueueItem:
    """Take a public text away from its readers, at once; its author may appeal."""
    revision = record.public_revision
    if revision is None:
        raise Conflict(record.latest_revision, _("这一条已经不公开了。"))
    item = waiting_item(record, revision)
    before = undoing.stand(record) | {"waited": item is not None}
    item = item or item_for(record, revision, "spot_check")
    item.unit = unit
    refuse_claimed(item, actor)
    db.session.add(item)
    db.session.flush()
    facts: Facts = {"item": item.id, "reason": reason_code}
    before["told"] = _judge(item, record, revision, "hide", actor, explanation, facts)
    close(item, record, revision, "hide", actor, reason_code, explanation, before)
    return item


def _judge(
    item: QueueItem,
    record: Reviewable,
    revision: Revision,
    verb: str,
    actor: Actor,
    explanation: str,
    facts: Facts,
) -> int:
    """Leave a text that was public to its readers, give it back to them, or take it away; how many
    flaggers were told."""
    flags = outcomes.flags_on(revision)
    if actor.id in [one.flagger_id for one in flags]:
        raise Conflict(item, _("你举报过这一条，要由别的审核员来看。"))
    restored = []
    if verb == "hide":
        _take_away(record, revision, actor, explanation, facts)
    elif revision.state == "suspended":
        publish(record, revision, actor, "restore", **facts)
        restored.append(for_author(record, "restore", item))
    still, outcome = [one for one in flags if one.closed_at is None], outcomes.DECIDED[verb]
    advance_all(still, outcome, actor, closed_at=clock.now())
    notices.tell_all([*outcomes.told(still, outcome), *restored])
    return len(still)


def _take_away(
    record: Reviewable, revision: Revision, actor: Actor, explanation: str, facts: Facts
) -> None:
    if revision.state == "published":
        record.unpublished()
    revision.advance("hide", actor, note=explanation, **facts)
    record.public_revision, record.taken_revision = None, revision
    if record.latest_revision is None or not record.latest_revision.is_waiting:
        record.latest_revision = revision


def close(
    item: QueueItem,
    record: Reviewable,
    revision: Revision,
    verb: str,
    actor: Actor,
    reason_code: str | None,
    explanation: str,
    before: dict[str, Any] | None,
    *,
    act: str = "decide",
) -> Decision:
    """End an item with its one decision, and tell the author. `act` is the item's own verb."""
    close_item(item)
    role = reviewer_role(actor, item.unit, item.place)
    what: dict[str, Any] = {
        "decision": verb,
        "reason": reason_code,
        "role": role,
        "revision": revision.id,
    }
    item.advance(act, actor, **what, **facts_of(item))
    decision = Decision(
        item_id=item.id,
        revision_id=revision.id,
        verb=verb,
        reason_code=reason_code,
        explanation=explanation,
        decided_by_id=actor.id,
        decided_as=role,
        decided_at=item.closed_at,
        before=before,
        after=undoing.stand(record),
    )
    db.session.add(decision)
    set_committed_value(item, "decision", decision)
    if verb != "harmless":  # an author hears of flags when they hid the text, and not before
        # The words of the decision stay where the text is.
        tell_author(record, verb, item)
    return decision
