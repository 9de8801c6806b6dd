"""A page of a thread: a range of numbers, whatever the thread's length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Integer, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from accounts.models import Person, Unit
from core import follows
from core.attachments import notes
from core.db import db
from core.file_links import Carried, Shown, carried
from core.paging import Pager
from core.policy import Actor
from core.text import excerpt
from moderation import UNDER_REVIEW, Revision, Standing, Unsettled, grounds, standings

from . import bookmarks, reactions, read_marks, references
from .models import PAGE, VEILED, Post, Thread, page_of, thread_url
from .reactions import Reacted

SETTLED = ("published", "superseded")


@dataclass(frozen=True, slots=True)
class Line:
    """A post as one reader sees it. `standing` is for its author alone.

    A veiled one is under review after flags, or under seal: this reader sees its number, and
    nothing else of it.
    """

    id: int
    number: int
    author_id: int
    author: str
    unit: str
    unit_en: str | None
    at: datetime
    html: str
    is_public: bool
    is_edited: bool
    edit_kind: str | None  # how a reviewer made the version that is read, if one did
    awaits_answer: bool
    state: str
    standing: Standing | None
    grounds: tuple[str, ...]
    is_veiled: bool
    quoted_by: tuple[int, ...] = ()  # the numbers of public posts of the thread
    files: tuple[Shown, ...] = ()  # those that do not stand in the text
    is_muted: bool = False  # the reader wants peace from its author
    reacted: tuple[Reacted, ...] = ()
    is_bookmarked: bool = False

    @property
    def quoted_from(self) -> list[tuple[int, int]]:
        """Those numbers that are named, each with its page."""
        return [(number, page_of(number)) for number in self.quoted_by[: references.SHOWN]]

    @property
    def page(self) -> int:
        return page_of(self.number)


@dataclass(frozen=True)
class ThreadPage(Pager[Line]):
    """A page of a thread; `mark` is how far its reader has read, `first_unread` what comes next."""

    mark: int = 0
    first_unread: int | None = None

    @property
    def last_public(self) -> int:
        """The highest number on the page that everybody reads."""
        return max((line.number for line in self.rows if line.is_public), default=0)

    @property
    def range(self) -> tuple[int, int]:
        """The first number of the page, and the last it may have."""
        first = (self.number - 1) * self.size + 1
        return first, first + self.size - 1

    def shows(self, number: int) -> bool:
        """Whether a number stands on this page."""
        return page_of(number) == self.number

    @property
    def jumps(self) -> bool:
        """Whether the first unread post is elsewhere than at the head of this page."""
        return self.first_unread is not None and self.first_unread != self.rows[0].number


def posts(thread: Thread, number: int, actor: Actor, reviews: bool) -> ThreadPage:
    """The posts of a page that the actor may read: one statement, two more for own waiting ones.

    `reviews` says that the actor reviews for the board.
    """
    first, reader_id = (number - 1) * PAGE + 1, actor.id
    asked = {
        "thread": thread.id,
        "first": first,
        "last": first + PAGE - 1,
        "last_public": thread.last_number,
        "actor": reader_id or 0,
        "reviews": reviews,
    }
    rows = db.session.execute(_posts(), asked).all()
    own = [
        Unsettled(
            row.id,
            row.latest_id,
            row.state,
            row.public_id is not None,
            row.since,
            row.purged_at is not None,
        )
        for row in rows
        if row.author_id == reader_id and row.state not in SETTLED
    ]
    standing = standings(thread.board.key, own) if own else {}
    lines = [
        _veiled(row)
        if _is_veiled(row, reader_id, reviews)
        else _line(row, standing.get(row.id), carried(row.html, notes(row.files or ()), actor))
        for row in rows
    ]
    last = thread.next_number - 1 if reviews else thread.last_number
    own_last, mark, first_unread = (
        (rows[0].own_last, rows[0].mark, rows[0].first_unread) if rows else (None, None, None)
    )
    return ThreadPage(number, PAGE, max(last, own_last or 0), lines, mark or 0, first_unread)


def _is_veiled(row: Any, reader_id: int | None, reviews: bool) -> bool:
    """A sealed one has no word for anybody; its author sees where it stands."""
    if row.author_id == reader_id or row.public_id is not None:
        return False
    return row.state == "sealed" or not reviews


@cache
def _posts() -> Any:
    """The statement of a page; made once, for making it costs more than running it."""
    public, latest, taken = aliased(Revision), aliased(Revision), aliased(Revision)
    thread, actor = bindparam("thread", type_=Integer), bindparam("actor", type_=Integer)
    own_last = (
        select(func.max(Post.number))
        .where(
            Post.thread_id == thread,
            Post.number > bindparam("last_public"),
            Post.author_id == actor,
        )
        .scalar_subquery()
    )
    return (
        select(
            Post.id,
            Post.number,
            Post.author_id,
            Post.created_at,
            Post.published_at,
            Post.public_revision_id.label("public_id"),
            latest.id.label("latest_id"),
            latest.state,
            case((taken.state == "suspended", taken.id)).label("suspended_id"),
            latest.created_at.label("since"),
            latest.purged_at,
            public.created_at.label("edited_at"),
            public.edit_kind,
            public.accepted_at,
            case((public.id.is_not(None), public.body_html), else_=latest.body_html).label("html"),
            case((public.id.is_not(None), public.files), else_=latest.files).label("files"),
            Person.name.label("author"),
            Unit.name.label("unit"),
            Unit.name_en.label("unit_en"),
            # Own posts may wait past the last public one; they count for their author.
            own_last.label("own_last"),
            references.quoted_by(Post.id, thread).label("quoted_by"),
            read_marks.mark_in(thread).label("mark"),
            read_marks.first_unread_in(thread).label("first_unread"),
            follows.is_muted(actor, (Person.kind, Post.author_id)).label("is_muted"),
            reactions.of(Post.id, actor).label("reactions"),
            bookmarks.has(Post.id, actor).label("is_bookmarked"),
        )
        .join(Person, Person.id == Post.author_id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(public, public.id == Post.public_revision_id)
        .outerjoin(latest, latest.id == Post.latest_revision_id)
        .outerjoin(taken, taken.id == Post.taken_revision_id)
        .where(
            Post.thread_id == thread,
            Post.number.between(bindparam("first"), bindparam("last")),
            or_(
                Post.public_revision_id.is_not(None),
                Post.author_id == actor,
                taken.state.in_(VEILED),
                and_(bindparam("reviews", type_=Boolean), latest.state.in_(UNDER_REVIEW)),
            ),
        )
        .order_by(Post.number)
    )


def _line(row: Any, standing: Standing | None, text: Carried) -> Line:
    is_public = row.public_id is not None
    return Line(
        id=row.id,
        number=row.number,
        author_id=row.author_id,
        author=row.author,
        unit=row.unit,
        unit_en=row.unit_en,
        at=row.created_at,
        html=text.html,
        files=text.files,
        is_public=is_public,
        is_edited=bool(is_public and row.edited_at > row.published_at),
        edit_kind=row.edit_kind,
        awaits_answer=row.edit_kind == "amend"
        and row.accepted_at is None
        and row.public_id == row.latest_id,
        state=row.state,
        standing=standing,
        grounds=grounds(row.suspended_id) if standing and row.suspended_id else (),
        is_veiled=False,
        quoted_by=tuple(sorted(map(int, row.quoted_by.split(",")))) if row.quoted_by else (),
        is_muted=row.is_muted,
        reacted=reactions.read(row.reactions) if row.reactions and is_public else (),
        is_bookmarked=row.is_bookmarked,
    )


def _veiled(row: Any) -> Line:
    """The place of a post and nothing else: no word, no name, no moment."""
    return Line(
        id=row.id,
        number=row.number,
        author_id=0,
        author="",
        unit="",
        unit_en=None,
        at=row.created_at,
        html="",
        is_public=False,
        is_edited=False,
        edit_kind=None,
        awaits_answer=False,
        state="sealed" if row.state == "sealed" else "suspended",
        standing=None,
        grounds=(),
        is_veiled=True,
    )


def is_sealed(thread: Thread) -> bool:
    """Whether the opening post is under seal."""
    found = (
        select(Post.id)
        .join(Post.latest_revision)
        .where(Post.thread_id == thread.id, Post.number == 1, Revision.state == "sealed")
    )
    return db.session.scalar(found) is not None


def newer(thread: Thread, number: int) -> tuple[int, str] | None:
    """How many posts were published after a number, and where they begin."""
    if thread.last_number <= number:
        return None
    later = select(func.count(Post.id), func.min(Post.number)).where(
        Post.thread_id == thread.id, Post.number > number, Post.public_revision_id.is_not(None)
    )
    count, first = db.session.execute(later).one()
    return (count, thread_url(thread.id, first)) if count else None


def quotation(line: Line, limit: int) -> str:
    """A post's own words as a quotation in plain text, with who said it where."""
    words = excerpt(line.html, limit)
    return f"> {line.author} #{line.number}\n> {words}\n\n"
