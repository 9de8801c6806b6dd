"""Letters to the minister: the letter, what its writer wants answered, the dialogue, the reply.

An unnamed letter keeps the day it came and nothing finer: its number is random, its rows lie in
the order of their keys and not of their arrival, and no row of its writer's bears a person or a
moment. The database refuses one that would.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Select,
    String,
    Text,
    and_,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock, keys
from core.db import Base
from core.policy import Actor
from core.states import Machine, Stateful

from . import terms
from .categories import DAYS

# In SQLite an INTEGER key is the row's place itself, so that no order of arrival remains.
Number = BigInteger().with_variant(Integer, "sqlite")
# For tables with a key of several columns the same is said by WITHOUT ROWID.
UNORDERED = {"sqlite_with_rowid": False}

BEFORE_REPLY = (
    "received",
    "screening",
    "needs_info",
    "accepted",
    "assigned",
    "claimed",
    "handling",
    "reply_draft",
    "sign_off",
    "reopened",
)
ENDED = ("redirected", "declined", "closed", "withdrawn")
RATING_DAYS = 15
REOPENING_DAYS = 30
APPEAL_DAYS = 10  # working days
ROUNDS = 3  # the first reply, the same unit again, the unit above it


def new_number() -> int:
    """A random letter number of twelve digits: it tells neither order nor count."""
    return 10**11 + secrets.randbelow(9 * 10**11)


class Letter(Stateful, Base):
    """One letter. `clock_from` is day zero of its term, `due_on` the promised day of the reply,
    `step_due_on` the day by which the present step should be taken; `contested_unit` the unit
    whose reply did not satisfy; `unit_agreed_by` who agreed for the unit that its reply be
    published."""

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint(
            "NOT is_anonymous OR (writer_id IS NULL AND received_at IS NULL"
            " AND tracking_digest IS NOT NULL)",
            name="anonymous_is_unlinked",
        ),
        CheckConstraint(
            "is_anonymous OR (writer_id IS NOT NULL AND received_at IS NOT NULL"
            " AND tracking_digest IS NULL AND form_digest IS NULL)",
            name="named_is_named",
        ),
        CheckConstraint(
            f"letter_kind IN ({', '.join(repr(name) for name in DAYS)})", name="letter_kind"
        ),
        Index(None, "unit_id", "state"),
        Index(None, "state", "due_on"),
    )
    kind = "letters:letter"
    machine = Machine(
        "draft",
        submit=("draft", "received"),
        screen=("received", "screening"),
        ask=("screening", "needs_info"),
        answer=("needs_info", "screening"),
        resume=("needs_info", "screening"),
        accept=("screening", "accepted"),
        redirect=("screening", "redirected"),
        decline=("screening", "declined"),
        appeal=("declined", "screening"),
        assign=(("accepted", "reopened"), "assigned"),
        claim=("assigned", "claimed"),
        hand_back=(("assigned", "claimed"), "accepted"),
        recall=(("assigned", "claimed", "handling", "reply_draft"), "accepted"),
        begin=("claimed", "handling"),
        draft=(("handling", "reply_draft"), "reply_draft"),
        present=("reply_draft", "sign_off"),
        send_back=("sign_off", "reply_draft"),
        sign=("sign_off", "replied"),
        rate=("replied", "rated"),
        lapse=("replied", "unrated"),
        close=(("rated", "unrated"), "closed"),
        reopen=(("rated", "unrated", "closed"), "reopened"),
        withdraw=(BEFORE_REPLY, "withdrawn"),
    )

    id: Mapped[int] = mapped_column(
        Number, primary_key=True, autoincrement=False, default=new_number
    )
    title: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(30), default="other")
    letter_kind: Mapped[str] = mapped_column(String(20), default="ordinary")
    is_anonymous: Mapped[bool]
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    tracking_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    form_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    received_on: Mapped[date] = mapped_column(index=True)
    received_at: Mapped[datetime | None]
    concerned_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    contested_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    clock_from: Mapped[date]
    step_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    is_due_provisional: Mapped[bool] = mapped_column(default=False)
    replied_on: Mapped[date | None] = mapped_column(index=True)
    declined_on: Mapped[date | None]
    round: Mapped[int] = mapped_column(default=1)
    is_publication_agreed: Mapped[bool] = mapped_column(default=False)
    unit_agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_restricted: Mapped[bool] = mapped_column(default=False)
    is_appealed: Mapped[bool] = mapped_column(default=False)
    decline_reason: Mapped[str | None] = mapped_column(String(30))
    redirected_to: Mapped[str | None] = mapped_column(String(120))

    writer: Mapped[Person | None] = relationship(foreign_keys=[writer_id], lazy="raise_on_sql")
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id], lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    concerned_unit: Mapped[Unit | None] = relationship(
        foreign_keys=[concerned_unit_id], lazy="raise_on_sql"
    )
    contested_unit: Mapped[Unit | None] = relationship(
        foreign_keys=[contested_unit_id], lazy="raise_on_sql"
    )
    points: Mapped[list[LetterPoint]] = relationship(
        order_by="LetterPoint.number", lazy="raise_on_sql"
    )
    messages: Mapped[list[LetterMessage]] = relationship(
        order_by="LetterMessage.number", lazy="raise_on_sql"
    )
    notes: Mapped[list[LetterNote]] = relationship(
        order_by="LetterNote.number", lazy="raise_on_sql"
    )
    replies: Mapped[list[Reply]] = relationship(order_by="Reply.number", lazy="raise_on_sql")
    ratings: Mapped[list[Rating]] = relationship(order_by="Rating.round", lazy="raise_on_sql")

    @staticmethod
    def visible_to(actor: Actor) -> Select[Letter]:
        """What the actor may read at all: the one place that says so.

        The writer, by name or by code, the own letter; the mail office every letter; handlers
        and signers those assigned to their unit and the minister the open ones, but never a
        restricted one. Nobody else reads any, administrators included.
        """
        held = getattr(actor, "letter_id", None)
        if held is not None:
            return select(Letter).where(Letter.id == held, Letter.is_anonymous)
        if actor.id is None:
            return select(Letter).where(false())
        return select(Letter).where(or_(Letter.writer_id == actor.id, Letter.worked_by(actor)))

    @staticmethod
    def worked_by(actor: Actor) -> ColumnElement[bool]:
        """The condition that the letter lies on the actor's desk (as staff, not as writer)."""
        arrived = Letter.state != "draft"
        if actor.holds("mail_office"):
            return arrived
        seen: list[ColumnElement[bool]] = []
        if units := units_served(actor, "handler", "signer"):
            seen.append(Letter.unit_id.in_(units))
        if actor.holds("minister"):
            seen.append(Letter.state.not_in(ENDED))
        return and_(arrived, Letter.is_restricted.is_(False), or_(*seen)) if seen else false()

    @property
    def path(self) -> str:
        """The address of the writer's page."""
        return f"/letters/{self.id}"

    @property
    def number(self) -> str:
        """The letter's number in groups, as people read it out."""
        digits = str(self.id)
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the writer a reply."""
        return self.state in BEFORE_REPLY

    @property
    def overdue_since(self) -> date | None:
        """The day that was missed, when one was and the reply is still owed."""
        if self.state not in BEFORE_REPLY or self.state == "needs_info":
            return None
        missed = [day for day in (self.due_on, self.step_due_on) if day and day < clock.today()]
        return min(missed) if missed else None

    @property
    def is_overdue(self) -> bool:
        return self.overdue_since is not None

    @staticmethod
    def overdue() -> ColumnElement[bool]:
        """The condition that `is_overdue` holds today."""
        today = clock.today()
        return and_(
            Letter.state.in_(BEFORE_REPLY),
            Letter.state != "needs_info",
            or_(Letter.due_on < today, Letter.step_due_on < today),
        )

    @property
    def rating_ends_on(self) -> date | None:
        """The last day on which the reply can be rated."""
        return self.replied_on and self.replied_on + timedelta(days=RATING_DAYS)

    @property
    def reopening_ends_on(self) -> date | None:
        """The last day on which the writer can have the letter handled again."""
        return self.replied_on and self.replied_on + timedelta(days=REOPENING_DAYS)

    @property
    def appeal_ends_on(self) -> date | None:
        """The last day on which the writer can appeal against a refusal."""
        return self.declined_on and terms.due(self.declined_on, APPEAL_DAYS)

    def may_go_to(self, unit: Unit) -> bool:
        """Whether the unit may handle this round: the last one is for a unit above the contested
        one, where there is any (needs `contested_unit`)."""
        contested = self.contested_unit
        if self.round < ROUNDS or contested is None or contested.path.count("/") <= 2:
            return True
        return contested.is_within(unit) and unit.id != contested.id

    @property
    def drafts(self) -> list[Reply]:
        """Every version of the present round's reply, oldest first (needs `replies`)."""
        return [reply for reply in self.replies if reply.round == self.round]

    @property
    def latest_draft(self) -> Reply | None:
        return self.drafts[-1] if self.drafts else None

    @property
    def signed_replies(self) -> list[Reply]:
        """What the writer has been answered, oldest first (needs `replies`)."""
        return [reply for reply in self.replies if reply.signed_at is not None]

    @property
    def drafter_ids(self) -> set[int]:
        """Everybody who drafted a version in this round; none of them may sign it."""
        return {reply.drafted_by_id for reply in self.drafts}

    @property
    def open_points(self) -> list[int]:
        """Numbers of the points that the latest draft leaves without words."""
        draft = self.latest_draft
        met = {point.number for point in draft.points if point.body.strip()} if draft else set()
        return [point.number for point in self.points if point.number not in met]

    @property
    def rating(self) -> Rating | None:
        """The rating of the present round (needs `ratings`)."""
        return next((one for one in self.ratings if one.round == self.round), None)

    @property
    def receipt(self) -> str:
        """The line that proves what was received and when: a keyed seal over number, day, text.

        It is worked out from the row, so that a letter changed afterwards no longer bears the
        line that its writer keeps (needs `points`).
        """
        seal = keys.digest(
            "letter-receipt",
            self.id,
            self.received_on.isoformat(),
            self.title,
            self.body,
            *(point.body for point in self.points),
        )
        return f"{self.id}-{self.received_on:%Y%m%d}-{seal[:32].upper()}"


