"""Boards, threads, posts. A post's words are revisions; it keeps its number for ever."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    Mapped,
    aliased,
    contains_eager,
    joinedload,
    mapped_column,
    query_expression,
    relationship,
    with_expression,
)
from sqlalchemy.orm.attributes import set_committed_value

from accounts.models import Person, Unit
from core import clock, i18n, jobs, journal, search
from core.covering import pattern
from core.db import Base, db
from core.i18n import _, _l, pgettext
from core.policy import Actor
from core.text import plain
from moderation import (
    NOTHING,
    UNDER_REVIEW,
    Context,
    Named,
    Passage,
    Reviewable,
    Revision,
    Words,
    latest_revisions,
    place,
)

from . import marks, references
from .drafts import Draft, repeating, waiting_since
from .rules import BoardRules

PAGE = 20  # posts on a page
MOVES = ("move", "split", "merge")
CONTEXT = 3  # posts shown to a reviewer on each side of the one under review
# What was public and was taken from its readers for the time being: its place is shown to them.
VEILED = ("suspended", "sealed")


class Board(BoardRules, Base):
    """A place for threads on one matter; its unit's reviewers decide what is published."""

    __tablename__ = "boards"

    kind = "forum:board"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    title_en: Mapped[str | None] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(String(300), default="")
    description_en: Mapped[str | None] = mapped_column(String(300))
    pre_moderated: Mapped[bool] = mapped_column(default=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    # The heading under which it stands on the page of all boards; "": the first, without one.
    topic: Mapped[str] = mapped_column(String(40), default="")
    topic_en: Mapped[str | None] = mapped_column(String(40))
    order: Mapped[int] = mapped_column(default=0)
    service_hours: Mapped[int | None]
    proposes_tags: Mapped[bool] = mapped_column(default=False)  # whether writers may, too
    thread_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)  # of its rules

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    level: Mapped[str | None] = query_expression()  # the reader's own, where it was asked for
    shelf: Mapped[Any] = query_expression()  # its tags, forum.tags.Worn each, likewise

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return i18n.pick({"zh": self.title, "en": self.title_en or ""})

    @property
    def about(self) -> str:
        return i18n.pick({"zh": self.description, "en": self.description_en or ""})

    @hybrid_property
    def key(self) -> str:
        """What moderation calls the place."""
        return f"forum:{self.slug}"

    @key.inplace.expression
    @classmethod
    def _key(cls) -> ColumnElement[str]:
        return literal("forum:").concat(cls.slug)

    @property
    def scope(self) -> str:
        """Who finds its texts by search: who may read the board at that moment."""
        return self.scope_of(self.id)

    @staticmethod
    def scope_of(board_id: int) -> str:
        return f"board:{board_id}"

    def set_hours(self, hours: int | None, actor: Actor) -> bool:
        """Promise to review within so many office hours from now on, or (None) within the site's
        own; False when that is what holds. What waits keeps its time."""
        if hours == self.service_hours:
            return False
        facts = {"hours": hours, "former": self.service_hours}
        self.service_hours = hours
        journal.append(self.kind, self.id, "set_hours", actor.id, facts=facts)
        return True

    @staticmethod
    def visible_to(actor: Actor) -> Select[Board]:
        return select(Board).where(Board.open_to(actor))


