"""The front door: a text is handed in, taken back, contested. Nothing here commits.

Row locks come before the journal's head: a decision takes item, record, then what the record
counts in; whoever holds a record asks for its item without waiting.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, inspect, update
from sqlalchemy.exc import OperationalError

from core import clock, text
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import SYSTEM, Actor

from . import carrying, copies, newness, outcomes, standing_in
from .deadlines import due_at
from .facts import facts_of
from .models import EXCERPT, GROUNDS, Decision, QueueItem, Revision, waiting_with
from .reviewable import NOTHING, Reviewable
from .terms import screening
from .wording import Wording


def submit(record: Reviewable, wording: Wording, actor: Actor) -> Revision:
    """Hand in a version: it waits for a reviewer, or is public at once with an exemption.

    A version that waits or was returned gives way to it; a public one stays until the new one
    passes. Every version meets the rules about words: "hold" lets it wait wherever it stands,
    "flag" puts it into the queue however it fares. Raises Conflict when the record takes no new
    version now.
    """
    latest = record.latest_revision
    if not record.is_editable:
        raise Conflict(latest, _("这一条现在不能修改。请打开原文看看它的状态。"))
    if not inspect(record).persistent:
        db.session.add(record)
        db.session.flush()
    item = waiting_item(record, latest)
    hits = screening.screen(wording.title, wording.body_html, wording.files)
    effects = {hit.effect for hit in hits}
    revision = Revision(
        subject_kind=record.kind,
        subject_id=record.id,
        number=next_number(record),
        author_id=record.author_id,
        created_at=clock.now(),  # before it is published: a later version is an edit
        **wording.columns(),
    )
    carrying.bind(record, revision)
    if latest is not None and latest.state in ("pending", "returned", "suspended"):
        outcomes.settle(latest, "replace", actor)
        latest.advance("supersede", actor)
    is_matched = bool(effects & {"hold", "flag"})
    # What waits for its board's sake goes on waiting, though it moved to where others publish at
    # once.
    waits = item is not None and item.reason in ("pre_moderated", "edited")
    if record.review_first or record.taken_revision_id is not None or "hold" in effects or waits:
        revision.advance("submit", actor)
        # What flags brought to the queue stays there as long as readers see it.
        _wait(record, revision, None if latest is record.public_revision else item, is_matched)
        record.submitted(revision)
    else:
        publish(record, revision, actor, "exempt", place=record.review_place)
        db.session.add(Decision(revision_id=revision.id, verb="exempt"))
        _look_again(record, revision, item, is_matched)
    screening.keep(revision, hits)
    record.latest_revision = revision
    return revision


def withdraw(record: Reviewable, actor: Actor) -> None:
    """Take back the version that is not public; a public one stays. Raises IllegalMove."""
    revision = record.latest_revision
    assert revision is not None
    item = waiting_item(record, revision)
    if item is not None:
        close(item)
        item.advance("withdraw", actor, **facts_of(item))
    suspended = record.suspended_revision
    outcomes.settle(revision, "withdraw", actor)
    revision.advance("withdraw", actor)
    if suspended is not None and suspended is not revision:
        record.latest_revision = suspended  # the older one that waits stands there again


def retract(record: Reviewable, actor: Actor) -> None:
    """Take a text back, public or not, with all that waits of it: the area says who may. What an
    untraced actor does bears the day alone."""
    versions = {record.public_revision, record.latest_revision, record.taken_revision} - {None}
    for revision in sorted((one for one in versions if one is not None), key=lambda one: one.id):
        if not revision.can("retract"):
            continue
        if (item := waiting_item(record, revision)) is not None:
            lapse(item, actor)
        outcomes.settle(revision, "withdraw", SYSTEM)
        if revision is record.public_revision:
            record.unpublished()
            record.public_revision = None
        revision.advance("retract", actor)
    record.taken_revision = None
    db.session.flush()
    its = (QueueItem.subject_kind == record.kind, QueueItem.subject_id == record.id)
    db.session.execute(  # reviewers read no more of it than others
        update(QueueItem)
        .where(*its)
        .values(heading=NOTHING, excerpt="")
        .execution_options(synchronize_session="fetch")
    )


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
    standing_in.call_for_appeal(item)
    return item


def publish(
    record: Reviewable, revision: Revision, actor: Actor, verb: str, **facts: int | str | None
) -> None:
    """Make a version public by a verb; the one that was public gives way."""
    if record.published_at is None:
        record.published_at = clock.now()
    with db.session.no_autoflush:  # the record is written once, with its version
        record.published(revision)
    before = record.public_revision if record.is_public else record.suspended_revision
    item = waiting_item(record, before) if before not in (None, revision) else None
    record.public_revision, record.taken_revision = revision, None
    revision.advance(verb, actor, "", **facts)
    if before is not None and before is not revision:
        if item is not None:  # flags wait in an item
            outcomes.settle(before, "replace", actor)
        before.advance("supersede", actor)
    if item is not None and verb == "exempt":  # a change that nobody has looked at settles nothing
        _move(item, record, revision)
    elif item is not None:
        lapse(item)
        record.lapsed_item_id = item.id


def item_for(record: Reviewable, revision: Revision, reason: str) -> QueueItem:
    """An item in which a version waits; one that is made to be closed at once is due at once."""
    now = clock.now()
    return QueueItem(
        subject_kind=record.kind,
        subject_id=record.id,
        revision_id=revision.id,
        author_id=record.author_id,
        unit_id=record.review_unit_id,
        place=record.review_place,
        reason=reason,
        grounds=GROUNDS[reason] | (GROUNDS["file"] if revision.files else 0),
        opened_at=now,
        due_at=now if reason == "spot_check" else due_at(record),
        **_shown(record, revision),
    )


def why(revision: Revision) -> Decision | None:
    """The last decision on a version."""
    return db.session.scalar(
        db.select(Decision)
        .where(Decision.revision_id == revision.id, Decision.undone_at.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )


def next_number(record: Reviewable) -> int:
    """The number of the version that comes next."""
    if record.latest_revision_id is None:
        return 1
    last = db.session.scalar(
        db.select(func.max(Revision.number)).where(
            Revision.subject_kind == record.kind, Revision.subject_id == record.id
        )
    )
    return (last or 0) + 1


def waiting_item(record: Reviewable, revision: Revision | None) -> QueueItem | None:
    """The item in which a version waits, locked; never waiting for whoever is deciding it."""
    if revision is None or revision.id is None:
        return None
    try:
        return db.session.scalar(
            waiting_with(revision.id).with_for_update(nowait=True, key_share=True)
        )
    except OperationalError as fault:
        raise Conflict(
            record.latest_revision, _("审核员正好在处理这一条，请稍等片刻再试。")
        ) from fault


def _wait(record: Reviewable, revision: Revision, item: QueueItem | None, is_matched: bool) -> None:
    """Put the version into the queue; an item that waits already now waits with this version."""
    reason = "edited" if record.is_public else "pre_moderated"
    if item is None:
        item = item_for(record, revision, "matched" if is_matched else reason)
        item.found(reason)
        if newness.is_new(record.author_id):
            item.found("new_member")
        db.session.add(item)
        db.session.flush()
        copies.mark(item, revision)
    else:
        if is_matched:
            item.reason = "matched"
            item.found("matched")
        elif item.reason == "flagged":  # it is the edit that is to be decided now
            item.reason = "edited"
            item.found("edited")
        _move(item, record, revision)


def _look_again(
    record: Reviewable, revision: Revision, waited: QueueItem | None, is_matched: bool
) -> None:
    """Let a reviewer see what became public without one, when a rule asks for it or an earlier
    version still waited: a change that nobody has looked at settles nothing."""
    item = waiting_item(record, revision)  # of the public version before, and moved to this one
    if waited is not None and waited is not item:
        if item is None:
            _move(waited, record, revision)
            item = waited
        else:
            lapse(waited)
    if is_matched and item is None:
        item = item_for(record, revision, "matched")
        db.session.add(item)
        db.session.flush()
        copies.mark(item, revision)


def _move(item: QueueItem, record: Reviewable, revision: Revision) -> None:
    """Let an item wait with another version."""
    item.revision_id = revision.id
    if revision.files:
        item.found("file")
    for name, value in _shown(record, revision).items():
        setattr(item, name, value)
    copies.unmark(item.id)
    copies.mark(item, revision)


def _shown(record: Reviewable, revision: Revision) -> dict[str, str]:
    """What the queue shows of a version."""
    return {
        "heading": record.review_heading(revision),
        "excerpt": text.excerpt(revision.body_html, EXCERPT),
    }


def close(item: QueueItem, at: datetime | None = None) -> None:
    """It waits no longer: nobody is at it, and it is nobody's near-copy."""
    if item.id is not None:
        copies.unmark(item.id)  # before a flush would find it closed and its state not yet so
    item.closed_at = at or clock.now()
    item.claimed_by_id = item.claimed_at = None


def lapse(item: QueueItem, actor: Actor = SYSTEM) -> None:
    """End an item whose version is not to be decided any more; for an untraced actor's sake on
    the day, at no moment."""
    is_untraced = getattr(actor, "is_untraced", False)
    close(item, clock.start_of(clock.today()) if is_untraced else None)
    item.advance("lapse", actor if is_untraced else SYSTEM, **facts_of(item))
