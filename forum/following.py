"""Who hears of a new post: those who watch its thread, its author or its board; of a new thread
those, too, who watch one of its tags.

They are told by background work once a post is public, so that publishing costs the same however
many they are; never twice of one post, though it was taken away and came back; and what a notice
says is looked up again when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column

from accounts.models import Person
from core import clock, follows, jobs, notices, registry
from core.db import Base, db, hold, insert_into
from core.i18n import _l, ngettext
from core.notices import Found, Notice
from core.policy import Actor
from moderation import UNDO_TIME

from . import references, tags
from .models import Board, Post, Thread, mark_answered, thread_url
from .tags import Tag

BATCH = 200  # people told in one transaction


class Announcement(Base):
    """That those who watch were told of a post, or are being told; once for each post."""

    __tablename__ = "announcements"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)


def announce(post: Post, is_first_answer: bool) -> None:
    """Ask for what follows when a post becomes public: who watches or is spoken to is told, and
    its thread is found as answered. One statement."""
    _later("forum.announce", post, answers=post.thread_id if is_first_answer else 0)


def refer(post: Post) -> None:
    """Ask that it be noted to what a public post now refers. One statement."""
    _later("forum.refer", post)


def _later(work: str, post: Post, **ids: int) -> None:
    """Once it is no longer undone."""
    wait = UNDO_TIME if post.thread.board.pre_moderated else timedelta()
    jobs.enqueue(work, due_at=clock.now() + wait, post=post.id, **ids)


def _public(post_id: int) -> Post | None:
    """The post with its place and words, while others read it."""
    return db.session.scalars(
        select(Post)
        .join(Post.thread)
        .join(Thread.board)
        .options(
            contains_eager(Post.thread).contains_eager(Thread.board),
            joinedload(Post.public_revision),
        )
        .where(
            Post.id == post_id,
            Post.public_revision_id.is_not(None),
            Thread.published_at.is_not(None),
        )
    ).one_or_none()


@jobs.job("forum.refer")
def note_references(post: int) -> None:
    """Note what a public post quotes, and tell those to whom it speaks."""
    found = _public(post)
    if found is not None and found.public_revision is not None:
        hold(f"announce {found.thread_id}")
        references.anew(found, found.public_revision.body_html)


@jobs.job("forum.mark_answered")
def mark_thread(thread: int) -> None:
    """Let a thread be found as answered, or no longer so, as it is now."""
    mark_answered(db.session.get_one(Thread, thread))


@jobs.job("forum.announce")
def tell_watchers(post: int, after: int = 0, answers: int = 0) -> None:
    """Tell the next of those who watch of a post that became public."""
    if answers:
        mark_thread(answers)
    if after == 0:
        note_references(post)
    found = _public(post)
    if found is None or (after == 0 and not _is_first(post)):
        return
    hold(f"announce {found.thread_id}")
    places = places_of(found)
    # Whoever watches the thread itself has met what opens it; a tag tells of new threads alone.
    met = Thread.kind if found.is_opening else Tag.kind
    people = follows.followers([one for one in places if one[0] != met], after, BATCH)
    wanted = follows.wants(people, "follow", places) - {found.author_id}
    name = "forum:started" if found.is_opening else "forum:posted"
    notices.count_up(
        readers(wanted, found.thread.board),
        name,
        f"{Thread.kind}:{found.thread_id}",
        f"/posts/{found.id}",  # by the clock no request is there
        found.id,
    )
    if len(people) == BATCH:
        jobs.enqueue("forum.announce", post=post, after=people[-1])


def _is_first(post_id: int) -> bool:
    """Whether nobody was told of the post before; from now on it is not."""
    row = insert_into(Announcement).values(post_id=post_id, at=clock.now()).on_conflict_do_nothing()
    return db.session.scalar(row.returning(Announcement.post_id)) is not None


def places_of(post: Post) -> tuple[follows.Place, ...]:
    """Where a post stands, the nearest first, as `follows.wants` takes it."""
    return (
        (Thread.kind, post.thread_id),
        (Person.kind, post.author_id),
        *tags.places(post.thread_id),
        (Board.kind, post.board_id),
    )


def readers(people: Collection[int], board: Board) -> list[int]:
    """Of some people those who may read the board today; two statements at most."""
    actors = registry.actors(people)
    if actors and "unit" not in vars(board):
        db.session.refresh(board, ["unit"])
    return [person_id for person_id, actor in actors.items() if board.admits("read", actor)]


def recheck(rows: Sequence[Notice], actor: Actor) -> dict[int, Found]:
    """What notices of posts (parameter `items`: their ids) tell of, as the actor may read it now."""
    items = {notice.id: _items(notice) for notice in rows}
    ids = {item for own in items.values() for item in own}
    found = db.session.execute(
        select(Post.id, Post.number, Thread.title, Board.title.label("board"), Board.title_en)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .where(
            Post.id.in_(ids),
            Post.public_revision_id.is_not(None),
            Thread.published_at.is_not(None),
            Board.open_to(actor),
        )
        .order_by(Post.number)
    ).all()
    return {
        notice.id: _found(own, notice.params)
        for notice in rows
        if (own := [row for row in found if row.id in items[notice.id]])
    }


def _items(notice: Notice) -> list[int]:
    """The posts that it tells of; one kept before notices said so leads to the post."""
    if "items" in notice.params:
        return list(notice.params["items"])
    number = notice.url.rpartition("/")[2]
    return [int(number)] if number.isascii() and number.isdigit() else []


def _found(posts: Sequence[Any], params: dict[str, Any]) -> Found:
    said = ngettext("%(num)d 条新回帖", "%(num)d 条新回帖", len(posts))
    now = {"title": posts[0].title, "posts": said}
    return Found({**params, **now}, f"/posts/{posts[0].id}")


def named_threads(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    """Titles and addresses of the threads that are public and that the actor may read."""
    rows = db.session.execute(
        select(Thread.id, Thread.title)
        .join(Board, Board.id == Thread.board_id)
        .where(Thread.id.in_(ids), Thread.published_at.is_not(None), Board.open_to(actor))
    )
    return {row.id: (row.title, thread_url(row.id)) for row in rows}


def named_boards(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    boards = db.session.scalars(Board.visible_to(actor).where(Board.id.in_(ids)))
    return {board.id: (board.name, f"/forum/{board.slug}") for board in boards}


def named_tags(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    """Names and addresses of the tags that the actor may know."""
    found = db.session.scalars(select(Tag).where(Tag.id.in_(ids), Tag.open_to(actor)))
    return {tag.id: (tag.title, f"/tags/{tag.id}") for tag in found}


def fill() -> None:
    """What the forum has that can be followed, and what is said of it."""
    follows.kind(Thread.kind, _l("主题帖"), named_threads, stands_in=True)
    follows.kind(Board.kind, _l("版块"), named_boards)
    follows.kind(Tag.kind, _l("标签"), named_tags)
    for name, sort, sentence in (
        ("forum:posted", "follow", _l("“%(title)s”有 %(posts)s。")),
        ("forum:started", "follow", _l("新主题：“%(title)s”")),
        (references.TOLD, "mention", _l("%(who)s在一条帖子里提到了你。")),
        ("forum:move", "decision", _l("“%(title)s”移到了别的版块；原因写在原处。")),
        ("forum:split", "decision", _l("你的回帖被拆到新的主题“%(title)s”；原因写在原处。")),
        ("forum:merge", "decision", _l("你的主题并入了“%(title)s”；原因写在原处。")),
        ("forum:lock", "decision", _l("你的主题“%(title)s”锁定了，不再接受回帖；原因写在主题里。")),
        ("forum:unlock", "decision", _l("你的主题“%(title)s”解除锁定了，又可以回帖。")),
        ("forum:feature", "decision", _l("你的主题“%(title)s”选为精选了；理由写在主题里。")),
    ):
        notices.kind(name, sentence, sort=sort, recheck=recheck)
