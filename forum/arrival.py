"""How many posts and threads came since a page was made: of what is public, and its reader reads."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, literal, select

from core import live
from core.db import UTCDateTime, db
from core.live import Known
from core.policy import Actor

from .models import Board, Thread


def of_thread(known: Known, actor: Actor) -> int:
    """Posts that came; a later one approved earlier, or one that left meanwhile, hides none."""
    asked = _thread().where(Board.open_to(actor))
    row = db.session.execute(asked, {"thread": known.id}).one_or_none()
    if row is None:
        return 0
    is_later = row.last_post_at is not None and row.last_post_at > known.at
    return max(row.post_count - known.count, 1 if is_later else 0)


def of_board(known: Known, actor: Actor) -> int:
    """Threads in which somebody spoke since."""
    some = _board().where(Board.open_to(actor)).limit(live.MOST).subquery()
    asked = {"board": known.id, "at": known.at}
    return db.session.scalar(select(func.count(some.c.one)), asked) or 0


@cache
def _thread() -> Any:
    return (
        select(Thread.last_post_at, Thread.post_count)
        .join(Board, Board.id == Thread.board_id)
        .where(Thread.id == bindparam("thread", type_=Integer), Thread.published_at.is_not(None))
    )


@cache
def _board() -> Any:
    return (
        select(literal(1).label("one"))
        .select_from(Thread)
        .join(Board, Board.id == Thread.board_id)
        .where(
            Thread.board_id == bindparam("board", type_=Integer),
            Thread.last_post_at > bindparam("at", type_=UTCDateTime),
            Thread.published_at.is_not(None),
        )
    )


def fill() -> None:
    live.kind("thread", of_thread)
    live.kind("board", of_board)
