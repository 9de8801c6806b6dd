"""Clearing the words of a rejected or withdrawn text, and the legal hold that forbids it.

One person asks with a reason, another confirms; number, decisions and journal stay. Nothing is
ever cleared by the clock. Nothing here commits. Locks: items, then the record, as in a decision.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    and_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import (
    Mapped,
    contains_eager,
    foreign,
    joinedload,
    mapped_column,
    relationship,
)

from accounts.models import Person, Unit
from core import attachments, clock, notices
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from core.states import Machine, Stateful

from .clearing import clear
from .models import QueueItem, Revision
from .reviewable import Reviewable, kinds
from .scope import covers

CONFIRMERS = ("chief_moderator", "admin")
PURGEABLE = ("rejected", "upheld", "withdrawn")


def _open(name: str) -> Index:
    """One at a time for a text."""
    still = text("closed_at IS NULL")
    return Index(
        name, "subject_kind", "subject_id", unique=True, sqlite_where=still, postgresql_where=still
    )


class Purge(Stateful, Base):
    """That somebody asked to clear a text's words, why, and what another person said."""

    __tablename__ = "purges"
    __table_args__ = (_open("uq_purges_open"),)

    kind = "moderation:purge"
    machine = Machine(
        "asked",
        ask=("asked", "asked"),
        confirm=("asked", "confirmed"),
        decline=("asked", "declined"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("queue_items.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    place: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="raise_on_sql")
    closed_by: Mapped[Person | None] = relationship(
        foreign_keys=[closed_by_id], lazy="raise_on_sql"
    )

    @staticmethod
    def visible_to(actor: Actor) -> Select[Purge]:
        """Those that the actor may confirm, or asked for."""
        return (
            select(Purge)
            .join(Purge.unit)
            .options(contains_eager(Purge.unit))
            .where(
                or_(
                    Purge.asked_by_id == (actor.id or 0),
                    covers(actor, Purge.unit_id, roles=CONFIRMERS),
                )
            )
        )


class Hold(Stateful, Base):
    """A legal hold on a text: while it lasts, nobody clears its words."""

    __tablename__ = "holds"
    __table_args__ = (_open("uq_holds_open"),)

    kind = "moderation:hold"
    machine = Machine("placed", place=("placed", "placed"), lift=("placed", "lifted"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reason: Mapped[str] = mapped_column(Text)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    closing: Mapped[str] = mapped_column(Text, default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    placed_by: Mapped[Person] = relationship(foreign_keys=[placed_by_id], lazy="raise_on_sql")


def place(item: QueueItem, reason: str, actor: Actor) -> Hold:
    """Put a text under legal hold. Raises Conflict when it is, or when its words are gone."""
    record = item.subject_class.for_review(item.subject_id, lock=True)
    if held(item) is not None:
        raise Conflict(item, _("这一条已经依法保留。"))
    if record.latest_revision is not None and record.latest_revision.is_purged:
        raise Conflict(item, _("这一条的文字已经清除。"))
    return placed(item, reason, actor)


def placed(item: QueueItem, reason: str, actor: Actor) -> Hold:
    """The hold on a text that has none, for whoever has it locked."""
    hold = Hold(
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        author_id=item.author_id,
        unit=item.unit,
        reason=reason,
        placed_by_id=actor.id,
    )
    db.session.add(hold)
    hold.advance("place", actor, note=reason, item=item.id)
    return hold


def lift(item: QueueItem, reason: str, actor: Actor) -> None:
    """End a legal hold. Raises Conflict when there is none."""
    hold = held(item)
    if hold is None:
        raise Conflict(item, _("这一条没有依法保留。"))
    if item.subject_class.for_review(item.subject_id).is_sealed:
        raise Conflict(item, _("这一条在紧急封存中：解除封存，保留才能解除。"))
    hold.advance("lift", actor, note=reason, item=item.id)
    hold.closing = reason
    hold.closed_by_id = actor.id
    hold.closed_at = clock.now()


def ask(item: QueueItem, reason: str, actor: Actor) -> Purge:
    """Ask another person to clear a text's words. Raises Conflict where they must stay."""
    record = item.subject_class.for_review(item.subject_id, lock=True)
    _refuse(record, item)
    if asked(item) is not None:
        raise Conflict(item, _("已经有人申请清除，等另一位来确认。"))
    purge = Purge(
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        item_id=item.id,
        author_id=item.author_id,
        unit=item.unit,
        place=item.place,
        reason=reason,
        asked_by_id=actor.id,
    )
    db.session.add(purge)
    purge.advance("ask", actor, note=reason, item=item.id, place=item.place)
    return purge


def confirm(purge: Purge, actor: Actor) -> None:
    """Clear the words. Raises Conflict where they must stay, IllegalMove, Forbidden."""
    mine = (
        QueueItem.subject_kind == purge.subject_kind,
        QueueItem.subject_id == purge.subject_id,
    )
    db.session.execute(
        select(QueueItem.id).where(*mine).order_by(QueueItem.id).with_for_update(key_share=True)
    )
    record = kinds[purge.subject_kind].for_review(purge.subject_id, lock=True)
    _refuse(record, purge)
    purge.advance("confirm", actor, item=purge.item_id, place=purge.place)
    purge.closed_by_id = actor.id
    purge.closed_at = clock.now()
    _clear(record)
    url = record.review_url(record.id)
    notices.tell(record.author_id, "moderation:purge", url)


def decline(purge: Purge, actor: Actor) -> None:
    """Leave the words where they are."""
    purge.advance("decline", actor, item=purge.item_id, place=purge.place)
    purge.closed_by_id = actor.id
    purge.closed_at = clock.now()


def held(item: QueueItem | Purge) -> Hold | None:
    """The legal hold on a text."""
    found: Hold | None = _one(Hold, item)
    return found


def asked(item: QueueItem) -> Purge | None:
    """The request that waits for a second person."""
    found: Purge | None = _one(Purge, item)
    return found


def may_purge(record: Reviewable) -> bool:
    """Whether a text's words may go: it is not public and ended as rejected or withdrawn."""
    latest = record.latest_revision
    return (
        not record.is_public
        and latest is not None
        and latest.state in PURGEABLE
        and not latest.is_purged
        and record.suspended_revision is None  # what flags hid waits for its own decision
    )


def _refuse(record: Reviewable, place: QueueItem | Purge) -> None:
    if held(place) is not None:
        raise Conflict(place, _("这一条依法保留，不能清除。"))
    if not may_purge(record):
        raise Conflict(place, _("只有未通过或者已撤回、从未公开的文字可以清除。"))


def _clear(record: Reviewable) -> None:
    """The words of every version, and what was copied from them."""
    clear(record)
    attachments.purge(record.kind, record.id)
    db.session.execute(
        update(Revision)
        .filter_by(subject_kind=record.kind, subject_id=record.id)
        .values(purged_at=clock.now())
    )


def _one(model: Any, place: QueueItem | Purge) -> Any:
    """The open row of a text."""
    return db.session.scalar(
        select(model).where(
            model.subject_kind == place.subject_kind,
            model.subject_id == place.subject_id,
            model.closed_at.is_(None),
        )
    )


def _beside(model: Any) -> Any:
    """The open row of an item's text, loaded where a page shows it."""
    of_its_text = and_(
        foreign(model.subject_kind) == QueueItem.subject_kind,
        foreign(model.subject_id) == QueueItem.subject_id,
        model.closed_at.is_(None),
    )
    return relationship(
        model, primaryjoin=of_its_text, uselist=False, viewonly=True, lazy="raise_on_sql"
    )


QueueItem.hold = _beside(Hold)
QueueItem.purge = _beside(Purge)
# The loader options of an item for `Keeping`.
KEPT = (
    joinedload(QueueItem.hold).joinedload(Hold.placed_by).load_only(Person.name),
    joinedload(QueueItem.purge).joinedload(Purge.asked_by).load_only(Person.name),
)
