"""Statements and weight of reading pages: the same whatever the number of rows."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from forum.models import Board
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor

PARAGRAPH = "把一件事说清楚，先说做了什么，再说碰到什么，最后说打算怎么办，请大家帮着看看。" * 4


def statements(app: Flask, visitor: Visitor, path: str) -> list[str]:
    assert visitor.get(path).status_code == 200
    with counted(app) as seen:
        visitor.get(path)
    return seen


@pytest.mark.parametrize("count", [0, 3, 60])
def test_board_page(app: Flask, forum: Forum, cadre: Visitor, count: int) -> None:
    for n in range(count):
        forum.start(cadre, title=f"第 {n} 个标题", board="chat")
    assert len(statements(app, cadre, "/forum/chat")) <= 6
    assert len(statements(app, cadre, "/forum")) <= 6


@pytest.mark.parametrize("count", [0, 3, 60])
def test_thread_page(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, count: int
) -> None:
    thread = forum.start(cadre, board="chat")
    for n in range(count):
        forum.reply(cadre2, thread, f"第 {n} 句话。")
    for visitor in (cadre, cadre2, moderator):
        assert len(statements(app, visitor, f"/threads/{thread}")) <= 6
        assert len(statements(app, visitor, f"/threads/{thread}?page=3")) <= 6


def test_thread_page_with_own_texts_in_every_state(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    for n in range(3):
        forum.reply(cadre2, thread, f"等审的第 {n} 句。")
    back = forum.reply(cadre2, thread, "退回的一句。")
    forum.decide(moderator, "return", back, explanation="再具体些。")
    seen = statements(app, cadre2, f"/threads/{thread}")
    assert len(seen) <= 6, seen


def test_a_page_of_twenty_posts_is_light(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, body=PARAGRAPH, board="chat")
    for n in range(19):
        forum.reply(cadre2, thread, f"{n}。{PARAGRAPH}")
    page = cadre.get(f"/threads/{thread}").get_data()
    assert page.count(b'<section class="post') == 20
    assert len(page) < 40 * 1024 + 20 * len(PARAGRAPH.encode())


def test_many_boards_cost_no_more(app: Flask, forum: Forum, cast: Cast, cadre: Visitor) -> None:
    with app.app_context():
        db.session.add_all(
            Board(slug=f"board-{n}", title=f"版块{n}", unit_id=cast.unit_id("region"))
            for n in range(30)
        )
        db.session.commit()
    assert len(statements(app, cadre, "/forum")) <= 6


def test_thread_page_with_everything_on_it(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    """Locked, pinned and featured, posts split off it, an own post that waits."""
    thread = forum.published(cadre, moderator)
    gone = forum.reply(cadre, thread, "这一句要拆出去。")
    forum.approve(moderator, gone)
    forum.reply(cadre2, thread, "等审的一句。")
    fields = {"posts": str(gone), "title": "拆出去的主题", "why": "另说一件事", "board": "dajiatan"}
    split = moderator.post(f"/threads/{thread}/split", {**fields, "numbers": "2"})
    assert split.status_code == 302, split.text
    for act in ("lock", "pin", "feature"):
        assert moderator.post(f"/threads/{thread}/{act}", {"why": "说清楚了"}).status_code == 302
    page = cadre2.get(f"/threads/{thread}").text
    for words in ("拆到了另一个主题", "另说一件事", "说清楚了", "等审的一句"):
        assert words in page
    assert len(statements(app, cadre2, f"/threads/{thread}")) <= 6