class Thread(Base):
    """A thread is public when its first post is; then `published_at` is set."""

    __tablename__ = "threads"
    __table_args__ = (
        Index("ix_threads_board_newest", "board_id", "last_post_at", "id"),
        Index("ix_threads_newest", "last_post_at", "id"),
        Index(
            "ix_threads_pinned",
            "board_id",
            sqlite_where=text("pinned_at IS NOT NULL"),
            postgresql_where=text("pinned_at IS NOT NULL"),
        ),
        Index(
            "ix_threads_featured",
            "board_id",
            "featured_at",
            sqlite_where=text("featured_at IS NOT NULL"),
            postgresql_where=text("featured_at IS NOT NULL"),
        ),
        Index(
            "ix_threads_unpublished",
            "board_id",
            "author_id",
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    last_post_at: Mapped[datetime | None]
    post_count: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    next_number: Mapped[int] = mapped_column(default=1)
    is_locked: Mapped[bool] = mapped_column(default=False)
    pinned_at: Mapped[datetime | None]
    pinned_until: Mapped[date | None]  # the last day; without one it stays until it is unpinned
    featured_at: Mapped[datetime | None]
    is_split: Mapped[bool] = mapped_column(default=False)  # signposts stand among its posts
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))

    # When the reader's own draft of a reply was saved, where the statement asked; else None.
    draft_at: Mapped[datetime | None] = query_expression()
    tags: Mapped[Any] = query_expression()  # forum.tags.Worn each, where the statement asked

    kind = "forum:thread"

    board: Mapped[Board] = relationship(lazy="raise_on_sql")
    author: Mapped[Person] = relationship(lazy="raise_on_sql")
    level: Mapped[str | None] = query_expression()  # the reader's own, where it was asked for

    @property
    def unit(self) -> Unit:
        """The unit whose reviewers answer for the board."""
        return self.board.unit

    @property
    def place(self) -> str:
        return self.board.key

    @property
    def is_public(self) -> bool:
        return self.published_at is not None

    @property
    def is_pinned(self) -> bool:
        """Whether it stands on top today: a pin falls away by itself when its last day is over."""
        until = self.pinned_until
        return self.pinned_at is not None and (until is None or until >= clock.today())

    @property
    def is_featured(self) -> bool:
        return self.featured_at is not None

    @property
    def is_tended(self) -> bool:
        """Whether its reviewers did something to it that its readers are told of."""
        return self.is_locked or self.is_featured or self.is_pinned

    @property
    def is_open(self) -> bool:
        """Whether others may answer."""
        return self.is_public and not self.is_locked

    @property
    def reply_count(self) -> int:
        return max(0, self.post_count - 1)

    def take_number(self) -> int:
        """The next number, taken in one statement: two writers never get the same."""
        taken = db.session.execute(
            update(Thread)
            .where(Thread.id == self.id)
            .values(next_number=Thread.next_number + 1)
            .returning(Thread.next_number)
            .execution_options(synchronize_session=False)
        ).scalar_one()
        return taken - 1

    @staticmethod
    def pinned_on(day: Any) -> ColumnElement[bool]:
        """The condition of `is_pinned` on a day."""
        until = Thread.pinned_until
        return and_(Thread.pinned_at.is_not(None), or_(until.is_(None), until >= day))

    @staticmethod
    def visible_to(actor: Actor) -> Select[Thread]:
        """The public ones of boards open to the actor, the own ones, those under review."""
        draft_at = with_expression(Thread.draft_at, waiting_since("reply", Thread.id, actor))
        return (
            Thread._on_boards()
            .options(draft_at)
            .where(
                Board.open_to(actor),
                or_(
                    Thread.published_at.is_not(None),
                    Thread.merged_into_id.is_not(None),  # its page is a signpost
                    _is_own(Thread, actor),
                    and_(Board.reviewed_by(actor), Thread._opens_under_review()),
                    # Others are told so much: it is under review, or under seal.
                    Thread._opens_veiled(),
                ),
            )
        )

    # Made once, as they are the same for everybody: making them costs more than asking.

    @staticmethod
    @cache
    def _on_boards() -> Select[Thread]:
        whole = contains_eager(Thread.board).contains_eager(Board.unit)
        return select(Thread).join(Thread.board).join(Board.unit).options(whole)

    @staticmethod
    @cache
    def _opens_under_review() -> ColumnElement[bool]:
        """The condition that reviewers see the opening post: its author did not take it back."""
        return (
            select(Post.id)
            .join(Revision, Revision.id == Post.latest_revision_id)
            .where(Post.thread_id == Thread.id, Post.number == 1, Revision.state.in_(UNDER_REVIEW))
            .exists()
        )

    @staticmethod
    @cache
    def _opens_veiled() -> ColumnElement[bool]:
        """The condition that the opening post's place is shown, and no word of it."""
        return (
            select(Post.id)
            .join(Revision, Revision.id == Post.taken_revision_id)
            .where(Post.thread_id == Thread.id, Post.number == 1, Revision.state.in_(VEILED))
            .exists()
        )


