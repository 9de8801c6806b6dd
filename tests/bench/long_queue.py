"""A site in demo mode in whose queue many texts wait, put in as rows; some are near-copies."""

from __future__ import annotations

import random
import sys
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from accounts.models import Person
from app import create_app
from core import clock, installation
from core.db import db
from core.text import cook, excerpt
from demo import seed
from demo.bulk import Bulk
from forum.models import Board, Post, Thread
from moderation import Revision, copies
from moderation.models import EXCERPT, GROUNDS, CopyMark, QueueItem

IN_THREAD = 20
COPIED = 50  # one text in so many says almost what the one before it says
HAN = [chr(0x4E00 + number) for number in range(2_000)]
IN_TIME = timedelta(days=30)  # what is overdue would go to the chief moderators meanwhile
# How often a text waits for more than its board's rule, in a thousand.
ALSO = {"new_member": 100, "matched": 20, "flagged": 5, "file": 40}


def make(folder: Path, count: int, url: str = "") -> None:
    """Fill the folder (or the database at the address) with the demo and `count` waiting replies."""
    app = create_app({"DATA_DIR": str(folder), "SECRET_KEY": "", "DATABASE_URL": url})
    with app.app_context(), redirect_stdout(sys.stderr):  # figures alone go to stdout
        installation.prepare()
        seed.ensure()
        _Queue(count).fill()
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
                line.exec_driver_sql("VACUUM ANALYZE")  # as its own housekeeping does in time
        db.session.remove()
        db.engine.dispose()


class _Queue:
    """Builds the rows."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.chance = random.Random(count)
        self.now = clock.now()
        self.board = db.session.scalars(select(Board).where(Board.slug == "dajiatan")).one()
        self.authors = db.session.scalars(
            select(Person.id).where(Person.username != "moderator")
        ).all()
        self.bulk = Bulk(Thread, Revision, Post, QueueItem)
        self.marks: list[dict[str, int]] = []
        self.body = ""

    def fill(self) -> None:
        for number in range(self.count):
            if number % IN_THREAD == 0:
                thread = self._thread()
            self._reply(thread, number)
            if len(self.bulk.rows[Post]) >= 2_000:
                self._write()
        self._write()
        self.bulk.end()

    def _write(self) -> None:
        self.bulk.write(1)
        if self.marks:
            db.session.execute(insert(CopyMark), self.marks)
        self.marks = []

    def _thread(self) -> int:
        return self.bulk.add(
            Thread,
            board_id=self.board.id,
            author_id=self.authors[0],
            title="大家来说",
            created_at=self.now - timedelta(days=30),
            published_at=self.now - timedelta(days=30),
            last_post_at=self.now,
            post_count=0,
            last_number=0,
            next_number=IN_THREAD + 1,
            is_locked=False,
        )

    def _words(self, number: int) -> str:
        if number % COPIED or not self.body:
            self.body = "".join(self.chance.choices(HAN, k=self.chance.randint(40, 160)))
            return self.body
        return f"{self.body}。同意"

    def _reply(self, thread: int, number: int) -> None:
        body = self._words(number)
        html = cook(body, "plain") if number < 100 else f"<p>{body}</p>"
        opened = self.now - timedelta(days=5) + timedelta(seconds=4 * number)
        author = self.authors[number % len(self.authors)]
        post, revision = self.bulk.number(Post), self.bulk.number(Revision)
        grounds = GROUNDS["pre_moderated"]
        for name, share in ALSO.items():
            grounds |= GROUNDS[name] if self.chance.random() < share / 1_000 else 0
        written = {"author_id": author, "created_at": opened}
        self.bulk.add(
            Revision,
            **written,
            id=revision,
            subject_kind=Post.kind,
            subject_id=post,
            number=1,
            state="pending",
            version=1,
            body=body,
            body_format="plain",
            body_html=html,
            cleaner=1,
            files=[],
            digest="",
        )
        self.bulk.add(
            Post,
            **written,
            id=post,
            thread_id=thread,
            board_id=self.board.id,
            number=number % IN_THREAD + 1,
            latest_revision_id=revision,
        )
        item = self.bulk.add(
            QueueItem,
            subject_kind=Post.kind,
            subject_id=post,
            revision_id=revision,
            author_id=author,
            unit_id=self.board.unit_id,
            place=self.board.key,
            heading="大家来说",
            excerpt=excerpt(html, EXCERPT),
            reason="pre_moderated",
            grounds=grounds,
            opened_at=opened,
            due_at=opened + IN_TIME,
            escalation="",
            state="open",
            version=1,
            plea="",
        )
        marks = set(copies.marks(copies.words_of(None, html)))
        self.marks += [{"mark": mark, "item_id": item} for mark in sorted(marks)]
