"""Threads like the one that somebody is about to start: on every board that the writer may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core import likeness, search
from core.db import db
from core.policy import Actor

from . import marks
from .models import Board, Post, Thread

SHOWN = 5
LEAST = 4  # characters of a title that is looked at: one may not be shorter


def threads(title: str, actor: Actor) -> Sequence[Any]:
    """The public threads whose titles are most like it, the most like first; at most five statements."""
    title = title.strip()
    if len(title) < LEAST:
        return []
    ids = [int(id) for id in likeness.alike(title, search.reach(actor), marks.THREADS, SHOWN)]
    rows = db.session.execute(
        select(Post.id.label("post_id"), Thread.id, Thread.title, Thread.last_post_at)
        .add_columns(Thread.post_count, Thread.is_locked)
        .add_columns(Board.title.label("board"), Board.title_en.label("board_en"))
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .where(Post.id.in_(ids), Thread.published_at.is_not(None), Board.open_to(actor))
    ).all()
    return sorted(rows, key=lambda row: ids.index(row.post_id))
