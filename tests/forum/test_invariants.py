"""Whatever anybody does in whatever order: what is public was approved or exempted, numbers are
dense, counts are what a recount gives."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import Conflict
from core.policy import Forbidden, allows
from core.search import SearchEntry
from core.states import IllegalMove
from forum import writing
from forum.models import Board, Post, Thread
from moderation import Wording, appeal, claiming, deciding, hide, submit, withdraw
from moderation.models import CopyMark, Decision, QueueItem, Revision
from tests.boards import Forum
from tests.people import Cast

PEOPLE = ("cadre", "cadre2", "moderator", "chief_moderator", "moderator2")
VERBS = ("approve", "return", "reject", "overturn", "uphold", "claim", "release", "hide")
VERBS += ("edit", "withdraw", "appeal", "appeal", "start", "start", "reply", "reply")

STEPS = 120


def steps(seed: int) -> Iterator[tuple[str, str, int, int]]:
    """A verb, who, on which of those there are, and a choice whose meaning each verb names.

    Drawn from a seed: lists that hypothesis draws itself stay too short to get far.
    """
    chance = Random(seed)
    for _number in range(STEPS):
        yield (
            chance.choice(VERBS),
            chance.choice(PEOPLE),
            chance.randrange(6),
            chance.randrange(5),
        )


# What a verb needs to find now and then, else no example would get so far.
SINGLED_OUT = {
    "appeal": ("rejected", "hidden"),
    "edit": ("returned", "pending", "published", "withdrawn"),
    "withdraw": ("pending", "returned", "rejected", "appealed"),
}


class World:
    """Acts on the models as the views do: the policy first, all or nothing."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        self.count = 0

    def act(self, verb: str, name: str, which: int, flag: int) -> None:
        actor = self.people[name]
        try:
            with db.session.begin_nested():
                if verb in deciding.ORDINARY + deciding.ON_APPEAL:
                    self.decide(actor, which, flag, verb)
                else:
                    getattr(self, verb)(actor, which, flag)
        except (Conflict, Forbidden, IllegalMove):
            pass

    def words(self, title: str | None) -> Wording:
        self.count += 1
        return Wording.of(f"第 {self.count} 次说的话。", "plain", title and f"{title}{self.count}")

    def start(self, actor: Any, which: int, flag: int) -> None:
        """One in five on the board that publishes at once."""
        board = db.session.scalars(
            select(Board).where(Board.pre_moderated == (flag > 0)).options(joinedload(Board.unit))
        ).one()
        writing.start(board, self.words("标题之"), actor)

    def reply(self, actor: Any, which: int, flag: int) -> None:
        thread = self.pick(Thread.visible_to(actor).order_by(Thread.id), which)
        if thread is not None and allows(actor, "forum:thread:reply", thread):
            writing.reply(thread, self.words(None), actor)

    def post(self, actor: Any, which: int, verb: str) -> Post | None:
        found = Post.visible_to(actor).options(joinedload(Post.public_revision))
        if verb in SINGLED_OUT and which > 0:
            latest = select(Revision.id).where(Revision.state.in_(SINGLED_OUT[verb]))
            found = found.where(Post.latest_revision_id.in_(latest), Post.author_id == actor.id)
        post = self.pick(found.order_by(Post.id), which)
        if post is not None and not allows(actor, f"forum:post:{verb}", post):
            raise Forbidden(verb)
        return post

    def edit(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "edit"):
            submit(post, self.words("改成" if post.is_opening else None), actor)

    def withdraw(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "withdraw"):
            withdraw(post, actor)

    def appeal(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "appeal"):
            appeal(post, "请再看看。", actor)

    def hide(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "hide"):
            hide(post, post.unit, actor, "other", "先收起来。")

    def item(self, actor: Any, which: int) -> QueueItem | None:
        """Mostly one that waits."""
        found = QueueItem.visible_to(actor).order_by(QueueItem.id)
        return self.pick(found.where(QueueItem.closed_at.is_(None)) if which else found, which)

    def claim(self, actor: Any, which: int, flag: int) -> None:
        if item := self.item(actor, which):
            claiming.claim(item, actor)

    def release(self, actor: Any, which: int, flag: int) -> None:
        if item := self.item(actor, which):
            claiming.release(item, actor)

    def decide(self, actor: Any, which: int, flag: int, verb: str) -> None:
        item = self.item(actor, which)
        if item is None or not allows(actor, "moderation:item:decide", item):
            return
        if flag > 1 and item.reason == "appeal":
            verb = deciding.ON_APPEAL[flag % 2]
        post = db.session.get_one(Post, item.subject_id)
        deciding.decide(
            item,
            verb,
            actor,
            # Sometimes what was read is not the newest.
            revision_id=item.revision_id if flag else (post.latest_revision_id or 0) - 1,
            reason_code="other",
            explanation="因为这样。",
        )

    @staticmethod
    def pick(found: Any, which: int) -> Any:
        rows = db.session.scalars(found).unique().all()
        return rows[which % len(rows)] if rows else None


