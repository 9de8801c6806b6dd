"""A second review: a decision that chance drew, judged again by somebody who does not know it.

It changes nothing on the text and nobody is told of it; what is counted is how often two
reviewers agree. Drawn from the decisions on what waited in the queue: what a reviewer mended or
covered is the reviewer's own text, and what somebody took away unasked can only have been hidden,
so that neither could be judged blind.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    and_,
    cast,
    exists,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, contains_eager, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock
from core.db import Base, db
from core.journal import JournalEvent
from core.policy import Actor
from core.states import Machine, Stateful

from .flag import Flag
from .models import Decision, QueueItem, Revision, unconcerned
from .scope import CHIEF, covers, of_other_units

FAMILIES = (("approve", "return", "reject"), ("overturn", "uphold"), ("harmless", "hide"))
VERBS = tuple(verb for family in FAMILIES for verb in family)
OPEN = "drawn"
WAITS = "closed_at IS NULL"


class SecondReview(Stateful, Base):
    """One decision drawn for a second look, and what the second reviewer said."""

    __tablename__ = "second_reviews"
    __table_args__ = (
        CheckConstraint(f"(closed_at IS NULL) = (state = '{OPEN}')", name="closed"),
        CheckConstraint("(state = 'judged') = (verb IS NOT NULL)", name="verb"),
        CheckConstraint("(verb IS NULL) = (judged_by_id IS NULL)", name="judged_by"),
        CheckConstraint("judged_by_id <> decided_by_id", name="second"),
        CheckConstraint("judged_by_id <> author_id", name="author"),
        CheckConstraint(
            "verb NOT IN ('reject', 'hide') OR reason_code IS NOT NULL", name="reasoned"
        ),
        Index(
            "ix_second_reviews_waiting",
            "drawn_at",
            "id",
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
        Index(None, "closed_at", "id"),
    )

    kind = "moderation:second_review"
    machine = Machine(
        OPEN,
        draw=(OPEN, OPEN),
        judge=(OPEN, "judged"),
        # Somebody would rather know the first decision than judge: the others still may.
        waive=(OPEN, OPEN),
        lapse=(OPEN, "lapsed"),
        # Its decision was undone after all, or its words were cleared.
        drop=(OPEN, "dropped"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("queue_items.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    lapses_at: Mapped[datetime]
    verb: Mapped[str | None] = mapped_column(
        Enum(*VERBS, native_enum=False, create_constraint=True, name="verb_known")
    )
    reason_code: Mapped[str | None] = mapped_column(String(30))
    explanation: Mapped[str] = mapped_column(Text, default="")
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]

    decision: Mapped[Decision] = relationship(lazy="raise_on_sql")
    item: Mapped[QueueItem] = relationship(lazy="raise_on_sql")
    revision: Mapped[Revision] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    judged_by: Mapped[Person | None] = relationship(
        foreign_keys=[judged_by_id], lazy="raise_on_sql"
    )

    @property
    def is_open(self) -> bool:
        """Whether somebody may still judge; by the clock, whether or not the job has been."""
        return self.closed_at is None and clock.now() < self.lapses_at

    @property
    def has_lapsed(self) -> bool:
        return self.state == "lapsed" or (self.closed_at is None and not self.is_open)

    @property
    def agrees(self) -> bool:
        """Whether both said the same; once it is judged."""
        return self.verb == self.decision.verb

    @staticmethod
    def visible_to(actor: Actor) -> Select[SecondReview]:
        """For whoever may judge, or might have; judged, for the chief moderators, too. Whoever
        decided first never learns of it before."""
        is_chief = covers(actor, SecondReview.unit_id, roles=(CHIEF,))
        told = and_(
            SecondReview.state == "judged",
            or_(SecondReview.judged_by_id == actor.id, is_chief),
            SecondReview.author_id != actor.id,
        )
        return (
            select(SecondReview)
            .join(SecondReview.unit)
            .options(contains_eager(SecondReview.unit))
            .where(covers(actor, SecondReview.unit_id), or_(and_(*for_second(actor)), told))
        )


# The words of the version are out of reach: cleared, or under seal.
WORDLESS = or_(Revision.purged_at.is_not(None), Revision.state == "sealed")


def for_second(actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions that the actor is a second person: neither author nor first reviewer, nobody who
    decided on or flagged this very version, nor, by setting, of the author's unit, nor concerned
    in what the text is about."""
    free = unconcerned(actor)
    return [
        SecondReview.author_id != actor.id,
        SecondReview.decided_by_id != actor.id,
        of_other_units(actor, SecondReview.author_id),
        ~_knew(SecondReview.revision_id, actor),
        ~_waived(SecondReview.id, actor),
        # Asked of the few drawn ones: a list of all items that are free would read the whole queue.
        *([_item_is(free)] if free else []),
    ]


def knew(actor: Actor, second: Any) -> bool:
    """Whether the actor decided on or flagged this version, or chose to know. One statement."""
    if second is None or actor.id is None:
        return False
    known = or_(_knew(second.revision_id, actor), _waived(second.id, actor))
    with db.session.no_autoflush:
        return bool(db.session.scalar(select(known)))


def _waived(second_id: Any, actor: Actor) -> ColumnElement[bool]:
    """The journal says who chose to know; no other row does."""
    return exists().where(
        JournalEvent.kind == SecondReview.kind,
        JournalEvent.subject_id == cast(second_id, String),
        JournalEvent.verb == "waive",
        JournalEvent.actor_id == actor.id,
    )


def _knew(revision_id: Any, actor: Actor) -> ColumnElement[bool]:
    decision, flag = _aliases()
    decided = exists().where(
        decision.revision_id == revision_id, decision.decided_by_id == actor.id
    )
    flagged = exists().where(flag.revision_id == revision_id, flag.flagger_id == actor.id)
    return or_(decided, flagged)


@cache
def _aliases() -> tuple[type[Decision], type[Flag]]:
    """Made once: an alias makes all its columns anew."""
    return aliased(Decision), aliased(Flag)


def _item_is(free: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Some conditions of the item of a second review."""
    item = select(QueueItem.id).where(QueueItem.id == SecondReview.item_id, *free)
    return item.correlate(SecondReview).exists()
