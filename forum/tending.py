"""Locking, pinning and featuring threads: by the board's reviewers, once, with why, in the journal.

Each act is a row until it is ended, and stays one afterwards: readers of the thread are told who
did what, when and why, and of all acts there is an open list. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    String,
    and_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from accounts.models import Person
from core import clock, journal, notices
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _, _l
from core.paging import Pager
from core.policy import Actor
from moderation import reviewer_role

from .models import Board, Post, Thread

PAGE = 30
# an act → the verb that ends it
ENDS = {"lock": "unlock", "pin": "unpin", "feature": "unfeature"}
# verb → what is said when it is done
DONE = {
    "lock": _l("已锁定，不再接受新的回帖。"),
    "unlock": _l("已解除锁定，可以回帖了。"),
    "pin": _l("已置顶。"),
    "unpin": _l("已取消置顶。"),
    "feature": _l("已选为精选。"),
    "unfeature": _l("已从精选里拿下。"),
}
# Of these the thread's author hears.
TOLD = ("lock", "unlock", "feature")


class Tending(Base):
    """That a thread was locked, pinned or featured, on which board, by whom as what, why, until
    when; and how it ended."""

    __tablename__ = "tendings"
    __table_args__ = (Index(None, "thread_id", "verb"), Index(None, "board_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str] = mapped_column(
        Enum(*ENDS, native_enum=False, create_constraint=True, name="tending")
    )
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    why: Mapped[str] = mapped_column(String(300))
    lasts_until: Mapped[date | None]
    acted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    acted_as: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_as: Mapped[str | None] = mapped_column(String(30))
    ended_why: Mapped[str | None] = mapped_column(String(300))

    @staticmethod
    def standing(*verbs: str) -> ColumnElement[bool]:
        """The condition of an act of these kinds that nobody has ended."""
        return and_(Tending.verb.in_(verbs), Tending.ended_at.is_(None))


@dataclass(frozen=True)
class Told:
    """An act as readers of its thread are told of it."""

    verb: str
    why: str
    until: date | None
    who: str
    role: str
    at: datetime


def tend(thread: Thread, verb: str, actor: Actor, why: str = "", until: date | None = None) -> None:
    """Do or end an act. Raises Conflict as `check` does."""
    check(thread, verb)
    act = act_of(verb)
    end(thread, (act,), actor, why)
    if verb in ENDS:
        _begin(thread, act, actor, why, until)
    facts = {"until": until.isoformat()} if until else {}
    journal.append(thread.kind, thread.id, verb, actor.id, note=why, facts=facts)
    if verb in TOLD and thread.author_id != actor.id:
        opening = select(Post.id).where(Post.thread_id == thread.id, Post.number == 1)
        post_id = db.session.scalars(opening).one()
        url = Post.review_url(post_id)
        notices.tell(thread.author_id, f"forum:{verb}", url, items=[post_id], title=thread.title)


def check(thread: Thread, verb: str) -> None:
    """Raise Conflict when it is so already, or when nobody reads the thread."""
    is_so = {"lock": thread.is_locked, "pin": thread.is_pinned, "feature": thread.is_featured}
    if is_so[act_of(verb)] == (verb in ENDS) or not thread.is_public:
        raise Conflict(thread, _("这个主题已经是这样了，或者还没有发布。"))


def why_locked(thread: Thread) -> str:
    """The reason that stands with a lock; one statement."""
    standing = select(Tending.why).where(Tending.thread_id == thread.id, Tending.standing("lock"))
    return db.session.scalars(standing).first() or ""


def act_of(verb: str) -> str:
    """What a verb begins or ends."""
    return verb if verb in ENDS else next(act for act, end in ENDS.items() if end == verb)


def _begin(thread: Thread, act: str, actor: Actor, why: str, until: date | None) -> None:
    assert actor.id is not None
    _mark(thread, act, True, until)
    db.session.add(
        Tending(
            verb=act,
            thread_id=thread.id,
            board_id=thread.board_id,
            why=why,
            lasts_until=until,
            acted_by_id=actor.id,
            acted_as=_role(thread, actor),
        )
    )


def end(thread: Thread, acts: Collection[str], actor: Actor, why: str = "") -> None:
    """End the acts of these kinds that stand, if any: a pin whose last day is over, too."""
    for act in acts:
        _mark(thread, act, False)
    ended = {"ended_by_id": actor.id, "ended_as": _role(thread, actor), "ended_why": why}
    db.session.execute(
        update(Tending)
        .where(Tending.thread_id == thread.id, Tending.standing(*acts))
        .values(ended_at=clock.now(), **ended)
        .execution_options(synchronize_session=False)
    )


def carry(thread: Thread, board: Board) -> None:
    """What stands goes along to another board: there it will be ended, with a why for there."""
    db.session.execute(
        update(Tending)
        .where(Tending.thread_id == thread.id, Tending.standing(*ENDS))
        .values(board_id=board.id)
        .execution_options(synchronize_session=False)
    )


def _mark(thread: Thread, act: str, is_so: bool, until: date | None = None) -> None:
    """What lists of threads read."""
    if act == "lock":
        thread.is_locked = is_so
    elif act == "pin":
        thread.pinned_at, thread.pinned_until = (clock.now(), until) if is_so else (None, None)
    else:
        thread.featured_at = clock.now() if is_so else None


def _role(thread: Thread, actor: Actor) -> str:
    return reviewer_role(actor, thread.unit, thread.place) or "moderator"


def acts(actor: Actor, board: str, number: int) -> Pager[Any]:
    """A page of all that was done on the boards open to the actor, the newest first; `board` ("":
    all) is the slug of one. The title of a thread that the actor may not read is not to be shown."""
    ended_by = aliased(Person)
    open_now = select(Board.id).where(Board.open_to(actor)).correlate(None)
    found = (
        select(
            Tending,
            Person.name.label("who"),
            ended_by.name.label("ended_by"),
            Thread.title,
            and_(Thread.published_at.is_not(None), Thread.board_id.in_(open_now)).label("is_named"),
            Board,
        )
        .join(Thread, Thread.id == Tending.thread_id)
        .join(Board, Board.id == Tending.board_id)
        .join(Person, Person.id == Tending.acted_by_id)
        .outerjoin(ended_by, ended_by.id == Tending.ended_by_id)
        .where(Board.open_to(actor), *([Board.slug == board] if board else []))
        .order_by(Tending.id.desc())
        .limit(PAGE + 1)
        .offset((number - 1) * PAGE)
    )
    rows: Sequence[Any] = db.session.execute(found).all()
    return Pager(number, PAGE, (number - 1) * PAGE + len(rows), rows[:PAGE])
