"""Quotations that lead to what they repeat, and names that reach whom they mean."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from accounts.models import Person
from core.db import db
from core.notices import Notice
from forum import reading, references
from forum.references import TOLD
from tests.boards import Forum, work
from tests.conftest import counted
from tests.people import Cast, Visitor

QUOTE = "> cadre同志 #1\n> 开头说的话。\n\n"


def told(app: Flask, cast: Cast, name: str) -> list[str]:
    work(app)
    with app.app_context():
        mine = db.select(Notice).filter_by(person_id=cast.id(name), kind=TOLD)
        return [one.sentence for one in db.session.scalars(mine)]


def name(app: Flask, cast: Cast, **names: str) -> None:
    for username in names:
        cast.id(username)
    with app.app_context():
        for username, called in names.items():
            db.session.get_one(Person, cast.id(username)).name = called
        db.session.commit()


def page_of(visitor: Visitor, thread: int, app: Flask) -> str:
    visitor.get(f"/threads/{thread}")
    with counted(app) as seen:
        page = visitor.get(f"/threads/{thread}").text
    assert len(seen) <= 6, seen
    return page


def test_a_quotation_leads_there_and_back(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    first = forum.post(thread)
    quoting = forum.reply(cadre2, thread, f"{QUOTE}同意。")
    assert "引用</p>" not in page_of(cadre, thread, app)  # it waits
    forum.approve(moderator, quoting)
    page = page_of(cadre, thread, app)
    assert f'<a href="/posts/{first}" rel="noopener nofollow ugc">cadre同志 #1</a>' in page
    assert '被 <a href="#post-2">#2</a> 引用' in page
    hide = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{quoting}/hide", hide)
    assert "引用</p>" not in page_of(cadre, thread, app)
    moderator.post(f"/moderation/{forum.item(quoting)}/undo")
    assert "引用</p>" in page_of(cadre, thread, app)


def test_of_many_that_quote_a_post_the_first_are_named(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "SHOWN", 2)
    reading._posts.cache_clear()
    thread = forum.start(cadre, board="chat")
    for n in range(4):
        forum.reply(cadre2, thread, f"{QUOTE}同意，第 {n} 次。")
    page = page_of(cadre, thread, app)
    reading._posts.cache_clear()
    assert '被 <a href="#post-2">#2</a>、<a href="#post-3">#3</a> 等引用' in page


@pytest.mark.parametrize(
    "words",
    [
        "> cadre2同志 #1\n> 不是他说的。",  # another's name
        "> cadre同志 #7\n> 没有这一楼。",
        "cadre同志 #1\n不是引用。",
        '<blockquote><p><a href="/posts/1">随便写的 #1</a></p></blockquote><p>话</p>',
    ],
)
def test_what_is_no_quotation_leads_nowhere(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, words: str
) -> None:
    thread = forum.start(cadre, board="chat")
    data = {"body": words, "body_format": "html" if "<" in words else "plain"}
    assert cadre2.post(f"/threads/{thread}/reply", data).status_code == 302
    page = page_of(cadre, thread, app)
    assert 'href="/posts/1" rel' not in page
    assert "引用</p>" not in page


def test_the_longest_name_is_meant_without_a_space(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    name(app, cast, cadre2="张三", delegate="张三丰", expert="阿依古丽·买买提")
    thread = forum.published(cadre, moderator)
    words = "@张三同意这个意见，@张三丰呢？请@阿依古丽·买买提看看。a@张三 与 `@张三`"
    post = forum.reply(cadre, thread, words)
    assert told(app, cast, "cadre2") == []  # not while it waits
    forum.approve(moderator, post)
    page = page_of(cadre, thread, app)
    for username, called in (
        ("cadre2", "张三"),
        ("delegate", "张三丰"),
        ("expert", "阿依古丽·买买提"),
    ):
        assert (
            f'<a href="/people/{cast.id(username)}" rel="noopener nofollow ugc">@{called}</a>'
            in page
        )
        assert told(app, cast, username) == ["cadre同志在一条帖子里提到了你。"]
    assert cast.visitor("cadre2").get(f"/people/{cast.id('delegate')}").status_code == 200
    cadre.post(f"/posts/{post}/edit", {"body": "@张三 再看一次。"})
    forum.approve(moderator, post)
    assert len(told(app, cast, "cadre2")) == 1  # once for a post
    hide = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{post}/hide", hide)
    assert told(app, cast, "cadre2") == []  # nobody is led to what is not there


def test_quoting_a_name_tells_nobody(app: Flask, forum: Forum, cast: Cast, cadre: Visitor) -> None:
    name(app, cast, cadre2="张三")
    thread = forum.start(cadre, board="chat")
    html = "<blockquote><p>@张三 说过</p></blockquote><pre>@张三</pre><p><code>@张三</code> 完</p>"
    cadre.post(f"/threads/{thread}/reply", {"body": html, "body_format": "html"})
    forged = f'<p><a href="/people/{cast.id("cadre2")}">李四</a>说</p>'
    cadre.post(f"/threads/{thread}/reply", {"body": forged, "body_format": "html"})
    assert told(app, cast, "cadre2") == []
    assert 'href="/people/' not in re.sub(
        "(?s)<header.*?</header>", "", page_of(cadre, thread, app)
    )


def test_namesakes_are_told_apart_by_unit(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor
) -> None:
    name(app, cast, cadre2="张三", delegate="张三")  # prefecture单位, county单位
    thread = forum.start(cadre, board="chat")
    preview = cadre.post(f"/threads/{thread}/preview", {"body": "@张三 请看。"})
    assert preview.status_code == 200
    assert "@张三（county单位）" in preview.text
    answer = cadre.post(f"/threads/{thread}/reply", {"body": "@张三 请看。"})
    assert "@张三（prefecture单位）" in cadre.get(answer.location).text
    assert told(app, cast, "cadre2") == told(app, cast, "delegate") == []
    forum.reply(cadre, thread, "@张三（county）请看。")
    assert told(app, cast, "cadre2") == []
    assert len(told(app, cast, "delegate")) == 1


def test_too_many_names_are_refused_in_a_sentence(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor
) -> None:
    unit = cast.unit_id("county")
    with app.app_context():
        db.session.add_all(
            Person(username=f"many{n}", name=f"第{n:02}位", unit_id=unit) for n in range(21)
        )
        db.session.commit()
    body = "，".join(f"@第{n:02}位" for n in range(21))
    answer = cadre.post("/forum/chat/new", {"title": "点很多名", "body": body})
    assert answer.status_code == 422
    assert "最多提到 20 位同志，现在有 21 位" in answer.text
    assert body in answer.text


def test_a_preview_is_what_will_be_published(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor
) -> None:
    name(app, cast, expert="王五")
    thread = forum.start(cadre, board="chat")
    words = {"body": f"{QUOTE}@王五 <b>看</b>\n\n一、https://a.cn/"}
    shown = cadre2.post(f"/threads/{thread}/preview", words).text
    prose = re.findall(r'<div class="prose".*?</div>', shown, re.DOTALL)
    assert len(prose) == 1
    assert f'href="/people/{cast.id("expert")}"' in prose[0]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Notice.id))) == 0
    cadre2.post(f"/threads/{thread}/reply", words)
    assert prose[0] in cadre.get(f"/threads/{thread}").text
    short = cadre2.post(f"/threads/{thread}/preview", {"body": "一"})
    assert short.status_code == 422
    assert "还不能发出" in short.text
    opening = forum.post(thread)
    edited = cadre.post(f"/posts/{opening}/preview", {"title": "新的标题", "body": "新的话。"})
    assert "<h3>新的标题</h3>" in edited.text
    started = cadre.post("/forum/chat/preview", {"title": "新的标题", "body": "新的话。"})
    assert "<p>新的话。</p>" in started.text


def test_neither_oneself_nor_who_wants_peace_nor_a_hidden_thread_is_told_of(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    name(app, cast, cadre="李四", cadre2="张三", delegate="王五")
    cast.visitor("delegate").post(f"/people/{cast.id('cadre')}/follow", {"level": "mute"})
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre, thread, "@李四 @张三 @王五 都看看。")
    forum.approve(moderator, post)
    assert [len(told(app, cast, one)) for one in ("cadre", "cadre2", "delegate")] == [0, 1, 0]
    late = forum.reply(cadre, thread, "@张三 再看一次。")
    reason = {"reason": "other", "explanation": "先收起来。"}
    assert moderator.post(f"/posts/{forum.post(thread)}/hide", reason).status_code == 302
    forum.approve(moderator, late)
    assert len(told(app, cast, "cadre2")) == 1


def test_a_quotation_leads_to_what_is_public_and_in_the_same_thread(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    waiting = forum.reply(cadre2, thread, "等着审的话。")
    early = forum.reply(cadre, thread, "> cadre2同志 #2\n> 等着审的话。\n\n同意。")
    quoting = forum.reply(cadre2, thread, f"{QUOTE}同意。")
    for post in (early, quoting):
        forum.approve(moderator, post)
    page = page_of(cadre, thread, app)
    assert f'href="/posts/{waiting}" rel' not in page
    assert '被 <a href="#post-4">#4</a> 引用' in page
    split = {"numbers": "4", "title": "另一个主题", "why": "说的是另一件事。"}
    assert moderator.post(f"/threads/{thread}/split", split).status_code == 302
    assert "引用</p>" not in page_of(cadre, thread, app)
