"""The forum's listings as feeds: all boards, a board, a thread, a tag, what was chosen. Public
versions alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, select

from accounts.models import Person
from core import feeds
from core.db import db
from core.feeds import MOST, SUMMARY, Entry, Listing
from core.gate import LARGEST_ID
from core.i18n import _
from core.policy import Actor
from core.text import excerpt
from moderation import Revision

from .listing import IS_PUBLIC
from .models import Board, Post, Thread, thread_url
from .tags import Tag, ThreadTag
from .tending import Tending

COLUMNS = (Revision.body_html, Person.name.label("author"))


def boards(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """The newest threads of every board that the actor may read."""
    if key != feeds.ALL:
        return None
    rows = db.session.execute(_threads().where(Board.open_to(actor))).all()
    return Listing(_("讨论"), "/forum", _entries(rows))


def board(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """The newest threads of a board."""
    found = db.session.scalars(Board.visible_to(actor).where(Board.slug == key)).one_or_none()
    if found is None:
        return None
    rows = db.session.execute(_threads().where(Thread.board_id == found.id)).all()
    return Listing(found.name, f"/forum/{found.slug}", _entries(rows))


def tag(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """The threads of a tag in which somebody spoke last."""
    number = _number(key)
    found = db.session.scalar(select(Tag).where(Tag.id == number, Tag.open_to(actor)))
    if number is None or found is None:
        return None
    newest = (
        select(ThreadTag.thread_id)
        .where(
            ThreadTag.tag_id == number,
            ThreadTag.last_post_at.is_not(None),
            ThreadTag.board_id.in_(select(Board.id).where(Board.open_to(actor))),
        )
        .order_by(ThreadTag.last_post_at.desc(), ThreadTag.thread_id.desc())
        .limit(MOST)
        .subquery()
    )
    here = Thread.id.in_(select(newest.c.thread_id))
    rows = db.session.execute(_threads().where(here)).all()
    return Listing(found.title, f"/tags/{number}", _entries(rows))


def featured(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """What was chosen last of all that the actor may read."""
    if key != feeds.ALL:
        return None
    rows = db.session.execute(_featured().where(Board.open_to(actor))).all()
    return Listing(_("各版块的精选"), "/threads/featured", _chosen(rows))


def board_featured(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """What was chosen last on a board."""
    found = db.session.scalars(Board.visible_to(actor).where(Board.slug == key)).one_or_none()
    if found is None:
        return None
    rows = db.session.execute(_featured().where(Thread.board_id == found.id)).all()
    title = _("%(board)s的精选", board=found.name)
    return Listing(title, f"/forum/{found.slug}/featured", _chosen(rows))


def _featured() -> Any:
    """Featured threads with the reason, by the moment of their choice."""
    standing = and_(Tending.thread_id == Thread.id, Tending.standing("feature"))
    found = _threads().add_columns(Tending.why, Thread.featured_at).join(Tending, standing)
    order = (Thread.featured_at.desc(), Thread.id.desc())
    return found.where(Thread.featured_at.is_not(None)).order_by(None).order_by(*order)


def _chosen(rows: Sequence[Any]) -> list[Entry]:
    """A thread is new here when it is chosen; the reason comes before its first words."""
    return [
        replace(entry, at=row.featured_at, summary=f"{row.why} {entry.summary}")
        for row, entry in zip(rows, _entries(rows), strict=True)
    ]


def _number(key: str) -> int | None:
    """The id that a key names; none for what cannot be one."""
    is_number = key.isascii() and key.isdigit() and len(key) < 11
    return int(key) if is_number and int(key) <= LARGEST_ID else None


def thread(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """The newest posts of a public thread; one statement for the thread, one for its posts."""
    if (number := _number(key)) is None:
        return None
    found = db.session.execute(
        select(Thread.id, Thread.title)
        .join(Board, Board.id == Thread.board_id)
        .where(Thread.id == number, Thread.published_at.is_not(None), Board.open_to(actor))
    ).one_or_none()
    if found is None:
        return None
    rows = db.session.execute(
        select(Post.id, Post.number, Post.published_at, *COLUMNS)
        .join(Revision, Revision.id == Post.public_revision_id)
        .join(Person, Person.id == Post.author_id)
        .where(Post.thread_id == found.id)
        .order_by(Post.number.desc())
        .limit(MOST)
    )
    entries = [
        _entry(row, f"/posts/{row.id}", f"{found.title} #{row.number}")
        for row in rows
        if row.published_at
    ]
    return Listing(found.title, thread_url(found.id), entries)


def _threads() -> Any:
    """The threads in which somebody spoke last, with how they begin: a thread that is new stands
    among them, and there is an index for it."""
    opening = and_(Post.thread_id == Thread.id, Post.number == 1)
    return (
        select(Thread.id, Thread.title, Thread.published_at, *COLUMNS)
        .join(Board, Board.id == Thread.board_id)
        .join(Post, opening)
        .join(Revision, Revision.id == Post.public_revision_id)
        .join(Person, Person.id == Thread.author_id)
        .where(IS_PUBLIC)
        .order_by(Thread.last_post_at.desc(), Thread.id.desc())
        .limit(MOST)
    )


def _entries(rows: Sequence[Any]) -> list[Entry]:
    return [_entry(row, thread_url(row.id), row.title) for row in rows]


def _entry(row: Any, url: str, title: str) -> Entry:
    summary = excerpt(row.body_html, SUMMARY)
    return Entry(url, title, row.published_at, summary, row.author)


def fill() -> None:
    feeds.kind("boards", boards)
    feeds.kind("board", board)
    feeds.kind("thread", thread)
    feeds.kind("tag", tag)
    feeds.kind("featured", featured)
    feeds.kind("board-featured", board_featured)
