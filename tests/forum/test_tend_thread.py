"""Locking and pinning: by the board's reviewers alone, once, and recorded."""

from __future__ import annotations

import pytest
from flask import Flask

from core import journal
from tests.boards import Forum
from tests.people import Cast, Visitor

VERBS = ("lock", "unlock", "pin", "unpin")


def test_a_locked_thread_is_only_read_until_it_is_opened_again(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    assert moderator.post(f"/threads/{thread}/lock").status_code == 302
    page = cadre2.get(f"/threads/{thread}").text
    assert "已经锁定" in page
    assert f'action="/threads/{thread}/reply"' not in page
    assert "已锁定" in cadre2.get("/forum/chat").text
    assert cadre2.post(f"/threads/{thread}/reply", {"body": "晚了一步"}).status_code == 403
    assert moderator.post(f"/threads/{thread}/unlock").status_code == 302
    assert cadre2.post(f"/threads/{thread}/reply", {"body": "赶上了。"}).status_code == 302


def test_pinned_threads_stand_on_top(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    older = forum.start(cadre, title="先发的一帖", board="chat")
    forum.start(cadre, title="后发的一帖", board="chat")
    page = cadre.get("/forum/chat").text
    assert page.index("后发的一帖") < page.index("先发的一帖")
    moderator.post(f"/threads/{older}/pin")
    page = cadre.get("/forum/chat").text
    assert page.index("先发的一帖") < page.index("后发的一帖")
    assert page.count(f'href="/threads/{older}"') == 1
    assert "已置顶" in page
    moderator.post(f"/threads/{older}/unpin")
    assert "已置顶" not in cadre.get("/forum/chat").text


def test_a_pinned_thread_that_was_hidden_is_gone(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="先置顶后隐藏", board="chat")
    moderator.post(f"/threads/{thread}/pin")
    words = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", words)
    assert "先置顶后隐藏" not in cadre2.get("/forum/chat").text


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("username", ["cadre", "cadre2", "moderator2", "admin"])
def test_others_may_not(forum: Forum, cast: Cast, cadre: Visitor, username: str, verb: str) -> None:
    thread = forum.start(cadre, board="chat")
    assert cast.visitor(username).post(f"/threads/{thread}/{verb}").status_code == 403
    assert f"/threads/{thread}/lock" not in cadre.get(f"/threads/{thread}").text


def test_doing_it_again_is_a_conflict_that_names_who(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    moderator.post(f"/threads/{thread}/lock")
    answer = chief.post(f"/threads/{thread}/lock")
    assert answer.status_code == 409
    assert "moderator同志" in answer.text
    assert chief.post(f"/threads/{thread}/unpin").status_code == 409
    with app.app_context():
        assert [one.verb for one in journal.history("forum:thread", thread)] == ["lock"]


def test_what_waits_is_not_tended(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    thread = forum.start(cadre)
    for verb in VERBS:
        assert moderator.post(f"/threads/{thread}/{verb}").status_code == 409
