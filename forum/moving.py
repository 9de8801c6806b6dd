"""Moving, splitting and merging threads: posts keep their permalinks, old places a signpost.

Nothing here commits. What is not read by everybody never becomes so by moving: a thread goes
only where as few or fewer may read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from core import clock, follows, journal, notices, search
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor, Forbidden
from moderation import follow, is_reviewer, lock_waiting, reviewer_role

from . import drafts, marks, tags, tending
from .models import Board, Post, Signpost, Thread, change, is_public, mark_answered, scalar

SHOWN = timedelta(days=30)  # how long a board points to what left it


class Misplaced(ValueError):
    """A move that cannot be; the sentence says why, in the reader's language."""


@dataclass(frozen=True)
class Sign:
    """A signpost as one reader sees it; `board` names where it points, for those who may go."""

    post: Signpost
    board: Board | None

    @property
    def number(self) -> int:
        return self.post.number or 0


def move(thread: Thread, board: Board, why: str, actor: Actor) -> None:
    """Put a thread on another board. Raises Conflict, Forbidden, Misplaced."""
    posts = _take(thread, actor)
    if board.id == thread.board_id:
        raise Conflict(thread, _("这个主题已经在这个版块里。"))
    _mind(thread.board, board, actor)
    left = thread.board
    _sign(
        Signpost(verb="move", thread_id=thread.id, board_id=left.id, to_id=thread.id),
        left,
        why,
        actor,
    )
    for post in posts:
        post.board_id = board.id
    tending.end(thread, ("pin",), actor)
    tending.carry(thread, board)
    thread.board = board
    db.session.flush()
    gone = [marks.of_tag(id) for id in tags.leave(thread, left)]
    places = {"add": [marks.of_board(board.id)], "remove": [marks.of_board(left.id), *gone]}
    search.remark(Post.kind, [post.id for post in posts], scope=board.scope, **places)
    follow(Post.kind, [post.id for post in posts], board.key, board.unit_id)
    _recount(boards=(left, board))
    journal.append(
        thread.kind, thread.id, "move", actor.id, facts={"from": left.id, "to": board.id}
    )
    _tell(thread.author_id, "forum:move", posts[0], thread)


def split(thread: Thread, numbers: Sequence[int], title: str, why: str, actor: Actor) -> Thread:
    """Make a thread of chosen posts, the first of which opens it. Raises Conflict, Misplaced."""
    chosen = [post for post in _take(thread, actor) if post.number in set(numbers)]
    if 1 in numbers or len(chosen) != len(set(numbers)):
        raise Misplaced(_("请写这个主题里有的楼号；第 1 楼要留在原处。"))
    if not chosen or not chosen[0].is_public:
        raise Misplaced(_("选中的第一条要是已经发布的，它会成为新主题的第 1 楼。"))
    made = Thread(board=thread.board, author_id=chosen[0].author_id, title=title)
    made.created_at = chosen[0].created_at
    db.session.add(made)
    db.session.flush()
    thread.is_split = True
    _carry(chosen, made, "split", why, actor)
    _recount((thread, made), (thread.board,))
    facts = {"into": made.id, "posts": len(chosen)}
    journal.append(thread.kind, thread.id, "split", actor.id, facts=facts)
    journal.append(made.kind, made.id, "split_off", actor.id, facts={"from": thread.id})
    for author_id in {post.author_id for post in chosen}:
        first = next(post for post in chosen if post.author_id == author_id)
        _tell(author_id, "forum:split", first, made)
    return made


def merge(thread: Thread, into: Thread, why: str, actor: Actor) -> None:
    """Put all posts of a thread at the end of another. Raises Conflict, Forbidden, Misplaced."""
    if thread.id == into.id:
        raise Misplaced(_("请写另一个主题。"))
    posts = _take(thread, actor)
    db.session.execute(select(Thread.id).where(Thread.id == into.id).with_for_update())
    db.session.refresh(into, ["next_number", "published_at", "is_locked"])
    if not into.is_public:
        raise Misplaced(_("那个主题没有公开，不能并进去。"))
    _mind(thread.board, into.board, actor)
    _sign(Signpost(verb="merge", thread_id=thread.id, to_id=into.id), thread.board, why, actor)
    _carry(posts, into, "merge", why, actor)
    tending.end(thread, tuple(tending.ENDS), actor)
    follows.carry_over(thread.kind, thread.id, into.id)
    drafts.carry(thread.id, into.id, into.last_number)
    thread.merged_into_id, thread.is_locked = into.id, True
    follow(Post.kind, [post.id for post in posts], into.board.key, into.board.unit_id)
    _recount((thread, into), (thread.board, into.board))
    facts = {"into": into.id, "posts": len(posts)}
    journal.append(thread.kind, thread.id, "merge", actor.id, facts=facts)
    journal.append(into.kind, into.id, "take_in", actor.id, facts={"from": thread.id})
    _tell(thread.author_id, "forum:merge", posts[0], into)


