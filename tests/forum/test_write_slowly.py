"""Limits that explain themselves: what was too fast, until when, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from accounts.models import Person
from core import clock
from core.db import db
from core.once import Submission
from core.throttle import Attempt
from forum.drafts import Draft
from forum.models import Board, Post
from tests.boards import Forum
from tests.people import Cast, Visitor

# 12:00:30 in Shanghai tomorrow: the sentences say minutes, and roles are those of today.
NOON = datetime.now(UTC).replace(hour=4, minute=0, second=30, microsecond=0) + timedelta(days=1)


@pytest.fixture
def limits(app: Flask) -> Iterator[dict[str, int]]:
    """The site's limits, put back at the end; nobody counts as new here but where a test says."""
    names = ("REPLIES_PER_HOUR", "THREADS_PER_DAY", "HEATED_REPLIES", "MENTIONS_PER_DAY")
    before = {name: app.config[name] for name in (*names, "NEW_MEMBER_TEXTS")}
    app.config["NEW_MEMBER_TEXTS"] = 0
    yield app.config
    app.config.update(before)


def said(answer: object) -> str:
    text: str = answer.text  # type: ignore[attr-defined]
    found = re.search(r'<p role="alert">(.*?)</p>', text)
    return found[1] if found else ""


def posts(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Post).count()


def test_replies_wait_and_nothing_is_lost(
    app: Flask, cast: Cast, forum: Forum, limits: dict[str, int]
) -> None:
    limits["REPLIES_PER_HOUR"] = 2
    with clock.travel(NOON):
        cadre = cast.visitor("cadre")
        thread = forum.start(cadre, board="chat")
        for n in range(2):
            forum.reply(cadre, thread, f"第 {n} 句。")
    words = {"body": "第三句，写了很久。", "once": "one form's key"}
    with clock.travel(NOON + timedelta(minutes=10)):
        answer = cadre.post(f"/threads/{thread}/reply", words)
        assert answer.status_code == 429
        assert 2990 <= int(answer.headers["Retry-After"]) <= 3000
        assert said(answer) == "你在 1 小时内发了 2 条回帖；13:01 以后可以再发。文字已存为草稿。"
        assert "第三句，写了很久。" in answer.text  # in the form
        assert "第三句，写了很久。" in cadre.get(f"/threads/{thread}/reply").text  # and as a draft
        assert posts(app) == 3
        with app.app_context():  # a claim without an object would let twins through later
            assert not db.session.query(Submission).filter_by(subject_id=None).count()
        again = {**words, "draft": re.findall(r'name="draft"[^>]*value="(\d+)"', answer.text)[0]}
        assert cadre.post(f"/threads/{thread}/reply", again).status_code == 429
        english = {"Accept-Language": "en"}
        page = cadre.client.post(
            f"/threads/{thread}/reply",
            data={"csrf_token": cadre.token(), **words},
            headers=english,
        )
        assert "You posted 2 replies within an hour" in page.text
    with clock.travel(NOON + timedelta(minutes=61)):  # the same form, sent again
        assert cadre.post(f"/threads/{thread}/reply", words).status_code == 302
        assert cadre.post(f"/threads/{thread}/reply", words).status_code == 302  # still once
    assert posts(app) == 4
    with app.app_context():
        assert not db.session.query(Draft).count()
        assert {one.digest for one in db.session.query(Attempt)}.isdisjoint({"cadre", "1"})


def test_a_refusal_and_a_repetition_count_nothing(
    app: Flask, forum: Forum, cadre: Visitor, limits: dict[str, int]
) -> None:
    limits["REPLIES_PER_HOUR"] = 2
    thread = forum.start(cadre, board="chat")
    words = {"body": "一句话。", "once": "one key"}
    for _ in range(5):
        assert cadre.post(f"/threads/{thread}/reply", words).status_code == 302
    assert cadre.post(f"/threads/{thread}/reply", {"body": ""}).status_code == 422
    forum.reply(cadre, thread, "第二句。")
    assert cadre.post(f"/threads/{thread}/reply", {"body": "第三句。"}).status_code == 429


def test_newcomers_write_half_as_much_and_reviewers_what_they_need(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, limits: dict[str, int]
) -> None:
    limits.update(THREADS_PER_DAY=4, NEW_MEMBER_TEXTS=5)
    codes = [
        cadre.post("/forum/chat/new", {"title": f"标题之{n}号", "body": "一句话。"}).status_code
        for n in range(3)
    ]
    assert codes == [302, 302, 429]
    with app.app_context():
        db.session.get_one(Person, cast.id("cadre")).created_at = clock.now() - timedelta(days=99)
        db.session.commit()
    forum.start(cadre, title="老成员的第三个", board="chat")
    reviewer = cast.visitor("moderator")
    for n in range(6):
        forum.start(reviewer, title=f"审核员的第{n}个", board="chat")


