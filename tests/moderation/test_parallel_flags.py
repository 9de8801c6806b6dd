"""Fifty flag at once: one item in the queue; nobody goes beyond the allowance; nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from accounts.models import Membership, Person
from core import clock
from core.db import db
from forum.models import Post, Thread
from moderation.flag import Flag
from moderation.models import QueueItem, Revision
from tests.boards import Forum
from tests.moderation.test_parallel_decisions import MANY, at_once, browsers
from tests.people import Cast, Visitor

FLAG = {"reason": "abuse", "words": "骂了人。"}


@pytest.fixture
def crowd(app: Flask, cast: Cast, forum: Forum) -> list[Visitor]:
    """Fifty readers, each signed in."""
    names = [f"reader{n}" for n in range(MANY)]
    with app.app_context():
        unit_id, since = cast.unit_id("region"), clock.today() - timedelta(days=1)
        people = [
            Person(
                username=name,
                name=name,
                unit_id=unit_id,
                password_hash="",
                memberships=[Membership(unit_id=unit_id, role="cadre", valid_from=since)],
            )
            for name in names
        ]
        db.session.add_all(people)
        db.session.commit()
        swift = Cast(app, ids={**cast.ids, **{one.username: one.id for one in people}})
    return [swift.visitor(name) for name in names]


def flagging(visitor: Visitor, post: int) -> Callable[[], object]:
    return lambda: visitor.post(f"/posts/{post}/flag", FLAG).status_code


@pytest.mark.parametrize("limit", [3, MANY + 1])
def test_fifty_flags_at_once_make_one_item(
    app: Flask,
    forum: Forum,
    cadre: Visitor,
    crowd: list[Visitor],
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    monkeypatch.setitem(app.config, "FLAGS_TO_HIDE", limit)
    post = forum.post(forum.start(cadre, board="chat"))
    for visitor in crowd:
        visitor.token()
    codes = Counter(at_once([flagging(visitor, post) for visitor in crowd]))
    # Once it is hidden, whoever comes later no longer finds it.
    assert codes == ({302: MANY} if limit > MANY else {302: 3, 404: MANY - 3})
    with app.app_context():
        item = db.session.scalars(db.select(QueueItem)).one()
        made = db.session.scalars(db.select(Flag)).all()
        assert {flag.item_id for flag in made} == {item.id}
        assert len(made) == codes[302]
        state = db.session.scalars(db.select(Revision.state)).one()
        assert state == ("published" if limit > MANY else "suspended")


def test_nobody_goes_beyond_the_allowance_by_many_windows(
    app: Flask,
    forum: Forum,
    cadre: Visitor,
    cadre2: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "FLAGS_PER_DAY", 4)
    thread = forum.start(cadre, board="chat")
    posts = [forum.reply(cadre, thread, f"第 {n} 句。") for n in range(24)]
    windows = browsers(app, cadre2, len(posts))
    acts = [flagging(*pair) for pair in zip(windows, posts, strict=True)]
    assert Counter(at_once(acts)) == {302: 4, 429: len(posts) - 4}
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Flag.id))) == 4


def test_flags_edits_and_decisions_at_once_leave_nothing_half_done(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, crowd: list[Visitor]
) -> None:
    """Each 302, 409, or 404 where the text is hidden meanwhile; never a fault."""
    thread = forum.start(cadre, board="chat")
    posts = [forum.reply(cadre, thread, f"第 {n} 句。") for n in range(4)]
    for post in posts:
        flagging(crowd[0], post)()
    acts: list[Callable[[], object]] = []
    authors, reviewers = browsers(app, cadre, 8), browsers(app, moderator, 8)
    for n, post in enumerate(posts):
        revision, item = str(forum.latest(post)), forum.item(post)
        hiding = {"revision": revision, "reason": "abuse", "explanation": "话说重了。"}
        acts += [flagging(visitor, post) for visitor in crowd[1 + 4 * n : 5 + 4 * n]]
        acts += [
            lambda v=reviewers[2 * n + turn], i=item, d=hiding, verb=verb: (
                v.post(f"/moderation/{i}/{verb}", d).status_code
            )
            for turn, verb in enumerate(("harmless", "hide"))
        ]
        acts += [
            lambda v=authors[2 * n], p=post: (
                v.post(f"/posts/{p}/edit", {"body": "改过的话。"}).status_code
            ),
            lambda v=authors[2 * n + 1], p=post: v.post(f"/posts/{p}/withdraw").status_code,
        ]
    assert set(at_once(acts)) <= {302, 403, 404, 409}
    with app.app_context():
        waiting = db.select(QueueItem.id).where(QueueItem.closed_at.is_(None))
        items = set(db.session.scalars(waiting))
        left = db.session.scalars(db.select(Flag).where(Flag.closed_at.is_(None))).all()
        assert {flag.item_id for flag in left} <= items
        newest = db.select(Post.id, Revision.state).join(
            Revision, Revision.id == Post.latest_revision_id
        )
        states = dict(db.session.execute(newest).all())
        public = db.select(Post.id).where(Post.public_revision_id.is_not(None))
        assert set(db.session.scalars(public)) == {
            one for one, state in states.items() if state == "published"
        }
        found = db.session.get_one(Thread, thread)
        assert found.post_count == list(states.values()).count("published")
