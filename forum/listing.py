"""What the board pages list; columns alone, in a number of statements that rows do not change.

The statements are made once: making them costs more than running them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, and_, bindparam, not_, or_, select
from sqlalchemy.orm import aliased

from accounts.models import Person
from core import clock, follows, i18n
from core.db import UTCDateTime, db
from core.i18n import _
from core.paging import Pager
from core.policy import Actor
from moderation import Revision

from . import read_marks, tags
from .models import Board, Post, Thread
from .read_marks import ReadMark
from .tending import Tending

PAGE = 25
# An own thread in one of these states stands on top of its board, for its author alone.
UNSETTLED = ("pending", "returned", "rejected", "suspended", "hidden", "appealed", "sealed")
WITHDRAWN_DAYS = 7  # for so long a withdrawn one stands there, too
TODAY = bindparam("today", type_=Date)
ACTOR = bindparam("actor", type_=Integer)
ROW = (
    Thread.id,
    Thread.title,
    Thread.last_post_at,
    Thread.post_count,
    Thread.is_locked,
    Thread.featured_at.is_not(None).label("is_featured"),
    Thread.pinned_on(TODAY).label("is_pinned"),
    Person.name.label("author"),
    read_marks.unread_count().label("unread_count"),
    read_marks.is_new().label("is_new"),
    # Threads and people that the reader muted step back.
    or_(
        follows.is_muted(ACTOR, ("forum:thread", Thread.id), (Person.kind, Person.id)),
        tags.is_muted(ACTOR),
    ).label("is_muted"),
    tags.worn(Thread.id).label("tags"),
)
# `last_post_at` is asked for, too, because PostgreSQL would begin a descending list with nothing.
IS_PUBLIC = and_(Thread.published_at.is_not(None), Thread.last_post_at.is_not(None))
BOARD = bindparam("board", type_=Integer)
BOARD_NAMES = (Board.title.label("board"), Board.title_en.label("board_en"))


def boards(actor: Actor) -> list[tuple[str, list[Any]]]:
    """Each board open to the actor with its newest thread, under the headings of their topics:
    first those without one, last the archived ones. One statement."""
    found: dict[str, list[Any]] = {"": []}
    archived: list[Any] = []
    for row in db.session.execute(_boards().where(Board.open_to(actor))):
        board = row[0]
        topic = i18n.pick({"zh": board.topic, "en": board.topic_en or ""})
        (archived if board.is_archived else found.setdefault(topic, [])).append(row)
    topics = [*found.items(), (_("已存档，只能看"), archived)]
    return [(topic, rows) for topic, rows in topics if rows]


def on_top(board: Board, actor: Actor) -> tuple[list[Any], list[Any]]:
    """Pinned threads, and the actor's own that wait or came back. One statement."""
    since = clock.now() - timedelta(days=WITHDRAWN_DAYS)
    asked = {"board": board.id, "since": since, **asked_for(actor)}
    rows = db.session.execute(_on_top(), asked).all()
    pinned = [row for row in rows if row.published_at is not None]
    return pinned, [row for row in rows if row.published_at is None]


def threads(board: Board, number: int, pinned_count: int, actor: Actor) -> Pager[Any]:
    """A page of a board's other threads, the one with the newest post first. One statement."""
    place = {"board": board.id, "limit": PAGE, "offset": (number - 1) * PAGE}
    asked = {**place, **asked_for(actor)}
    rows = db.session.execute(_threads(), asked).all()
    return Pager(number, PAGE, max(0, board.thread_count - pinned_count), rows)


def newest(actor: Actor, limit: int) -> Sequence[Any]:
    """The threads with the newest posts on every board open to the actor. One statement."""
    asked = {"limit": limit, **asked_for(actor)}
    return db.session.execute(_newest().where(Board.open_to(actor)), asked).all()


