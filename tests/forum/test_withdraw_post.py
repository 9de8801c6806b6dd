"""Taking back what is not public, and taking a public text away from readers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core import clock
from core.db import db
from core.search import SearchEntry
from forum.models import Board, Thread
from tests.boards import Forum
from tests.people import Cast, Visitor

HIDE = {"reason": "abuse", "explanation": "话说重了，请对事不对人。"}


def test_a_withdrawn_text_is_its_authors_alone(
    forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="想想还是不发", body="先收回来。")
    post = forum.post(thread)
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    page = cadre.get(f"/threads/{thread}").text
    assert "先收回来" in page
    assert "你已撤回" in page
    assert "先收回来" not in moderator.get(f"/threads/{thread}").text
    assert moderator.get(f"/posts/{post}").status_code == 404
    assert moderator.get(f"/posts/{post}/history").status_code == 404
    assert "想想还是不发" not in moderator.get("/moderation").text
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    assert "想想还是不发" in cadre.get("/forum/dajiatan").text
    with clock.travel(clock.now() + timedelta(days=8)):
        # Signed in anew: a sign-in does not last so long.
        assert "想想还是不发" not in cast.visitor("cadre").get("/forum/dajiatan").text


def test_a_withdrawn_reply_leaves_the_reviewers_page(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre2, thread, "先收回来的一句。")
    assert "先收回来的一句" in moderator.get(f"/threads/{thread}").text
    cadre2.post(f"/posts/{post}/withdraw")
    assert "先收回来的一句" not in moderator.get(f"/threads/{thread}").text
    assert "先收回来的一句" in cadre2.get(f"/threads/{thread}").text


def test_a_withdrawn_text_can_be_handed_in_again(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre))
    cadre.post(f"/posts/{post}/withdraw")
    words = {"title": "想好了再发", "body": "这回想好了。"}
    assert cadre.post(f"/posts/{post}/edit", words).status_code == 302
    forum.approve(moderator, post)
    assert "这回想好了" in cadre2.get(f"/threads/{thread}").text


def test_withdrawing_an_edit_leaves_the_public_version(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body="公开的话。")
    post = forum.post(thread)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "改了一半的话。"})
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    assert "公开的话" in cadre2.get(f"/threads/{thread}").text
    assert "公开的话" in cadre.get(f"/threads/{thread}").text


def test_what_is_public_cannot_be_withdrawn(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    assert cadre.post(f"/posts/{forum.post(thread)}/withdraw").status_code == 409
    assert cadre2.get(f"/threads/{thread}").status_code == 200


def test_withdrawing_twice_is_a_conflict(forum: Forum, cadre: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    cadre.post(f"/posts/{post}/withdraw")
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 409


def test_withdrawing_needs_a_post(forum: Forum, cadre: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    assert cadre.get(f"/posts/{post}/withdraw").status_code == 405


def test_a_hidden_reply_leaves_every_page_and_its_author_knows_why(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    post = forum.reply(cadre2, thread, "说得很重的话。")
    assert "说得很重的话" in moderator.get(f"/posts/{post}/hide").text
    assert moderator.post(f"/posts/{post}/hide", HIDE).status_code == 302
    assert "说得很重的话" not in cadre.get(f"/threads/{thread}").text
    assert cadre.get(f"/posts/{post}").status_code == 404
    page = cadre2.get(f"/threads/{thread}").text
    assert "说得很重的话" in page
    assert "对事不对人" in page
    assert "人身攻击" in page
    assert "隐藏" in cadre.get("/moderation/log").text
    opening = forum.post(thread)
    with app.app_context():
        found = db.session.get_one(Thread, thread)
        assert (found.post_count, found.last_number) == (1, 1)
        assert found.last_post_at == found.published_at
        entries = db.select(SearchEntry.subject_id).where(SearchEntry.kind == "forum:post")
        assert db.session.scalars(entries).all() == [str(opening)]


def test_hiding_the_first_post_hides_the_thread_and_an_appeal_brings_all_back(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
    chief: Visitor,
) -> None:
    thread = forum.start(cadre, title="收起来的一帖", board="chat")
    first = forum.post(thread)
    reply = forum.reply(cadre2, thread, "跟着说的一句。")
    before = forum.thread(thread)
    moderator.post(f"/posts/{first}/hide", HIDE)
    for path in (f"/posts/{reply}", f"/posts/{reply}/history"):
        assert cast.visitor("delegate").get(path).status_code == 404
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    assert "收起来的一帖" not in cadre2.get("/forum/chat").text
    assert "收起来的一帖" not in cadre2.get("/forum").text
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(SearchEntry.id))) == 0
        assert db.session.scalar(db.select(Board.thread_count).where(Board.slug == "chat")) == 0
    cadre.post(f"/posts/{first}/appeal", {"explanation": "说的是事，不是人。"})
    forum.decide(chief, "overturn", first, explanation="的确是对事。")
    assert "跟着说的一句" in cadre2.get(f"/threads/{thread}").text
    after = forum.thread(thread)
    assert (after.post_count, after.last_number) == (2, 2)
    assert after.last_post_at == before.last_post_at
    assert after.published_at == before.published_at
    with app.app_context():
        found = {entry.subject_id for entry in db.session.scalars(db.select(SearchEntry))}
        assert found == {str(first), str(reply)}
        assert db.session.scalar(db.select(Board.thread_count).where(Board.slug == "chat")) == 1


def test_a_reply_edited_in_a_hidden_thread_is_not_found(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    reply = forum.reply(cadre2, thread, "先说的一句。")
    moderator.post(f"/posts/{forum.post(thread)}/hide", HIDE)
    cadre2.post(f"/posts/{reply}/edit", {"body": "后改的一句。"})
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(SearchEntry.id))) == 0


def test_hiding_needs_a_reason(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(thread := forum.start(cadre, board="chat"))
    answer = moderator.post(f"/posts/{post}/hide", {"explanation": "写了很久的话"})
    assert answer.status_code == 422
    assert "写了很久的话" in answer.text
    answer = moderator.post(f"/posts/{post}/hide", {"reason": "abuse"})
    assert answer.status_code == 422
    assert cadre.get(f"/threads/{thread}").status_code == 200


def test_hiding_twice_is_a_conflict(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, board="chat"))
    moderator.post(f"/posts/{post}/hide", HIDE)
    assert moderator.post(f"/posts/{post}/hide", HIDE).status_code == 409


@pytest.mark.parametrize(
    ("username", "code"), [("cadre2", 403), ("admin", 403), ("moderator2", 403), ("cadre", 403)]
)
def test_only_reviewers_of_the_board_hide(
    forum: Forum, cast: Cast, cadre: Visitor, username: str, code: int
) -> None:
    thread = forum.start(cadre, board="chat")
    other = cast.visitor(username)
    path = f"/posts/{forum.post(thread)}/hide"
    assert path not in other.get(f"/threads/{thread}").text
    assert other.get(path).status_code == code
    assert other.post(path, HIDE).status_code == code


def test_reviewers_do_not_hide_their_own(forum: Forum, moderator: Visitor) -> None:
    post = forum.post(forum.start(moderator, board="chat"))
    assert moderator.post(f"/posts/{post}/hide", HIDE).status_code == 403


def test_a_version_that_waits_can_still_be_decided_after_hiding(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body="公开的话。")
    post = forum.post(thread)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "收敛些的话。"})
    item = forum.item(post)
    moderator.post(f"/posts/{post}/hide", HIDE)
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    words = {"revision": str(forum.latest(post))}
    assert moderator.post(f"/moderation/{item}/approve", words).status_code == 302
    page = cadre2.get(f"/threads/{thread}").text
    assert "收敛些的话" in page
    assert forum.thread(thread).post_count == 1
