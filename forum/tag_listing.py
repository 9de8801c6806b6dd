"""The threads of a tag, and the tags themselves, as one reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, or_, select

from accounts.models import Person
from core.db import db
from core.paging import Pager
from core.policy import Actor

from . import read_marks
from .listing import BOARD_NAMES, PAGE, ROW, asked_for
from .models import Board, Thread
from .read_marks import ReadMark
from .tags import Tag, ThreadTag

NO_BOARD = 0


@dataclass(frozen=True)
class Shelf:
    """A board's tags, or (no board) the site's."""

    board: Board | None
    tags: list[Tag]


def threads(tag_id: int, number: int, actor: Actor, board: Board | None = None) -> Pager[Any]:
    """A page of a tag's public threads on boards open to the actor, the one with the newest post
    first. One statement: how many there are beyond the next page is not counted."""
    asked = {
        "tag": tag_id,
        "board": board.id if board else NO_BOARD,
        "limit": PAGE + 1,
        "offset": (number - 1) * PAGE,
        **asked_for(actor),
    }
    rows = db.session.execute(_threads(actor), asked).all()
    return Pager(number, PAGE, (number - 1) * PAGE + len(rows), rows[:PAGE])


def _threads(actor: Actor) -> Any:
    board = bindparam("board", type_=Integer)
    ids = (  # the index alone says which, however far the page
        select(ThreadTag.thread_id)
        .where(
            ThreadTag.tag_id == bindparam("tag", type_=Integer),
            ThreadTag.last_post_at.is_not(None),
            or_(board == NO_BOARD, ThreadTag.board_id == board),
            ThreadTag.board_id.in_(select(Board.id).where(Board.open_to(actor))),
        )
        .order_by(ThreadTag.last_post_at.desc(), ThreadTag.thread_id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )
    return (
        select(*ROW, *BOARD_NAMES)
        .select_from(Thread)
        .join(Person, Person.id == Thread.author_id)
        .join(Board, Board.id == Thread.board_id)
        .outerjoin(ReadMark, read_marks.of_threads())
        .where(Thread.id.in_(select(ids.subquery().c.thread_id)))
        .order_by(Thread.last_post_at.desc(), Thread.id.desc())
    )


def shelves(actor: Actor) -> list[Shelf]:
    """The tags in use that the actor may know: the site's, then board by board. One statement."""
    rows = db.session.execute(
        select(Tag, Board)
        .outerjoin(Board, Board.id == Tag.board_id)
        .where(Tag.open_to(actor), Tag.retired_at.is_(None), Tag.merged_into_id.is_(None))
        .order_by(Board.order, Board.id, Tag.id)
    ).all()
    found: dict[int, Shelf] = {}
    for tag, board in sorted(rows, key=lambda row: row[1] is not None):
        found.setdefault(board.id if board else NO_BOARD, Shelf(board, [])).tags.append(tag)
    return list(found.values())


def tended(board: Board | None) -> Sequence[Tag]:
    """All of a board's own tags, or the site's, but those that were merged. One statement."""
    own = Tag.board_id.is_(None) if board is None else Tag.board_id == board.id
    found = select(Tag).where(own, Tag.merged_into_id.is_(None))
    return db.session.scalars(found.order_by(Tag.retired_at.is_not(None), Tag.id)).all()
