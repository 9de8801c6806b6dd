"""A person's drafts with where each belongs."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import and_, or_

from core.db import db
from core.i18n import _, pgettext
from core.policy import Actor

from .drafts import Draft
from .models import Board, Post, Thread, thread_url


@dataclass(frozen=True)
class Row:
    """A draft, what it is, the name of its place and where it goes on; none where it cannot."""

    draft: Draft
    label: str
    place: str
    url: str | None
    place_url: str | None


def rows(actor: Actor, only: int | None = None) -> list[Row]:
    """The actor's drafts, the newest first; one statement."""
    found = (
        Draft.visible_to(actor)
        .outerjoin(Post, and_(Draft.act == "edit", Post.id == Draft.subject_id))
        .outerjoin(
            Thread,
            or_(
                and_(Draft.act == "reply", Thread.id == Draft.subject_id),
                Thread.id == Post.thread_id,
            ),
        )
        .outerjoin(
            Board,
            or_(
                and_(Draft.act == "start", Board.id == Draft.subject_id),
                Board.id == Thread.board_id,
            ),
        )
        .add_columns(Post, Thread, Board, Board.open_to(actor))
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    )
    if only is not None:
        found = found.where(Draft.id == only)
    return [
        _row(draft, post, thread, board, actor) if is_open else _shut(draft)
        for draft, post, thread, board, is_open in db.session.execute(found)
    ]


def _shut(draft: Draft) -> Row:
    """One whose place its writer may no longer read: the words, and nothing of the place."""
    return Row(draft, _("草稿"), _("（这个版块现在不对你开放）"), None, None)


def _row(draft: Draft, post: Post | None, thread: Thread | None, board: Board, actor: Actor) -> Row:
    if thread is None:
        url = url_for("forum.start_thread", slug=board.slug)
        board_url = url_for("forum.show_board", slug=board.slug)
        return Row(draft, _("新帖"), board.name, url, board_url)
    # A title that is not everybody's is named to its author alone.
    is_named = thread.is_public or thread.author_id == actor.id
    place = thread.title if is_named else _("（主题现在不公开）")
    if post is not None:
        label = _("修改第 %(n)s 楼", n=post.number)
        url = url_for("forum.edit_post", id=post.id)
        return Row(draft, label, place, url, url_for("forum.show_post", id=post.id))
    reply = url_for("forum.reply", id=thread.id) if thread.is_open else None
    there = thread_url(thread.id) if is_named else None
    return Row(draft, pgettext("一条", "回帖"), place, reply, there)
