"""Starting threads and replying. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core import follows
from core.db import db
from core.policy import Actor
from moderation import Wording, submit

from . import tagging, tags
from .models import Board, Post, Thread


def start(
    board: Board,
    wording: Wording,
    actor: Actor,
    tag_ids: Collection[int] = (),
    proposed: Sequence[str] = (),
) -> Post:
    """A new thread with its opening post, whose wording has the title; with some of the board's
    tags, and names of such as its writer proposes."""
    thread = Thread(board=board, author_id=actor.id, title=wording.title)
    db.session.add(thread)
    db.session.flush()
    tags.give(thread, tag_ids)
    tagging.propose(thread, proposed)
    return reply(thread, wording, actor)


def reply(thread: Thread, wording: Wording, actor: Actor) -> Post:
    """A new post at the end of a thread."""
    post = Post(
        thread=thread,
        board_id=thread.board_id,
        author_id=actor.id,
        number=thread.take_number(),
        # Said, so that reading them asks no database for what cannot be there yet.
        public_revision=None,
        latest_revision=None,
        taken_revision=None,
    )
    submit(post, wording, actor)
    follows.begin(post.author_id, Thread.kind, post.thread_id)
    return post
