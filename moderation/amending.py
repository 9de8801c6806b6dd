"""Publishing what a reviewer mended or covered, signed; the author accepts it or takes it back.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from accounts.models import Unit
from core import clock, notices, text
from core.covering import cover, cover_line
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from core.states import IllegalMove

from . import deciding, outcomes, undoing
from .door import item_for, lapse, next_number, publish, waiting_item, why
from .models import Decision, QueueItem, Revision
from .reviewable import Reviewable
from .wording import Wording

EDITS = ("amend", "redact")


def takes_edits(item: QueueItem) -> bool:
    """Whether a reviewer may mend or cover what waits there: what was handed in, no appeal."""
    return item.is_waiting and item.revision.state == "pending"


def covered(revision: Revision, passages: Sequence[str]) -> Wording:
    """A version's words with the passages covered. Raises core.text.TextFault."""
    title = cover_line(revision.title, passages) if revision.title is not None else None
    return Wording.of(cover(revision.body_html, passages), "html", title, revision.attached)


def edit(
    item: QueueItem, verb: str, actor: Actor, revision_id: int, wording: Wording, explanation: str
) -> Decision:
    """End an item with a version of the reviewer's. Raises Conflict, IllegalMove, Forbidden."""
    record, revision = deciding.taken(item, verb, actor, revision_id)
    if not takes_edits(item):
        raise IllegalMove(item, verb)
    before = undoing.stand(record) | {"waited": True}
    signed = _sign(record, revision, wording, verb, actor, item)
    revision.advance("supersede", actor)
    item.revision_id = signed.id
    if verb == "redact":
        forget_titles(record, signed.title)
    return deciding.close(item, record, signed, verb, actor, None, explanation, before)


def redact(
    record: Reviewable, unit: Unit, actor: Actor, revision_id: int, wording: Wording, words: str
) -> QueueItem:
    """Cover passages of a public text; a version that waits beside it goes on waiting."""
    revision = record.public_revision
    if revision is None or revision.id != revision_id:
        raise Conflict(revision or record.latest_revision, _("这一条刚刚有了变化，请重新看过。"))
    before = undoing.stand(record) | {"waited": False}
    item = item_for(record, revision, "spot_check")
    item.unit = unit
    signed = _sign(record, revision, wording, "redact", actor, None)
    item.revision_id = signed.id
    forget_titles(record, signed.title)
    item.heading = record.review_heading(signed)
    item.excerpt = text.excerpt(signed.body_html, len(item.excerpt) or 1)
    deciding.close(item, record, signed, "redact", actor, None, words, before)
    return item


def accept(record: Reviewable, actor: Actor) -> None:
    """The author agrees with what the reviewer mended. Raises Conflict."""
    signed = _unanswered(record)
    signed.accepted_at = clock.now()
    signed.advance("accept", actor)


def revert(record: Reviewable, actor: Actor) -> QueueItem:
    """The mended version is public no more; the author's own waits for another reviewer."""
    signed = _unanswered(record)
    decision = why(signed)
    assert decision is not None and decision.before is not None
    own = db.session.get_one(Revision, decision.before["latest"])
    flagged = waiting_item(record, signed)
    undoing.show(record, undoing.revision_of(decision.before["public"]), actor)
    signed.advance("revert", actor)
    outcomes.settle(signed, "replace", actor)
    if flagged is not None:  # what readers flagged is no longer there
        lapse(flagged)
    own.advance("resume", actor)
    record.latest_revision = own
    item = item_for(record, own, "reverted")
    item.first_decided_by_id = signed.edited_by_id
    db.session.add(item)
    return item


def awaits_answer(record: Reviewable) -> bool:
    """Whether its author has yet to say something to what a reviewer mended."""
    signed = record.public_revision
    return (
        signed is not None
        and signed.edit_kind == "amend"
        and signed.accepted_at is None
        and record.latest_revision_id == signed.id
    )


def _unanswered(record: Reviewable) -> Revision:
    if not awaits_answer(record):
        raise Conflict(record.latest_revision, _("这一条没有等你答复的修改。"))
    assert record.public_revision is not None
    return record.public_revision


def _sign(
    record: Reviewable,
    revision: Revision,
    wording: Wording,
    verb: str,
    actor: Actor,
    item: QueueItem | None,
) -> Revision:
    """A version in the author's name that the reviewer answers for, public at once."""
    signed = Revision(
        subject_kind=record.kind,
        subject_id=record.id,
        number=next_number(record),
        author_id=record.author_id,
        edited_by_id=actor.id,
        edit_kind=verb,
        created_at=clock.now(),
        **wording.columns(),
    )
    facts = {"item": item.id if item else None, "from": revision.id, "content": signed.digest}
    if record.latest_revision is revision:
        record.latest_revision = signed
    publish(record, signed, actor, verb, **facts)
    return signed


def forget_titles(record: Reviewable, title: str | None) -> None:
    """What is gone from a title stands under others' texts, in their inboxes, too; under
    whichever title it was then."""
    if title is None:
        return
    kin = record.kin()
    former = set(
        db.session.scalars(
            select(Revision.title).where(
                Revision.subject_kind == record.kind, Revision.subject_id == record.id
            )
        )
    ) - {title, None}
    db.session.execute(
        update(QueueItem)
        .where(
            QueueItem.subject_kind == record.kind,
            QueueItem.subject_id.in_(kin),
            QueueItem.heading.in_(former),
        )
        .values(heading=title)
        .execution_options(synchronize_session="fetch")
    )
    notices.rename([record.review_url(one) for one in kin], former, title)