class Signpost(Base):
    """What stands where a thread or a post was before it moved: who as what, when, why, where to.

    On a board (`board_id`) for a thread that left it, in a thread at a post's `number`, or for
    the whole of a thread that was merged. It bears no word of what moved.
    """

    __tablename__ = "signposts"
    __table_args__ = (Index(None, "thread_id", "number"), Index(None, "board_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str] = mapped_column(
        Enum(*MOVES, native_enum=False, create_constraint=True, name="move")
    )
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"))
    number: Mapped[int | None]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    why: Mapped[str] = mapped_column(String(300))
    acted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    acted_as: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def url(self) -> str:
        """Where it points: a post wherever it is now, else the thread."""
        if self.post_id is not None:
            return url_for("forum.show_post", id=self.post_id)
        return thread_url(self.to_id)


class Post(Reviewable, Base):
    """One contribution. Number 1 opens the thread, and its revision carries the title."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("thread_id", "number"),)

    kind = "forum:post"
    kind_name = _l("主题帖和回帖")

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), index=True)
    number: Mapped[int]

    thread: Mapped[Thread] = relationship(lazy="raise_on_sql")
    author_path: Mapped[str | None] = query_expression()  # of its author's unit, where asked for
    tag_ids: Mapped[Any] = query_expression()  # of its thread's tags, likewise
    _has_tags = True  # its thread; as far as is known before its marks are made

    @property
    def unit(self) -> Unit:
        """The unit whose reviewers answer for the board."""
        return self.thread.board.unit

    @property
    def place(self) -> str:
        return self.review_place

    @property
    def is_opening(self) -> bool:
        return self.number == 1

    @property
    def page(self) -> int:
        return page_of(self.number)

    @property
    def url(self) -> str:
        """Where it stands in its thread; arithmetic, no look-up."""
        return thread_url(self.thread_id, self.number)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Post]:
        """The public ones of public threads, the own ones, those under review; and, without a
        word, those under seal where their place is seen."""
        latest = latest_revisions()
        return (
            select(Post)
            .join(Post.thread)
            .join(Thread.board)
            .join(Board.unit)
            .outerjoin(Post.latest_revision.of_type(latest))
            .options(
                contains_eager(Post.thread).contains_eager(Thread.board).contains_eager(Board.unit),
                contains_eager(Post.latest_revision.of_type(latest)),
            )
            .where(
                Board.open_to(actor),
                or_(
                    and_(Post.public_revision_id.is_not(None), Thread.published_at.is_not(None)),
                    _is_own(Post, actor),
                    and_(Board.reviewed_by(actor), latest.state.in_(UNDER_REVIEW)),
                    and_(latest.state == "sealed", Thread.published_at.is_not(None)),
                ),
            )
        )

    # --- As a kind of content under review ------------------------------------------------

    @classmethod
    def label_of(cls, revision: Revision) -> str:
        return _("主题帖") if revision.title is not None else pgettext("一条", "回帖")

    @classmethod
    def for_review(cls, subject_id: int, *, lock: bool = False) -> Post:
        found = cls.in_place().where(Post.id == subject_id)
        if lock:
            cls.lock(subject_id)
            path = _path_of(Post.author_id).scalar_subquery()
            from .tags import ids_on  # it knows threads

            found = found.options(
                with_expression(Post.author_path, path),
                with_expression(Post.tag_ids, ids_on(Post.thread_id)),
            )
            found = found.execution_options(populate_existing=True)
        return db.session.scalars(found).one()

    @classmethod
    def in_context(cls, subject_id: int) -> tuple[Post, Context]:
        """The post, and beside it the public ones of its thread, before and after."""
        here = aliased(Post)
        public = (
            select(Post.id)
            .join(here, here.thread_id == Post.thread_id)
            .where(here.id == subject_id, Post.public_revision_id.is_not(None))
            .limit(CONTEXT)
        )
        before = public.where(Post.number < here.number).order_by(Post.number.desc()).subquery()
        after = public.where(Post.number > here.number).order_by(Post.number).subquery()
        wanted = union_all(select(literal(subject_id)), select(before.c.id), select(after.c.id))
        posts = db.session.scalars(
            cls.in_place()
            .where(Post.id.in_(wanted))
            .order_by(Post.number)
            .options(joinedload(Post.author).load_only(Person.name))
        ).all()
        post = next(one for one in posts if one.id == subject_id)
        passages: tuple[list[Passage], list[Passage]] = ([], [])
        for one in posts:
            if one is not post and one.public_revision is not None:
                html = one.public_revision.body_html
                passage = Passage(one.author.name, one.created_at, html)
                passages[one.number > post.number].append(passage)
        thread = post.thread
        url = thread_url(thread.id, post.number) if thread.is_public else None
        return post, Context(thread.title, url, *passages)

    @classmethod
    def in_place(cls) -> Select[Any]:
        place = contains_eager(Post.thread).contains_eager(Thread.board)
        return super().in_place().join(Post.thread).join(Thread.board).options(place)

    @classmethod
    def named(cls, ids: Collection[int] | Select[Any]) -> dict[int, Named]:
        rows = db.session.execute(
            select(
                *(Post.id, Post.thread_id, Thread.title, Board.title.label("board")),
                Board.title_en.label("board_en"),
                or_(Thread.published_at.is_not(None), Thread.author_id == Post.author_id).label(
                    "is_named"
                ),
            )
            .join(Post.thread)
            .join(Thread.board)
            .where(Post.id.in_(ids))
        )
        return {
            row.id: Named(
                row.title if row.is_named else _("（主题现在不公开）"),
                i18n.pick({"zh": row.board, "en": row.board_en or ""}),
                cls.review_url(row.id) if row.is_named else None,
            )
            for row in rows
        }

    @classmethod
    def review_places(cls, actor: Actor | None = None) -> Select[Any]:
        columns = place(Board.key, Board.unit_id, Board.order, Board.title, Board.title_en)
        return select(*columns).where(true() if actor is None else Board.open_to(actor))

    @property
    def review_first(self) -> bool:
        return self.thread.board.pre_moderated

    @property
    def review_unit_id(self) -> int:
        return self.thread.board.unit_id

    @property
    def review_hours(self) -> int | None:
        return self.thread.board.service_hours

    @property
    def review_place(self) -> str:
        return self.thread.board.key

    @property
    def review_place_name(self) -> str:
        return self.thread.board.name

    def review_heading(self, revision: Revision) -> str:
        return revision.title or self.thread.title

    def submitted(self, revision: Revision) -> None:
        """An opening post that was never public names its thread as it now calls itself."""
        if self.is_opening and not self.thread.is_public and revision.title:
            self.thread.title = revision.title

    def published(self, revision: Revision) -> None:
        if self.is_opening:
            self._name(revision.title)
        # A reply in a thread that was hidden meanwhile is found again with the thread.
        if self.is_opening or self.thread.is_public:
            self.index(revision)
        references.published(self, revision.body_html)
        if not self.is_public:
            if self.is_opening and self.thread.post_count:
                self._index_replies()
            count = self._count(+1)
            from .following import announce  # it knows posts

            announce(self, is_first_answer=count == 2 and not self.is_opening)

    def unpublished(self) -> None:
        references.unpublished(self)
        if self.is_opening:
            search.drop(self.kind, self.id, *db.session.scalars(_public_ids(self.thread_id)))
        else:
            search.drop(self.kind, self.id)
        if self._count(-1) == 1 and not self.is_opening:
            jobs.enqueue("forum.mark_answered", thread=self.thread_id)

    def copied(self) -> list[Words]:
        """The thread bears the title of its opening post; one that was merged away still does. And
        somebody may be about to change or to quote it."""
        titles = select(Revision.title).where(
            Revision.subject_kind == self.kind, Revision.subject_id == self.id
        )
        merged = and_(
            Thread.merged_into_id.is_not(None),
            Thread.author_id == self.author_id,
            Thread.title.in_(titles),
        )
        own = and_(Thread.id == self.thread_id, true() if self.is_opening else false())
        posts = select(Post.id).where(Post.thread_id == self.thread_id)
        begun = repeating(self.id, self.thread_id, f"{self._author_name()} #{self.number}", posts)
        return [
            Words(Thread, or_(own, merged), title=NOTHING),
            Words(Draft, begun, title="", typed="", files=""),
        ]

    def kin(self) -> list[int]:
        if not self.is_opening:
            return [self.id]
        return list(db.session.scalars(select(Post.id).where(Post.thread_id == self.thread_id)))

    def review_acts(self) -> list[tuple[str, str]]:
        """What reviewers do to its thread beside deciding on its words."""
        if not self.thread.is_public:
            return []
        words = {"move": _("移动主题"), "split": _("拆分主题"), "merge": _("合并主题")}
        return [
            (label, url_for(f"forum.{verb}_thread", id=self.thread_id))
            for verb, label in words.items()
        ]

    def echoes(self, passages: Sequence[str], *, everywhere: bool = False) -> dict[int, str]:
        """The public posts of the same thread that repeat a passage; `everywhere`, those of other
        threads that search finds, and what waits in this one, too."""
        near = Post.thread_id == self.thread_id
        sought = [pattern(passage) for passage in passages]
        if everywhere:
            held = search.holding(passages[:10], self.kind)
            wanted = or_(near, Post.id.in_(sorted(map(int, held))))
            sought.append(self._quoted_as())
        else:
            wanted = and_(near, is_public)
        others = db.session.scalars(
            select(Post)
            .where(wanted, Post.id != self.id)
            .order_by(Post.thread_id != self.thread_id, Post.thread_id, Post.number)
            .options(
                joinedload(Post.public_revision),
                joinedload(Post.latest_revision),
                joinedload(Post.author).load_only(Person.name),
            )
        )
        return {
            post.id: _("第 %(n)s 楼，%(who)s", n=post.number, who=post.author.name)
            if post.thread_id == self.thread_id
            else _("另一个主题的第 %(n)s 楼", n=post.number)
            for post in others
            if any(one.search(said) for said in post._said(everywhere) for one in sought)
        }

    def _quoted_as(self) -> re.Pattern[str]:
        """How a quotation of it begins (reading.quotation), however short what it quotes."""
        return re.compile(rf"^{re.escape(self._author_name())} #{self.number}\s*$", re.MULTILINE)

    def _author_name(self) -> str:
        return db.session.scalar(select(Person.name).where(Person.id == self.author_id)) or ""

    def _said(self, also_waiting: bool) -> list[str]:
        """What it says: the public version, and the newest where asked for."""
        versions = {self.public_revision} | ({self.latest_revision} if also_waiting else set())
        return [f"{one.title or ''}\n{plain(one.body_html)}" for one in versions if one is not None]

    def undo_facts(self) -> dict[str, Any]:
        place = {"thread": self.thread_id, "number": self.number, "board": self.board_id}
        return place | ({"title": self.thread.title} if self.is_opening else {})

    def undone(self, facts: dict[str, Any]) -> None:
        if self.is_opening:
            self._name(facts["title"])

    def has_moved_on(self, since: datetime) -> bool:
        """Others answered an opening post meanwhile."""
        newer = select(Post.id).where(
            Post.thread_id == self.thread_id, Post.id != self.id, Post.created_at >= since
        )
        return self.is_opening and bool(db.session.scalar(select(newer.exists())))

    def _name(self, title: str | None) -> None:
        """Give the thread a title, under which its other posts are then found, too."""
        if not title or title == self.thread.title:
            return
        self.thread.title = title
        if self.thread.is_public:
            self._index_replies()

    def index(self, revision: Revision) -> None:
        search.put(
            self.kind,
            self.id,
            revision.title or self.thread.title,
            plain(revision.body_html),
            self.created_at,
            self.thread.board.scope,
            is_new=not self.is_public,  # what is not public is not in the index
            marks=self._marks(),
            is_titled=self.is_opening,
        )

    def _marks(self) -> list[str]:
        """What it may be narrowed by when it is sought."""
        path, tag_ids = self.author_path, self.tag_ids
        if path is None:
            from .tags import ids_on  # it knows threads

            found = _path_of(self.author_id).add_columns(ids_on(self.thread_id))
            path, tag_ids = db.session.execute(found).one()
        self._has_tags = bool(tag_ids)
        is_answered = self.thread.post_count - self.is_public > 0
        return marks.of_post(
            self.board_id, self.author_id, path, self.is_opening, is_answered, tag_ids
        )

    def _index_replies(self) -> None:
        """Replies are found under a new title, or again when a hidden opening post comes back;
        three statements, however many there are."""
        from .indexing import entries  # it knows posts

        replies = _public_ids(self.thread_id).where(Post.id != self.id)
        search.put_all(self.kind, entries(replies, self.thread.title))

    def _count(self, step: int) -> int:
        """The thread, and with its first post the board, count one more or one less; how many
        posts the thread has then.

        What the thread says of its last post is read anew from the posts when one leaves.
        """
        moment = self.published_at
        values: dict[str, Any] = {"post_count": Thread.post_count + step}
        if step > 0:
            values["last_post_at"] = greatest(Thread.last_post_at, moment)
            values["last_number"] = greatest(Thread.last_number, self.number)
        else:
            others = (Post.thread_id == self.thread_id, Post.id != self.id, is_public)
            values["last_post_at"] = scalar(func.max(Post.published_at), *others)
            values["last_number"] = func.coalesce(scalar(func.max(Post.number), *others), 0)
        if self.is_opening:
            values["published_at"] = moment if step > 0 else None
            change(Board, self.board_id, {"thread_count": Board.thread_count + step})
        count: int = change(Thread, self.thread_id, values, Thread.post_count)
        if self._has_tags:
            from .tags import follow  # it knows threads

            follow([self.thread_id])
        db.session.expire(self.thread, list(values))
        set_committed_value(self.thread, "post_count", count)
        return count


def mark_answered(thread: Thread) -> None:
    """Let its opening post be found as answered, or no longer so."""
    opening = db.session.scalars(_public_ids(thread.id).where(Post.number == 1)).all()
    is_answered = thread.post_count > 1
    search.remark(
        Post.kind,
        opening,
        add=(marks.ANSWERED,) if is_answered else (),
        remove=() if is_answered else (marks.ANSWERED,),
    )


is_public = Post.public_revision_id.is_not(None)


def greatest(column: Any, value: Any) -> Any:
    """The column, or the value where that is more or the column empty."""
    return case((column > value, column), else_=value)


def scalar(column: Any, *conditions: Any) -> Any:
    return select(column).where(*conditions).scalar_subquery()


def _public_ids(thread_id: int) -> Select[int]:
    return select(Post.id).where(Post.thread_id == thread_id, is_public)


def page_of(number: int) -> int:
    """The page of a thread on which a number stands."""
    return (number - 1) // PAGE + 1


def thread_url(thread_id: int, number: int = 1) -> str:
    page = page_of(number)
    return url_for(
        "forum.show_thread",
        id=thread_id,
        page=page if page > 1 else None,
        _anchor=f"post-{number}" if number > 1 else None,
    )


def _is_own(model: Any, actor: Actor) -> ColumnElement[bool]:
    return model.author_id == actor.id if actor.id is not None else false()


def _path_of(author_id: Any) -> Select[str]:
    """Where an author's unit stands in the tree."""
    return select(Unit.path).join(Person, Person.unit_id == Unit.id).where(Person.id == author_id)


def change(model: Any, record_id: int, values: dict[str, Any], told: Any = None) -> Any:
    """Change a row in one statement; what a column of it holds afterwards, where asked for."""
    changed = update(model).where(model.id == record_id).values(values)
    changed = changed.execution_options(synchronize_session=False)
    if told is None:
        return db.session.execute(changed) and None
    return db.session.scalar(changed.returning(told))
