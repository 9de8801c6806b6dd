"""People, the tree of units, who serves where in which role, and their sign-ins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship, validates

from core import clock
from core.db import Base
from core.pinyin import initials, spelling
from core.policy import Actor

UNIT_KINDS = (
    "region",
    "prefecture",
    "county",
    "department",
    "college",
    "enterprise",
    "central_unit",
)


class Unit(Base):
    """An organisation in the tree. `path` holds today's ancestors ("/1/4/9/"), itself last."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(400), index=True, default="")
    version: Mapped[int] = mapped_column(default=1)

    def is_within(self, other: Unit) -> bool:
        """Whether this unit is the other or below it, today."""
        return bool(other.path) and self.path.startswith(other.path)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Unit]:
        """Everybody who is signed in may know the tree."""
        return select(Unit).where(true() if actor.is_authenticated else false())


class Lasting:
    """Mixin for what holds from a day, until a day (exclusive; none: still)."""

    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and not self.has_ended_by(day)

    def has_ended_by(self, day: date) -> bool:
        return self.valid_until is not None and self.valid_until <= day

    @property
    def last_on(self) -> date | None:
        """The last day in force, as people say it; None: no end."""
        return self.valid_until - timedelta(days=1) if self.valid_until else None


class UnitEdge(Lasting, Base):
    """A unit's place under a parent, from a day, until a day (exclusive; none: still)."""

    __tablename__ = "unit_edges"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="order"),
        CheckConstraint("child_id <> parent_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)


class SupervisionLink(Lasting, Base):
    """A unit that supervises another beside the tree (督查), over the same kind of period."""

    __tablename__ = "supervision_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)


class Person(Base):
    """Somebody who can sign in."""

    __tablename__ = "people"
    kind = "accounts:person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    # The name's first letters and the whole of it in Latin ones, by which people are found.
    initials: Mapped[str] = mapped_column(
        String(60), index=True, default=lambda row: initials(row.get_current_parameters()["name"])
    )
    spelling: Mapped[str] = mapped_column(
        String(120), index=True, default=lambda row: spelling(row.get_current_parameters()["name"])
    )
    title: Mapped[str | None] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    # None: no password chosen yet; a slip leads to the first one.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", lazy="raise_on_sql"
    )
    # Notices not read, where the statement that read the person asked for them; else None.
    unread_count: Mapped[int | None] = query_expression()

    level: Mapped[str | None] = query_expression()  # the reader's own, where it was asked for

    is_authenticated = True

    @validates("name")
    def _renamed(self, _key: str, name: str) -> str:
        self.initials, self.spelling = initials(name), spelling(name)
        return name

    @property
    def current(self) -> list[Membership]:
        """The memberships in force today."""
        today = clock.today()
        return [one for one in self.memberships if one.is_valid_on(today)]

    def holds(self, role: str, within: Any = None) -> bool:
        """Whether this person holds the role today, at or above the unit `within`."""
        return any(
            one.role == role
            and one.place is None
            and (within is None or within.is_within(one.unit))
            for one in self.current
        )

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(one.role for one in self.current)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Person]:
        """Everybody who is signed in may know who the others are."""
        return select(Person).where(true() if actor.is_authenticated else false())


class Membership(Lasting, Base):
    """A person's role at a unit or in one place of it, from a day, until a day (exclusive; none:
    still)."""

    __tablename__ = "memberships"
    kind = "accounts:membership"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="order"),
        Index(None, "person_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    role: Mapped[str] = mapped_column(String(30), index=True)
    # Where alone the role holds: a board's key, as moderation calls it. None: in the whole unit.
    place: Mapped[str | None] = mapped_column(String(80))

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")

    @staticmethod
    def visible_to(actor: Actor) -> Select[Membership]:
        """Everybody who is signed in may know who serves where."""
        return select(Membership).where(true() if actor.is_authenticated else false())


class SignIn(Base):
    """One browser's sign-in; the cookie holds the token, this row its digest.

    Neither an address nor a device is kept. Ending the row ends the sign-in at once.
    """

    __tablename__ = "sign_ins"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Slip(Base):
    """A one-time code on paper that leads to a new password; the row keeps its keyed digest."""

    __tablename__ = "slips"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class PeopleImport(Base):
    """A table of people between its dry run and its confirmation.

    `table` holds what was handed in until it is confirmed; then `people_ids`, those it made.
    """

    __tablename__ = "people_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    table: Mapped[dict[str, Any]] = mapped_column(JSON)
    people_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    made_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    confirmed_at: Mapped[datetime | None]

    @staticmethod
    def visible_to(actor: Actor) -> Select[PeopleImport]:
        """Whoever handed it in."""
        mine = PeopleImport.author_id == actor.id if actor.id is not None else false()
        return select(PeopleImport).where(mine)


def in_force(day: date) -> Any:
    """The condition that a membership is in force on a day."""
    return (Membership.valid_from <= day) & or_(
        Membership.valid_until.is_(None), Membership.valid_until > day
    )
