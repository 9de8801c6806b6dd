"""How far one has read: a number for each thread, counted from what everybody may read."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from forum.read_marks import ReadMark
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


def read(visitor: Visitor, thread: int, number: object) -> int:
    return visitor.post(f"/threads/{thread}/read", {"number": str(number)}).status_code


def marks(app: Flask) -> list[tuple[int, int]]:
    with app.app_context():
        return [(one.thread_id, one.number) for one in db.session.scalars(select(ReadMark))]


def test_what_came_since_is_counted_and_led_to(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, title="说一件事", board="chat")
    assert "条新的" not in cadre2.get("/forum/chat").text, "never opened: no wall of unread"
    assert read(cadre2, thread, 1) == 302
    for n in range(21):
        forum.reply(cadre, thread, f"第 {n} 句。")
    forum.reply(cadre2, thread, "自己的一句。")
    for path in ("/forum/chat", "/"):
        page = cadre2.get(path).text
        assert "21 条新的" in page, path
        assert f'href="/threads/{thread}/unread"' in page
        assert "条新的" not in cadre.get(path).text, "its author opened nothing"
    assert cadre2.get(f"/threads/{thread}/unread").location == f"/threads/{thread}#new"
    page = cadre2.get(f"/threads/{thread}").text
    assert page.index("以下是新的") < page.index('id="post-2"') < page.index('id="post-3"')
    assert page.index('id="post-1"') < page.index("以下是新的")
    assert "跳到第一条未读" in page
    read(cadre2, thread, 20)
    assert cadre2.get(f"/threads/{thread}/unread").location == f"/threads/{thread}?page=2#new"
    first = cadre2.get(f"/threads/{thread}").text
    assert f'href="/threads/{thread}/unread"' in first
    assert "以下是新的" not in first
    assert "2 条新的" in cadre2.get("/forum/chat").text
    read(cadre2, thread, 99)
    read(cadre2, thread, 3)
    assert marks(app) == [(thread, 23)], "never past what is public, never back"
    assert "条新的" not in cadre2.get("/forum/chat").text
    assert "跳到第一条未读" not in cadre2.get(f"/threads/{thread}").text


def test_what_only_others_see_is_not_counted(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    read(cadre2, thread, 9)
    assert marks(app) == [(thread, 1)]
    waiting = forum.reply(cadre, thread, "等着审的一句。")
    assert "条新的" not in cadre2.get("/forum/dajiatan").text
    assert cadre2.get(f"/threads/{thread}/unread").location.endswith("#post-1")
    read(moderator, thread, 2)
    assert (thread, 2) not in marks(app), "the reviewer saw it; when it is public it is new"
    forum.approve(moderator, waiting)
    for reader in (cadre2, moderator):
        assert "1 条新的" in reader.get("/forum/dajiatan").text


def test_reading_writes_nothing_and_asks_no_more(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    page = cadre2.get(f"/threads/{thread}").text
    assert "读到这里" in page.partition("<noscript>")[2]
    assert marks(app) == []
    read(cadre2, thread, 1)
    assert "读到这里" not in cadre2.get(f"/threads/{thread}").text
    forum.reply(cadre, thread)
    for path, most in ((f"/threads/{thread}", 3), ("/forum/chat", 5)):
        with counted(app) as seen:
            cadre2.get(path)
        assert len(seen) <= most, (path, seen)


@pytest.mark.parametrize("number", ["", "x", "0", "-3"])
def test_what_is_no_number_is_refused(forum: Forum, cadre: Visitor, number: str) -> None:
    assert read(cadre, forum.start(cadre, board="chat"), number) == 422


def test_only_members_have_marks(forum: Forum, cast: Cast, cadre: Visitor) -> None:
    assert read(cast.visitor(), forum.start(cadre, board="chat"), 1) == 401
