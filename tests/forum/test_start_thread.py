"""Starting threads: the form, its limits, once, and who may."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from forum.models import Board, Post, Thread
from tests.boards import Forum
from tests.people import Cast, Visitor


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("title", "body", "sentence"),
    [
        ("", "正文写好了。", "请写一个标题。"),
        ("短标题", "正文写好了。", "标题至少 4 个字。"),
        ("长" * 81, "正文写好了。", "最多 80 个字，现在是 81 个字"),
        ("标题写好了", "", "请写正文。"),
        ("标题写好了", "字", "正文至少 2 个字。"),
        ("标题写好了", "长" * 20_001, "正文最多 20000 个字，现在是 20001 个字"),
        ("标题写好了", " \u3000\n\u200b ", "请写正文。"),
    ],
)
def test_what_does_not_hold_is_said_beside_the_field(
    app: Flask, forum: Forum, cadre: Visitor, title: str, body: str, sentence: str
) -> None:
    answer = cadre.post("/forum/dajiatan/new", {"title": title, "body": body})
    assert answer.status_code == 422
    assert sentence in answer.text
    if title:
        assert title[:80] in answer.text
    if body.strip():
        assert body[:50] in answer.text
    assert count(app, Thread) == count(app, Post) == 0


def test_what_does_not_hold_is_told_in_the_order_of_the_page(forum: Forum, cadre: Visitor) -> None:
    page = cadre.post("/forum/dajiatan/new", {"title": "", "body": ""}).text
    summary = page[page.index('class="summary"') :]
    assert summary.index("请写一个标题。") < summary.index("请写正文。")


def test_limits_themselves_are_allowed(forum: Forum, cadre: Visitor) -> None:
    for title, body in (("四个字的", "两字"), ("长" * 80, "长" * 20_000)):
        assert cadre.post("/forum/chat/new", {"title": title, "body": body}).status_code == 302


def test_missing_fields_are_no_fault(forum: Forum, cadre: Visitor) -> None:
    assert cadre.post("/forum/dajiatan/new").status_code == 422
    assert cadre.post("/forum/dajiatan/new", {"title": "四个字的"}).status_code == 422


def test_sending_twice_makes_one_thread(app: Flask, forum: Forum, cadre: Visitor) -> None:
    words = {"title": "只发一次的", "body": "点了两下。", "once": "k" * 43}
    first = cadre.post("/forum/dajiatan/new", words)
    second = cadre.post("/forum/dajiatan/new", words)
    assert first.status_code == second.status_code == 302
    assert count(app, Thread) == 1
    assert "只发一次的" in cadre.get(second.location, follow_redirects=True).text


def test_strangers_are_asked_to_sign_in(forum: Forum, cast: Cast) -> None:
    stranger = cast.visitor()
    answer = stranger.get("/forum/dajiatan/new")
    assert answer.status_code == 302
    assert "/login" in answer.location
    words = {"title": "没有登录的", "body": "写了很多。"}
    answer = stranger.post("/forum/dajiatan/new", words)
    assert answer.status_code == 401


def test_unknown_board_is_not_there(forum: Forum, cadre: Visitor) -> None:
    assert cadre.get("/forum/nowhere").status_code == 404
    words = {"title": "四个字的", "body": "正文写好了。"}
    assert cadre.post("/forum/nowhere/new", words).status_code == 404


def test_html_is_cleaned_and_kept_apart_from_plain_text(
    forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    body = "<h2>小标题</h2><p onclick=x()>一<script>alert(1)</script>段</p>"
    words = {"title": "从文档里贴来的", "body": body, "body_format": "html"}
    page = cadre2.get(cadre.post("/forum/chat/new", words).location).text
    assert "<h2>小标题</h2>" in page
    assert "onclick" not in page
    assert "alert(1)" not in page
    words = {"title": "当作纯文本的", "body": body}
    page = cadre2.get(cadre.post("/forum/chat/new", words).location).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "body", ["带\x00零的字", "半个\ud83d表情", "\u202e倒过来的字", "e" + "\u0301" * 500]
)
def test_odd_characters_are_no_fault(forum: Forum, cadre: Visitor, body: str) -> None:
    words = {"title": "怪字的标题", "body": body.encode("utf-8", "surrogatepass")}
    for form in (words, {**words, "body_format": "html"}):
        answer = cadre.post("/forum/chat/new", form)
        assert answer.status_code in (302, 422)
        if answer.status_code == 302:
            assert cadre.get(answer.location).status_code == 200


def test_the_two_boards_of_the_front_page(forum: Forum, cadre: Visitor, cast: Cast) -> None:
    page = cadre.get("/forum").text
    assert page.index("大家谈") < page.index("茶水间")
    stranger = cast.visitor().get("/forum").text
    assert "大家谈" not in stranger.split("<main")[1]
    assert "登录以后看讨论" in stranger


def test_public_boards_are_open_to_strangers_for_reading(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor
) -> None:
    with app.app_context():
        db.session.add(
            Board(
                slug="notices",
                title="公开的版块",
                unit_id=cast.unit_id("region"),
                is_public=True,
                pre_moderated=False,
            )
        )
        db.session.commit()
    thread = forum.start(cadre, title="谁都能看的", board="notices")
    stranger = cast.visitor()
    assert "公开的版块" in stranger.get("/forum").text
    assert "谁都能看的" in stranger.get("/forum/notices").text
    page = stranger.get(f"/threads/{thread}").text
    assert "谁都能看的" in page
    assert "登录以后可以回帖" in page
    assert "修改" not in page.split("<main")[1]
    assert stranger.post(f"/threads/{thread}/reply", {"body": "没登录"}).status_code == 401
    closed = forum.start(cadre, title="登录才能看的", board="chat")
    assert stranger.get(f"/threads/{closed}").status_code == 302
    assert stranger.get("/forum/chat").status_code == 302
