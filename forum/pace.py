"""How fast one may write, and the sentence that says what was too fast and until when.

Counted by keyed digests that mean nothing a day later (core/throttle.py), and by the posts
themselves. Whoever reviews for the board is not slowed down. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import and_, func, select

from core import clock, links, throttle
from core.db import db
from core.errors import TooMany
from core.i18n import _, moment_of_day, ngettext
from core.policy import Actor
from moderation import Wording, flags_open_on, is_new_member, is_reviewer

from .models import Board, Post, Thread

# A board's column, and the setting that holds where it is empty.
LIMITS = {
    "replies_per_hour": "REPLIES_PER_HOUR",
    "threads_per_day": "THREADS_PER_DAY",
    "heated_replies": "HEATED_REPLIES",
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECENT = timedelta(minutes=10)
LOOKED_AT = 500  # of the last numbers of a thread: more than these in ten minutes are no calmer
FLAG = 3  # an open flag heats a thread like so many replies
STEP = timedelta(minutes=2)  # the wait between two of one's own, for each time the heat is full
LONGEST = timedelta(minutes=20)


@dataclass(frozen=True)
class Slow:
    """That something was too fast: the sentence, and when it may go on."""

    why: str
    until: datetime

    @property
    def sentence(self) -> str:
        whole = self.until + timedelta(seconds=59)  # a minute that has begun is not over
        return _("%(why)s%(at)s 以后可以再发。", why=self.why, at=moment_of_day(whole))

    @property
    def headers(self) -> dict[str, str]:
        left = (self.until - clock.now()).total_seconds()
        return {"Retry-After": str(max(1, int(left)))}


@dataclass(frozen=True)
class Act:
    """What is counted under a key: at most `limit` within `per`, or the sentence."""

    name: str
    key: str
    limit: int
    per: timedelta
    why: Callable[[], str]
    times: int = 1


def limits(board: Board) -> dict[str, int]:
    """What holds on a board, its own or the site's; 0: no limit."""
    own = {name: getattr(board, name) for name in LIMITS}
    return {
        name: current_app.config[LIMITS[name]] if value is None else value
        for name, value in own.items()
    }


def of_thread(board: Board, wording: Wording, actor: Actor) -> Slow | None:
    """Count a new thread; what was too fast, if anything was. Needs the board's unit."""
    if is_reviewer(actor, board.unit, board.key):
        return None
    limit = _for(actor, limits(board)["threads_per_day"])
    started = Act(
        "start",
        _key(actor, board, board.threads_per_day),
        limit,
        DAY,
        lambda: ngettext(
            "你在 24 小时内发起了 %(num)d 个主题；", "你在 24 小时内发起了 %(num)d 个主题；", limit
        ),
    )
    return _spend(started, _mentions(wording, "", actor))


def of_reply(thread: Thread, wording: Wording, actor: Actor) -> Slow | None:
    """Count a reply; what was too fast, if anything was. Needs the thread's board and its unit."""
    board = thread.board
    if is_reviewer(actor, board.unit, board.key):
        return None
    if slow := _heated(thread, actor):
        return slow
    limit = _for(actor, limits(board)["replies_per_hour"])
    replied = Act(
        "reply",
        _key(actor, board, board.replies_per_hour),
        limit,
        HOUR,
        lambda: ngettext(
            "你在 1 小时内发了 %(num)d 条回帖；", "你在 1 小时内发了 %(num)d 条回帖；", limit
        ),
    )
    return _spend(replied, _mentions(wording, "", actor))


def of_mentions(board: Board, wording: Wording, former: str, actor: Actor) -> Slow | None:
    """Count the people whom a text calls by name and its former version did not."""
    if is_reviewer(actor, board.unit, board.key):
        return None
    return _spend(_mentions(wording, former, actor))


def _mentions(wording: Wording, former: str, actor: Actor) -> Act:
    called = set(links.linked_to(wording.body_html, "people"))
    count = len(called - set(links.linked_to(former, "people")))
    limit = current_app.config["MENTIONS_PER_DAY"]
    return Act(
        "mention",
        str(actor.id),
        limit,
        DAY,
        lambda: ngettext(
            "一天里最多在帖子里点 %(num)d 个人的名，加上这一条就多了：可以少点几个，或者等一等；",
            "一天里最多在帖子里点 %(num)d 个人的名，加上这一条就多了：可以少点几个，或者等一等；",
            limit,
        ),
        count,
    )


def _for(actor: Actor, limit: int) -> int:
    """What is left of a limit for somebody new: half. One statement."""
    return (limit + 1) // 2 if limit and is_new_member(actor.id or 0) else limit


def _key(actor: Actor, board: Board, own: int | None) -> str:
    """What a board limits by itself is counted there alone."""
    return f"{actor.id}" if own is None else f"{actor.id} {board.id}"


def _spend(*acts: Act) -> Slow | None:
    """Count every act, or none where one of them was done too often; a limit of 0 is none."""
    spent: list[int] = []
    for one in acts:
        if not (one.limit and one.times):
            continue
        try:
            spent += throttle.spend(
                f"forum.{one.name}", one.key, limit=one.limit, per=one.per, times=one.times
            )
        except TooMany as fault:
            throttle.take_back(*spent)
            return Slow(one.why(), clock.now() + timedelta(seconds=fault.retry_after))
    return None


def _heated(thread: Thread, actor: Actor) -> Slow | None:
    """In a thread with many recent replies or flags, each waits after an own one, and longer the
    more there are. One statement."""
    full = limits(thread.board)["heated_replies"]
    if not full:
        return None
    now = clock.now()
    recent = and_(Post.number > thread.next_number - LOOKED_AT, Post.created_at > now - RECENT)
    flagged = flags_open_on(Post.kind, Post.id)
    count, flags, last = db.session.execute(
        select(
            func.count().filter(recent),
            func.coalesce(func.sum(flagged).filter(recent), 0),
            func.max(Post.created_at).filter(Post.author_id == actor.id),
        ).where(Post.thread_id == thread.id, Post.number > thread.next_number - LOOKED_AT)
    ).one()
    wait = min(LONGEST, (count + FLAG * int(flags)) // full * STEP)
    if last is None or last + wait <= now:
        return None
    minutes = int(wait.total_seconds()) // 60
    why = ngettext(
        "这个主题正热：10 分钟里有 %(num)d 条回帖，两条之间要隔 %(minutes)d 分钟；",
        "这个主题正热：10 分钟里有 %(num)d 条回帖，两条之间要隔 %(minutes)d 分钟；",
        count,
        minutes=minutes,
    )
    return Slow(why, last + wait)
