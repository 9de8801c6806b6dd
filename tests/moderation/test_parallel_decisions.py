"""Fifty decide at once: one wins, the others are told who and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from core.db import db
from forum.models import Board, Post, Thread
from moderation.models import Decision, QueueItem
from tests.boards import Forum
from tests.people import Cast, Visitor

MANY = 50


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """The results of acts that all start together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def browsers(app: Flask, visitor: Visitor, count: int) -> list[Visitor]:
    """Browsers that share one sign-in."""
    with visitor.client.session_transaction() as session:
        kept = dict(session)
    found = []
    for _number in range(count):
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(kept)
        found.append(Visitor(client))
    return found


def test_one_of_fifty_decisions_wins(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    item, revision = forum.item(post), str(forum.latest(post))
    people = browsers(app, moderator, MANY // 2) + browsers(app, chief, MANY // 2)
    verbs = ["approve", "return"] * (MANY // 2)

    def act(visitor: Visitor, verb: str) -> Callable[[], object]:
        words = {"revision": revision, "explanation": "写了几句说明"}
        return lambda: visitor.post(f"/moderation/{item}/{verb}", words)

    answers = at_once([act(*pair) for pair in zip(people, verbs, strict=True)])
    codes = Counter(answer.status_code for answer in answers)  # type: ignore[attr-defined]
    assert codes == {302: 1, 409: MANY - 1}
    with app.app_context():
        decision = db.session.execute(db.select(Decision)).scalars().one()
        name = f"{'moderator' if decision.decided_by_id == cast.id('moderator') else 'chief_moderator'}同志"
    for answer in answers:
        if answer.status_code == 409:  # type: ignore[attr-defined]
            assert name in answer.text  # type: ignore[attr-defined]
            assert "作出了决定" in answer.text  # type: ignore[attr-defined]


def test_authors_and_reviewers_at_once_leave_nothing_half_done(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    """Edits, withdrawals and decisions on the same posts: each 302 or 409, never a fault."""
    thread = forum.published(cadre, moderator)
    posts = [forum.reply(cadre, thread, f"第 {n} 条回帖。") for n in range(6)]
    acts: list[Callable[[], object]] = []
    authors, reviewers = browsers(app, cadre, 18), browsers(app, moderator, 12)
    for n, post in enumerate(posts):
        item, revision = forum.item(post), str(forum.latest(post))
        for turn in range(2):
            acts.append(
                lambda r=reviewers[2 * n + turn], i=item, v=revision: (
                    r.post(f"/moderation/{i}/approve", {"revision": v}).status_code
                )
            )
            acts.append(
                lambda a=authors[3 * n + turn], p=post, t=turn: (
                    a.post(f"/posts/{p}/edit", {"body": f"改过 {t} 次的话。"}).status_code
                )
            )
        acts.append(lambda a=authors[3 * n + 2], p=post: a.post(f"/posts/{p}/withdraw").status_code)
    assert set(at_once(acts)) <= {302, 409}
    with app.app_context():
        found = db.session.get_one(Thread, thread)
        public = db.select(db.func.count()).where(
            Post.thread_id == thread, Post.public_revision_id.is_not(None)
        )
        assert found.post_count == db.session.scalar(public)
        open_items = db.select(QueueItem.subject_id).where(QueueItem.closed_at.is_(None))
        waiting = db.session.scalars(open_items).all()
        assert len(waiting) == len(set(waiting))


def test_replies_at_once_get_dense_numbers(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, board="chat", title="茶水间的一帖")
    people = browsers(app, cadre, 24)
    acts = [
        lambda v=visitor, n=n: (
            v.post(f"/threads/{thread}/reply", {"body": f"第 {n} 句"}).status_code
        )
        for n, visitor in enumerate(people)
    ]
    assert set(at_once(acts)) == {302}
    with app.app_context():
        numbers = db.session.scalars(
            db.select(Post.number).where(Post.thread_id == thread).order_by(Post.number)
        ).all()
        assert numbers == list(range(1, 26))
        assert db.session.get_one(Thread, thread).post_count == 25
        assert db.session.scalar(db.select(Board.thread_count).where(Board.slug == "chat")) == 1
