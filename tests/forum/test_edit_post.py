"""Edits: the public version stays until the new one passes; returned texts come back mended."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from moderation.models import Decision, Revision
from tests.boards import Forum
from tests.people import Visitor

TITLE = "一个像样的标题"


def edit(author: Visitor, post: int, body: str, title: str = TITLE, **more: str) -> int:
    words = {"title": title, "body": body, **more}
    return author.post(f"/posts/{post}/edit", words).status_code


def states(app: Flask, post: int) -> list[str]:
    with app.app_context():
        return list(
            db.session.scalars(
                db.select(Revision.state)
                .where(Revision.subject_id == post)
                .order_by(Revision.number)
            )
        )


def test_the_public_version_stays_while_an_edit_waits(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="原来的标题", body="原来的话。")
    post = forum.post(thread)
    assert edit(cadre, post, "新改的话。", title="新改的标题") == 302
    page = cadre2.get(f"/threads/{thread}").text
    assert "原来的话" in page
    assert "新改的" not in page
    assert "新改的" not in cadre2.get("/forum/dajiatan").text
    mine = cadre.get(f"/threads/{thread}").text
    assert "你的修改在等审核" in mine
    item = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "<del>" in item
    assert "<ins>" in item
    forum.approve(moderator, post)
    page = cadre2.get(f"/threads/{thread}").text
    assert "新改的话" in page
    assert "新改的标题" in page
    assert "原来的话" not in page
    assert "已修改" in page
    assert states(app, post) == ["superseded", "published"]


def test_returned_text_comes_back_with_the_explanation_and_the_words(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre, body="缺出处的话。"))
    forum.decide(moderator, "return", post, explanation="请写明数字的出处。")
    form = cadre.get(f"/posts/{post}/edit").text
    assert "请写明数字的出处。" in form
    assert "缺出处的话。" in form
    assert TITLE in form
    assert edit(cadre, post, "有出处的话。") == 302
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "请写明数字的出处。" in page
    assert "第 1 稿" in page
    forum.approve(moderator, post)
    assert "有出处的话" in cadre2.get(f"/threads/{thread}").text
    assert states(app, post) == ["superseded", "published"]


def test_three_rounds_keep_every_version(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body="第一稿的话。"))
    for n in "二三":
        forum.decide(moderator, "return", post, explanation=f"还差一点，请写第{n}稿。")
        edit(cadre, post, f"第{n}稿的话。")
    forum.approve(moderator, post)
    assert states(app, post) == ["superseded", "superseded", "published"]
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "请写第二稿" in page
    assert "请写第三稿" in page


def test_editing_what_waits_keeps_one_item(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body="先写的话。"))
    item = forum.item(post)
    edit(cadre, post, "改过的话。", title="改过的标题")
    assert forum.item(post) == item
    queue = moderator.get("/moderation").text
    assert "改过的标题" in queue
    assert TITLE not in queue
    assert "改过的话" in queue
    assert states(app, post) == ["superseded", "pending"]


def test_an_edit_on_a_board_that_publishes_at_once_is_public_with_an_exemption(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre, board="chat", body="先写的话。"))
    assert "已修改" not in cadre2.get(f"/threads/{thread}").text
    edit(cadre, post, "改过的话。")
    page = cadre2.get(f"/threads/{thread}").text
    assert "改过的话" in page
    assert "已修改" in page
    with app.app_context():
        verbs = db.session.scalars(db.select(Decision.verb)).all()
        assert verbs == ["exempt", "exempt"]


def test_the_same_words_are_no_new_version(app: Flask, forum: Forum, cadre: Visitor) -> None:
    post = forum.post(forum.start(cadre, body="一样的话。"))
    assert edit(cadre, post, "一样的话。") == 302
    assert states(app, post) == ["pending"]


def test_a_form_opened_before_another_edit_is_refused_and_kept(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body="先写的话。"))
    opened = str(forum.latest(post))
    edit(cadre, post, "在办公室改的话。", revision=opened)
    words = {"title": TITLE, "body": "在家里改的话。", "revision": opened}
    answer = cadre.post(f"/posts/{post}/edit", words)
    assert answer.status_code == 409
    assert "在家里改的话" in answer.text
    assert f'value="{forum.latest(post)}"' in answer.text
    assert states(app, post) == ["superseded", "pending"]
    assert edit(cadre, post, "在家里改的话。", revision=str(forum.latest(post))) == 302


def test_what_does_not_hold_is_kept(forum: Forum, cadre: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    answer = cadre.post(f"/posts/{post}/edit", {"title": "短", "body": "写了半天的话。"})
    assert answer.status_code == 422
    assert "写了半天的话" in answer.text


def test_a_reply_has_no_title(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre, thread)
    assert 'name="title"' not in cadre.get(f"/posts/{post}/edit").text
    words = {"title": "混进来的标题", "body": "改过的回帖。"}
    assert cadre.post(f"/posts/{post}/edit", words).status_code == 302
    forum.approve(moderator, post)
    assert "混进来的标题" not in cadre.get(f"/threads/{thread}").text


@pytest.mark.parametrize("verb", ["edit", "withdraw", "appeal"])
def test_only_the_author_touches_a_post(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, verb: str
) -> None:
    thread = forum.published(cadre, moderator)
    waiting = forum.reply(cadre, thread)
    words = {"title": TITLE, "body": "别人改的话。", "explanation": "别人的申诉"}
    public = forum.post(thread)
    for visitor, post, code in (
        (cadre2, public, 403),
        (moderator, public, 403),
        (cadre2, waiting, 404),
        (moderator, waiting, 403),
    ):
        assert visitor.post(f"/posts/{post}/{verb}", words).status_code == code


def test_html_comes_back_as_html(forum: Forum, cadre: Visitor) -> None:
    words = {"title": TITLE, "body": "<p>有<b>格式</b>的话</p>", "body_format": "html"}
    answer = cadre.post("/forum/chat/new", words)
    post = forum.post(int(answer.location.rpartition("/")[2]))
    page = cadre.get(f"/posts/{post}/edit").text
    assert "&lt;strong&gt;格式&lt;/strong&gt;" in page
    assert 'name="body_format" value="html"' in page
