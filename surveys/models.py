"""Surveys, their versions, and answers that an anonymous form cannot lead back to anybody.

Every published version of a form carries the survey's anonymity in a foreign key, and so does
every answer: the database itself refuses to lower it, and refuses an anonymous answer that
names a person, a version or a moment.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from core import clock
from core.db import Base
from core.i18n import pgettext, pick
from core.policy import Actor
from core.states import Machine, Stateful

from .audience import asks
from .definition import Definition, Texts, read


def random_id() -> uuid.UUID:
    """128 random bits: a key that tells neither order nor moment."""
    return uuid.UUID(bytes=secrets.token_bytes(16))


class Survey(Stateful, Base):
    """A form that people answer within a period. Whether it is open *by date* is a property."""

    kind = "surveys:survey"
    machine = Machine(
        "draft",
        open=("draft", "open"),
        pause=("open", "paused"),
        resume=("paused", "open"),
        close=(("open", "paused"), "closed"),
        archive=("closed", "archived"),
    )

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("id", "anonymity"),
        CheckConstraint("anonymity IN ('named', 'confidential', 'anonymous')", name="anonymity"),
        CheckConstraint("results_when IN ('closed', 'always')", name="results_when"),
        CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="period"),
        CheckConstraint(
            "entry = 'account' OR entry IN ('link', 'codes') AND anonymity = 'anonymous'",
            name="entry_without_account",
        ),
        CheckConstraint("NOT roster OR anonymity <> 'anonymous'", name="no_roster_of_anonymous"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[Texts] = mapped_column(JSON)
    intro: Mapped[Texts] = mapped_column(JSON)
    anonymity: Mapped[str] = mapped_column(String(12))
    audience: Mapped[list[str]] = mapped_column(JSON)
    # Where alone people are asked, with all that is below; none: everywhere.
    unit_ids: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    minutes: Mapped[int]
    results_when: Mapped[str] = mapped_column(String(10), default="closed")
    entry: Mapped[str] = mapped_column(String(10), default="account", server_default="account")
    roster: Mapped[bool] = mapped_column(default=False, server_default=false())
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        return pick(self.title)

    @property
    def is_anonymous(self) -> bool:
        return self.anonymity == "anonymous"

    @property
    def is_confidential(self) -> bool:
        """Answered by name, and the name sealed to two keepers (confiding.py)."""
        return self.anonymity == "confidential"

    @property
    def is_named(self) -> bool:
        return self.anonymity == "named"

    @property
    def manner(self) -> str:
        """Its level of anonymity, as a small fact beside the title."""
        return {
            "named": pgettext("survey", "实名"),
            "confidential": pgettext("survey", "保密"),
            "anonymous": pgettext("survey", "匿名"),
        }[self.anonymity]

    @property
    def is_early(self) -> bool:
        """Open, but its first day has not come."""
        return self.state == "open" and self.opens_at is not None and clock.now() < self.opens_at

    @property
    def is_over(self) -> bool:
        """Closed by hand, or its last day is past."""
        if self.state in ("closed", "archived"):
            return True
        return (
            self.state != "draft" and self.closes_at is not None and self.closes_at <= clock.now()
        )

    @property
    def takes_answers(self) -> bool:
        return self.state == "open" and not self.is_early and not self.is_over

    @property
    def first_day(self) -> date | None:
        """The first day on which it can be answered."""
        return clock.local(self.opens_at).date() if self.opens_at is not None else None

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be answered."""
        if self.closes_at is None:
            return None
        return clock.local(self.closes_at - timedelta(seconds=1)).date()

    @property
    def hours_left(self) -> int | None:
        """Whole hours in which it can still be answered; None: it cannot, or there is no end."""
        if not self.takes_answers or self.closes_at is None:
            return None
        return int((self.closes_at - clock.now()).total_seconds() // 3600)

    @property
    def needs_account(self) -> bool:
        """Whether people answer by signing in; else by a link or a code, whoever they are."""
        return self.entry == "account"

    def may_answer(self, actor: Actor) -> bool:
        return not self.needs_account or self.is_for(actor)

    def is_for(self, actor: Actor) -> bool:
        """Whether the actor is among those who are asked."""
        return asks(self.audience, self.unit_ids, actor)

    def shows_results_to(self, actor: Actor) -> bool:
        if not actor.is_authenticated or self.state == "draft":
            return False
        if self.is_over or actor.holds("office"):
            return True
        return self.results_when == "always" and self.is_for(actor)

    @validates("anonymity")
    def _keep_anonymity(self, _key: str, value: str) -> str:
        """Fixed at publication (the database holds it too, by the versions' foreign key)."""
        before = self.__dict__.get("anonymity")
        if before is not None and before != value and self.__dict__.get("state") != "draft":
            raise ValueError("anonymity is fixed once a survey is published")
        return value

    @validates("roster")
    def _keep_unsaid(self, _key: str, value: bool) -> bool:
        """Whoever answers is told beforehand: nothing shows later who did."""
        before = self.__dict__.get("roster")
        if value and before is False and self.__dict__.get("state") != "draft":
            raise ValueError("a roster is told of before anybody answers")
        return value

    @staticmethod
    def visible_to(actor: Actor) -> Select[Survey]:
        """Drafts are the office's; every other survey may be known to whoever is signed in, and
        what is answered without an account to everybody."""
        if not actor.is_authenticated:
            return select(Survey).where(Survey.state != "draft", Survey.entry != "account")
        return select(Survey).where(true() if actor.holds("office") else Survey.state != "draft")


class SurveyVersion(Base):
    """The form as it stood from some moment on. `published_as` repeats the survey's anonymity."""

    __tablename__ = "survey_versions"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "published_as"], ["surveys.id", "surveys.anonymity"]),
    )

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    published_as: Mapped[str | None] = mapped_column(String(12))
    answer_count: Mapped[int | None]  # how many had answered when it came

    @property
    def definition(self) -> Definition:
        return read(self.document)


