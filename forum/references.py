"""What a public post refers to: the posts it quotes, the people it speaks to.

The rows tell of what is public now; they come and go with it. Nothing here commits.
"""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    ScalarSelect,
    String,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Person
from core import follows, links, notices
from core.db import Base, db
from core.notices import Notice

TOLD = "forum:mention"
SHOWN = 10  # posts that quote one are named beside it


class Quotation(Base):
    """That a public post quotes another."""

    __tablename__ = "quotations"
    __table_args__ = (Index(None, "quoted_id", "post_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    quoted_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)


class Mention(Base):
    """That somebody was told of a post in which they are spoken to: once, whatever its edits."""

    __tablename__ = "mentions"
    __table_args__ = (Index(None, "person_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )


def published(post: Any, html: str) -> None:
    """Note what a version refers to that becomes public. People are told, and what an edit quotes
    is noted, by the work that follows, so that a decision costs the same however many they are."""
    before = post.public_revision
    if before is None:
        _quote(post, html)
    elif mentioned(post, html) or _quoted(post, html) != _quoted(post, before.body_html):
        from .following import refer  # it knows posts

        refer(post)


def anew(post: Any, html: str) -> None:
    """Note what a public post refers to now, and tell whom it speaks to and nobody told yet."""
    _unquote(post.id)
    _quote(post, html)
    if people := mentioned(post, html):
        _tell(post, people)


def _quoted(post: Any, html: str) -> list[int]:
    return [one for one in links.linked_to(html, "posts") if one != post.id]


def _quote(post: Any, html: str) -> None:
    if quoted := _quoted(post, html):
        posts = Base.metadata.tables["posts"]
        there = select(literal(post.id), posts.c.id).where(posts.c.id.in_(quoted))
        db.session.execute(insert(Quotation).from_select(["post_id", "quoted_id"], there))


def mentioned(post: Any, html: str) -> set[int]:
    """The ids of those to whom a version speaks."""
    return set(links.linked_to(html, "people")) - {post.author_id}


def _tell(post: Any, people: set[int]) -> None:
    """Tell those of some people that were not told of the post yet."""
    from .following import places_of, readers  # it knows posts

    told = select(Mention.person_id).where(Mention.post_id == post.id)
    untold = people - set(db.session.scalars(told))
    wanted = follows.wants(untold, "mention", places_of(post))
    who = db.session.scalar(select(Person.name).where(Person.id == post.author_id))
    for person_id in readers(wanted, post.thread.board):
        db.session.add(Mention(post_id=post.id, person_id=person_id))
        url = f"/posts/{post.id}"  # by the clock no request is there
        notices.tell(person_id, TOLD, url, items=[post.id], who=who)


def unpublished(post: Any) -> None:
    """Forget it all; who has not read of it yet will be told anew if it comes back."""
    _unquote(post.id)
    url = url_for("forum.show_post", id=post.id)
    unread = delete(Notice).where(Notice.kind == TOLD, Notice.url == url, Notice.read_at.is_(None))
    people = db.session.scalars(unread.returning(Notice.person_id)).all()
    if people:
        untold = (Mention.post_id == post.id, Mention.person_id.in_(people))
        db.session.execute(delete(Mention).where(*untold))


def _unquote(post_id: int) -> None:
    db.session.execute(delete(Quotation).where(Quotation.post_id == post_id))


def quoted_by(post_id: Any, thread_id: Any) -> ScalarSelect[str]:
    """The numbers of the posts of a thread that quote a post, as one column: "12,15". The first
    SHOWN, and one more where there are more: a post may be quoted by thousands."""
    posts = Base.metadata.tables["posts"].alias("quoting")
    first = (
        select(posts.c.number)
        .select_from(Quotation)
        .join(posts, posts.c.id == Quotation.post_id)
        .where(Quotation.quoted_id == post_id, posts.c.thread_id == cast(thread_id, Integer))
        .order_by(Quotation.post_id)
        .limit(SHOWN + 1)
        .correlate(post_id.table)
        .subquery()
    )
    return select(func.aggregate_strings(cast(first.c.number, String), ",")).scalar_subquery()
