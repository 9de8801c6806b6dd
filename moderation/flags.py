"""Readers flag a text: one flag a person and version, a few a day; enough weight hides it.

Nothing here commits. Who flags holds the record, so that flags on one text come one by one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from accounts.models import Person
from core import clock
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import SYSTEM, Actor

from .door import item_for, waiting_item
from .flag import OPEN, Flag, open_on
from .models import Decision, QueueItem, Revision
from .reviewable import Reviewable
from .telling import tell_author

# Decisions after which a version is not flagged again: somebody has looked at it for that.
VERDICTS = ("harmless", "overturn")
FULL = 100  # the weight of a flag, in hundredths
MISTAKES = 2  # flags found harmless, beyond those confirmed, that cost nothing
DAMPING = 4  # so many more halve the weight
MEMORY = timedelta(days=180)  # what was longer ago is forgotten


class Spent(Exception):
    """The day's allowance is used up; `until` is when one may flag again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def raise_flag(record: Reviewable, reason: str, words: str, actor: Actor) -> Flag:
    """Flag the public version of a text whose row the caller holds. Raises Conflict, Spent."""
    revision = record.public_revision
    if revision is None or verdict(revision) is not None or own(revision, actor) is not None:
        raise Conflict(record.latest_revision, _("这一条现在不能举报了。"))
    _spend(actor)
    hides = _weight_with(revision, actor) >= FULL * current_app.config["FLAGS_TO_HIDE"]
    item = waiting_item(record, revision) or _queue(record, revision)
    item.found("flagged")
    if hides:  # rows of the area come before the journal's head
        record.unpublished()
    made = Flag(revision=revision, item=item, flagger_id=actor.id, reason=reason, words=words)
    made.advance("submit", actor, revision=revision.id, item=item.id, reason=reason)
    if hides:
        _suspend(record, revision, item)
    return made


def verdict(revision: Revision) -> Decision | None:
    """The decision that found nothing wrong with this very version, if any."""
    return db.session.scalar(
        select(Decision)
        .where(Decision.revision_id == revision.id, Decision.verb.in_(VERDICTS))
        .order_by(Decision.id.desc())
        .limit(1)
    )


def open_count(kind: str, subject_id: Any) -> Any:
    """How many flags on any version of a text are open, as a column beside the text's id."""
    return (
        select(func.count(Flag.id))
        .join(Revision, Revision.id == Flag.revision_id)
        .where(Flag.state == OPEN, Revision.subject_kind == kind, Revision.subject_id == subject_id)
        .scalar_subquery()
    )


def own(revision: Revision, actor: Actor) -> Flag | None:
    """The actor's flag on this version, if any."""
    return db.session.scalar(
        select(Flag).where(Flag.revision_id == revision.id, Flag.flagger_id == actor.id)
    )


def spent_until(actor: Actor) -> datetime | None:
    """When the actor may flag again; None when now."""
    today = clock.today()
    count = db.session.scalar(
        select(func.count()).where(Flag.flagger_id == actor.id, Flag.at >= clock.start_of(today))
    )
    if (count or 0) < current_app.config["FLAGS_PER_DAY"]:
        return None
    return clock.start_of(today + timedelta(days=1))


def weights(flaggers: set[int]) -> dict[int, int]:
    """What a flag of each person weighs now, in hundredths: computed from the outcomes of the
    earlier ones each time, kept nowhere and shown to nobody."""
    counts = select(
        Flag.flagger_id,
        func.count().filter(Flag.state == "harmless"),
        func.count().filter(Flag.state == "confirmed"),
    ).where(Flag.flagger_id.in_(flaggers), Flag.closed_at > clock.now() - MEMORY)
    found = dict.fromkeys(flaggers, FULL)
    for flagger_id, harmless, confirmed in db.session.execute(counts.group_by(Flag.flagger_id)):
        found[flagger_id] = weight(harmless, confirmed)
    return found


def weight(harmless: int, confirmed: int) -> int:
    """Full until flags were found harmless often; then less and less, and never nothing."""
    wrong = max(0, harmless - confirmed - MISTAKES)
    return round(FULL * DAMPING / (DAMPING + wrong))


def _weight_with(revision: Revision, actor: Actor) -> int:
    """What the open flags on a version weigh together with one by the actor."""
    flaggers = {one.flagger_id for one in db.session.scalars(open_on(revision.id))}
    return sum(weights(flaggers | {actor.id or 0}).values())


def _spend(actor: Actor) -> None:
    """Raises Spent. The person is held, so that flags sent at once are counted one by one."""
    held = select(Person.id).where(Person.id == actor.id).with_for_update(key_share=True)
    db.session.execute(held)
    if until := spent_until(actor):
        raise Spent(until)


def _queue(record: Reviewable, revision: Revision) -> QueueItem:
    item = item_for(record, revision, "flagged")
    db.session.add(item)
    db.session.flush()
    return item


def _suspend(record: Reviewable, revision: Revision, item: QueueItem) -> None:
    """Hide a text, whose area has let go of it, until a reviewer has looked at it."""
    revision.advance("suspend", SYSTEM, item=item.id)
    record.public_revision, record.taken_revision = None, revision
    tell_author(record, "suspend", item)
