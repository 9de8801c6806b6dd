"""A site in demo mode with one long thread, put in as rows: every page says the same."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from accounts.models import Person
from app import create_app
from core import clock, installation
from core.db import db
from core.text import cook
from demo import seed
from demo.bulk import Bulk
from forum.models import Board, Post, Thread
from moderation import Revision

BODY = "第 {n} 条：台账能不能只留一本？上级要什么，从这一本里取什么。\n\n我们乡试了两个月，报表少了一半。"


def make(folder: Path, count: int, scale: int = 1) -> int:
    """Fill the folder with the demo, `scale` times, and a thread of `count` posts; its id."""
    app = create_app({"DATA_DIR": str(folder), "SECRET_KEY": "", "DATABASE_URL": ""})
    with app.app_context(), redirect_stdout(sys.stderr):  # figures alone go to stdout
        installation.prepare()
        seed.ensure(scale)
        thread = _thread(count)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return thread


def _thread(count: int) -> int:
    board = db.session.scalars(select(Board).where(Board.slug == "chat")).one()
    authors = db.session.scalars(
        select(Person.id).where(Person.username != "cadre").limit(20)
    ).all()
    bodies = [BODY.format(n=n) for n in range(20)]
    cooked = [cook(body, "plain") for body in bodies]
    bulk = Bulk(Thread, Revision, Post)
    now = clock.now()
    began = now - timedelta(days=60)
    thread = bulk.add(
        Thread,
        board_id=board.id,
        author_id=authors[0],
        title="一本台账",
        created_at=began,
        published_at=began,
        last_post_at=now,
        post_count=count,
        last_number=count,
        next_number=count + 1,
        is_locked=False,
    )
    for number in range(1, count + 1):
        at = began + timedelta(seconds=number)
        author = authors[number % len(authors)]
        post, revision = bulk.number(Post), bulk.number(Revision)
        bulk.add(
            Revision,
            id=revision,
            subject_kind=Post.kind,
            subject_id=post,
            number=1,
            author_id=author,
            state="published",
            version=1,
            body=bodies[number % 20],
            body_format="plain",
            body_html=cooked[number % 20],
            cleaner=1,
            digest="",
            files=[],
            created_at=at,
        )
        bulk.add(
            Post,
            id=post,
            thread_id=thread,
            board_id=board.id,
            number=number,
            author_id=author,
            public_revision_id=revision,
            latest_revision_id=revision,
            created_at=at,
            published_at=at,
        )
        bulk.write()
    bulk.end()
    return thread
