"""Posts that somebody wants to find again, with a note, and to be reminded of on a day.

Nobody but that person ever sees a bookmark. Of a post that is no longer public no word is shown.
Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    case,
    exists,
    false,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Person
from core import clock, jobs, notices
from core.db import Base, db, insert_into
from core.i18n import _, _l
from core.notices import Found, Notice
from core.paging import Pager
from core.policy import Actor
from moderation import Revision

from .models import Board, Post, Thread

PAGE = 30
MORNING = timedelta(hours=8)  # when, on its day, a reminder comes
TOLD = "forum:remind"


class Bookmark(Base):
    __tablename__ = "bookmarks"
    __table_args__ = (
        UniqueConstraint("post_id", "person_id"),
        Index(None, "person_id", "id"),
        Index(None, "person_id", "remind_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    note: Mapped[str] = mapped_column(String(300), default="")
    remind_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None]

    @property
    def is_due(self) -> bool:
        return self.remind_on is not None and self.remind_on <= clock.today()

    @staticmethod
    def visible_to(actor: Actor) -> Select[Bookmark]:
        mine = Bookmark.person_id == actor.id if actor.id is not None else false()
        return select(Bookmark).where(mine)


def has(post_id: Any, person: Any) -> ColumnElement[bool]:
    """The condition that a person bookmarked a post."""
    mine = (Bookmark.post_id == post_id, Bookmark.person_id == person)
    return exists().where(*mine).correlate(post_id.table)


def of(post: Post, actor: Actor) -> Bookmark | None:
    return db.session.scalar(Bookmark.visible_to(actor).where(Bookmark.post_id == post.id))


def begin(post: Post, actor: Actor) -> Bookmark:
    """The actor's bookmark of a post, made if it is not there yet."""
    row = insert_into(Bookmark).values(post_id=post.id, person_id=actor.id, note="")
    db.session.execute(row.on_conflict_do_nothing())
    found = of(post, actor)
    assert found is not None
    return found


def keep(bookmark: Bookmark, note: str, remind_on: date | None) -> None:
    """Change the note and the day; another day is told anew."""
    bookmark.note = note
    if remind_on == bookmark.remind_on:
        return
    bookmark.remind_on, bookmark.reminded_at = remind_on, None
    if remind_on is not None:
        jobs.enqueue("forum.remind", clock.start_of(remind_on) + MORNING, bookmark=bookmark.id)


@jobs.job("forum.remind")
def remind(bookmark: int) -> None:
    """Remind of a post on the morning of the day that holds now; once."""
    found = db.session.scalar(
        select(Bookmark).where(Bookmark.id == bookmark, Bookmark.reminded_at.is_(None))
    )
    if found is None or not found.is_due:
        return
    found.reminded_at = clock.now()
    notices.tell(found.person_id, TOLD, f"/posts/{found.post_id}", bookmark=found.id)


def page(actor: Actor, only: str, number: int) -> Pager[Any]:
    """A page of the actor's bookmarks, those made last first; `only="due"`: those whose day came,
    the latest day first. One statement."""
    found = _with_words(actor).where(Bookmark.person_id == actor.id)
    if only == "due":
        found = found.where(Bookmark.remind_on <= clock.today()).order_by(Bookmark.remind_on.desc())
    found = found.order_by(Bookmark.id.desc()).limit(PAGE + 1).offset((number - 1) * PAGE)
    rows = db.session.execute(found).all()
    return Pager(number, PAGE, (number - 1) * PAGE + len(rows), rows[:PAGE])


def _with_words(actor: Actor) -> Select[Any]:
    """Bookmarks with what everybody who may read them reads of their posts; else with nothing."""
    is_read = and_(
        Thread.id == Post.thread_id, Thread.published_at.is_not(None), Board.open_to(actor)
    )
    return (
        select(
            Bookmark,
            Post.number,
            Thread.title,
            case((Thread.id.is_not(None), Board.title)).label("board"),
            case((Thread.id.is_not(None), Board.title_en)).label("board_en"),
            Person.name.label("author"),
            Revision.body_html.label("html"),
        )
        .select_from(Bookmark)
        .join(Post, Post.id == Bookmark.post_id)
        .join(Board, Board.id == Post.board_id)
        .outerjoin(Thread, and_(is_read, Post.public_revision_id.is_not(None)))
        .outerjoin(Revision, and_(Revision.id == Post.public_revision_id, Thread.id.is_not(None)))
        .outerjoin(Person, and_(Person.id == Post.author_id, Thread.id.is_not(None)))
    )


def recheck(rows: Sequence[Notice], actor: Actor) -> dict[int, Found]:
    """What reminders remind of, as the actor may read it now; with the actor's own note."""
    ids = [notice.params.get("bookmark") for notice in rows]
    found = _with_words(actor).where(
        Bookmark.id.in_(ids), Bookmark.person_id == actor.id, Thread.id.is_not(None)
    )
    marked = {row.Bookmark.id: row for row in db.session.execute(found)}
    return {
        notice.id: Found(_said(row), f"/posts/{row.Bookmark.post_id}")
        for notice in rows
        if (row := marked.get(notice.params.get("bookmark"))) is not None
    }


def _said(row: Any) -> dict[str, Any]:
    note = row.Bookmark.note
    return {"title": row.title, "n": row.number, "note": _("：%(note)s", note=note) if note else ""}


def fill() -> None:
    said = _l("你要今天再看的：“%(title)s”第 %(n)s 楼%(note)s")
    notices.kind(TOLD, said, sort="reminder", recheck=recheck)
