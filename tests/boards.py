"""Boards for tests, and the short ways to post and to decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from core import clock, jobs
from core.db import db
from forum.models import Board, Post, Thread
from moderation.models import QueueItem
from tests.people import Cast, Visitor


@dataclass
class Forum:
    """Two boards: `dajiatan` is reviewed before others read, `chat` is not."""

    app: Flask
    cast: Cast

    def __post_init__(self) -> None:
        unit_id = self.cast.unit_id("region")
        with self.app.app_context():
            db.session.add_all(
                [
                    Board(slug="dajiatan", title="大家谈", unit_id=unit_id, order=1),
                    Board(
                        slug="chat", title="茶水间", unit_id=unit_id, order=2, pre_moderated=False
                    ),
                ]
            )
            db.session.commit()

    def start(
        self,
        author: Visitor,
        title: str = "一个像样的标题",
        body: str = "开头说的话。",
        board: str = "dajiatan",
    ) -> int:
        """Start a thread; returns its id."""
        answer = author.post(f"/forum/{board}/new", {"title": title, "body": body})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return number_in(answer)

    def reply(self, author: Visitor, thread: int, body: str = "我也说一句。") -> int:
        """Reply; returns the post's id."""
        answer = author.post(f"/threads/{thread}/reply", {"body": body})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self.post(thread, int(answer.location.rpartition("#post-")[2]))

    def post(self, thread: int, number: int = 1) -> int:
        """The id of a post by its number."""
        with self.app.app_context():
            found = db.select(Post.id).filter_by(thread_id=thread, number=number)
            return db.session.execute(found).scalar_one()

    def thread_of(self, post: int) -> int:
        """The id of the thread in which a post stands."""
        with self.app.app_context():
            return db.session.get_one(Post, post).thread_id

    def item(self, post: int) -> int:
        """The id of the newest queue item of a post."""
        with self.app.app_context():
            found = (
                db.select(QueueItem.id)
                .where(QueueItem.subject_kind == Post.kind, QueueItem.subject_id == post)
                .order_by(QueueItem.id.desc())
            )
            return db.session.execute(found).scalars().first() or 0

    def latest(self, post: int) -> int:
        """The id of the newest revision of a post."""
        with self.app.app_context():
            return db.session.get_one(Post, post).latest_revision_id or 0

    def decide(self, reviewer: Visitor, verb: str, post: int, **fields: str) -> TestResponse:
        """Decide on the newest version of a post."""
        data = {"revision": str(self.latest(post)), **fields}
        return reviewer.post(f"/moderation/{self.item(post)}/{verb}", data)

    def approve(self, reviewer: Visitor, post: int) -> None:
        answer = self.decide(reviewer, "approve", post)
        assert answer.status_code == 302, answer.get_data(as_text=True)

    def published(self, author: Visitor, reviewer: Visitor, **words: str) -> int:
        """A thread that everybody reads; returns its id."""
        thread = self.start(author, **words)
        if words.get("board", "dajiatan") == "dajiatan":
            self.approve(reviewer, self.post(thread))
        return thread

    def newest(self, model: Any) -> int:
        """The id of the row of a table that was made last."""
        with self.app.app_context():
            return int(db.session.scalars(db.select(model.id).order_by(model.id.desc())).first())

    def thread(self, thread: int) -> Thread:
        with self.app.app_context():
            found = db.session.get_one(Thread, thread)
            db.session.expunge(found)
            return found


def work(app: Flask, later: timedelta = timedelta(minutes=1)) -> None:
    """Do the background work that is due a minute from now."""
    with app.app_context(), clock.travel(clock.now() + later):
        while jobs.run_one():
            pass


def number_in(answer: TestResponse) -> int:
    """The first number in the address that an answer leads to."""
    found = re.search(r"/(\d+)", answer.location)
    assert found is not None, answer.location
    return int(found[1])