def boards_of(actor: Actor) -> list[Board]:
    """The boards that the actor reviews for and that are not archived; one statement."""
    found = db.session.scalars(
        select(Board).order_by(Board.order, Board.id).options(joinedload(Board.unit))
    )
    return [
        board
        for board in found
        if not board.is_archived and is_reviewer(actor, board.unit, board.key)
    ]


def signs_on(board: Board, actor: Actor) -> list[Sign]:
    """What left a board lately, the newest first; one statement."""
    rows = db.session.execute(
        select(Signpost, Board)
        .join(Thread, Thread.id == Signpost.to_id)
        .outerjoin(Board, and_(Board.id == Thread.board_id, Board.open_to(actor)))
        .where(
            Signpost.board_id == board.id,
            Thread.board_id != board.id,
            Thread.published_at.is_not(None),
            Signpost.at > clock.now() - SHOWN,
        )
        .order_by(Signpost.id.desc())
        .limit(10)
    )
    return [Sign(sign, there) for sign, there in rows]


def sign_of(thread: Thread, actor: Actor) -> Sign:
    """Where a merged thread went."""
    row = db.session.execute(
        select(Signpost, Board)
        .join(Thread, Thread.id == Signpost.to_id)
        .outerjoin(Board, and_(Board.id == Thread.board_id, Board.open_to(actor)))
        .where(Signpost.thread_id == thread.id, Signpost.verb == "merge", Signpost.number.is_(None))
        .order_by(Signpost.id.desc())
    ).first()
    assert row is not None
    return Sign(*row)


def _take(thread: Thread, actor: Actor) -> list[Post]:
    """The thread's posts, locked, after the items in which any waits; never waiting for whoever
    is deciding on one, for a decision holds a post and waits for its thread."""
    if not thread.is_public:
        raise Conflict(thread, _("这个主题已经不在这里，或者还没有发布。"))
    ids = select(Post.id).where(Post.thread_id == thread.id)
    try:
        lock_waiting(Post.kind, ids)
        db.session.execute(ids.order_by(Post.id).with_for_update(nowait=True, key_share=True))
    except OperationalError as fault:
        raise Conflict(thread, _("审核员正好在处理其中的一条，请稍等片刻再试。")) from fault
    return list(
        db.session.scalars(
            select(Post)
            .where(Post.thread_id == thread.id)
            .order_by(Post.number)
            .options(joinedload(Post.public_revision), joinedload(Post.thread))
        )
    )


def _mind(left: Board, board: Board, actor: Actor) -> None:
    """The actor answers for the other board, too, and nobody reads there who did not before."""
    if not is_reviewer(actor, board.unit, board.key):
        raise Forbidden("forum:thread:tend")
    if board.is_archived:
        raise Misplaced(_("那个版块已经存档，不再收主题。"))
    if board.audience("read").is_within(left.audience("read")):
        return
    if board.is_public:
        raise Misplaced(_("那里不登录也能看，这里的内容只给登录的人看，不能移过去。"))
    raise Misplaced(_("能看那个版块的人里，有看不到这里的，不能移过去。"))


def _carry(posts: Sequence[Post], into: Thread, verb: str, why: str, actor: Actor) -> None:
    """Give posts new numbers at the end of a thread, in their order, and index them there."""
    for post in posts:
        if verb == "split":
            sign = Signpost(
                verb=verb,
                thread_id=post.thread_id,
                number=post.number,
                post_id=post.id,
                to_id=into.id,
            )
            _sign(sign, post.thread.board, why, actor)
        post.number = into.take_number()
        post.thread, post.board_id = into, into.board_id
    db.session.flush()
    db.session.refresh(into, ["next_number"])
    for post in posts:
        if post.public_revision is not None:
            post.index(post.public_revision)


def _sign(signpost: Signpost, board: Board, why: str, actor: Actor) -> None:
    assert actor.id is not None
    signpost.why, signpost.acted_by_id = why, actor.id
    signpost.acted_as = reviewer_role(actor, board.unit, board.key) or "moderator"
    db.session.add(signpost)


def _recount(threads: Iterable[Thread] = (), boards: Iterable[Board] = ()) -> None:
    """What threads and boards say of their posts, read anew."""
    db.session.flush()
    for thread in threads:
        own = (Post.thread_id == thread.id, is_public)
        values: dict[str, Any] = {
            "post_count": scalar(func.count(Post.id), *own),
            "last_post_at": scalar(func.max(Post.published_at), *own),
            "last_number": func.coalesce(scalar(func.max(Post.number), *own), 0),
            "published_at": scalar(func.min(Post.published_at), *own, Post.number == 1),
        }
        change(Thread, thread.id, values)
        tags.follow([thread.id])
        db.session.expire(thread, list(values))
        mark_answered(thread)
    for board in boards:
        public = (Thread.board_id == board.id, Thread.published_at.is_not(None))
        change(Board, board.id, {"thread_count": scalar(func.count(Thread.id), *public)})
        db.session.expire(board, ["thread_count"])


def _tell(person_id: int, kind: str, post: Post, thread: Thread) -> None:
    url = Post.review_url(post.id)
    notices.tell(person_id, kind, url, items=[post.id], title=thread.title)
