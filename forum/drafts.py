"""Words on their way: one draft for each person and place, kept until it is sent or put away.

Nobody but its writer ever reads one. Nothing here commits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from flask import request
from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from core import attachments, clock, text
from core.attachments import MOST as MOST_FILES
from core.db import Base, db
from core.file_field import numbers
from core.i18n import _
from core.jobs import job
from core.policy import Actor
from core.text import HTML_LIMIT, TextFault, cook

KEEP = timedelta(days=90)  # since it was saved last
MOST = 50  # of one person
EXCERPTED = 2_000  # characters of which the first words are told
TICKED = 5  # tags that a draft keeps
ACTS = ("start", "reply", "edit")  # on a board, in a thread, of a post


class DraftFault(ValueError):
    """A draft that cannot be kept; the sentence says why, in the reader's language."""


class SavedElsewhere(Exception):
    """Another window saved this draft since: what is kept is `held`."""

    def __init__(self, held: Draft) -> None:
        super().__init__(held.number)
        self.held = held


@dataclass(frozen=True)
class Typed:
    """Words as they stand in a form, good or not."""

    title: str
    body: str
    body_format: str
    files: tuple[int, ...] = ()  # the numbers of the writer's own that go with them
    tags: str = field(default="", compare=False)  # ids, with spaces between

    @classmethod
    def sent(cls, files: tuple[int, ...] = ()) -> Self:
        """What this request carries. Raises DraftFault when it is more than a text may hold."""
        title, body = (request.form.get(name, "").replace("\0", "") for name in ("title", "body"))
        format = "html" if request.form.get("body_format") == "html" else "plain"
        if (count := len(title) + len(body)) > HTML_LIMIT:
            raise DraftFault(
                _(
                    "太长了，存不下：草稿最多 %(limit)d 个字符（含格式），现在是 %(count)d 个。",
                    limit=HTML_LIMIT,
                    count=count,
                )
            )
        ticked = " ".join(request.form.getlist("tags")).split()[:TICKED]
        tags = " ".join(one for one in ticked if one.isdecimal() and len(one) < 10)
        return cls(title, body.replace("\r\n", "\n"), format, files, tags)

    @property
    def is_empty(self) -> bool:
        return not (self.title.strip() or self.body.strip() or self.files)

    @property
    def html(self) -> str | None:
        """The words as they would be read; None where the cleaner refuses them."""
        try:
            return cook(self.body, "html" if self.body_format == "html" else "plain", self.files)
        except TextFault:
            return None

    def after(self, other: Typed) -> Typed:
        """Both texts in one: the other, then this."""
        title = other.title if self.title in ("", other.title) else self.title
        files = tuple(dict.fromkeys((*other.files, *self.files)))[:MOST_FILES]
        if "html" not in (self.body_format, other.body_format):
            return Typed(title, f"{other.body}\n\n{self.body}", "plain", files, self.tags)
        return Typed(title, f"{other.as_html()}<hr>{self.as_html()}", "html", files, self.tags)

    def as_html(self) -> str:
        """As the editor takes it: cleaned, or else as it was typed."""
        html = self.html
        return html if html is not None else self.body


class Draft(Base):
    """What somebody began to write in a place. `number` rises with each saving.

    `base` says how the place stood when the form was opened: the last public number of a thread,
    the version of a post.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("author_id", "act", "subject_id"),
        Index(None, "act", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(
        Enum(*ACTS, native_enum=False, create_constraint=True, name="act")
    )
    subject_id: Mapped[int]
    base: Mapped[int] = mapped_column(default=0)
    number: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(Text, default="")
    # Not `body`: what an opened seal shows of other tables' words are those of decisions alone.
    typed: Mapped[str] = mapped_column(Text)
    body_format: Mapped[str] = mapped_column(String(10))
    files: Mapped[str] = mapped_column(String(120), default="")  # their numbers: "4,7"
    tags: Mapped[str] = mapped_column(String(60), default="")
    saved_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def words(self) -> Typed:
        files = tuple(numbers([self.files]))
        return Typed(self.title, self.typed, self.body_format, files, self.tags)

    @property
    def excerpt(self) -> str:
        """Its first words, for a list: of the beginning alone, for fifty whole ones take long."""
        return text.excerpt(replace(self.words, body=self.typed[:EXCERPTED]).html or "", 80)

    @property
    def fields(self) -> dict[str, Any]:
        """What it puts into its form."""
        body = self.words.as_html() if self.body_format == "html" else self.typed
        words = {"title": self.title, "body": body, "body_format": self.body_format}
        about = {"file": self.files, "tags": self.tags.split(), "draft": str(self.number)}
        return {**words, **about}

    @staticmethod
    def visible_to(actor: Actor) -> Select[Draft]:
        """The own ones, and nobody else's, whatever the role."""
        mine = Draft.author_id == actor.id if actor.id is not None else false()
        return select(Draft).where(mine, HAS_WORDS)


