"""Ledgers, where their entries come from, the entries, the items they are merged into."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock
from core.db import Base
from core.policy import Actor

from ..models import Survey, random_id
from .coded import ASIDE, CHANNELS, OUTCOMES

BODY = ""  # whom an opinion is about, where it is about no single member
NAME = 60


def coded(words: Any, name: str) -> Enum:
    return Enum(*words, native_enum=False, create_constraint=True, name=name, length=16)


class Ledger(Base):
    """The opinions of one round. `members` are those about whom opinions are kept apart."""

    kind = "surveys:ledger"

    __tablename__ = "ledgers"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    # One round, one ledger: an answer is counted in one place.
    survey_id: Mapped[int | None] = mapped_column(ForeignKey("surveys.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    members: Mapped[list[str]] = mapped_column(JSON, default=list)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_on: Mapped[date] = mapped_column(default=clock.today)

    survey: Mapped[Survey | None] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = cast("Mapped[Unit]", relationship(lazy="raise_on_sql"))

    @staticmethod
    def visible_to(actor: Actor) -> Select[Ledger]:
        """Those from which something was published, for whoever is signed in; all for the office."""
        from .items import LedgerItem

        public = exists().where(
            LedgerItem.ledger_id == Ledger.id, LedgerItem.public_revision_id.is_not(None)
        )
        seen = or_(public, true() if actor.holds("office") else false())
        found = select(Ledger).outerjoin(Ledger.survey)
        return found.where(seen if actor.is_authenticated else false())


class LedgerSource(Base):
    """Where entries came from: the survey's answers, a pile of paper forms, a meeting, letters."""

    __tablename__ = "ledger_sources"
    __table_args__ = (
        UniqueConstraint("id", "ledger_id", "channel"),
        CheckConstraint("(channel = 'online') = (title = '')", name="named"),
        CheckConstraint("channel = 'meeting' OR held_on IS NULL", name="held"),
        CheckConstraint(
            "channel = 'paper' AND sent_count IS NOT NULL AND returned_count IS NOT NULL "
            "AND sent_count >= returned_count AND returned_count >= 0 "
            "OR channel <> 'paper' AND sent_count IS NULL AND returned_count IS NULL",
            name="forms",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id"), index=True)
    channel: Mapped[str] = mapped_column(coded(CHANNELS, "channel"))
    title: Mapped[str] = mapped_column(String(120), default="")
    held_on: Mapped[date | None]
    sent_count: Mapped[int | None]
    returned_count: Mapped[int | None]
    # Whether those who spoke were told that their words may be published.
    is_told: Mapped[bool] = mapped_column(default=False)


class LedgerEntry(Base):
    """One raw sentence (原话). It has a random key and no moment; one of an answer knows the
    answer's own random id, so that the answer is not counted twice, and nothing else of it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["source_id", "ledger_id", "channel"],
            ["ledger_sources.id", "ledger_sources.ledger_id", "ledger_sources.channel"],
        ),
        # An item holds the entries of its own ledger, about the same people.
        ForeignKeyConstraint(
            ["item_id", "ledger_id", "about"],
            ["ledger_items.id", "ledger_items.ledger_id", "ledger_items.about"],
        ),
        CheckConstraint(
            "(channel = 'online') = (answer_id IS NOT NULL) "
            "AND (channel = 'online') = (question_key IS NOT NULL)",
            name="from_an_answer",
        ),
        CheckConstraint("item_id IS NULL OR aside IS NULL", name="in_one_place"),
        CheckConstraint("item_id IS NOT NULL OR NOT is_quoted", name="quoted_in_an_item"),
        CheckConstraint("length(words) > 0", name="said"),
        Index(None, "ledger_id", "item_id"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_id)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id"))
    source_id: Mapped[int] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(coded(CHANNELS, "channel"))
    question_key: Mapped[str | None] = mapped_column(String(32))
    # No foreign key: answers are written anew when others join them.
    answer_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    about: Mapped[str] = mapped_column(String(NAME), default=BODY)
    words: Mapped[str] = mapped_column(Text)
    item_id: Mapped[int | None]
    aside: Mapped[str | None] = mapped_column(coded(ASIDE, "aside"))
    is_quoted: Mapped[bool] = mapped_column(default=False)

    @property
    def is_open(self) -> bool:
        return self.item_id is None and self.aside is None


class LedgerCorrection(Base):
    """What an entry said before it was corrected, who corrected it, when and why."""

    __tablename__ = "ledger_corrections"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reasoned"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_entries.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    corrected_at: Mapped[datetime] = mapped_column(default=clock.now)


class LedgerAct(Base):
    """One act of the office on a ledger, to be undone: `moves` says of each entry its key and
    where it stood before and after, `made` which items it made."""

    __tablename__ = "ledger_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id"), index=True)
    verb: Mapped[str] = mapped_column(String(16))
    moves: Mapped[list[Any]] = mapped_column(JSON)
    made: Mapped[list[int]] = mapped_column(JSON, default=list)
    done_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    done_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]


class LedgerReply(Base):
    """What a unit said to an item; sent back by the office, it says why and another follows."""

    __tablename__ = "ledger_replies"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reasoned"),
        CheckConstraint("(outcome = 'promised') = (promised_on IS NOT NULL)", name="by_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("ledger_items.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    outcome: Mapped[str] = mapped_column(coded(OUTCOMES, "outcome"))
    reason: Mapped[str] = mapped_column(Text)
    promised_on: Mapped[date | None]
    replied_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    replied_at: Mapped[datetime] = mapped_column(default=clock.now)
    returned_why: Mapped[str | None] = mapped_column(Text)

    replied_by: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
