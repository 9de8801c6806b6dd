"""What makes a board look lived in: threads pinned, featured and locked, words under posts, and
what one person keeps to look at again."""

from __future__ import annotations

import random
from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, insert, select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import db
from forum import bookmarks, tending
from forum.models import Board, Post, Thread
from forum.reactions import Reaction

from .organisation import Organisation, person

# (which thread, the act, by whom, days ago, days until, why)
ACTS = (
    (
        *("乡镇一年要报多少张表？我数了一遍，先从能合并的说起", "pin", "chief_moderator", 6, 12),
        "各单位合并报表以前，请先读这一帖和下面的不同意见。",
    ),
    (
        *("我牵头的一个试点失败了，把账摊开给大家看", "feature", "chief_moderator", 4, None),
        "把失败的账一笔一笔讲清楚，比讲十个成功更有用。",
    ),
    (
        *("乡镇一年要报多少张表？我数了一遍，先从能合并的说起", "feature", "moderator", 5, None),
        "有数、有算法、有办法，两头的意见都在下面。",
    ),
    (
        *(
            "调研报告从二十三页删到五页，第一次有人打电话来问细节",
            "feature",
            "chief_moderator",
            3,
            None,
        ),
        "改前改后都贴出来了，可以照着做。",
    ),
    (
        *("我手机里有 47 个工作群，退哪个都怕得罪人", "lock", "moderator", 1, None),
        "大家的办法已经汇总报上去了，有新情况请另开一帖。",
    ),
)
# How often of 100 posts each word is given by somebody, and by how many at most.
WORDS = {"agree": (45, 14), "insight": (25, 8), "join": (8, 4), "done": (12, 5)}
# (which thread, which post, the note, in how many days)
KEPT = (
    ("我牵头的一个试点失败了，把账摊开给大家看", 1, "写阶段性报告时参考", None),
    ("乡镇一年要报多少张表？我数了一遍，先从能合并的说起", 4, "问问县里的台账更新到哪天", 3),
    ("十七路改线以后，我的上班路从二十五分钟变成五十分钟", 1, "", 0),
)


def fill(people: Organisation) -> None:
    """Through the real doors, on the first copy of the discussion; nothing here commits."""
    for title, act, username, ago, days, why in ACTS:
        until = clock.today() + timedelta(days=days) if days else None
        at = clock.now() - timedelta(days=ago)
        with clock.travel(at), current_app.test_request_context():
            tending.tend(_thread(title), act, person(username), why, until)
            db.session.flush()
    _react(people)
    for title, number, note, days in KEPT:
        post = db.session.scalars(_in(title).where(Post.number == number)).one()
        on = clock.today() + timedelta(days=days) if days is not None else None
        bookmarks.keep(bookmarks.begin(post, person("cadre")), note, on)


def _thread(title: str) -> Thread:
    found = select(Thread).join(Thread.board).join(Board.unit).where(Thread.title == title)
    return db.session.scalars(found.options(joinedload(Thread.board).joinedload(Board.unit))).one()


def _in(title: str) -> Select[Post]:
    return select(Post).join(Post.thread).where(Thread.title == title)


def _react(people: Organisation) -> None:
    """Words under the posts that everybody reads, by people drawn by lot; the same every time."""
    chance, everybody = random.Random("words under posts"), sorted(people.people.values())
    found = (
        select(Post.id, Post.author_id)
        .join(Post.thread)
        .where(Post.public_revision_id.is_not(None), Thread.published_at.is_not(None))
        .order_by(Post.id)
    )
    rows = [
        {"post_id": post.id, "kind": kind, "person_id": person_id}
        for post in db.session.execute(found).all()
        for kind, (often, most) in WORDS.items()
        if chance.randrange(100) < often
        for person_id in chance.sample(everybody, chance.randint(1, most))
        if person_id != post.author_id
    ]
    db.session.execute(insert(Reaction), rows)
