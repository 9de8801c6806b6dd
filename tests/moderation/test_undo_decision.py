"""Undo: half a minute long, by the one who decided, and nobody can tell that anything happened."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core import clock, journal
from core.db import db
from core.notices import Notice
from core.search import SearchEntry
from moderation.models import Decision
from tests.boards import Forum
from tests.people import Cast, Visitor
from tests.rules import Rules


def undo(visitor: Visitor, item: int) -> TestResponse:
    return visitor.post(f"/moderation/{item}/undo")


def words_of(visitor: Visitor, path: str) -> str:
    """A page without its tags: what was searched for is marked."""
    return re.sub("<[^>]*>", "", visitor.get(path).text)


def notices(app: Flask, cast: Cast, username: str) -> list[str]:
    with app.test_request_context():
        found = Notice.visible_to(cast.person(username)).order_by(Notice.id)
        return [one.kind for one in db.session.scalars(found)]


def test_an_approval_is_undone_and_the_item_is_mine_again(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre, title="手快点错的一帖"))
    forum.approve(moderator, post)
    assert cadre2.get(f"/threads/{thread}").status_code == 200
    answer = undo(moderator, item := forum.item(post))
    assert answer.location == f"/moderation/{item}"
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    assert "手快点错" not in cadre2.get("/forum/dajiatan").text
    assert notices(app, cast, "cadre") == []
    assert "你在审" in moderator.get(f"/moderation/{item}").text
    latest = forum.latest(post)
    with app.app_context():
        assert db.session.scalars(db.select(SearchEntry)).all() == []
        verbs = [one.verb for one in journal.history("moderation:item", item)]
        assert verbs == ["decide", "undo"]
        revision = journal.history("moderation:revision", latest)
        assert [one.verb for one in revision] == ["submit", "approve", "undo"]
        assert list(journal.verify()) == []
    answer = forum.decide(moderator, "reject", post, reason="other", explanation="其实不合适。")
    assert answer.status_code == 302
    with app.app_context():
        found = db.session.scalars(db.select(Decision).order_by(Decision.id)).all()
        assert [(one.verb, one.undone_at is None) for one in found] == [
            ("approve", False),
            ("reject", True),
        ]


def test_the_button_stands_on_the_next_page_and_on_the_item(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    way = f'action="/moderation/{forum.item(post)}/undo"'
    assert way in (page := moderator.get("/moderation").text)
    assert 'data-key="u"' in page
    assert way not in moderator.get("/moderation").text
    assert way in moderator.get(f"/moderation/{forum.item(post)}").text
    assert way not in chief.get(f"/moderation/{forum.item(post)}").text
    with clock.travel(clock.now() + timedelta(seconds=31)):
        assert way not in moderator.get(f"/moderation/{forum.item(post)}").text


@pytest.mark.parametrize("verb", ["approve", "return", "reject"])
def test_after_thirty_seconds_it_stands(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, verb: str
) -> None:
    post = forum.post(forum.start(cadre))
    forum.decide(moderator, verb, post, reason="other", explanation="就这样。")
    with clock.travel(clock.now() + timedelta(seconds=31)):
        answer = undo(moderator, forum.item(post))
        assert answer.status_code == 409
        assert "超过 30 秒" in answer.text
    assert cadre2.get(f"/posts/{post}").status_code == (302 if verb == "approve" else 404)


def test_nobody_else_undoes_it(
    forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    assert undo(chief, forum.item(post)).status_code == 403
    assert undo(cadre, forum.item(post)).status_code == 404
    assert undo(cast.visitor("moderator2"), forum.item(post)).status_code == 404
    assert cadre2.get(f"/posts/{post}").status_code == 302


def test_twice_is_a_conflict(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    assert undo(moderator, forum.item(post)).status_code == 302
    answer = undo(moderator, forum.item(post))
    assert answer.status_code == 409
    assert "已经撤销" in answer.text


@pytest.mark.parametrize(
    ("verb", "way", "words"),
    [
        ("approve", "edit", {"title": "改过的标题", "body": "改过的正文。"}),
        ("return", "edit", {"title": "改过的标题", "body": "改过的正文。"}),
        ("return", "withdraw", {}),
        ("reject", "appeal", {"explanation": "我觉得合适。"}),
    ],
)
def test_what_the_author_did_since_stands(
    forum: Forum, cadre: Visitor, moderator: Visitor, verb: str, way: str, words: dict[str, str]
) -> None:
    post = forum.post(forum.start(cadre))
    item = forum.item(post)
    forum.decide(moderator, verb, post, reason="other", explanation="就这样。")
    assert cadre.post(f"/posts/{post}/{way}", words).status_code == 302
    answer = undo(moderator, item)
    assert answer.status_code == 409
    assert "已经有了动作" in answer.text


def test_what_others_answered_since_stands(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre))
    forum.approve(moderator, post)
    forum.reply(cadre2, thread)
    assert undo(moderator, forum.item(post)).status_code == 409
    assert cadre2.get(f"/threads/{thread}").status_code == 200


def test_an_edit_gives_its_place_back_to_the_version_before(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="原来的标题", body="原来的话。")
    post = forum.post(thread)
    cadre.post(f"/posts/{post}/edit", {"title": "后来的标题", "body": "后来的话。"})
    forum.approve(moderator, post)
    assert "后来的话" in cadre2.get(f"/threads/{thread}").text
    assert undo(moderator, forum.item(post)).status_code == 302
    for path in (
        f"/threads/{thread}",
        f"/posts/{post}/history",
        "/forum/dajiatan",
        "/search?q=后来",
    ):
        page = words_of(cadre2, path)
        assert "后来的话" not in page, path
        assert "后来的标题" not in page, path
    assert "原来的话" in cadre2.get(f"/threads/{thread}").text
    assert "原来的标题" in words_of(cadre2, "/search?q=原来")


def test_a_hiding_is_undone(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="茶水间的一帖", board="chat")
    reply = forum.reply(cadre2, thread, "跟一句独特的话。")
    post = forum.post(thread)
    words = {"reason": "abuse", "explanation": "话说重了。"}
    moderator.post(f"/posts/{post}/hide", words)
    assert 'data-key="u"' in moderator.get("/forum/chat").text
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    assert undo(moderator, item := forum.item(post)).status_code == 302
    assert "茶水间的一帖" in cadre2.get("/forum/chat").text
    assert f"/posts/{reply}" in cadre2.get("/search?q=独特").text
    assert "决定已撤销" in moderator.get(f"/moderation/{item}").text
    assert notices(app, cast, "cadre") == []
    assert moderator.post(f"/posts/{post}/hide", words).status_code == 302


@pytest.mark.parametrize("verb", ["overturn", "uphold"])
def test_an_answer_to_an_appeal_is_undone(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor, verb: str
) -> None:
    post = forum.post(forum.start(cadre))
    forum.decide(moderator, "reject", post, reason="other", explanation="不合适。")
    cadre.post(f"/posts/{post}/appeal", {"explanation": "我觉得合适。"})
    forum.decide(chief, verb, post, explanation="看过了。")
    assert undo(chief, forum.item(post)).status_code == 302
    assert cadre2.get(f"/posts/{post}").status_code == 404
    assert "申诉中" in cadre.get(f"/posts/{post}", follow_redirects=True).text
    assert forum.decide(moderator, "uphold", post, explanation="还是我").status_code == 403
    assert forum.decide(chief, "overturn", post, explanation="重看过了。").status_code == 302


def test_an_author_who_read_the_notice_is_told_again(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, title="读过消息的一帖"))
    forum.approve(moderator, post)
    with app.app_context():
        db.session.execute(db.update(Notice).values(read_at=clock.now()))
        db.session.commit()
    undo(moderator, forum.item(post))
    assert notices(app, cast, "cadre") == ["moderation:approve", "moderation:undo"]


def test_the_open_log_keeps_it_with_a_mark(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    undo(moderator, forum.item(post))
    page = cadre2.get("/moderation/log").text
    assert "已通过" in page
    assert "30 秒内已撤销" in page


UNDO = "撤销（30 秒内）"


def test_no_button_where_undoing_is_refused(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, rules: Rules
) -> None:
    rules.enact("看一眼的话", effect="flag", name="请看一看")
    flagged = forum.post(forum.start(cadre, "随便说说的", "看一眼的话。", board="chat"))
    item = forum.item(flagged)  # it waits because of the rule, and a reader's flag came to it
    assert cadre2.post(f"/posts/{flagged}/flag", {"reason": "abuse"}).status_code == 302
    hide = {"reason": "abuse", "explanation": "先收起来。"}
    answer = forum.decide(moderator, "hide", flagged, **hide)
    assert UNDO not in moderator.get(answer.location).text
    assert UNDO not in moderator.get(f"/moderation/{item}").text
    assert undo(moderator, item).status_code == 409  # who flagged it was told

    moved = forum.post(thread := forum.start(cadre, "后来又有动作的一帖"))
    forum.approve(moderator, moved)
    assert UNDO in moderator.get(f"/moderation/{forum.item(moved)}").text
    forum.reply(cadre2, thread)
    assert UNDO not in moderator.get(f"/moderation/{forum.item(moved)}").text