def check() -> None:
    revisions = {one.id: one for one in db.session.scalars(select(Revision))}
    posts = db.session.scalars(select(Post)).all()
    threads = {one.id: one for one in db.session.scalars(select(Thread))}
    decisions = db.session.scalars(select(Decision)).all()
    items = {one.id: one for one in db.session.scalars(select(QueueItem))}
    passed = {one.revision_id for one in decisions if one.verb in ("approve", "overturn", "exempt")}

    public = {post.public_revision_id for post in posts} - {None}
    assert public <= passed
    assert public == {one.id for one in revisions.values() if one.state == "published"}

    for thread in threads.values():
        own = sorted(
            (post for post in posts if post.thread_id == thread.id), key=lambda p: p.number
        )
        assert [post.number for post in own] == list(range(1, thread.next_number))
        shown = [post for post in own if post.is_public]
        assert thread.post_count == len(shown)
        assert thread.last_number == max((post.number for post in shown), default=0)
        assert thread.is_public == own[0].is_public
        if shown:
            assert thread.last_post_at == max(post.published_at for post in shown)
    for board in db.session.scalars(select(Board)):
        of_board = [one for one in threads.values() if one.board_id == board.id]
        assert board.thread_count == sum(one.is_public for one in of_board)

    latest = {post.id: revisions[post.latest_revision_id or 0] for post in posts}
    waiting = {item.subject_id: item for item in items.values() if item.is_waiting}
    assert len(waiting) == sum(item.is_waiting for item in items.values())
    assert set(waiting) == {post_id for post_id, one in latest.items() if one.is_waiting}
    assert all(item.revision_id == latest[post_id].id for post_id, item in waiting.items())

    by_item = [one.item_id for one in decisions if one.item_id is not None]
    assert sorted(by_item) == sorted(one.id for one in items.values() if one.state == "decided")
    for decision in decisions:
        if decision.item_id is not None:
            item = items[decision.item_id]
            assert decision.decided_by_id not in (item.author_id, item.first_decided_by_id)

    found = {int(one) for one in db.session.scalars(select(SearchEntry.subject_id))}
    assert found == {
        post.id for post in posts if post.is_public and threads[post.thread_id].is_public
    }
    count = select(func.count()).where(QueueItem.state == "claimed")
    claimed = count.where(QueueItem.claimed_by_id.is_(None))
    assert db.session.scalar(claimed) == 0
    marked = select(func.count()).select_from(CopyMark).join(QueueItem)
    assert db.session.scalar(marked.where(QueueItem.closed_at.is_not(None))) == 0


@pytest.fixture
def people(app: Flask, cast: Cast) -> dict[str, int]:
    Forum(app, cast)
    return {name: cast.id(name) for name in PEOPLE}


def run(app: Flask, cast: Cast, seed: int) -> None:
    with app.test_request_context():
        world = World({name: cast.person(name) for name in PEOPLE})
        try:
            for step in steps(seed):
                world.act(*step)
            db.session.expire_all()
            check()
        finally:
            db.session.rollback()


any_order = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(any_order, max_examples=12)
@given(seed=st.integers(0, 2**32))
def test_what_is_public_was_passed(
    app: Flask, cast: Cast, people: dict[str, int], seed: int
) -> None:
    run(app, cast, seed)


@pytest.mark.slow
@settings(any_order, max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_what_is_public_was_passed_in_long_runs(
    app: Flask, cast: Cast, people: dict[str, int], seed: int
) -> None:
    run(app, cast, seed)
