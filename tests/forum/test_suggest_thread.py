"""Similar threads while a title is typed: what resembles it, for those who may read it."""

from __future__ import annotations

from html import unescape

from flask import Flask

from tests.boards import Forum
from tests.conftest import counted
from tests.people import Visitor


def suggested(visitor: Visitor, title: str) -> str:
    answer = visitor.get("/threads/similar", query_string={"title": title})
    assert answer.status_code == 200
    return unescape(answer.json["list"])


def test_what_resembles_a_title_is_offered_the_nearest_first(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    forum.published(cadre, moderator, title="食堂的菜太咸", body="少放盐。", board="chat")
    near = forum.published(cadre, moderator, title="台账能不能只留一本")
    other = forum.published(cadre, moderator, title="一本台账的好处", board="chat")
    forum.start(cadre, "台账只留一本，还在等审")
    with counted(app) as seen:
        page = suggested(cadre2, "台账只留一本行不行")
    assert len(seen) <= 6, seen
    assert page.index(f"/threads/{near}") < page.index(f"/threads/{other}")
    assert 'target="_blank" rel="noopener"' in page
    assert "还在等审" not in page
    assert "太咸" not in page
    assert "可以放心发" in suggested(cadre2, "完全不同的一件事")
    assert "可以放心发" in suggested(cadre2, "台")
    assert "可以放心发" in suggested(cadre2, "\0'\"*()")


def test_what_was_hidden_is_not_offered(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="台账能不能只留一本")
    assert f"/threads/{thread}" in suggested(cadre2, "台账能不能只留一本")
    hide = {"reason": "other", "explanation": "先看一看。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", hide)
    assert f"/threads/{thread}" not in suggested(cadre2, "台账能不能只留一本")


def test_the_button_gives_back_what_was_typed(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="台账能不能只留一本")
    words = {"title": "台账只留一本", "body": "写到一半的话。", "body_format": "plain"}
    for way in ("similar", "preview"):
        page = cadre2.post(f"/forum/chat/{way}", words).text
        assert f'href="/threads/{thread}" target="_blank"' in page
        assert 'value="台账只留一本"' in page
        assert "写到一半的话。" in page
    assert cadre2.post("/forum/chat/similar", {"body": "没有标题"}).status_code == 200
