"""What search keeps of posts, made for many at once: as `Post.index` makes it for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from accounts.models import Person, Unit
from core import refilling, search
from core.db import db
from core.text import plain
from moderation import Revision

from . import marks
from .models import Board, Post, Thread, is_public
from .tags import ids_on

SOURCE = refilling.Source(
    Post.id,
    select(Post.id)
    .join(Thread, Thread.id == Post.thread_id)
    .where(is_public, Thread.published_at.is_not(None)),
    lambda ids: rows(ids),
)


def rows(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The entries of some public posts; one statement."""
    return [row for several in entries(ids).values() for row in several]


def entries(
    ids: Sequence[int] | Select[int], title: str | None = None
) -> dict[int, list[dict[str, Any]]]:
    """The same by post; `title`: what their thread is about to be called."""
    found = db.session.execute(
        select(Post.id, Post.number, Post.board_id, Post.author_id, Post.created_at)
        .add_columns(Revision.title.label("own_title"), Revision.body_html, Unit.path)
        .add_columns(Thread.title, Thread.post_count, ids_on(Thread.id).label("tag_ids"))
        .join(Revision, Revision.id == Post.public_revision_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Person, Person.id == Post.author_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Post.id.in_(ids))
    )
    return {post.id: _rows(post, title or post.title) for post in found}


def _rows(post: Any, title: str) -> list[dict[str, Any]]:
    is_opening = post.number == 1
    return search.rows(
        Post.kind,
        post.id,
        post.own_title or title,
        plain(post.body_html),
        post.created_at,
        Board.scope_of(post.board_id),
        marks=marks.of_post(
            *(post.board_id, post.author_id, post.path, is_opening, post.post_count > 1),
            post.tag_ids,
        ),
        is_titled=is_opening,
    )
