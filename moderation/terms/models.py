"""Rules about words, their versions, dry runs of them, and what they matched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Enum,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Person
from core import clock
from core.db import Base
from core.i18n import pick
from core.matching import TermList
from core.policy import Actor
from core.states import Machine, Stateful

EFFECTS = ("hold", "flag", "note")
OPEN = ("draft", "trying", "tried")  # one such version a rule has at most, and one live one
ACTIVE = "state IN ('draft', 'trying', 'tried')"
LIVE = "state = 'live'"


class TermRule(Base):
    """A rule about words, whatever its versions say."""

    __tablename__ = "term_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str | None] = mapped_column(String(60))

    @property
    def called(self) -> str:
        """The name in the reader's language."""
        return pick({"zh": self.name, "en": self.name_en or ""})

    @staticmethod
    def visible_to(actor: Actor) -> Select[TermRule]:
        return select(TermRule).where(true() if actor.holds("chief_moderator") else false())


class TermVersion(Stateful, Base):
    """What a rule says: terms and allowed words one a line, kinds of numbers, effect, reason."""

    __tablename__ = "term_versions"
    __table_args__ = (
        UniqueConstraint("rule_id", "number"),
        Index(
            "uq_term_versions_open",
            "rule_id",
            unique=True,
            sqlite_where=text(ACTIVE),
            postgresql_where=text(ACTIVE),
        ),
        Index(
            "uq_term_versions_live",
            "rule_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
    )

    kind = "moderation:terms"
    machine = Machine(
        "draft",
        edit=(OPEN, "draft"),
        **{"try": (("draft", "tried"), "trying")},
        finish=("trying", "tried"),
        enact=("tried", "live"),
        discard=(OPEN, "discarded"),
        supersede=("live", "retired"),
        retire=("live", "retired"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("term_rules.id"))
    number: Mapped[int]
    effect: Mapped[str] = mapped_column(
        Enum(*EFFECTS, native_enum=False, create_constraint=True, name="effect")
    )
    reason: Mapped[str] = mapped_column(String(200))
    reason_en: Mapped[str] = mapped_column(String(200))
    terms: Mapped[str] = mapped_column(Text, default="")
    allowed: Mapped[str] = mapped_column(Text, default="")
    numbers: Mapped[list[str]] = mapped_column(JSON, default=list)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    enacted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    enacted_at: Mapped[datetime | None]

    rule: Mapped[TermRule] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    enacted_by: Mapped[Person | None] = relationship(
        foreign_keys=[enacted_by_id], lazy="raise_on_sql"
    )

    @property
    def why(self) -> str:
        """The reason that authors read, in the reader's language."""
        return pick({"zh": self.reason, "en": self.reason_en})

    @property
    def term_lines(self) -> list[str]:
        return self.terms.split("\n") if self.terms else []

    @property
    def allowed_lines(self) -> list[str]:
        return self.allowed.split("\n") if self.allowed else []

    @property
    def term_list(self) -> TermList:
        return TermList(self.term_lines, self.allowed_lines, frozenset(self.numbers))


class TermTrial(Base):
    """A dry run of a version over what was written so far: counts and ids, never a text."""

    __tablename__ = "term_trials"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("term_versions.id"), index=True)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    total_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    matched_count: Mapped[int] = mapped_column(default=0)
    public_count: Mapped[int] = mapped_column(default=0)
    last_revision_id: Mapped[int] = mapped_column(default=0)
    examples: Mapped[list[int]] = mapped_column(JSON, default=list)


class TermMatch(Base):
    """Where a version of a rule matched a revision: [part, start, end] of each place.

    Parts are those of screening.parts; offsets count the characters of that part.
    """

    __tablename__ = "term_matches"
    __table_args__ = (UniqueConstraint("revision_id", "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("term_versions.id"), index=True)
    places: Mapped[list[Any]] = mapped_column(JSON, default=list)

    version: Mapped[TermVersion] = relationship(lazy="raise_on_sql")
