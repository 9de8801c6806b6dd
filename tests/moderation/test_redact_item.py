"""Covering passages: what is covered appears nowhere but to its author and its reviewers."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.covering import MARK, cover
from core.db import db
from core.search import SearchEntry
from core.text import cook, plain
from moderation.models import QueueItem
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor

SECRET = "zq23800138000qz"
WORDS = {"passages": SECRET, "explanation": "这是他人的电话。"}


def redact(forum: Forum, reviewer: Visitor, post: int, **fields: str) -> int:
    """A public post."""
    data = {"revision": str(forum.latest(post)), **WORDS, **fields}
    return reviewer.post(f"/posts/{post}/redact", data).status_code


def paths(app: Flask, post: int, thread: int) -> list[str]:
    with app.app_context():
        items = db.session.scalars(select(QueueItem.id)).all()
        for entry in db.session.scalars(select(SearchEntry)):
            assert SECRET not in entry.title + entry.body + entry.tokens
    return [
        *("/", "/forum", "/forum/dajiatan", "/forum/chat", f"/threads/{thread}", "/moderation/log"),
        *(f"/threads/{thread}?quote={n}" for n in (1, 2, 3)),
        *(f"/posts/{post}{end}" for end in ("", "/history", "/edit", "/redact", "/hide")),
        *("/me/notices", "/notices", f"/search?q={SECRET[:5]}", f"/search?q={SECRET[2:13]}"),
        *(f"/moderation/{item}{end}" for item in items for end in ("", "/amend", "/redact")),
    ]


def nobody_meets_it(app: Flask, cast: Cast, post: int, thread: int) -> None:
    for name in (None, "cadre2", "delegate", "moderator2", "admin"):
        visitor = cast.visitor(name)
        for path in paths(app, post, thread):
            page = visitor.get(path, follow_redirects=True).text
            assert SECRET not in re.sub('value="[^"]*"', "", page), (name, path)


def test_a_waiting_text_passes_with_a_passage_covered(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title=f"打 {SECRET} 找人", body=f"电话是 {SECRET}，真的。")
    post = forum.post(thread)
    assert forum.decide(moderator, "redact", post, **WORDS).status_code == 302
    page = cadre2.get(f"/threads/{thread}").text
    assert f"电话是 {MARK}，真的" in page
    assert f"打 {MARK} 找人" in page
    nobody_meets_it(app, cast, post, thread)
    assert SECRET in cadre.get(f"/posts/{post}/history").text
    assert SECRET in moderator.get(f"/moderation/{forum.item(post)}").text
    assert "这是他人的电话" in moderator.get(f"/moderation/{forum.item(post)}").text


def test_a_public_text_loses_it_with_all_its_history(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title=f"找 {SECRET}", body=f"号码 {SECRET}。")
    post = forum.post(thread)
    reply = forum.reply(cadre2, thread, "等着改的一条。")
    forum.decide(moderator, "return", reply, explanation="再具体些。")
    passed = forum.reply(cadre2, thread, "跟在后面的一条。")
    forum.approve(moderator, passed)
    words = {"title": f"还是找 {SECRET}", "body": f"号码还是 {SECRET}，没变。"}
    cadre.post(f"/posts/{post}/edit", words)
    forum.approve(moderator, post)
    assert SECRET in cadre2.get(f"/posts/{post}/history").text
    assert redact(forum, moderator, post) == 302
    assert f"号码还是 {MARK}，没变" in cadre2.get(f"/threads/{thread}").text
    nobody_meets_it(app, cast, post, thread)
    history = cadre2.get(f"/posts/{post}/history").text
    assert "遮盖了一部分" in history
    assert "moderator同志" in history


def test_a_waiting_edit_goes_on_waiting(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.published(cadre, moderator, body=f"号码 {SECRET}。"))
    read = str(forum.latest(post))
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "不写号码了。"})
    item, latest = forum.item(post), str(forum.latest(post))
    assert redact(forum, moderator, post, revision=read) == 302
    assert MARK in cadre2.get(f"/posts/{post}", follow_redirects=True).text
    answer = moderator.post(f"/moderation/{item}/approve", {"revision": latest})
    assert answer.status_code == 302
    assert "不写号码了" in cadre2.get(f"/posts/{post}", follow_redirects=True).text
    assert SECRET not in cadre2.get(f"/posts/{post}/history").text


def test_posts_that_quoted_it_are_named(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body=f"号码 {SECRET}。")
    quoting = forum.reply(cadre2, thread, f"> cadre同志 #1\n> 号码 {SECRET}。\n\n打过了。")
    other = forum.reply(cadre2, thread, "与号码无关。")
    for post in (quoting, other):
        forum.approve(moderator, post)
    answer = moderator.post(
        f"/posts/{forum.post(thread)}/redact",
        {"revision": str(forum.latest(forum.post(thread))), **WORDS},
    )
    assert f'href="/posts/{quoting}/redact"' in answer.text
    assert f"/posts/{other}/redact" not in answer.text
    assert redact(forum, moderator, quoting) == 302
    assert SECRET not in cadre2.get(f"/threads/{thread}").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"passages": "没有写过的话"}, "在文中没有"),
        ({"passages": " "}, "请写要遮盖的话"),
        ({"passages": "话"}, "至少 2 个字"),
        ({"explanation": ""}, "请写明理由"),
    ],
)
def test_what_does_not_hold_is_refused(
    forum: Forum, cadre: Visitor, moderator: Visitor, fields: dict[str, str], words: str
) -> None:
    post = forum.post(forum.start(cadre, body=f"电话是 {SECRET}。"))
    answer = forum.decide(moderator, "redact", post, **{**WORDS, **fields})
    assert answer.status_code == 422
    assert words in answer.text


def test_reviewers_alone_cover_and_never_their_own(
    forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.published(moderator, chief, body=f"电话是 {SECRET}。"))
    for visitor in (moderator, cadre2, cast.visitor("moderator2")):
        assert redact(forum, visitor, post) == 403
    read = str(forum.latest(post))
    assert redact(forum, chief, post) == 302
    assert redact(forum, chief, post, revision=read) in (409, 422)


def test_covering_is_undone(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body="这句话没有问题，盖错了。")
    post = forum.post(thread)
    assert redact(forum, moderator, post, passages="没有问题") == 302
    assert "没有问题" not in cadre2.get(f"/threads/{thread}").text
    assert moderator.post(f"/moderation/{forum.item(post)}/undo").status_code == 302
    assert "没有问题" in cadre2.get(f"/threads/{thread}").text
    assert MARK not in cadre2.get(f"/posts/{post}/history").text


@pytest.mark.parametrize(
    ("html", "passage"),
    [
        ("<p>打<strong>138</strong>0013<em>8000</em>找人</p>", "13800138000"),
        ("<p>A&amp;B 公司</p>", "a&b 公司"),
        ("<p>一  二&nbsp;三</p>", "一 二 三"),
        ('<p><a href="mailto:zhang@example.cn">写信</a></p>', "zhang@example.cn"),
        ('<p><a href="https://e.cn/%E5%BC%A0%E4%B8%89">这里</a></p>', "张三"),
        ('<p>见 <a href="https://e.cn/x">张三的页</a></p>', "张三"),
    ],
)
def test_it_is_covered_across_tags_and_in_addresses(html: str, passage: str) -> None:
    covered = cook(cover(cook(html, "html"), [passage]), "html")
    assert passage.lower() not in plain(covered).lower()
    assert "href" not in covered
    assert cover(covered, [passage]) == covered


@given(st.text("ab<&张 ", max_size=40), st.text("ab&张", min_size=2, max_size=4))
def test_nothing_covered_is_left(words: str, passage: str) -> None:
    assert passage.lower() not in plain(cover(cook(words, "plain"), [passage])).lower()


def test_covering_a_title_costs_the_same_however_many_replied(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    few, many = (_covering_a_title(app, forum, cadre, moderator, n) for n in (1, 6))
    assert few == many <= 30, (few, many)


def _covering_a_title(
    app: Flask, forum: Forum, author: Visitor, reviewer: Visitor, replies: int
) -> int:
    thread = forum.published(author, reviewer, title=f"标题里的张三{replies}", body="正文。")
    for number in range(replies):
        forum.approve(reviewer, forum.reply(author, thread, f"第 {number} 句。"))
    post = forum.post(thread)
    words = {"passages": "张三", "explanation": "有姓名。", "revision": str(forum.latest(post))}
    with counted(app) as seen:
        assert reviewer.post(f"/posts/{post}/redact", words).status_code == 302
    found = author.get("/search?q=张三").text
    assert f"张三{replies}" not in found
    return len(seen)
