"""A word in a text that is not public appears nowhere but to its author and its reviewers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from core.db import db
from core.search import SearchEntry
from forum.models import Thread
from moderation.models import QueueItem
from tests.boards import Forum
from tests.people import Cast, Visitor

WORD = "zqxjkv"
# moderator2 reviews, but for a unit below the boards'.
OTHERS = (None, "cadre2", "delegate", "moderator2", "admin")

Make = Callable[[Forum, Visitor, Visitor, Visitor], int]


def waiting_thread(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    return forum.post(forum.start(cadre, title=f"标题里有 {WORD}", body=f"正文里有 {WORD}。"))


def waiting_reply(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    return forum.reply(cadre, forum.published(cadre, moderator), f"回帖里有 {WORD}。")


def waiting_edit(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    post = forum.post(forum.published(cadre, moderator))
    words = {"title": f"新标题里有 {WORD}", "body": f"新正文里有 {WORD}。"}
    cadre.post(f"/posts/{post}/edit", words)
    return post


def returned(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    post = waiting_thread(forum, cadre, moderator, chief)
    forum.decide(moderator, "return", post, explanation=f"请去掉 {WORD}。")
    return post


def rejected(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    post = waiting_reply(forum, cadre, moderator, chief)
    forum.decide(moderator, "reject", post, reason="other", explanation=f"因为 {WORD}。")
    return post


def appealed(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    post = rejected(forum, cadre, moderator, chief)
    cadre.post(f"/posts/{post}/appeal", {"explanation": f"{WORD} 没有什么不好。"})
    return post


def upheld(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    post = appealed(forum, cadre, moderator, chief)
    forum.decide(chief, "uphold", post, explanation=f"还是因为 {WORD}。")
    return post


def hidden(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    thread = forum.start(cadre, title=f"标题里有 {WORD}", body=f"正文里有 {WORD}。", board="chat")
    post = forum.post(thread)
    words = {"reason": "other", "explanation": f"因为 {WORD}。"}
    moderator.post(f"/posts/{post}/hide", words)
    return post


def suspended_thread(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    title, body = f"标题里有 {WORD}", f"正文里有 {WORD}。"
    return _flagged(forum, forum.post(forum.start(cadre, title=title, body=body, board="chat")))


def suspended_reply(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre, thread, f"回帖里有 {WORD}。")
    forum.approve(moderator, post)
    return _flagged(forum, post)


def _flagged(forum: Forum, post: int) -> int:
    """By some of those who must not meet the word."""
    for name in ("cadre2", "delegate", "admin"):
        flagger = forum.cast.visitor(name)
        assert flagger.post(f"/posts/{post}/flag", {"reason": "abuse"}).status_code == 302
    return post


def withdrawn(forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor) -> int:
    post = waiting_thread(forum, cadre, moderator, chief)
    cadre.post(f"/posts/{post}/withdraw")
    return post


@pytest.mark.parametrize(
    "make",
    [
        waiting_thread,
        waiting_reply,
        waiting_edit,
        returned,
        rejected,
        appealed,
        upheld,
        hidden,
        suspended_thread,
        suspended_reply,
        withdrawn,
    ],
    ids=lambda make: make.__name__,
)
def test_nobody_else_meets_the_word(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    moderator: Visitor,
    chief: Visitor,
    make: Make,
) -> None:
    post = make(forum, cadre, moderator, chief)
    with app.app_context():
        thread = db.session.scalars(db.select(Thread.id).order_by(Thread.id.desc())).first()
        items = db.session.scalars(db.select(QueueItem.id)).all()
        for entry in db.session.scalars(db.select(SearchEntry)):
            assert WORD not in entry.title + entry.body + entry.tokens
    paths = [
        "/",
        "/forum",
        "/forum/dajiatan",
        "/forum/chat",
        f"/threads/{thread}",
        f"/threads/{thread}?page=2",
        f"/threads/{thread}?quote=1",
        f"/threads/{thread}?quote=2",
        f"/threads/{thread}/reply",
        f"/posts/{post}",
        f"/posts/{post}/edit",
        f"/posts/{post}/history",
        f"/posts/{post}/appeal",
        f"/posts/{post}/hide",
        f"/posts/{post}/flag",
        "/moderation/flags",
        "/notices",
        f"/search?q={WORD[:4]}",
        f"/search?q={WORD[:4]}&kind=forum:post",
        "/moderation",
        "/moderation?decided=1",
        "/moderation/log",
        *(f"/moderation/{item}" for item in items),
    ]
    for name in OTHERS:
        visitor = cast.visitor(name)
        for path in paths:
            answer = visitor.get(path, follow_redirects=True)
            assert WORD not in answer.text, (name, path)
            assert answer.status_code in (200, 403, 404), (name, path)
    own = "".join(cadre.get(path, follow_redirects=True).text for path in paths)
    assert WORD in own