def test_a_board_has_limits_of_its_own_counted_there_alone(
    app: Flask, forum: Forum, cadre: Visitor, limits: dict[str, int]
) -> None:
    limits["THREADS_PER_DAY"] = 9
    with app.app_context():
        db.session.query(Board).filter_by(slug="chat").one().threads_per_day = 1
        db.session.commit()
    forum.start(cadre, board="chat")
    words = {"title": "再来一个标题", "body": "写了很久的话。"}
    answer = cadre.post("/forum/chat/new", words)
    assert answer.status_code == 429
    assert "你在 24 小时内发起了 1 个主题；" in said(answer)
    assert "再来一个标题" in cadre.get("/forum/chat/new").text
    forum.start(cadre)


def test_a_heated_thread_lets_each_wait_longer(
    app: Flask, cast: Cast, forum: Forum, limits: dict[str, int]
) -> None:
    limits["HEATED_REPLIES"] = 3
    with clock.travel(NOON):
        cadre, cadre2 = cast.visitor("cadre"), cast.visitor("cadre2")
        thread = forum.start(cadre, board="chat")
        reply = forum.reply(cadre, thread, "第一句。")
        forum.reply(cadre2, thread, "第二句。")  # three: from now on it is heated
        answer = cadre.post(f"/threads/{thread}/reply", {"body": "马上又一句。"})
        assert answer.status_code == 429
        assert said(answer).startswith(
            "这个主题正热：10 分钟里有 3 条回帖，两条之间要隔 2 分钟；12:03 以后可以再发。"
        )
        forum.reply(cast.visitor("delegate"), thread, "没有说过话的，不用等。")
        for name in ("supervisor", "expert"):  # flags heat it, too: 4 + 2 × 3 = 10
            flag = cast.visitor(name).post(f"/posts/{reply}/flag", {"reason": "abuse"})
            assert flag.status_code == 302
        answer = cadre.post(f"/threads/{thread}/reply", {"body": "马上又一句。"})
        assert "要隔 6 分钟" in said(answer)
    with clock.travel(NOON + timedelta(minutes=7)):
        forum.reply(cadre, thread, "想过以后的一句。")
    with clock.travel(NOON + timedelta(minutes=30)):  # it has calmed down
        forum.reply(cadre, thread, "再一句。")
        forum.reply(cadre, thread, "又一句。")


def test_calling_people_by_name_has_an_end(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, limits: dict[str, int]
) -> None:
    limits["MENTIONS_PER_DAY"] = 2
    for name in ("cadre2", "delegate", "expert"):
        cast.id(name)
    thread = forum.start(cadre, board="chat")
    post = forum.reply(cadre, thread, "@cadre2同志 请看。")
    edit = f"/posts/{post}/edit"
    both = "@cadre2同志 @delegate同志 请看。"
    assert cadre.post(edit, {"body": both}).status_code == 302  # one more, not two
    answer = cadre.post(edit, {"body": f"{both} @expert同志"})
    assert answer.status_code == 429
    assert "最多在帖子里点 2 个人的名" in said(answer)
    assert cadre.post(edit, {"body": "@delegate同志 请看。"}).status_code == 302  # fewer, always
    body = {"body": "@cadre2同志 @delegate同志 @expert同志 都来。"}
    assert cadre.post(f"/threads/{thread}/reply", body).status_code == 429
    forum.reply(cadre, thread, "没有点名。")


def test_what_is_refused_for_one_limit_spends_nothing_of_another(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, limits: dict[str, int]
) -> None:
    limits |= {"MENTIONS_PER_DAY": 1, "REPLIES_PER_HOUR": 1, "THREADS_PER_DAY": 2}
    for name in ("cadre2", "delegate"):
        cast.id(name)
    thread = forum.start(cadre, board="chat")
    two = {"title": "一个像样的标题", "body": "@cadre2同志 @delegate同志 都来。"}
    for path in (f"/threads/{thread}/reply", "/forum/chat/new"):
        answer = cadre.post(path, two)
        assert answer.status_code == 429
        assert "个人的名" in said(answer)
    forum.reply(cadre, thread, "@cadre2同志 请看。")
    forum.start(cadre, board="chat")
    assert "1 条回帖" in said(cadre.post(f"/threads/{thread}/reply", {"body": "再说。"}))
