"""Taking a decision back within half a minute: everything is as it was. Nothing here commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import flash, url_for
from sqlalchemy import or_, select

from core import clock, notices
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor, Forbidden

from . import copies
from .models import Decision, QueueItem, Revision
from .reviewable import Reviewable
from .telling import tell_author

TIME = timedelta(seconds=30)
# The verbs whose way back is not called "undo": answers to appeals and reviewers' own versions.
WAYS = {
    "overturn": "undo_answer",
    "uphold": "undo_answer",
    "amend": "undo_edit",
    "redact": "undo_edit",
}


def stand(record: Reviewable) -> dict[str, Any]:
    """Where a text stands, as a decision keeps it of before and after."""
    public, latest = record.public_revision, record.latest_revision
    return {
        "public": public.id if public else None,
        "latest": latest.id if latest else None,
        "state": latest.state if latest else None,
        "accepted": public is not None and public.accepted_at is not None,
        "published_at": record.published_at.isoformat() if record.published_at else None,
        "lapsed": record.lapsed_item_id,
        "taken": record.taken_revision.id if record.taken_revision else None,
        **record.undo_facts(),
    }


def may_undo(item: QueueItem, actor: Actor, record: Reviewable) -> bool:
    """Whether the actor took the item's decision just now, and it can still be taken back."""
    decision = item.decision
    return (
        decision is not None
        and decision.decided_by_id == actor.id
        and not _is_seal(decision)
        and not _told_flaggers(item, decision)
        and clock.now() - decision.decided_at <= TIME
        and not _has_moved_on(item, decision, record)
    )


def _has_moved_on(item: QueueItem, decision: Decision, record: Reviewable) -> bool:
    """Whether somebody did anything with the text since. Two statements at most."""
    moved = stand(record) != decision.after or record.has_moved_on(decision.decided_at)
    return moved or _waits_elsewhere(item, decision)


def _told_flaggers(item: QueueItem, decision: Decision) -> bool:
    """Whether readers have been told what became of their flags, or what waited beside was made
    needless by it: that is not taken back."""
    before, after = decision.before or {}, decision.after or {}
    return (
        decision.verb == "harmless"
        or item.reason == "flagged"
        or bool(before.get("told"))
        or bool(after.get("lapsed"))
    )


def _is_seal(decision: Decision) -> bool:
    """A seal is lifted by a chief moderator, never taken back in passing."""
    return decision.verb == "seal"


def offer(item: QueueItem, sentence: str) -> None:
    """Say on the next page what was just decided, with a button where it can be taken back."""
    if item.decision is None or _told_flaggers(item, item.decision):
        flash(sentence, "good")
        return
    act = {"url": url_for("moderation.undo", id=item.id), "label": _("撤销（30 秒内）"), "key": "u"}
    flash({"words": sentence, **act}, "good")  # type: ignore[arg-type]


def undo(item: QueueItem, actor: Actor) -> None:
    """Take back the item's decision. Raises Conflict when it is too late, Forbidden for others."""
    decision = item.decision
    if decision is None:
        raise Conflict(item, _("这个决定已经撤销，或者还没有作出。"))
    if decision.decided_by_id != actor.id:
        raise Forbidden("moderation:item:undo")
    if _is_seal(decision):
        raise Conflict(item, _("紧急封存不能这样撤销，要由总审核员解除封存。"))
    if _told_flaggers(item, decision):
        raise Conflict(
            item, _("举报的人已经收到结果，这个决定不能撤销。要改变结果，请走正常的处理。")
        )
    if clock.now() - decision.decided_at > TIME:
        raise Conflict(item, _("已经超过 30 秒，不能再撤销。要改变结果，请走正常的处理。"))
    record = item.subject_class.for_review(item.subject_id, lock=True)
    if _has_moved_on(item, decision, record):
        raise Conflict(item, _("在这之后作者或别人已经有了动作，这个决定不能撤销了。"))
    _put_back(record, decision, actor)
    _reopen(item, decision, actor)
    decision.undone_at = clock.now()
    db.session.flush()
    db.session.expire(item, ["decision"])
    url = record.review_url(record.id)
    if not notices.take_back(record.author_id, f"moderation:{decision.verb}", url):
        tell_author(record, "undo", item)


def _waits_elsewhere(item: QueueItem, decision: Decision) -> bool:
    """Whether somebody brought the text to the queue again: flagged it, or handed in another."""
    versions = {decision.revision_id, item.revision_id, (decision.before or {})["latest"]}
    other = select(QueueItem.id).where(
        QueueItem.subject_kind == item.subject_kind,
        QueueItem.subject_id == item.subject_id,
        QueueItem.id != item.id,
        QueueItem.closed_at.is_(None),
        or_(QueueItem.opened_at >= decision.decided_at, QueueItem.revision_id.in_(versions)),
    )
    return db.session.scalar(other.limit(1)) is not None


def _put_back(record: Reviewable, decision: Decision, actor: Actor) -> None:
    """The text, its versions and what counts it, as they were before the decision."""
    before = decision.before or {}
    latest = revision_of(before["latest"])
    show(record, revision_of(before["public"]), actor)
    decision.revision.advance(WAYS.get(decision.verb, "undo"), actor, decision=decision.id)
    if latest is not None and before["state"] == "pending" and latest.can("resume"):
        latest.advance("resume", actor, decision=decision.id)
    record.latest_revision = latest
    record.taken_revision = revision_of(before["taken"])
    first = before["published_at"]
    record.published_at = datetime.fromisoformat(first) if first else None
    record.undone(before)


def _reopen(item: QueueItem, decision: Decision, actor: Actor) -> None:
    """The item is the reviewer's again; one that the decision itself made is over."""
    if not (decision.before or {})["waited"]:
        item.advance("drop", actor, decision=decision.verb)
        return
    item.closed_at = None
    item.claimed_by_id, item.claimed_at = actor.id, clock.now()
    if decision.verb in ("amend", "redact"):
        item.revision_id = (decision.before or {})["latest"]
    item.advance("undo", actor, decision=decision.verb)
    copies.mark(item, db.session.get_one(Revision, item.revision_id))


def show(record: Reviewable, public: Revision | None, actor: Actor) -> None:
    """Readers see this version again, or none."""
    if public is None and record.is_public:
        record.unpublished()
    elif public is not None and public is not record.public_revision:
        with db.session.no_autoflush:
            record.published(public)
        if public.can("reinstate"):
            public.advance("reinstate", actor)
    record.public_revision = public


def revision_of(revision_id: int | None) -> Revision | None:
    return db.session.get_one(Revision, revision_id) if revision_id is not None else None