def units_served(actor: Any, *roles: str) -> list[int]:
    """The units where the actor holds one of the roles today: these, not what lies below them."""
    return [one.unit_id for one in getattr(actor, "current", ()) if one.role in roles]


class LetterPoint(Base):
    """One thing that the writer wants answered."""

    __tablename__ = "letter_points"
    __table_args__ = (UNORDERED,)

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(String(200))


class LetterMessage(Base):
    """A line of the dialogue between the writer and the office; the writer reads all of them.

    `purpose` says what it is: a question, an answer, a decision (why declined, where redirected),
    an appeal, a reopening, a withdrawal.
    """

    __tablename__ = "letter_messages"
    __table_args__ = (
        CheckConstraint("author_id IS NOT NULL OR at IS NULL", name="unnamed_has_no_moment"),
        CheckConstraint("is_from_writer OR author_id IS NOT NULL", name="office_is_named"),
        UNORDERED,
    )

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(20))
    is_from_writer: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    written_on: Mapped[date]
    at: Mapped[datetime | None]


class LetterNote(Base):
    """An internal note between those who work on the letter; the writer never reads it."""

    __tablename__ = "letter_notes"
    __table_args__ = (UNORDERED,)

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(20), default="note")
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Reply(Base):
    """A version of the reply: `body` opens it, the points follow, `closing` ends it.

    Saving a draft adds the next version; none is ever changed.
    """

    __tablename__ = "replies"
    __table_args__ = (
        CheckConstraint(
            "signed_by_id IS NULL OR signed_by_id <> drafted_by_id", name="signer_is_another"
        ),
        CheckConstraint("(signed_by_id IS NULL) = (signed_at IS NULL)", name="signed_by_somebody"),
        UNORDERED,
    )

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    closing: Mapped[str] = mapped_column(Text, default="")
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    signed_at: Mapped[datetime | None]

    points: Mapped[list[ReplyPoint]] = relationship(
        order_by="ReplyPoint.number", lazy="raise_on_sql"
    )


class ReplyPoint(Base):
    """What a version of the reply says to one point: answered, deferred or declined, and words."""

    __tablename__ = "reply_points"
    __table_args__ = (
        ForeignKeyConstraint(
            ["letter_id", "reply_number"],
            ["replies.letter_id", "replies.number"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["letter_id", "number"],
            ["letter_points.letter_id", "letter_points.number"],
            ondelete="CASCADE",
        ),
        CheckConstraint("outcome IN ('answered', 'deferred', 'declined')", name="outcome"),
        UNORDERED,
    )

    letter_id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    reply_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(10))
    body: Mapped[str] = mapped_column(Text, default="")


class Rating(Base):
    """What the writer thinks of the reply of one round, 1 (poor) to 5 (good) each."""

    __tablename__ = "letter_ratings"
    __table_args__ = (
        *(
            CheckConstraint(f"{part} BETWEEN 1 AND 5", name=part)
            for part in ("resolved", "attitude", "speed")
        ),
        UNORDERED,
    )

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    resolved: Mapped[int]
    attitude: Mapped[int]
    speed: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    rated_on: Mapped[date]

    @property
    def is_dissatisfied(self) -> bool:
        return self.resolved <= 2
