"""Tags: a small set of words by which threads are found, tended by those who answer for a board.

A tag without a board is the whole site's. Where a board lets its writers propose tags, nobody but
its reviewers sees one before they accept it: a name is words that others read. Nothing here
commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    TypeDecorator,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from accounts.models import Person
from core import clock, follows, i18n
from core.db import Base, db, insert_into
from core.follows import Follow
from core.policy import Actor

from .models import Board, Thread

MOST = 5  # tags of a thread
_FIELD, _ENTRY = "\x1f", "\x1e"  # no typed name has them


class Tag(Base):
    """A word for what threads are about. Usable while accepted, not retired and not merged."""

    __tablename__ = "tags"
    __table_args__ = (Index(None, "board_id", "name"),)

    kind = "forum:tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"))
    name: Mapped[str] = mapped_column(String(20))
    name_en: Mapped[str | None] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(String(200), default="")
    description_en: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    accepted_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))

    board: Mapped[Board | None] = relationship(lazy="raise_on_sql")
    level: Mapped[str | None] = query_expression()  # the reader's own, where it was asked for

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return i18n.pick({"zh": self.name, "en": self.name_en or ""})

    @property
    def about(self) -> str:
        return i18n.pick({"zh": self.description, "en": self.description_en or ""})

    @property
    def is_usable(self) -> bool:
        return self.accepted_at is not None and not (self.retired_at or self.merged_into_id)

    @staticmethod
    def open_to(actor: Actor) -> ColumnElement[bool]:
        """The condition that the actor may know it: accepted, and of the site or an open board."""
        boards = select(Board.id).where(Board.open_to(actor))
        return and_(
            Tag.accepted_at.is_not(None), or_(Tag.board_id.is_(None), Tag.board_id.in_(boards))
        )

    @staticmethod
    def visible_to(actor: Actor) -> Select[Tag]:
        """Those that everybody may know, and what is proposed to the actor as a reviewer."""
        reviewed = select(Board.id).where(Board.reviewed_by(actor))
        return select(Tag).where(or_(Tag.open_to(actor), Tag.board_id.in_(reviewed)))


IS_USABLE = and_(
    Tag.accepted_at.is_not(None), Tag.retired_at.is_(None), Tag.merged_into_id.is_(None)
)


class ThreadTag(Base):
    """That a thread bears a tag. It repeats of the thread what the tag's page is listed by: the
    board, and when somebody posted last; no moment while the thread is not public."""

    __tablename__ = "thread_tags"
    __table_args__ = (
        Index("ix_thread_tags_listed", "tag_id", "last_post_at", "thread_id", "board_id"),
    )

    thread_id: Mapped[int] = mapped_column(
        ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    last_post_at: Mapped[datetime | None]


class Worn(NamedTuple):
    """A tag as a thread in a list bears it."""

    id: int
    name: str
    name_en: str

    @property
    def title(self) -> str:
        return i18n.pick({"zh": self.name, "en": self.name_en})


class _WornList(TypeDecorator[tuple[Worn, ...]]):
    """The tags of a thread in one column, the oldest first."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Any) -> tuple[Worn, ...]:
        entries = [one.split(_FIELD) for one in value.split(_ENTRY)] if value else []
        return tuple(sorted(Worn(int(id), name, name_en) for id, name, name_en in entries))


class _Ids(TypeDecorator[tuple[int, ...]]):
    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Any) -> tuple[int, ...]:
        return tuple(map(int, value.split(_ENTRY))) if value else ()


def worn(thread_id: Any) -> ColumnElement[tuple[Worn, ...]]:
    """The tags that everybody may see on a thread, as a column of the statement about it: no
    statement more, however many threads a page lists."""
    column = (
        _together()
        .select_from(ThreadTag)
        .join(Tag, Tag.id == ThreadTag.tag_id)
        .where(ThreadTag.thread_id == thread_id, Tag.accepted_at.is_not(None))
        .correlate(thread_id.table)
        .scalar_subquery()
    )
    return type_coerce(column, _WornList)


def shelf(board_id: Any) -> ColumnElement[tuple[Worn, ...]]:
    """The tags that a thread of a board may get, as a column of the statement about the board."""
    column = _together().where(IS_USABLE, _of(board_id)).correlate(board_id.table)
    return type_coerce(column.scalar_subquery(), _WornList)


