"""Bookmarks: kept with a note and a day, reminded of once, seen by nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from core import clock, jobs
from core.db import db
from core.notices import Notice
from forum.bookmarks import Bookmark
from tests.boards import Forum
from tests.people import Cast, Visitor


def keep(visitor: Visitor, post: int, **words: str) -> int:
    return visitor.post(f"/posts/{post}/bookmark", words).status_code


def list_of(visitor: Visitor, only: str = "") -> str:
    page = visitor.get(f"/me/bookmarks?only={only}").text
    return page[page.index("<main") : page.index("</main")]


def work(at: datetime) -> None:
    with clock.travel(at):
        while jobs.run_one():
            pass


def test_a_post_is_kept_with_a_note_changed_and_removed(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="修路的事", body="把账算清楚。", board="chat")
    post = forum.post(thread)
    assert "还没有收藏" in list_of(cadre2)
    for _again in range(2):
        assert keep(cadre2, post, note="写报告时用", remind_on="") == 302
        assert keep(cadre2, post, quick="yes") == 302, "a click in a stale window wipes no note"
    page = list_of(cadre2)
    assert page.count("修路的事，第 1 楼") == 1
    for words in ("写报告时用", "把账算清楚。", "cadre同志"):
        assert words in page
    assert ">已收藏<" in cadre2.get(f"/threads/{thread}").text
    assert "没有到日子的提醒" in list_of(cadre2, "due")
    own = forum.newest(Bookmark)
    for visitor in (cadre, moderator):
        assert ">已收藏<" not in visitor.get(f"/threads/{thread}").text
        assert "修路的事" not in list_of(visitor)
        assert visitor.post(f"/me/bookmarks/{own}/remove").status_code == 404
    for wrong in ("2020-01-01", "2999-01-01", "明天"):
        answer = cadre2.post(f"/posts/{post}/bookmark", {"note": "改过的", "remind_on": wrong})
        assert answer.status_code == 422
        assert "改过的" in answer.text
    assert keep(cadre2, post, note="字" * 301) == 422
    assert "写报告时用" in list_of(cadre2)
    assert cadre2.post(f"/me/bookmarks/{own}/remove").status_code == 302
    assert "还没有收藏" in list_of(cadre2)


def test_of_what_is_not_public_any_more_no_word_is_shown(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="修路的事", body="把账算清楚。")
    reply = forum.reply(cadre, thread, "再补一句。")
    assert keep(cadre2, reply) == 404
    assert keep(moderator, reply) == 403, "what waits is kept by nobody"
    forum.approve(moderator, reply)
    for post in (forum.post(thread), reply):
        assert keep(cadre2, post, note="我的备注") == 302
    words = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", words)
    page = list_of(cadre2)
    assert page.count("这一条现在不公开") == 2
    assert page.count("我的备注") == 2
    for gone in ("修路的事", "把账算清楚", "再补一句", "cadre同志", "大家谈"):
        assert gone not in page


def test_a_reminder_comes_once_on_the_morning_of_the_day_that_holds(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, title="修路的事", board="chat")
    post = forum.post(thread)
    with app.app_context():
        first, day = (clock.today() + timedelta(days=n) for n in (1, 3))
    keep(cadre2, post, note="看有没有动工", remind_on=first.isoformat())
    keep(cadre2, post, note="看有没有动工", remind_on=day.isoformat())

    def told() -> int:
        mine = select(Notice).where(Notice.person_id == cast.id("cadre2"))
        return len(db.session.scalars(mine).all())

    with app.app_context():
        work(clock.start_of(first) + timedelta(hours=9))
        assert told() == 0, "the day was changed"
        work(clock.start_of(day) + timedelta(hours=7, minutes=59))
        assert told() == 0, "not before the morning"
        for hours in (8, 30):
            work(clock.start_of(day) + timedelta(hours=hours, minutes=1))
            assert told() == 1
        morning = clock.start_of(day) + timedelta(hours=9)
    with clock.travel(morning):
        cadre2, moderator = cast.visitor("cadre2"), cast.visitor("moderator")
        page = cadre2.get("/notices").text
        assert "你要今天再看的：“修路的事”第 1 楼：看有没有动工" in page
        assert "修路的事" in list_of(cadre2, "due")
        words = {"reason": "other", "explanation": "先收起来。"}
        moderator.post(f"/posts/{post}/hide", words)
        page = cadre2.get("/notices").text
        assert "修路的事" not in page[page.index("<main") :]
        assert "现在看不到了" in page
