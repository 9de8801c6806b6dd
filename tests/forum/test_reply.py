"""Replies: where they may be, numbers, quotations."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from forum.models import PAGE, Post, Thread
from tests.boards import Forum
from tests.people import Visitor


def test_a_pending_reply_is_seen_by_author_and_reviewers_alone(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre2, thread, "等审的一句话。")
    for visitor, sees in ((cadre2, True), (moderator, True), (cadre, False)):
        assert ("等审的一句话" in visitor.get(f"/threads/{thread}").text) is sees
    assert cadre.get(f"/posts/{post}").status_code == 404
    assert cadre2.get(f"/posts/{post}").location == f"/threads/{thread}#post-2"
    forum.approve(moderator, post)
    assert "等审的一句话" in cadre.get(f"/threads/{thread}").text


def test_a_thread_that_waits_takes_no_reply(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre)
    for visitor, code in ((cadre, 403), (moderator, 403), (cadre2, 404)):
        answer = visitor.post(f"/threads/{thread}/reply", {"body": "先说一句"})
        assert answer.status_code == code
    assert "主题发布以后" in cadre.get(f"/threads/{thread}").text


def test_a_locked_thread_takes_no_reply(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    with app.app_context():
        db.session.execute(db.update(Thread).values(is_locked=True))
        db.session.commit()
    assert cadre.post(f"/threads/{thread}/reply", {"body": "晚了一步"}).status_code == 403
    assert "已经锁定" in cadre.get(f"/threads/{thread}").text


def test_a_hidden_thread_takes_no_reply(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    words = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", words)
    assert cadre2.post(f"/threads/{thread}/reply", {"body": "还想说"}).status_code == 404
    assert cadre.post(f"/threads/{thread}/reply", {"body": "还想说"}).status_code == 403


def test_a_reply_that_does_not_hold_is_kept(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    answer = cadre.post(f"/threads/{thread}/reply", {"body": "好"})
    assert answer.status_code == 422
    assert "正文至少 2 个字" in answer.text
    assert ">\n好</textarea>" in answer.text.replace("\r\n", "\n")


def test_sending_twice_makes_one_reply(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    words = {"body": "点了两下的回帖", "once": "k" * 43}
    assert cadre.post(f"/threads/{thread}/reply", words).location == f"/threads/{thread}#post-2"
    again = cadre.post(f"/threads/{thread}/reply", words)
    assert again.status_code == 302
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Post.id))) == 2
        assert db.session.get_one(Thread, thread).next_number == 3


def test_a_quotation_is_put_into_the_box(forum: Forum, cadre: Visitor, cadre2: Visitor) -> None:
    thread = forum.start(cadre, body="第一句话。\n\n第二句话。", board="chat")
    page = cadre2.get(f"/threads/{thread}?quote=1").text
    assert "&gt; cadre同志 #1" in page
    assert "&gt; 第一句话。 第二句话。" in page
    assert "&gt; cadre同志" not in cadre2.get(f"/threads/{thread}?quote=7").text
    assert cadre2.get(f"/threads/{thread}?quote=x").status_code == 200
    post = forum.reply(cadre2, thread, "> cadre同志 #1\n> 第一句话。\n\n同意。")
    page = cadre.get(f"/posts/{post}", follow_redirects=True).text
    assert "<blockquote>" in page


def test_what_waits_cannot_be_quoted_by_others(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    forum.reply(cadre2, thread, "等审的一句话。")
    assert "等审的一句话" not in cadre.get(f"/threads/{thread}?quote=2").text


@pytest.mark.parametrize(
    ("number", "address"),
    [(1, ""), (2, "#post-2"), (PAGE, f"#post-{PAGE}"), (PAGE + 1, f"?page=2#post-{PAGE + 1}")],
)
def test_permalinks_are_arithmetic(
    app: Flask, forum: Forum, cadre: Visitor, number: int, address: str
) -> None:
    thread = forum.start(cadre, board="chat")
    for n in range(2, PAGE + 2):
        forum.reply(cadre, thread, f"第 {n} 句话。")
    answer = cadre.get(f"/posts/{forum.post(thread, number)}")
    assert answer.location == f"/threads/{thread}{address}"
    assert f'id="post-{number}"' in cadre.get(answer.location).text


def test_pages_are_ranges_of_numbers(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    """A pending post keeps its number; others see a gap, no empty page, and no hint of it."""
    thread = forum.published(cadre, moderator)
    posts = [forum.reply(cadre, thread, f"第 {n} 句话。") for n in range(2, PAGE + 2)]
    for post in posts[:-2]:
        forum.approve(moderator, post)
    page = cadre2.get(f"/threads/{thread}").text
    assert f'id="post-{PAGE - 1}"' in page
    assert f'id="post-{PAGE}"' not in page
    assert "page=2" not in page
    assert "page=2" in cadre.get(f"/threads/{thread}").text
    assert "page=2" in moderator.get(f"/threads/{thread}").text
    assert "没有你能看到的帖子" in cadre2.get(f"/threads/{thread}?page=2").text
    forum.approve(moderator, posts[-1])
    assert f'id="post-{PAGE + 1}"' in cadre2.get(f"/threads/{thread}?page=2").text
    forum.approve(moderator, posts[-2])
    assert f'id="post-{PAGE}"' in cadre2.get(f"/threads/{thread}").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999", "9999999", "9" * 21, "1.5", ""])
def test_odd_pages_are_no_fault(forum: Forum, cadre: Visitor, page: str) -> None:
    thread = forum.start(cadre, board="chat")
    assert cadre.get(f"/threads/{thread}?page={page}").status_code == 200
    assert cadre.get(f"/forum/chat?page={page}").status_code == 200


def test_huge_ids_are_not_there(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    for path in ("/threads/{}", "/posts/{}", "/posts/{}/edit", "/posts/{}/history"):
        for number in ("999999", "9" * 30):
            assert cadre.get(path.format(number)).status_code == 404
    assert moderator.get("/moderation/" + "9" * 30).status_code == 404
