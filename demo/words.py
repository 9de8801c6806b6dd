"""A conversation that quotes and names, through the real door, and a draft that waits to be sent."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import db
from forum import drafts, writing
from forum.addressing import addressed
from forum.drafts import Typed
from forum.models import Board, Thread
from moderation import Wording

from .organisation import person

THREAD = "十七路改线以后，我的上班路从二十五分钟变成五十分钟"
# who, how many minutes ago, what is said
REPLIES = (
    (
        *("expert", 50),
        "> 梁启帆 #1\n> 今天早上五十二分钟，迟到四分钟。\n\n"
        "我也迟过两回。@沈亦平能不能把十七路各站的时刻贴上来？",
    ),
    (
        *("moderator", 40),
        "> 程观澜 #9\n> 能不能把十七路各站的时刻贴上来？\n\n"
        "时刻表下周到，到了就贴；巷子里路灯的事已经记下。",
    ),
)
DRAFT = ("cadre", "我每天坐这趟车，周一和周五的时间差得很多，等我记满两周")


def fill() -> None:
    """Write the replies and the draft; nothing here commits."""
    thread = db.session.scalars(
        select(Thread)
        .join(Thread.board)
        .where(Thread.title == THREAD, Board.slug == "chat")
        .options(joinedload(Thread.board))
    ).one()
    for username, ago, said in REPLIES:
        # A notice leads to a page, whose address only a request knows.
        at = clock.now() - timedelta(minutes=ago)
        with clock.travel(at), current_app.test_request_context():
            wording, _unclear = addressed(Wording.of(said), thread)
            writing.reply(thread, wording, person(username))
            db.session.flush()
    username, body = DRAFT
    typed = Typed("", body, "plain")
    drafts.save("reply", thread.id, person(username), typed, 0, thread.last_number - 1)
