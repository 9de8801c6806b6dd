"""How a person wants to be told."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, db
from .policy import Actor


class NoticeChoice(Base):
    """A person's choices; whoever has no row has the defaults."""

    __tablename__ = "notice_choices"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    watches_own: Mapped[bool] = mapped_column(default=True)


def of(actor: Actor) -> NoticeChoice:
    """The actor's choices, to be read."""
    choice = db.session.get(NoticeChoice, actor.id)
    return choice or NoticeChoice(watches_own=True)


def choose(actor: Actor, *, watches_own: bool) -> None:
    """Keep a choice of the actor's; one statement."""
    insert = insert_sqlite if db.engine.dialect.name == "sqlite" else insert_postgresql
    chosen = {"watches_own": watches_own}
    db.session.execute(
        insert(NoticeChoice)
        .values(person_id=actor.id, **chosen)
        .on_conflict_do_update(index_elements=["person_id"], set_=chosen)
    )


def watches_own(person_id: int) -> ColumnElement[bool]:
    """The condition that somebody did not switch off watching the threads they write in."""
    return ~(
        select(NoticeChoice.person_id)
        .where(NoticeChoice.person_id == person_id, NoticeChoice.watches_own.is_(False))
        .exists()
    )