# Of a post that was sealed or cleared the draft of a change is left without a word.
HAS_WORDS = or_(Draft.typed != "", Draft.title != "", Draft.files != "")


def repeating(post_id: int, thread_id: int, head: str, posts: Any) -> ColumnElement[bool]:
    """The condition that a draft changes a post, or quotes it in its thread: `head` is how a
    quotation of it begins, `posts` selects the ids of the thread's posts."""
    quotes = or_(*(Draft.typed.contains(head + end, autoescape=True) for end in ("\n", "<")))
    near = or_(
        and_(Draft.act == "reply", Draft.subject_id == thread_id),
        and_(Draft.act == "edit", Draft.subject_id.in_(posts)),
    )
    return or_(and_(Draft.act == "edit", Draft.subject_id == post_id), and_(near, quotes))


def waiting(act: str, subject_id: int, actor: Actor) -> Draft | None:
    """The actor's draft for a place."""
    return db.session.scalar(
        Draft.visible_to(actor).where(Draft.act == act, Draft.subject_id == subject_id)
    )


def waiting_since(act: str, subject_id: Any, actor: Actor) -> ScalarSelect[datetime]:
    """When the actor's draft for a place was saved, as a column for the place's own statement."""
    return (
        select(Draft.saved_at)
        .where(
            Draft.author_id == (actor.id or 0),
            Draft.act == act,
            Draft.subject_id == subject_id,
            HAS_WORDS,
        )
        .scalar_subquery()
    )


def save(
    act: str, subject_id: int, actor: Actor, typed: Typed, number: int, base: int
) -> Draft | None:
    """Keep the words of a form that had seen the draft's `number`; none when they are none.

    The caller holds a lock on the place. Raises SavedElsewhere, DraftFault.
    """
    held = waiting(act, subject_id, actor)
    if typed.is_empty and (held is None or held.number == number):
        drop(act, subject_id, actor)
        return None
    if held is None:
        _refuse_too_many(actor)
        drop(act, subject_id, actor)  # what a seal left of an older one
        held = Draft(author_id=actor.id, act=act, subject_id=subject_id, number=number, files="")
        db.session.add(held)
    elif held.words == typed:
        held.tags = typed.tags
        return held
    elif held.number != number:
        raise SavedElsewhere(held)
    gone = set(numbers([held.files])) - set(typed.files)
    held.title, held.typed, held.body_format = typed.title, typed.body, typed.body_format
    held.files = ",".join(map(str, typed.files))
    held.tags = typed.tags
    held.number, held.base, held.saved_at = held.number + 1, base, clock.now()
    attachments.keep_until(gone, actor, None)
    attachments.keep_until(typed.files, actor, held.saved_at + KEEP)
    db.session.flush()
    return held


def _refuse_too_many(actor: Actor) -> None:
    count = db.session.scalar(
        select(func.count()).select_from(Draft).where(Draft.author_id == actor.id)
    )
    if (count or 0) >= MOST:
        raise DraftFault(
            _("你已经有 %(limit)d 份草稿，存不下了。请先发出或者清掉几份。", limit=MOST)
        )


def drop(act: str, subject_id: int, actor: Actor) -> None:
    """Forget the actor's draft for a place: it was sent, or put away."""
    mine = (Draft.author_id == actor.id, Draft.act == act, Draft.subject_id == subject_id)
    db.session.execute(delete(Draft).where(*mine))


def carry(old_id: int, new_id: int, base: int) -> None:
    """Drafts of replies to a thread that went into another are for that one, whose last number was
    `base`; where somebody has one there, both stay."""
    there = aliased(Draft)
    taken = exists().where(
        there.author_id == Draft.author_id, there.act == "reply", there.subject_id == new_id
    )
    db.session.execute(
        update(Draft)
        .where(Draft.act == "reply", Draft.subject_id == old_id, ~taken)
        .values(subject_id=new_id, base=base)
        .execution_options(synchronize_session=False)
    )


@job("forum.tidy_drafts", every=timedelta(hours=24))
def tidy() -> None:
    """Forget drafts that nobody touched for long."""
    db.session.execute(delete(Draft).where(Draft.saved_at < clock.now() - KEEP))
