"""What came since a page was made: counted of what everybody reads, in one statement, few bytes."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from core import clock
from forum.models import Board
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


def known(visitor: Visitor, path: str) -> str:
    """What a page says that it knows."""
    found = re.search(r'data-of="([^"]+)"', visitor.get(path).text)
    assert found is not None, path
    return found[1]


def news(visitor: Visitor, of: str) -> Any:
    return visitor.get(f"/live?of={of}").json


def test_posts_that_came_are_counted_and_pending_ones_never(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    early = forum.reply(cadre, thread, "先写的，后来才通过。")
    of, board = (known(cadre2, path) for path in (f"/threads/{thread}", "/forum/dajiatan"))
    assert news(cadre2, of) == {"news": 0, "notices": 0}
    for n in range(2):
        late = forum.reply(cadre, thread, f"等着审的第 {n} 句。")
    for visitor in (cadre2, moderator, cadre):
        assert news(visitor, of)["news"] == 0, "nobody is told of what waits"
        assert news(visitor, board)["news"] == 0
    forum.approve(moderator, late)
    assert news(cadre2, of)["news"] == 1
    assert news(cadre2, board)["news"] == 1
    behind = known(cadre2, f"/threads/{thread}")
    assert news(cadre2, behind)["news"] == 0
    forum.approve(moderator, early)
    assert news(cadre2, behind)["news"] == 1, "though its number is lower"
    assert news(cadre2, of)["news"] == 2
    words = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", words)
    for visitor in (cadre2, cadre, moderator):
        assert news(visitor, of)["news"] == 0, "the thread is read by nobody now"
        assert news(visitor, board)["news"] == 0


def test_the_answer_is_small_cheap_and_says_when_nothing_changed(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    of, board = known(cadre, f"/threads/{thread}"), known(cadre, "/forum/chat")
    for n in range(30):
        forum.reply(cadre2, thread, f"第 {n} 句。")
    for asked, count in ((of, 30), (board, 1)):
        with counted(app) as seen:
            answer = cadre.get(f"/live?of={asked}")
        assert len(seen) == 2, seen  # who asks, and how many
        assert answer.json["news"] == count
        assert len(answer.data) < 40
        mark = {"If-None-Match": answer.headers["ETag"]}
        again = cadre.get(f"/live?of={asked}", headers=mark)
        assert (again.status_code, again.data) == (304, b"")
    with counted(app) as seen:
        assert cadre.get("/live").json["news"] == 0
    assert len(seen) == 1, seen
    assert cast.visitor().get(f"/live?of={of}").status_code == 302
    for odd in ("", "thread", "thread-x-1-1", f"thread-{thread}-{'9' * 30}-0", "letter-1-0-0"):
        assert news(cadre, odd)["news"] == 0, odd


def test_what_one_may_not_read_is_not_counted(
    app: Flask, forum: Forum, cadre: Visitor, cast: Cast
) -> None:
    from core.live import Known
    from forum import arrival

    thread = forum.start(cadre, board="chat")
    board = forum.newest(Board)
    with app.app_context():
        early = clock.start_of(clock.today().replace(year=2000))
        member, stranger = cast.person("cadre2"), _Stranger()
        for count, id in ((arrival.of_thread, thread), (arrival.of_board, board)):
            assert count(Known(id, early, 0), member) == 1
            assert count(Known(id, early, 0), stranger) == 0


class _Stranger:
    """Nobody signed in, as the policy sees them."""

    id = None
    is_authenticated = False

    def holds(self, role: str, within: object = None) -> bool:
        return False


def test_the_page_says_how_to_show_what_came(forum: Forum, cast: Cast, cadre: Visitor) -> None:
    thread = forum.start(cadre, board="chat")
    page = cadre.get(f"/threads/{thread}").text
    assert 'data-live="/live" data-notices="0"' in page
    assert 'role="status"' in page
    assert "data-of" not in cadre.get("/forum/chat?page=2").text, "only where the newest stand"
