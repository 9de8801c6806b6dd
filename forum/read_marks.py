"""How far a person has read a thread: the number of a post, and nothing else, no time.

What is unread is said of threads that the person has opened; of others only that they are new.
Nothing here commits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Integer,
    ScalarSelect,
    and_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, UTCDateTime, db, insert_into
from core.policy import Actor

from .models import Post, Thread, is_public

MOST = 100  # unread posts of a thread that are counted; more are "99+"
NEW_FOR = timedelta(days=3)  # for so long a thread that one never opened is called new
ACTOR: Any = bindparam("actor", type_=Integer)


class ReadMark(Base):
    """The last number of a thread that a person has read."""

    __tablename__ = "read_marks"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    thread_id: Mapped[int] = mapped_column(
        ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int]


def read_to(thread: Thread, number: int, actor: Actor) -> None:
    """Note that the actor has read as far as a number; never back, never past what is public."""
    asked = insert_into(ReadMark).values(
        person_id=actor.id, thread_id=thread.id, number=min(number, thread.last_number)
    )
    db.session.execute(
        asked.on_conflict_do_update(
            index_elements=[ReadMark.person_id, ReadMark.thread_id],
            set_={"number": asked.excluded.number},
            where=asked.excluded.number > ReadMark.number,
        )
    )


def of_threads() -> ColumnElement[bool]:
    """The condition that joins a list of threads with the marks of `:actor`."""
    return and_(ReadMark.thread_id == Thread.id, ReadMark.person_id == ACTOR)


def _unread(thread_id: Any, mark: Any) -> Any:
    """The condition of a post that `:actor`, who wrote others, has not read."""
    return and_(Post.thread_id == thread_id, Post.number > mark, is_public, Post.author_id != ACTOR)


def unread_count() -> ScalarSelect[int]:
    """How many posts of a listed thread came since its mark, as far as MOST; 0 without one."""
    some = (
        select(literal(1).label("one"))
        .where(_unread(Thread.id, ReadMark.number), Post.number <= Thread.last_number)
        .correlate(Thread, ReadMark)
        .limit(MOST)
        .subquery()
    )
    return select(func.count(some.c.one)).scalar_subquery()


def mark_in(thread_id: Any) -> ScalarSelect[int]:
    """`:actor`'s mark in one thread, as a column."""
    return (
        select(ReadMark.number)
        .where(ReadMark.person_id == ACTOR, ReadMark.thread_id == thread_id)
        .scalar_subquery()
    )


def first_unread_in(thread_id: Any) -> ScalarSelect[int]:
    """The number of the first post of one thread that came since `:actor`'s mark, as a column."""
    return (
        select(func.min(Post.number))
        .where(_unread(thread_id, mark_in(thread_id)))
        .correlate(None)
        .scalar_subquery()
    )


def first_unread(thread: Thread, actor: Actor) -> int | None:
    """The number of the first post that the actor has not read; of a thread never opened, 1."""
    found = select(mark_in(thread.id), first_unread_in(thread.id))
    mark, number = db.session.execute(found, {"actor": actor.id or 0}).one()
    return number if mark else 1


def is_new() -> ColumnElement[bool]:
    """Whether a listed thread is new to `:actor`, who never opened it: since `:new_since`."""
    return and_(
        ReadMark.number.is_(None),
        Thread.published_at > bindparam("new_since", type_=UTCDateTime),
        Thread.author_id != ACTOR,
    )


def asked_for(actor: Actor) -> dict[str, Any]:
    """What the columns above need to know of the reader; to nobody nothing is new."""
    now = clock.now()
    since = max(getattr(actor, "created_at", now), now - NEW_FOR)
    return {"actor": actor.id or 0, "new_since": since}
