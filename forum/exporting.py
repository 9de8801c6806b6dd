"""A thread to take along: its public posts, part by part, on paper or as a Word file.

What is not public stays out for everybody, the author and reviewers included: a paper goes from
hand to hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from accounts.models import Person, Unit
from core.attachments import Note, notes
from core.db import db
from core.i18n import _, pick, stamp
from core.word import WordFile
from moderation import Revision

from .models import Post, Thread

POSTS = 200  # of one part
LETTERS = 400_000  # characters of HTML of one part; the post that reaches them is its last


@dataclass(frozen=True, slots=True)
class Said:
    """A public post."""

    id: int
    number: int
    author: str
    unit: str
    unit_en: str | None
    at: datetime
    is_edited: bool
    html: str
    files: list[Any]

    @property
    def notes(self) -> tuple[Note, ...]:
        return notes(self.files or ())


@dataclass(frozen=True)
class Part:
    """Some posts of a thread in order, and the number with which the next part begins."""

    thread: Thread
    posts: list[Said]
    next: int | None

    @property
    def is_first(self) -> bool:
        return not self.posts or self.posts[0].number == 1

    @property
    def is_whole(self) -> bool:
        return self.is_first and self.next is None

    @property
    def numbers(self) -> tuple[int, int]:
        return (self.posts[0].number, self.posts[-1].number) if self.posts else (0, 0)


def part(thread: Thread, first: int) -> Part:
    """The public posts from a number on; one statement."""
    public = aliased(Revision)
    rows = db.session.execute(
        select(
            Post.id,
            Post.number,
            Person.name,
            Unit.name,
            Unit.name_en,
            Post.created_at,
            public.created_at > Post.published_at,
            public.body_html,
            public.files,
        )
        .join(public, public.id == Post.public_revision_id)
        .join(Person, Person.id == Post.author_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Post.thread_id == thread.id, Post.number >= first)
        .order_by(Post.number)
        .limit(POSTS + 1)
    )
    posts: list[Said] = []
    letters = 0
    for row in rows:
        if len(posts) == POSTS or letters >= LETTERS:
            return Part(thread, posts, row.number)
        posts.append(Said(*row))
        letters += len(posts[-1].html)
    return Part(thread, posts, None)


def word_file(shown: Part, about: str) -> bytes:
    """A part as a .docx; `about` says where and when."""
    file = WordFile(shown.thread.title)
    file.line(about, "About")
    for post in shown.posts:
        unit = pick({"zh": post.unit, "en": post.unit_en or ""})
        edited = _("（已修改）") if post.is_edited else ""
        head = _("第 %(n)s 楼", n=post.number)
        file.line(f"{head}　{post.author}　{unit}　{stamp(post.at)}{edited}", "Speaker")
        file.text(post.html)
        if names := [note.name for note in post.notes]:
            file.line(_("附件：%(names)s", names=_("、").join(names)), "About")
    return file.bytes
