"""A flag: a reader's word that something is wrong with one version of a text, and its outcome."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from accounts.models import Person
from core import clock
from core.db import Base
from core.states import Machine, Stateful

from .models import QueueItem, Revision

WORDS = 500  # characters of a flagger's own words
OPEN = "open"


class Flag(Stateful, Base):
    """One person's flag on one version. Every state but the first two is an outcome.

    Who raised it is for reviewers alone; the author and the open log never learn it.
    """

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("flagger_id", "revision_id"),
        CheckConstraint("(closed_at IS NULL) = (state IN ('draft', 'open'))", name="closed"),
        Index(None, "flagger_id", "at"),
    )

    kind = "moderation:flag"
    machine = Machine(
        "draft",
        submit=("draft", OPEN),
        clear=(OPEN, "harmless"),
        confirm=(OPEN, "confirmed"),
        replace=(OPEN, "replaced"),
        withdraw=(OPEN, "withdrawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("queue_items.id"), index=True)
    flagger_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(WORDS), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]

    revision: Mapped[Revision] = relationship(lazy="raise_on_sql")
    item: Mapped[QueueItem] = relationship(back_populates="flags", lazy="raise_on_sql")
    flagger: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def author_id(self) -> int:
        """Who wrote what was flagged."""
        return self.revision.author_id


def open_on(*revision_ids: int) -> Select[Flag]:
    """The flags on some versions that wait for their outcome."""
    theirs = Flag.revision_id.in_(revision_ids)
    return select(Flag).where(theirs, Flag.state == OPEN).order_by(Flag.id)


# The flags that brought an item about, and how many; loaded where a page shows them.
QueueItem.flags = relationship(Flag, back_populates="item", order_by=Flag.id, lazy="raise_on_sql")
QueueItem.flag_count = column_property(
    select(func.count(Flag.id))
    .where(Flag.item_id == QueueItem.id)
    .correlate_except(Flag)
    .scalar_subquery(),
    deferred=True,
)