def featured(board: Board | None, number: int, actor: Actor) -> Pager[Any]:
    """A page of the featured threads of a board, or (None) of all that are open to the actor, the
    one chosen last first. One statement."""
    place = {"limit": PAGE + 1, "offset": (number - 1) * PAGE}
    found = _featured().where(
        Thread.board_id == board.id if board is not None else Board.open_to(actor)
    )
    if board is None:
        found = found.add_columns(*BOARD_NAMES)
    rows = db.session.execute(found, {**place, **asked_for(actor)}).all()
    return Pager(number, PAGE, (number - 1) * PAGE + len(rows), rows[:PAGE])


def asked_for(actor: Actor) -> dict[str, Any]:
    """What ROW needs to know."""
    return {"today": clock.today(), **read_marks.asked_for(actor)}


@cache
def _boards() -> Any:
    newest_id = (
        select(Thread.id)
        .where(Thread.board_id == Board.id, IS_PUBLIC)
        .order_by(Thread.last_post_at.desc(), Thread.id.desc())
        .limit(1)
        .correlate(Board)
        .scalar_subquery()
    )
    return (
        select(Board, Thread.id, Thread.title, Thread.last_post_at)
        .outerjoin(Thread, Thread.id == newest_id)
        .order_by(Board.order, Board.id)
    )


@cache
def _on_top() -> Any:
    # Each half has an index of its own; joined by OR they would read the whole board.
    pinned = select(Thread.id).where(
        Thread.board_id == BOARD, Thread.pinned_on(TODAY), Thread.published_at.is_not(None)
    )
    own = select(Thread.id).where(
        Thread.board_id == BOARD,
        Thread.published_at.is_(None),
        Thread.author_id == bindparam("actor", type_=Integer),
    )
    withdrawn = and_(
        Revision.state == "withdrawn",
        Revision.created_at > bindparam("since", type_=UTCDateTime),
    )
    return (
        select(*ROW, Thread.published_at, Revision.state, Revision.created_at.label("since"))
        .select_from(Thread)
        .join(Person, Person.id == Thread.author_id)
        .outerjoin(ReadMark, read_marks.of_threads())
        .outerjoin(Post, and_(Post.thread_id == Thread.id, Post.number == 1))
        .outerjoin(Revision, Revision.id == Post.latest_revision_id)
        .where(
            Thread.id.in_(pinned.union_all(own)),
            or_(Thread.published_at.is_not(None), Revision.state.in_(UNSETTLED), withdrawn),
        )
        .order_by(Thread.pinned_at.desc(), Thread.id.desc())
    )


@cache
def _threads() -> Any:
    return (
        select(*ROW)
        .select_from(Thread)
        .join(Person, Person.id == Thread.author_id)
        .outerjoin(ReadMark, read_marks.of_threads())
        .where(Thread.board_id == BOARD, IS_PUBLIC, not_(Thread.pinned_on(TODAY)))
        .order_by(Thread.last_post_at.desc(), Thread.id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


@cache
def _featured() -> Any:
    chosen_by = aliased(Person)
    return (
        select(
            *ROW, Tending.why, Tending.at.label("featured_at"), chosen_by.name.label("chosen_by")
        )
        .select_from(Thread)
        .join(Person, Person.id == Thread.author_id)
        .join(Tending, and_(Tending.thread_id == Thread.id, Tending.standing("feature")))
        .join(chosen_by, chosen_by.id == Tending.acted_by_id)
        .join(Board, Board.id == Thread.board_id)
        .outerjoin(ReadMark, read_marks.of_threads())
        .where(IS_PUBLIC, Thread.featured_at.is_not(None))
        .order_by(Thread.featured_at.desc(), Thread.id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


@cache
def _newest() -> Any:
    return (
        select(*ROW, *BOARD_NAMES)
        .select_from(Thread)
        .join(Person, Person.id == Thread.author_id)
        .join(Board, Board.id == Thread.board_id)
        .outerjoin(ReadMark, read_marks.of_threads())
        .where(IS_PUBLIC)
        .order_by(Thread.last_post_at.desc(), Thread.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )
