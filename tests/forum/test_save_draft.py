"""Drafts: kept on the server for their writer alone, offered everywhere, never lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from core import clock
from core.db import db
from forum import drafts
from forum.drafts import Draft
from moderation.seal import Seal
from tests.boards import Forum
from tests.conftest import counted
from tests.moderation.test_purge_words import everything
from tests.people import Cast, Visitor

JSON = {"headers": {"Accept": "application/json"}}


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count(Draft.id))) or 0


def box(page: Any) -> str:
    found = re.search(r'<textarea[^>]*name="body".*?>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None, page.text
    return unescape(found[1])


def test_a_draft_goes_on_elsewhere_and_is_gone_when_sent(
    app: Flask, forum: Forum, cast: Cast
) -> None:
    here, there = cast.visitor("cadre"), cast.visitor("cadre")
    words = {"title": "写了一半的标题", "body": "写了一半，"}
    answer = here.post("/forum/dajiatan/draft", words)
    assert answer.location == "/forum/dajiatan/new"
    page = there.get("/forum/dajiatan/new")
    assert "存下的草稿" in page.text
    assert "写了一半的标题" in page.text
    assert box(page) == "写了一半，"
    listed = there.get("/me/drafts").text
    assert "写了一半的标题" in listed
    assert "写了一半，" in listed
    with counted(app) as seen:
        there.get("/me/drafts")
    assert len(seen) <= 6, seen
    saved = here.post("/forum/dajiatan/draft", {**words, "body": "写完了。", "draft": "1"}, **JSON)
    assert saved.json is not None
    assert saved.json["number"] == 2
    assert "草稿已保存" in saved.json["said"]
    assert here.post("/forum/dajiatan/new", {**words, "body": "写完了。"}).status_code == 302
    assert count(app) == 0
    assert box(there.get("/forum/dajiatan/new")) == ""


def test_two_windows_are_told_of_each_other_and_nothing_is_lost(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    url = f"/threads/{thread}/draft"
    assert cadre.post(url, {"body": "这一边写的"}, **JSON).status_code == 200
    told = cadre.post(url, {"body": "那一边写的"}, **JSON)
    assert told.status_code == 409
    assert told.json is not None
    assert told.json["html"] == "<p>这一边写的</p>"
    page = cadre.post(url, {"body": "那一边写的"})
    assert page.status_code == 409
    for words in ("这一边写的", "那一边写的", "用刚才写的", "用别处存的", "两份都留"):
        assert words in page.text
    both = dict(
        re.findall(r'name="(body|draft)" value="([^"]*)"', page.text.rpartition("用别处存的")[2])
    )
    assert (
        cadre.post(url, {name: unescape(value) for name, value in both.items()}).status_code == 302
    )
    kept = box(cadre.get(f"/threads/{thread}/reply"))
    assert "这一边写的" in kept
    assert "那一边写的" in kept
    assert count(app) == 1
    assert cadre.post(url, {"body": "", "draft": "2"}, **JSON).json == {
        "number": 0,
        "said": "没有草稿了。",
    }
    assert count(app) == 0


def test_nobody_else_opens_a_draft(app: Flask, forum: Forum, cast: Cast, cadre: Visitor) -> None:
    thread = forum.start(cadre, board="chat")
    cadre.post(f"/threads/{thread}/draft", {"body": "还没想好的话"})
    with app.app_context():
        number = db.session.scalars(db.select(Draft.id)).one()
    for name in ("cadre2", "moderator", "chief_moderator", "admin", "inspector"):
        visitor = cast.visitor(name)
        assert visitor.get(f"/me/drafts/{number}").status_code == 404
        assert visitor.post(f"/me/drafts/{number}/discard").status_code == 404
        for path in (f"/threads/{thread}", f"/threads/{thread}/reply", "/me/drafts"):
            assert "还没想好的话" not in visitor.get(path).text
    assert cadre.post(f"/me/drafts/{number}/discard").status_code == 302
    assert count(app) == 0


def test_a_draft_older_than_the_thread_says_so(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    cadre.post(f"/threads/{thread}/draft", {"body": "先存着", "seen": "1"})
    assert "条新回帖" not in cadre.get(f"/threads/{thread}/reply").text
    for words in ("第一句。", "第二句。"):
        forum.reply(cadre2, thread, words)
    page = cadre.get(f"/threads/{thread}/reply").text
    assert "那以后又有 2 条新回帖" in page
    assert f'href="/threads/{thread}#post-2"' in page
    assert "存下的草稿" in cadre.get(f"/threads/{thread}").text
    with counted(app) as seen:
        cadre.get(f"/threads/{thread}")
    assert len(seen) <= 6, seen
    assert "存下的草稿" not in cadre2.get(f"/threads/{thread}").text
    assert forum.reply(cadre, thread, "发出了。")
    assert count(app) == 0


def test_a_draft_of_a_change_is_bound_to_its_version(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    post = forum.post(forum.start(cadre, board="chat"))
    opened = str(forum.latest(post))
    words = {"title": "改了的标题", "body": "改到一半", "revision": opened}
    assert cadre.post(f"/posts/{post}/draft", words).status_code == 302
    cadre.post(f"/posts/{post}/edit", {"title": "别处改的标题", "body": "别处改的"})
    assert count(app) == 0  # what was handed in is the newest word
    cadre.post(f"/posts/{post}/draft", words)
    page = cadre.get(f"/posts/{post}/edit")
    assert "在别处改过" in page.text
    assert box(page) == "改到一半"
    assert cadre.post(f"/posts/{post}/edit", {**words, "body": "改好了"}).status_code == 409


def test_a_place_that_takes_no_more_words_keeps_them_readable(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre2, title="后来藏起来的标题", board="chat")
    cadre.post(f"/threads/{thread}/draft", {"body": "没来得及发的话"})
    hide = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{forum.post(thread)}/hide", hide)
    assert cadre.post(f"/threads/{thread}/draft", {"body": "还要写"}).status_code == 404
    listed = cadre.get("/me/drafts").text
    assert "没来得及发的话" in listed
    assert "后来藏起来的标题" not in listed
    with app.app_context():
        number = db.session.scalars(db.select(Draft.id)).one()
    page = cadre.get(f"/me/drafts/{number}").text
    assert "没来得及发的话" in page
    assert "后来藏起来的标题" not in page
    assert "可以复制到别处" in page


def test_a_seal_takes_the_draft_of_a_change_along(app: Flask, forum: Forum, cast: Cast) -> None:
    author = cast.visitor("cadre")
    post = forum.post(forum.start(author, board="chat"))
    author.post(f"/posts/{post}/draft", {"title": "草稿里的银杏", "body": "草稿里写了银杏"})
    other, url = cast.visitor("cadre2"), f"/threads/{forum.thread_of(post)}/draft"
    other.post(url, {"body": "> cadre同志 #1\n> 引了银杏\n\n我想"})
    kept = "> cadre同志 #12\n> 引了别的\n\n我想"
    cast.visitor("delegate").post(url, {"body": kept})
    words = {"explanation": "里面可能有涉密内容。", "sure": "y"}
    assert cast.visitor("moderator").post(f"/posts/{post}/seal", words).status_code == 302
    assert "银杏" not in everything(app)
    assert "银杏" not in author.get("/me/drafts").text
    assert "引了别的" in everything(app)
    chief = cast.visitor("chief_moderator")
    opened = chief.post(
        f"/moderation/seals/{forum.newest(Seal)}/open", {"reason": "看看里面有什么。"}
    )
    assert opened.status_code == 200
    assert "银杏" not in opened.text  # drafts are nobody else's, here too
    late = {"body": "又写了银杏", "draft": "1"}
    assert author.post(f"/posts/{post}/draft", late).status_code == 409
    assert "银杏" not in everything(app)
    assert (
        chief.post(
            f"/moderation/seals/{forum.newest(Seal)}/unseal", {"explanation": "没有涉密。"}
        ).status_code
        == 302
    )
    assert "草稿里写了银杏" in author.get(f"/posts/{post}/edit").text
    assert "引了银杏" in other.get(url.replace("draft", "reply")).text


def test_number_age_and_length_of_drafts_end(
    app: Flask, forum: Forum, cadre: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 1)
    assert cadre.post("/forum/chat/draft", {"body": "第一份"}, **JSON).status_code == 200
    full = cadre.post("/forum/dajiatan/draft", {"body": "第二份"})
    assert full.status_code == 422
    assert "已经有 1 份草稿" in full.text
    assert "第二份" in full.text
    long = cadre.post("/forum/chat/draft", {"body": "长" * 400_001, "draft": "1"})
    assert long.status_code in (413, 422)
    with app.app_context():
        drafts.tidy()
        assert db.session.scalar(db.select(db.func.count(Draft.id))) == 1
        db.session.execute(db.update(Draft).values(saved_at=clock.now() - timedelta(days=91)))
        drafts.tidy()
        assert db.session.scalar(db.select(db.func.count(Draft.id))) == 0
