"""The emergency: one act takes a text's words out of every page and keeps them under seal.

A chief moderator opens the enclosed copy with a reason, or lifts the seal: then everything stands
as it stood. Nothing here commits. Locks: items, then the record, as in a decision; rows are
written before the journal's head is taken.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from flask import url_for
from sqlalchemy import and_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from accounts.models import Person, Unit
from core import attachments, clock, keys, notices
from core.db import db
from core.errors import Conflict
from core.i18n import _, stamp
from core.policy import SYSTEM, Actor, Forbidden
from core.states import IllegalMove, advance_all

from . import copies, deciding, outcomes, purging, undoing
from .clearing import Former, clear, quotes_of, restore
from .door import item_for, lapse
from .escalation import chiefs_of
from .facts import facts_of
from .models import Decision, QueueItem, Revision
from .purging import Hold, Purge
from .reviewable import NOTHING, Reviewable, Words, kinds
from .scope import CHIEF
from .seal import Seal, SealOpening

PURPOSE = "moderation-seal"
REASON = "secret"  # the coded reason that the open log names


@dataclass(frozen=True)
class Kept:
    """What an enclosed copy holds: the words, and how everything stood."""

    words: list[Former]
    stood: dict[str, Any]  # as undoing.stand gives it
    states: dict[str, str]  # of each version, by id
    item_id: int  # the item that the seal ended
    has_waited: bool  # whether it waited before, or was made by the seal
    lapsed: list[int]  # the other items that waited
    marked: list[int]  # those that were looked through for near-copies
    brought_hold: bool

    @property
    def texts(self) -> list[str]:
        """The words of the versions."""
        versions = [one.values for one in self.words if one.table == "revisions"]
        return [copies.words_of(one.get("title"), one.get("body_html", "")) for one in versions]

    @property
    def said(self) -> list[str]:
        """The words beside the versions: pleas, explanations, remarks, flaggers' words."""
        names = ("plea", "escalation", "explanation", "words", "body", "answer", "reason")
        return [
            one.values[name]
            for one in self.words
            if one.table != "revisions"
            for name in names
            if one.values.get(name)
        ]

    def write(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, seal: Seal) -> Self:
        """Raises cryptography.fernet.InvalidToken when copy or key changed."""
        held = json.loads(keys.disclose(PURPOSE, seal.copy))
        return cls(**{**held, "words": [Former(**one) for one in held["words"]]})


def seal(kind: str, subject_id: int, reason: str, actor: Actor) -> Seal:
    """Take a text in any state out of every page. Raises Conflict, Forbidden."""
    record, items = _take(kind, subject_id)
    refuse(record)
    stood = undoing.stand(record)
    marked = copies.marked(item.id for item in items)
    words = clear(record, *quotes_of(record), *_keeping(record), *record.taken_from())
    attachments.withhold(kind, subject_id)
    record = kinds[kind].for_review(subject_id)  # what was taken out is read anew, still locked
    taken = record.public_revision or record.taken_revision
    undoing.show(record, None, actor)
    record.taken_revision = taken
    item, has_waited = _item_to_end(record, items)
    states = _seal_versions(record, item, actor)
    lapsed = [one for one in items if one is not item]
    for other in lapsed:
        lapse(other)
    assert record.latest_revision is not None
    decision = deciding.close(
        item, record, record.latest_revision, "seal", actor, REASON, reason, None, act="seal"
    )
    hold = purging.held(item)
    ids = [one.id for one in lapsed]
    kept = Kept(words, stood, states, item.id, has_waited, ids, marked, hold is None)
    hold = hold or purging.placed(item, reason, actor)
    db.session.flush()
    made = _made(item, decision, hold, kept.write(), actor)
    record.sealed()
    return made


def attempt(kind: str, subject_id: int, reason: str, actor: Actor) -> bool:
    """Seal a text beside another, in the caller's transaction; whether it took effect."""
    try:
        seal(kind, subject_id, reason, actor)
        db.session.flush()
    except (Conflict, Forbidden, IllegalMove, StaleDataError):
        return False
    return True


