"""The front door: a text is handed in, taken back, contested. Nothing here commits.

Row locks come before the journal's head: a decision takes item, record, then what the record
counts in; whoever holds a record asks for its item without waiting.
"""

from __future__ import annotations

from sqlalchemy import func
from sqlalchemy.exc import OperationalError

from core import clock, text
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from .deadlines import due_at
from .facts import facts_of
from .models import EXCERPT, Decision, QueueItem, Revision, waiting_among
from .reviewable import Reviewable
from .wording import Wording


def submit(record: Reviewable, wording: Wording, actor: Actor) -> Revision:
    """Hand in a version: it waits for a reviewer, or is public at once with an exemption.

    A version that waits or was returned gives way to it; a public one stays until the new one
    passes. Raises Conflict when the record takes no new version now.
    """
    latest = record.latest_revision
    if not record.is_editable:
        raise Conflict(latest, _("这一条现在不能修改。请打开原文看看它的状态。"))
    if record.id is None:
        db.session.add(record)
        db.session.flush()
    item = _waiting(record)
    revision = Revision(
        subject_kind=record.kind,
        subject_id=record.id,
        number=_next_number(record),
        author_id=record.author_id,
        created_at=clock.now(),  # before it is published: a later version is an edit
        **wording.columns(),
    )
    if latest is not None and latest.state in ("pending", "returned"):
        latest.advance("supersede", actor)
    if record.review_first:
        revision.advance("submit", actor)
        _wait(record, revision, item)
        record.submitted(revision)
    else:
        publish(record, revision, actor, "exempt", place=record.review_place)
        db.session.add(Decision(revision_id=revision.id, verb="exempt"))
    record.latest_revision = revision
    return revision


def withdraw(record: Reviewable, actor: Actor) -> None:
    """Take back the version that is not public; a public one stays. Raises IllegalMove."""
    revision = record.latest_revision
    assert revision is not None
    item = _waiting(record)
    if item is not None:
        _close(item)
        item.advance("withdraw", actor, **facts_of(item))
    revision.advance("withdraw", actor)


def appeal(record: Reviewable, explanation: str, actor: Actor) -> QueueItem:
    """Contest a rejection before another reviewer than the one who rejected."""
    revision = record.latest_revision
    assert revision is not None
    decision = why(revision)
    revision.advance("appeal", actor, note=explanation)
    item = item_for(record, revision, "appeal")
    item.plea = explanation
    item.first_decided_by_id = decision.decided_by_id if decision else None
    db.session.add(item)
    return item


def publish(
    record: Reviewable, revision: Revision, actor: Actor, verb: str, **facts: int | str | None
) -> None:
    """Make a version public by a verb; the one that was public gives way."""
    if record.published_at is None:
        record.published_at = clock.now()
    with db.session.no_autoflush:  # the record is written once, with its version
        record.published(revision)
    before = record.public_revision if record.is_public else None
    record.public_revision = revision
    revision.advance(verb, actor, "", **facts)
    if before is not None:
        before.advance("supersede", actor)


def item_for(record: Reviewable, revision: Revision, reason: str) -> QueueItem:
    """An item in which a version waits."""
    return QueueItem(
        subject_kind=record.kind,
        subject_id=record.id,
        revision_id=revision.id,
        author_id=record.author_id,
        unit_id=record.review_unit_id,
        place=record.review_place,
        reason=reason,
        opened_at=clock.now(),
        due_at=due_at(record),
        **_shown(record, revision),
    )


def why(revision: Revision) -> Decision | None:
    """The last decision on a version."""
    return db.session.scalar(
        db.select(Decision)
        .where(Decision.revision_id == revision.id)
        .order_by(Decision.id.desc())
        .limit(1)
    )


def _next_number(record: Reviewable) -> int:
    if record.latest_revision_id is None:
        return 1
    last = db.session.scalar(
        db.select(func.max(Revision.number)).where(
            Revision.subject_kind == record.kind, Revision.subject_id == record.id
        )
    )
    return (last or 0) + 1


def _waiting(record: Reviewable) -> QueueItem | None:
    """The item in which the record waits, locked; never waiting for whoever is deciding it."""
    if record.latest_revision_id is None:
        return None
    try:
        return db.session.scalar(
            waiting_among(record.kind, record.id).with_for_update(nowait=True, key_share=True)
        )
    except OperationalError as fault:
        raise Conflict(
            record.latest_revision, _("审核员正好在处理这一条，请稍等片刻再试。")
        ) from fault


def _wait(record: Reviewable, revision: Revision, item: QueueItem | None) -> None:
    """Put the version into the queue; an item that waits already now waits with this version."""
    if item is None:
        reason = "edited" if record.is_public else "pre_moderated"
        db.session.add(item_for(record, revision, reason))
    else:
        item.revision_id = revision.id
        for name, value in _shown(record, revision).items():
            setattr(item, name, value)


def _shown(record: Reviewable, revision: Revision) -> dict[str, str]:
    """What the queue shows of a version."""
    return {
        "heading": record.review_heading(revision),
        "excerpt": text.excerpt(revision.body_html, EXCERPT),
    }


def _close(item: QueueItem) -> None:
    item.closed_at = clock.now()
    item.claimed_by_id = item.claimed_at = None