class SurveyRight(Base):
    """That a person was handed the right to answer an anonymous survey; never that it was used.

    `sealed` is the right itself, readable with a key that only the running server holds (see
    rights.py), so that the person may open the form in another browser. Of a right that the
    person's browser made, the server knows only a digest of what it signed blindly: `blinded`.
    """

    __tablename__ = "survey_rights"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    issued_on: Mapped[date]
    sealed: Mapped[str | None] = mapped_column(String(120))
    blinded: Mapped[str | None] = mapped_column(String(64))


class SpentRight(Base):
    """The digest of a right that was used. It names nobody, and no other table holds it."""

    __tablename__ = "survey_spent_rights"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class HeldResponse(Base):
    """A response in its envelope, waiting for others, to be shuffled and released with them.

    Its key is a digest of its receipt, keyed with what stands in no database: so it is as random.
    """

    __tablename__ = "survey_held_responses"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    receipt: Mapped[str] = mapped_column(String(64), primary_key=True)
    envelope: Mapped[bytes]


class SurveyResponse(Base):
    """One filled form. An anonymous one has no person, no version and no moment; a confidential
    one neither, but its person's name in a box that two keepers open together."""

    __tablename__ = "survey_responses"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "anonymity"], ["surveys.id", "surveys.anonymity"]),
        UniqueConstraint("survey_id", "person_id"),
        CheckConstraint(
            "anonymity = 'named' AND person_id IS NOT NULL AND version_number IS NOT NULL "
            "AND answered_at IS NOT NULL AND name_box IS NULL OR anonymity <> 'named' "
            "AND person_id IS NULL AND version_number IS NULL AND answered_at IS NULL "
            "AND (anonymity = 'confidential') = (name_box IS NOT NULL)",
            name="anonymous_names_nobody",
        ),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_id)
    survey_id: Mapped[int]
    anonymity: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    version_number: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    name_box: Mapped[bytes | None]


class Answer(Base):
    """One choice, number or day. A choice of several is several rows; empty keys are ''."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        Index(None, "response_id"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    response_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("survey_responses.id", ondelete="CASCADE"), primary_key=True
    )
    question_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    option_key: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    number: Mapped[float | None]
    day: Mapped[date | None]


class OpenAnswer(Base):
    """What somebody wrote. In an anonymous survey it stands alone: the way a person writes must
    not lead to what the same person chose.
    """

    __tablename__ = "survey_open_answers"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "anonymity"], ["surveys.id", "surveys.anonymity"]),
        CheckConstraint(
            "(anonymity = 'anonymous') = (response_id IS NULL)", name="anonymous_stands_alone"
        ),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[int] = mapped_column(primary_key=True)
    question_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_id)
    option_key: Mapped[str] = mapped_column(String(32), default="")
    anonymity: Mapped[str] = mapped_column(String(12))
    response_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("survey_responses.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(Text)


class ResultSnapshot(Base):
    """The totals that may be shown. Two that were ever shown differ by five responses or more."""

    __tablename__ = "survey_result_snapshots"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    response_count: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class SurveyDismissal(Base):
    """A person wants no more reminding of a survey. Whether it was answered stays unsaid."""

    __tablename__ = "survey_dismissals"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
