"""A few flags on the demo's posts, raised through the real door; fewer on each than hide it."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from core import clock
from core.db import db
from forum.models import Post, Thread
from moderation import raise_flag

from .organisation import Organisation, person

# (who wrote the post, in which thread, [(who flags it, the coded reason, own words), …])
FLAGS = (
    (
        "p41",
        "腰疼三个月，我把换椅子、垫书、站着办公都试了一遍",
        (
            ("delegate", "advertising", "楼里谈起买卖来了，报了价，还约了时间。"),
            ("supervisor", "off_topic", ""),
        ),
    ),
    (
        "p21",
        "十七路改线以后，我的上班路从二十五分钟变成五十分钟",
        (("expert", "other", "地下室的小间归后勤管，这样约人搬东西不合规矩，请看看。"),),
    ),
)
AGO = timedelta(minutes=20)


def fill(people: Organisation) -> None:
    """Raise the flags; nothing here commits."""
    fewer = current_app.config["FLAGS_TO_HIDE"] - 1
    with clock.travel(clock.now() - AGO):
        for author, title, raised in FLAGS:
            found = (
                select(Post.id)
                .join(Post.thread)
                .where(Thread.title == title, Post.author_id == people.people[author])
                .order_by(Post.number.desc())
            )
            post = Post.for_review(db.session.scalars(found.limit(1)).one(), lock=True)
            for username, reason, words in raised[:fewer]:
                raise_flag(post, reason, words, person(username))
