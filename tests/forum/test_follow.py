"""Watching and muting: who hears of a new post, how often, and what they may read of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from accounts.models import Person
from core import follows, notices
from core.db import db
from core.notices import Notice
from forum.models import Board, Post, Thread
from tests.boards import Forum, work
from tests.conftest import counted
from tests.people import Cast, Visitor


def inbox(visitor: Visitor) -> str:
    page = visitor.get("/notices").text
    return page[page.index("<main") : page.index("</main")]


def told(app: Flask, cast: Cast, name: str) -> list[Notice]:
    with app.app_context():
        mine = select(Notice).where(Notice.person_id == cast.id(name), Notice.kind.like("forum:%"))
        return list(db.session.scalars(mine.order_by(Notice.id)))


def set_level(visitor: Visitor, url: str, level: str) -> None:
    assert visitor.post(f"{url}/follow", {"level": level}).status_code == 302


def test_a_watched_thread_tells_once_in_one_notice_that_counts(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="修路的事")
    first = forum.reply(cadre2, thread, "第一句。")
    second = forum.reply(cadre2, thread, "第二句。")
    work(app)
    assert told(app, cast, "cadre") == []  # what is pending is told to nobody
    forum.approve(moderator, second)
    work(app, timedelta(seconds=20))
    assert told(app, cast, "cadre") == []  # the decision may still be undone
    work(app)
    forum.approve(moderator, first)
    work(app)
    (notice,) = told(app, cast, "cadre")
    assert "“修路的事”有 2 条新回帖" in inbox(cadre)
    answer = cadre.post(f"/notices/{notice.id}/open")
    assert answer.location == f"/posts/{first}"  # the first by its place, not by its decision
    assert told(app, cast, "cadre2") == []  # never of own posts
    third = forum.reply(cadre2, thread, "第三句。")
    forum.approve(moderator, third)
    work(app)
    assert len(told(app, cast, "cadre")) == 2  # the first was read
    hide = {"reason": "other", "explanation": "先看一看。"}
    assert moderator.post(f"/posts/{third}/hide", hide).status_code == 302
    page = inbox(cadre)
    assert "1 条新回帖" not in page
    assert "现在看不到" in page
    assert cadre.post(f"/notices/{told(app, cast, 'cadre')[1].id}/open").location == "/notices"


def test_nobody_hears_twice_of_a_post_that_came_back(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    post = forum.reply(cadre2, thread)
    work(app)
    cadre.post("/notices/read")
    hide = {"reason": "other", "explanation": "先看一看。"}
    assert moderator.post(f"/posts/{post}/hide", hide).status_code == 302
    assert moderator.post(f"/moderation/{forum.item(post)}/undo").status_code == 302
    assert cadre.get(f"/threads/{thread}").text.count('<section class="post') == 2
    assert cadre2.post(f"/posts/{post}/edit", {"body": "改过的话。"}).status_code == 302
    work(app)
    assert len(told(app, cast, "cadre")) == 1


def test_what_was_undone_before_anybody_heard_is_not_told(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre2, thread)
    forum.approve(moderator, post)
    assert moderator.post(f"/moderation/{forum.item(post)}/undo").status_code == 302
    work(app)
    assert told(app, cast, "cadre") == []
    forum.approve(moderator, post)
    work(app)
    assert len(told(app, cast, "cadre")) == 1


def test_the_nearest_level_holds(app: Flask, cast: Cast, forum: Forum) -> None:
    author = cast.id("cadre2")
    with app.app_context():
        board = db.session.scalars(select(Board.id).where(Board.slug == "chat")).one()
    places = ((Thread.kind, 7), (Person.kind, author), (Board.kind, board))
    cases: list[tuple[dict[int, str], bool, bool, bool]] = [
        # level of thread, person, board (by index); chosen; told of posts; told of a mention
        ({}, True, False, True),
        ({2: "watch"}, True, True, True),
        ({2: "watch", 1: "mute"}, True, False, False),
        ({2: "mute", 1: "watch"}, True, True, True),
        ({2: "watch", 0: "normal"}, True, False, True),
        ({1: "mute", 0: "watch"}, True, True, True),
        ({1: "mute", 0: "watch"}, False, False, False),  # a thread watched because one wrote there
        ({2: "mute", 0: "watch"}, False, True, True),
        ({2: "watch", 0: "mute"}, True, False, False),
    ]
    reader = cast.id("cadre")
    for levels, is_chosen, hears, is_mentioned in cases:
        with app.app_context():
            for place, level in levels.items():
                kind, subject_id = places[place]
                row = follows.Follow(
                    person_id=reader,
                    kind=kind,
                    subject_id=subject_id,
                    level=level,
                    is_chosen=is_chosen or place != 0,
                )
                db.session.add(row)
            db.session.flush()
            assert (reader in follows.wants([reader], "follow", places)) == hears, levels
            assert (reader in follows.wants([reader], "mention", places)) == is_mentioned, levels
            assert reader in follows.wants([reader], "decision", places)
            db.session.rollback()


def test_watching_a_board_or_a_person(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    delegate, expert = cast.visitor("delegate"), cast.visitor("expert")
    set_level(delegate, "/forum/chat", "watch")
    set_level(expert, f"/people/{cast.id('cadre')}", "watch")
    assert "已关注" in delegate.get("/forum/chat").text
    assert "已关注" in expert.get(f"/people/{cast.id('cadre')}").text
    thread = forum.start(cadre, title="食堂的事", board="chat")
    forum.reply(cadre2, thread)
    work(app)
    assert [one.kind for one in told(app, cast, "delegate")] == ["forum:started", "forum:posted"]
    assert [one.kind for one in told(app, cast, "expert")] == ["forum:started"]
    assert "新主题：“食堂的事”" in inbox(expert)
    assert cadre.post(f"/people/{cast.id('cadre')}/follow", {"level": "watch"}).status_code == 403
    assert delegate.post("/forum/chat/follow", {"level": "all"}).status_code == 422


def test_muting_is_kept_and_folds(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, title="食堂的事", board="chat")
    set_level(cadre, f"/people/{cast.id('cadre2')}", "mute")
    forum.reply(cadre2, thread, "说个没完。")
    forum.start(cadre2, title="又一个主题", board="chat")
    work(app)
    assert told(app, cast, "cadre") == []
    page = cadre.get(f"/threads/{thread}").text
    assert page.count("post__folded") == 1
    assert page.index("post__folded") < page.index("说个没完")
    assert "post__folded" not in cadre2.get(f"/threads/{thread}").text  # nobody is told
    assert cadre.get("/forum/chat").text.count("row--quiet") == 1
    assert "row--quiet" not in cadre2.get("/forum/chat").text
    set_level(cadre, f"/threads/{thread}", "mute")
    assert cadre.get("/forum/chat").text.count("row--quiet") == 2


def test_all_that_is_followed_stands_in_one_list(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre2, title="食堂的事", board="chat")
    forum.reply(cadre, thread)
    set_level(cadre, "/forum/dajiatan", "watch")
    with counted(app) as seen:
        page = cadre.get("/me/following").text
    assert len(seen) <= 6, seen
    assert "食堂的事" in page
    assert "因为你在这里发过言" in page
    assert "食堂的事" not in cast.visitor("delegate").get("/me/following").text
    hide = {"reason": "other", "explanation": "先看一看。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", hide)
    page = cadre.get("/me/following").text
    assert "食堂的事" not in page
    assert "（现在看不到）" in page
    with app.app_context():
        own = select(follows.Follow).where(follows.Follow.kind == Thread.kind)
        follow = db.session.scalars(own.where(follows.Follow.person_id == cast.id("cadre"))).one()
    url = f"/me/following/{follow.id}"
    assert cadre2.post(url, {"level": "mute"}).status_code == 404
    assert cadre.post(url, {"level": "mute"}).status_code == 302
    cadre.post("/me/following/own", {"watches_own": "no"})
    forum.start(cadre, board="chat")
    with app.app_context():
        own = select(func.count()).select_from(follows.Follow)
        own = own.where(follows.Follow.person_id == cast.id("cadre"))
        assert db.session.scalar(own) == 2


def test_who_may_not_read_any_more_is_not_told(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    with app.app_context():
        close = update(Person).where(Person.id == cast.id("cadre")).values(is_active=False)
        db.session.execute(close)
        db.session.commit()
    forum.reply(cadre2, thread)
    work(app)
    assert told(app, cast, "cadre") == []


@pytest.mark.parametrize("count", [0, 12])
def test_publishing_costs_the_same_however_many_watch(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, count: int
) -> None:
    thread = forum.start(cadre, board="chat")
    everybody = ("delegate", "supervisor", "expert", "handler", "signer", "leader", "office")
    for name in (*everybody, "moderator", "moderator2", "minister", "admin", "handler2")[:count]:
        set_level(cast.visitor(name), f"/threads/{thread}", "watch")
    forum.reply(cadre2, thread, "先说一句。")
    with counted(app) as seen:
        forum.reply(cadre2, thread, "再说一句。")
    assert len(seen) <= COST, len(seen)
    work(app)
    with app.app_context():
        told = db.session.scalar(
            select(func.count(func.distinct(Notice.person_id))).where(Notice.kind == "forum:posted")
        )
        assert told == count + 1
        assert db.session.scalar(select(func.count()).select_from(Post)) == 3
        assert notices.of_sort("follow")


COST = 26  # statements of a request that publishes a reply
