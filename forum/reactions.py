"""A word under a post, of a small fixed set, instead of a reply that says no more.

Each person gives each word once to a post. Only how many gave it is shown, to nobody who: in an
organisation with superiors a list of names would be counted, and those missing on it as well.
There is no dislike, and no silent doubt either: a question needs words, so it is a reply. Nothing
is ever summed up by person, and no list is ordered by it. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Enum,
    ForeignKey,
    Integer,
    ScalarSelect,
    String,
    case,
    cast,
    delete,
    distinct,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from core import follows, notices, telling
from core.db import Base, db, insert_into
from core.i18n import _l, ngettext
from core.notices import Found, Notice
from core.policy import Actor
from core.text import excerpt
from moderation import Revision

from .following import places_of
from .models import Board, Post, Thread

# In the order in which they are shown: code → the word, and what it means to give it.
KINDS = {
    "agree": (_l("有同感"), _l("我这里也是这样，或者我也这样想")),
    "insight": (_l("有启发"), _l("给了我一个想法或者办法")),
    "join": (_l("愿参与"), _l("这件事我愿意出一份力")),
    "done": (_l("已落实"), _l("我这里照着做了，或者已经解决了")),
}
TOLD = "forum:reacted"
SHOWN = 24  # characters of a post by which a notice calls it


class Reaction(Base):
    """That somebody gave a word to a post; without a moment, which nobody needs."""

    __tablename__ = "reactions"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(
        Enum(*KINDS, native_enum=False, create_constraint=True, name="reaction"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )


class Reacted(NamedTuple):
    """How many people gave a word to a post, and whether the reader is one of them."""

    kind: str
    people: int
    is_own: bool

    @property
    def label(self) -> str:
        return str(KINDS[self.kind][0])


def words() -> list[tuple[str, str, str]]:
    """The words in the reader's language: code, word, what it means."""
    return [(kind, str(word), str(meaning)) for kind, (word, meaning) in KINDS.items()]


def give(post: Post, kind: str, actor: Actor) -> None:
    """Give a word; once, however often it is asked."""
    row = insert_into(Reaction).values(post_id=post.id, kind=kind, person_id=actor.id)
    if db.session.scalar(row.on_conflict_do_nothing().returning(Reaction.kind)) is not None:
        _tell(post)


def take(post: Post, kind: str, actor: Actor) -> None:
    """Take it back."""
    own = (Reaction.post_id == post.id, Reaction.kind == kind, Reaction.person_id == actor.id)
    db.session.execute(delete(Reaction).where(*own))


def of(post_id: Any, person: Any) -> ScalarSelect[str]:
    """What a post was given, as one column: "agree 12 1,join 3 0"; 1 where the person gave it."""
    kinds = (
        select(
            Reaction.kind,
            func.count().label("count"),
            func.max(case((Reaction.person_id == person, 1), else_=0)).label("own"),
        )
        .where(Reaction.post_id == post_id)
        .group_by(Reaction.kind)
        .correlate(post_id.table)
        .subquery()
    )
    said = kinds.c.kind + literal(" ") + cast(kinds.c.count, String)
    said = said + literal(" ") + cast(kinds.c.own, String)
    return select(func.aggregate_strings(said, ",")).scalar_subquery()


def read(column: str | None) -> tuple[Reacted, ...]:
    """That column, in the order of KINDS."""
    parts = [one.split(" ") for one in (column or "").split(",") if one]
    found = {kind: Reacted(kind, int(count), own == "1") for kind, count, own in parts}
    return tuple(found[kind] for kind in KINDS if kind in found)


def on(post: Post, actor: Actor) -> tuple[Reacted, ...]:
    """What a post was given, of every kind; one statement."""
    asked = select(of(Post.id, literal(actor.id or 0, Integer))).where(Post.id == post.id)
    found = {one.kind: one for one in read(db.session.scalar(asked))}
    return tuple(found.get(kind, Reacted(kind, 0, False)) for kind in KINDS)


def _tell(post: Post) -> None:
    """Its author hears of it who asked to, and did not mute the thread or the board: in one
    notice, as long as it is unread."""
    if not telling.hears_reactions(post.author_id):
        return
    if follows.wants({post.author_id}, "mention", places_of(post)):
        about = f"{Post.kind}:{post.id}"
        notices.count_up([post.author_id], TOLD, about, f"/posts/{post.id}", post.id)


def recheck(rows: Sequence[Notice], actor: Actor) -> dict[int, Found]:
    """How many people gave a word to the posts that notices tell of, as of now."""
    ids = {item for notice in rows for item in notice.params.get("items", [])}
    found = db.session.execute(
        select(
            Post.id, Revision.body_html, func.count(distinct(Reaction.person_id)).label("people")
        )
        .join(Revision, Revision.id == Post.public_revision_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .join(Reaction, Reaction.post_id == Post.id)
        .where(Post.id.in_(ids), Thread.published_at.is_not(None), Board.open_to(actor))
        .group_by(Post.id, Revision.body_html)
    ).all()
    posts = {row.id: row for row in found}
    return {
        notice.id: Found(_said(posts[id]), f"/posts/{id}")
        for notice in rows
        for id in notice.params.get("items", [])
        if id in posts
    }


def _said(row: Any) -> dict[str, Any]:
    people = ngettext("%(num)d 位同志", "%(num)d 位同志", row.people)
    return {"people": people, "words": excerpt(row.body_html, SHOWN)}


def fill() -> None:
    notices.kind(TOLD, _l("%(people)s回应了你写的“%(words)s”"), sort="follow", recheck=recheck)
