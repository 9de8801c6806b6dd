"""A restored text is back as it was: number, place, counters, search, notices; and with reasons."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.notices import Notice
from core.search import SearchEntry
from forum.models import Board, Post, Thread
from tests.boards import Forum
from tests.people import Cast, Visitor

HIDE = {"reason": "abuse", "explanation": "话说重了。"}
PLEA = {"explanation": "我只说了事实。"}


def seen(app: Flask) -> dict[str, Any]:
    """Numbers, places, counters and what search finds."""
    entry = SearchEntry.__table__.c
    with app.app_context():
        return {
            "posts": db.session.execute(
                select(Post.id, Post.thread_id, Post.number, Post.public_revision_id)
                .add_columns(Post.published_at)
                .order_by(Post.id)
            ).all(),
            "threads": db.session.execute(select(Thread.__table__).order_by(Thread.id)).all(),
            "boards": db.session.execute(select(Board.__table__).order_by(Board.id)).all(),
            "search": db.session.execute(
                select(entry.subject_id, entry.title, entry.body, entry.scope, entry.at).order_by(
                    entry.subject_id, entry.piece
                )
            ).all(),
        }


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_hidden_post_comes_back_to_its_place(
    app: Flask,
    forum: Forum,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
    chief: Visitor,
    number: int,
) -> None:
    thread = forum.start(cadre, title="有来有往的一帖", board="chat")
    forum.reply(cadre, thread, "第二楼的话。")
    forum.reply(cadre, thread, "第三楼的话。")
    post = forum.post(thread, number)
    before = seen(app)
    assert moderator.post(f"/posts/{post}/hide", HIDE).status_code == 302
    assert seen(app) != before
    assert cadre.post(f"/posts/{post}/appeal", PLEA).status_code == 302
    answer = forum.decide(chief, "overturn", post, explanation="说的是事实，恢复。")
    assert answer.status_code == 302
    assert seen(app) == before
    anchor = f"#post-{number}" if number > 1 else ""
    assert cadre2.get(f"/posts/{post}").location == f"/threads/{thread}{anchor}"


def test_a_rejected_post_takes_the_number_that_was_kept_for_it(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre, thread, "先被拒的一句。")
    forum.approve(moderator, forum.reply(cadre2, thread, "后来的一句。"))
    forum.decide(moderator, "reject", post, reason="other", explanation="不合适。")
    cadre.post(f"/posts/{post}/appeal", PLEA)
    forum.decide(chief, "overturn", post, explanation="合适，恢复。")
    page = cadre2.get(f"/threads/{thread}").text
    assert page.index("先被拒的一句") < page.index("后来的一句")
    assert cadre2.get(f"/posts/{post}").location.endswith("#post-2")


@pytest.mark.parametrize("verb", ["overturn", "uphold"])
def test_the_answer_has_reasons_and_the_author_is_told(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    moderator: Visitor,
    chief: Visitor,
    verb: str,
) -> None:
    post = forum.post(forum.start(cadre, board="chat"))
    moderator.post(f"/posts/{post}/hide", HIDE)
    cadre.post(f"/posts/{post}/appeal", PLEA)
    assert forum.decide(chief, verb, post, explanation=" ").status_code == 422
    assert forum.decide(chief, verb, post, explanation="看过全文。").status_code == 302
    with app.test_request_context():
        mine = Notice.visible_to(cast.person("cadre")).order_by(Notice.id)
        kinds = [one.kind for one in db.session.scalars(mine)]
    assert kinds == ["moderation:hide", f"moderation:{verb}"]
    path = f"/posts/{post}" + ("/history" if verb == "overturn" else "")
    assert "看过全文" in cadre.get(path, follow_redirects=True).text
    assert "看过全文" not in cast.visitor("cadre2").get(path, follow_redirects=True).text
    assert "看过全文" in chief.get(f"/moderation/{forum.item(post)}").text


@pytest.mark.parametrize("first", ["reject", "hide", "undone"])
def test_whoever_took_it_away_never_hears_the_appeal(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor, first: str
) -> None:
    """An undone decision does not count: the one that stands was another's."""
    post = forum.post(forum.start(cadre, board="chat" if first == "hide" else "dajiatan"))
    if first == "hide":
        moderator.post(f"/posts/{post}/hide", HIDE)
    else:
        if first == "undone":
            forum.decide(chief, "reject", post, reason="other", explanation="手快了。")
            chief.post(f"/moderation/{forum.item(post)}/undo")
            chief.post(f"/moderation/{forum.item(post)}/release")
        forum.decide(moderator, "reject", post, reason="other", explanation="不合适。")
    cadre.post(f"/posts/{post}/appeal", PLEA)
    for verb in ("claim", "overturn", "uphold"):
        assert forum.decide(moderator, verb, post, explanation="还是我。").status_code == 403
    assert forum.decide(chief, "uphold", post, explanation="另一个人看过。").status_code == 302
