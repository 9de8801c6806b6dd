"""A seal on a text, with the enclosed copy of its words, and each time somebody opened it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, select, text
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock
from core.db import Base
from core.policy import Actor
from core.states import Machine, Stateful

from .models import Decision
from .reviewable import kinds
from .scope import CHIEF, covers


class Seal(Stateful, Base):
    """That a text's words were taken out of every page at once, and where they are kept.

    `copy` is encrypted with a key derived from SECRET_KEY; it is emptied when the words go back.
    """

    __tablename__ = "seals"
    __table_args__ = (
        CheckConstraint("(state = 'sealed') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by"),
        CheckConstraint("(state = 'sealed') = (length(copy) > 0)", name="copy"),
        Index(
            "uq_seals_open",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    kind = "moderation:seal"
    machine = Machine(
        "sealed",
        seal=("sealed", "sealed"),
        open=("sealed", "sealed"),
        unseal=("sealed", "unsealed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    place: Mapped[str] = mapped_column(String(80))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("holds.id"))
    reason: Mapped[str] = mapped_column(Text)
    sealed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)
    copy: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    closing: Mapped[str] = mapped_column(Text, default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    sealed_by: Mapped[Person] = relationship(foreign_keys=[sealed_by_id], lazy="raise_on_sql")
    closed_by: Mapped[Person | None] = relationship(
        foreign_keys=[closed_by_id], lazy="raise_on_sql"
    )
    decision: Mapped[Decision] = relationship(lazy="raise_on_sql")
    openings: Mapped[list[SealOpening]] = relationship(
        order_by="SealOpening.id", viewonly=True, lazy="raise_on_sql"
    )

    @property
    def place_url(self) -> str:
        """Where the text stood."""
        return kinds[self.subject_kind].review_url(self.subject_id)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Seal]:
        """Those of the units for which the actor is a chief moderator."""
        return (
            select(Seal)
            .join(Seal.unit)
            .options(contains_eager(Seal.unit))
            .where(covers(actor, Seal.unit_id, roles=(CHIEF,)))
        )


class SealOpening(Base):
    """That a chief moderator read a sealed copy, and why."""

    __tablename__ = "seal_openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[int] = mapped_column(ForeignKey("seals.id"), index=True)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_as: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)

    opened_by: Mapped[Person] = relationship(lazy="raise_on_sql")