def refuse(record: Reviewable) -> None:
    """Raises Conflict for a text that is sealed, or whose words are gone."""
    if record.is_sealed:
        found = standing_on(record)
        assert found is not None
        who, at = found.sealed_by.name, stamp(found.sealed_at)
        raise Conflict(
            record.latest_revision, _("%(who)s在 %(at)s 已经紧急封存了这一条。", who=who, at=at)
        )
    if record.latest_revision is not None and record.latest_revision.is_purged:
        raise Conflict(record.latest_revision, _("这一条的文字已经清除。"))


def standing_on(record: Reviewable) -> Seal | None:
    """The seal on a text, with the name of whoever set it."""
    return db.session.scalar(
        select(Seal)
        .where(
            Seal.subject_kind == record.kind,
            Seal.subject_id == record.id,
            Seal.closed_at.is_(None),
        )
        .options(joinedload(Seal.sealed_by).load_only(Person.name))
    )


def unseal(seal: Seal, reason: str, actor: Actor) -> None:
    """Put everything back as it stood. Raises Conflict, IllegalMove, Forbidden."""
    if seal.closed_at is not None:
        raise Conflict(seal, _("这一条的封存已经解除。"))
    _record, items = _take(seal.subject_kind, seal.subject_id, all_items=True)
    kept = Kept.read(seal)
    restore(kept.words)
    attachments.release(seal.subject_kind, seal.subject_id)
    record = kinds[seal.subject_kind].for_review(seal.subject_id, lock=True)
    undoing.show(record, undoing.revision_of(kept.stood["public"]), actor)
    record.taken_revision = undoing.revision_of(kept.stood["taken"])
    for revision in _versions(record):
        revision.advance(f"unseal_{kept.states[str(revision.id)]}", actor, seal=seal.id)
    _wait_again(kept, items, seal, actor)
    decision = db.session.get_one(Decision, seal.decision_id)
    decision.undone_at = clock.now()
    seal.copy, seal.closing = "", reason
    seal.closed_by_id, seal.closed_at = actor.id, clock.now()
    seal.advance("unseal", actor, note=reason, place=seal.place)
    record.unsealed()
    if kept.brought_hold:
        purging.lift(items[kept.item_id], reason, actor)
    url = record.review_url(record.id)
    notices.tell(seal.author_id, "moderation:unseal", url)
    if seal.sealed_by_id not in (seal.author_id, actor.id):
        notices.tell(seal.sealed_by_id, "moderation:lifted", url)


def open_copy(seal: Seal, reason: str, actor: Actor) -> Kept:
    """The enclosed copy for one reading, which is noted. Raises Conflict, Forbidden."""
    if seal.closed_at is not None:
        raise Conflict(seal, _("这一条的封存已经解除。"))
    assert actor.id is not None
    opening = SealOpening(seal_id=seal.id, opened_by_id=actor.id, opened_as=CHIEF, reason=reason)
    db.session.add(opening)
    db.session.flush()
    seal.advance("open", actor, note=reason, opening=opening.id, content=seal.digest)
    return Kept.read(seal)


def _take(kind: str, subject_id: int, all_items: bool = False) -> tuple[Reviewable, Any]:
    """The record and its items, those that wait or (by id) all, locked. Raises Conflict when one
    came in between that somebody is at."""
    mine = and_(QueueItem.subject_kind == kind, QueueItem.subject_id == subject_id)
    ids = select(QueueItem.id).where(mine).order_by(QueueItem.id)
    db.session.execute(ids.with_for_update(key_share=True))
    record = kinds[kind].for_review(subject_id, lock=True)
    again = select(QueueItem).where(mine).order_by(QueueItem.id).options(joinedload(QueueItem.unit))
    again = again.with_for_update(nowait=True, key_share=True, of=QueueItem)
    try:
        found = db.session.scalars(again.execution_options(populate_existing=True)).all()
    except OperationalError as fault:
        raise Conflict(
            record.latest_revision, _("正好有人在处理这一条，请马上再试一次。")
        ) from fault
    if all_items:
        return record, {item.id: item for item in found}
    return record, [item for item in found if item.is_waiting]


