"""A thread to take along: its public posts, part by part, on paper or as a Word file.

What is not public stays out for everybody, the author and reviewers included: a paper goes from
hand to hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from accounts.models import Person, Unit
from core.attachments import Attachment, Note, content, notes
from core.db import db
from core.i18n import _, pick, stamp
from core.images import as_png
from core.storage import StorageFault
from core.text import pictures
from core.word import Shown, WordFile
from moderation import Revision

from .models import Post, Thread

POSTS = 200  # of one part
PICTURES = 20 * 2**20  # bytes of all pictures of one part
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

    @property
    def beside(self) -> list[Note]:
        """The files that do not stand in the text."""
        inside = set(pictures(self.html))
        return [note for note in self.notes if note.id not in inside]


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
    file = WordFile(shown.thread.title, _pictures(shown))
    file.line(about, "About")
    for post in shown.posts:
        unit = pick({"zh": post.unit, "en": post.unit_en or ""})
        edited = _("（已修改）") if post.is_edited else ""
        head = _("第 %(n)s 楼", n=post.number)
        file.line(f"{head}　{post.author}　{unit}　{stamp(post.at)}{edited}", "Speaker")
        file.text(post.html)
        if post.beside:
            names = _("、").join(note.name for note in post.beside)
            file.line(_("附件：%(names)s", names=names), "Body")
    return file.bytes


def _pictures(shown: Part) -> Callable[[int], Shown | None]:
    """The pictures of a part's texts, so many as a file can hold. Whoever reads a public version
    reads its files, but for those whose text was sealed since."""
    wanted = {
        note.id: note
        for post in shown.posts
        for note in post.notes
        if note.is_image and note.id in set(pictures(post.html))
    }
    found: dict[int, Attachment] = {}
    if wanted:
        open_to_all = Attachment.id.in_(wanted), Attachment.withheld_at.is_(None)
        found = {one.id: one for one in db.session.scalars(select(Attachment).where(*open_to_all))}
    room = PICTURES

    def find(number: int) -> Shown | None:
        nonlocal room
        note = wanted.get(number)
        if note is None or number not in found or note.size > room:
            return None
        room -= note.size
        try:
            data = content(found[number])
        except (KeyError, StorageFault):
            return None
        if note.kind == "webp":  # which Word does not draw
            picture = as_png(data)
            return Shown(picture, "png", note.width, note.height)
        return Shown(data, note.kind, note.width, note.height)

    return find