def _together() -> Select[str]:
    parts = (cast(Tag.id, String), Tag.name, func.coalesce(Tag.name_en, ""))
    said = parts[0].concat(_FIELD).concat(parts[1]).concat(_FIELD).concat(parts[2])
    return select(func.aggregate_strings(said, _ENTRY))


def ids_on(thread_id: Any) -> ColumnElement[tuple[int, ...]]:
    """The ids of a thread's tags, accepted or not, as a column of another statement."""
    column = (
        select(func.aggregate_strings(cast(ThreadTag.tag_id, String), _ENTRY))
        .where(ThreadTag.thread_id == thread_id)
        .scalar_subquery()
    )
    return type_coerce(column, _Ids)


def is_muted(actor_id: Any) -> ColumnElement[bool]:
    """The condition that a reader muted one of a listed thread's tags, watches none of them, and
    chose nothing for what is nearer: the thread, its author."""
    mine = and_(Follow.person_id == actor_id, Follow.kind == Tag.kind)
    on_it = and_(Follow.subject_id == ThreadTag.tag_id, ThreadTag.thread_id == Thread.id)
    nearer = or_(
        and_(Follow.kind == Thread.kind, Follow.subject_id == Thread.id),
        and_(Follow.kind == Person.kind, Follow.subject_id == Thread.author_id),
    )

    def has(*conditions: Any) -> Any:
        return exists().where(*conditions).correlate(Thread)

    return and_(
        has(mine, on_it, Follow.level == follows.MUTE),
        ~has(mine, on_it, Follow.level == follows.WATCH),
        ~has(Follow.person_id == actor_id, nearer, Follow.level != follows.MUTE),
    )


def usable(board_id: int) -> Sequence[Tag]:
    """The tags that a thread of the board may get, the site's first. One statement."""
    return db.session.scalars(
        select(Tag).where(IS_USABLE, _of(board_id)).order_by(Tag.board_id.is_not(None), Tag.id)
    ).all()


def _of(board_id: Any) -> ColumnElement[bool]:
    return or_(Tag.board_id.is_(None), Tag.board_id == board_id)


def give(thread: Thread, ids: Collection[int]) -> None:
    """Let a thread bear these tags besides; one statement where there are any."""
    if not ids:
        return
    moment = thread.last_post_at if thread.is_public else None
    rows = [
        {"thread_id": thread.id, "tag_id": id, "board_id": thread.board_id, "last_post_at": moment}
        for id in ids
    ]
    db.session.execute(insert_into(ThreadTag).values(rows).on_conflict_do_nothing())


def take(thread: Thread, ids: Collection[int]) -> None:
    own = (ThreadTag.thread_id == thread.id, ThreadTag.tag_id.in_(ids))
    if ids:
        db.session.execute(delete(ThreadTag).where(*own))


def leave(thread: Thread, board: Board) -> list[int]:
    """A thread that left a board bears that board's own tags no more; their ids."""
    foreign = select(Tag.id).where(Tag.board_id == board.id)
    own = select(ThreadTag.tag_id).where(
        ThreadTag.thread_id == thread.id, ThreadTag.tag_id.in_(foreign)
    )
    gone = list(db.session.scalars(own))
    take(thread, gone)
    follow([thread.id])
    return gone


def follow(thread_ids: Collection[int]) -> None:
    """Repeat beside the tags of some threads where these stand and when they were posted in."""
    said = select(case((Thread.published_at.is_not(None), Thread.last_post_at)))
    place = select(Thread.board_id)
    here = Thread.id == ThreadTag.thread_id
    db.session.execute(
        update(ThreadTag)
        .where(ThreadTag.thread_id.in_(thread_ids))
        .values(
            last_post_at=said.where(here).scalar_subquery(),
            board_id=place.where(here).scalar_subquery(),
        )
        .execution_options(synchronize_session=False)
    )


def places(thread_id: int) -> list[follows.Place]:
    """A thread's tags as things that are followed; one statement."""
    found = select(ThreadTag.tag_id).where(ThreadTag.thread_id == thread_id)
    return [(Tag.kind, id) for id in db.session.scalars(found.order_by(ThreadTag.tag_id))]