def _keeping(record: Reviewable) -> list[Words]:
    """The reasons for which a text was held, cleared or sealed before."""

    def mine(model: Any) -> Any:
        return and_(model.subject_kind == record.kind, model.subject_id == record.id)

    openings = SealOpening.seal_id.in_(select(Seal.id).where(mine(Seal)))
    return [
        Words(Hold, mine(Hold), reason=NOTHING, closing=lambda held: held and NOTHING),
        Words(Purge, mine(Purge), reason=NOTHING),
        Words(Seal, mine(Seal), reason=NOTHING, closing=lambda held: held and NOTHING),
        Words(SealOpening, openings, reason=NOTHING),
    ]


def _item_to_end(record: Reviewable, items: Sequence[QueueItem]) -> tuple[QueueItem, bool]:
    """The item that the seal ends, and whether it waited: that of the newest version, else any;
    a text that nobody waits with gets one."""
    latest = record.latest_revision
    assert latest is not None
    waiting = sorted(items, key=lambda item: item.revision_id != latest.id)
    if waiting:
        return waiting[0], True
    item = item_for(record, latest, "spot_check")
    item.unit = db.session.get_one(Unit, record.review_unit_id)
    db.session.add(item)
    db.session.flush()
    return item, False


def _versions(record: Reviewable) -> Sequence[Revision]:
    return db.session.scalars(
        select(Revision)
        .where(Revision.subject_kind == record.kind, Revision.subject_id == record.id)
        .order_by(Revision.id)
    ).all()


def _seal_versions(record: Reviewable, item: QueueItem, actor: Actor) -> dict[str, str]:
    """Seal every version; the states they had, by id. Whoever flagged one is told."""
    states, versions = {}, _versions(record)
    outcomes.settle_all(versions, "confirm", SYSTEM)
    for revision in versions:
        states[str(revision.id)] = revision.state
    for state in dict.fromkeys(states.values()):
        alike = [one for one in versions if one.state == state]
        advance_all(alike, "seal", actor, facts={"item": item.id})
    return states


def _made(item: QueueItem, decision: Decision, hold: Hold, copy: str, actor: Actor) -> Seal:
    assert actor.id is not None
    made = Seal(
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        author_id=item.author_id,
        unit=item.unit,
        place=item.place,
        decision_id=decision.id,
        hold_id=hold.id,
        reason=decision.explanation,
        sealed_by_id=actor.id,
        sealed_at=decision.decided_at,
        copy=keys.enclose(PURPOSE, copy),
        digest=keys.digest(PURPOSE, copy),
    )
    db.session.add(made)
    made.advance(
        "seal",
        actor,
        note=decision.explanation,
        item=item.id,
        place=item.place,
        content=made.digest,
    )
    url = url_for("seals.show_seal", id=made.id)
    for person_id in chiefs_of(item.unit_id):
        if person_id not in (item.author_id, actor.id):
            notices.tell(person_id, "moderation:sealed", url)
    return made


def _wait_again(kept: Kept, items: dict[int, QueueItem], seal: Seal, actor: Actor) -> None:
    """What waited waits again; the time under seal does not count."""
    ended = items[kept.item_id]
    if not kept.has_waited:
        ended.advance("unseal_closed", actor, **facts_of(ended))
    waiting = [(ended, "unseal")] if kept.has_waited else []
    waiting += [(items[one], "resume") for one in kept.lapsed]
    for item, verb in waiting:
        item.due_at += clock.now() - seal.sealed_at
        item.closed_at = None
        item.advance(verb, actor, **facts_of(item))
        if item.id in kept.marked:
            copies.mark(item, db.session.get_one(Revision, item.revision_id))
