"""Words under a post: once each, by others than its author, counted and never told by whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock, journal, mail
from core.db import db
from core.notices import Notice
from forum.models import Board
from forum.reactions import KINDS, Reaction
from tests.boards import Forum
from tests.conftest import counted
from tests.mailing import Mails, address, words, work
from tests.people import PEOPLE, Cast, Visitor


def give(visitor: Visitor, post: int, kind: str = "agree", verb: str = "give") -> int:
    return visitor.post(f"/posts/{post}/react", {verb: kind}).status_code


def shown(visitor: Visitor, thread: int, number: int = 1) -> list[str]:
    """What stands under a post, as one reader sees it."""
    page = visitor.get(f"/threads/{thread}").text
    line = page.partition(f'id="reacts-{number}"')[2].partition("</p>")[0]
    return re.findall(r">\s*([^<>\s]+ \d+)\s*<", line)


def test_a_word_counts_once_for_each_person_and_is_taken_back(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    post = forum.post(thread)
    others = [cast.visitor(name) for name in ("delegate", "expert")]
    for _again in range(2):
        assert give(cadre2, post) == 302
        assert give(cadre2, post, "done") == 302
    for visitor in others:
        give(visitor, post)
    for visitor in (cadre, cadre2, *others):
        assert shown(visitor, thread) == ["有同感 3", "已落实 1"]
    page = cadre2.get(f"/threads/{thread}").text
    assert (
        page.count('aria-pressed="true"')
        - others[0].get(f"/threads/{thread}").text.count('aria-pressed="true"')
        == 1
    ), "two own words against one"
    for _again in range(2):
        give(cadre2, post, verb="take")
    assert shown(cadre, thread) == ["有同感 2", "已落实 1"]
    assert "收回" in cadre2.get(f"/posts/{post}/react").text
    for path in (f"/threads/{thread}", f"/posts/{post}/react"):
        assert "expert同志" not in cadre2.get(path).text, "nobody learns who"
    with app.app_context():
        assert db.session.scalar(select(Notice.id)) is None, "nobody asked to be told"
        assert journal.history("forum:post", post) == []


def test_only_others_words_on_what_everybody_reads(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    post, waiting = forum.post(thread), forum.reply(cadre2, thread, "等着审的一句。")
    assert give(cadre, post) == 403
    assert f"/posts/{post}/react" not in cadre.get(f"/threads/{thread}").text
    assert give(moderator, waiting) == 403, "a reviewer reads it, nobody else does"
    assert give(cadre, waiting) == 404
    assert give(cadre2, post) == 302
    for wrong in ("", "dislike", "x" * 9):
        assert give(moderator, post, wrong) == 422
    words = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{post}/hide", words)
    assert give(moderator, post) == 403
    with app.app_context():
        assert len(db.session.scalars(select(Reaction)).all()) == 1


def test_counts_go_with_the_post(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread, into = (forum.start(cadre, title=f"主题之{n}", board="chat") for n in "一二")
    post = forum.reply(cadre, thread, "拆走的一句。")
    give(cadre2, post, "join")
    give(moderator, post, "join")
    flags = [cast.visitor(name) for name in ("cadre2", "delegate", "supervisor")]
    for visitor in flags:
        visitor.post(f"/posts/{post}/flag", {"reason": "abuse"})
    assert shown(cadre2, thread, 2) == [], "hidden until somebody has looked"
    forum.decide(moderator, "harmless", post)
    assert shown(cadre2, thread, 2) == ["愿参与 2"]
    split = {"numbers": "2", "title": "拆出来的主题", "why": "另一件事。"}
    answer = moderator.post(f"/threads/{thread}/split", split)
    made = int(answer.location.rpartition("/")[2])
    assert shown(cadre2, made) == ["愿参与 2"]
    moderator.post(f"/threads/{made}/merge", {"into": str(into), "why": "同一件事。"})
    assert shown(cadre2, into, 2) == ["愿参与 2"]
    board = forum.newest(Board) - 1
    moderator.post(f"/threads/{into}/move", {"board": str(board), "why": "放错了。"})
    assert shown(cadre2, into, 2) == ["愿参与 2"]


def test_its_author_is_told_only_if_asked_and_in_one_notice(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body="请把路修一修。", board="chat"))
    assert cadre.post("/me/following/own", {"hears_reactions": "yes"}).status_code == 302
    for visitor in (cadre2, cast.visitor("expert")):
        give(visitor, post)
        give(visitor, post, "join")
    page = cadre.get("/notices").text
    assert page.count("回应了你写的") == 1
    assert "2 位同志回应了你写的“请把路修一修。”" in page
    assert "expert同志" not in page
    give(cadre2, post, verb="take")
    give(cadre2, post, "join", verb="take")
    assert "1 位同志回应了你写的" in cadre.get("/notices").text, "looked up when it is read"
    thread = forum.thread_of(post)
    cadre.post("/notices/read")
    cadre.post(f"/threads/{thread}/follow", {"level": "mute"})
    give(cadre2, post)
    with app.app_context():
        assert len(db.session.scalars(select(Notice)).all()) == 1


def test_a_word_given_and_taken_again_and_again_fills_no_mailbox(
    app: Flask, cast: Cast, forum: Forum, mails: Mails, cadre: Visitor, cadre2: Visitor
) -> None:
    post = forum.post(forum.start(cadre, board="chat"))
    cadre.post("/me/following/own", {"hears_reactions": "yes"})
    address(app, cast, "cadre")
    with app.app_context():
        mail.choose(cast.id("cadre"), {"follow": "instant"})
        db.session.commit()
    for later in (10, 20, 30):
        with app.app_context(), clock.travel(clock.now() + timedelta(minutes=later)):
            give(cadre2, post)
            give(cadre2, post, verb="take")
            give(cadre2, post)
            work(app, clock.now() + timedelta(minutes=5))
    (told,) = mails.to("cadre")
    assert "1 位同志回应了你写的" in words(told)


@pytest.mark.parametrize("count", [0, 15])
def test_a_thread_page_asks_the_same_whatever_was_given_and_kept(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, moderator: Visitor, count: int
) -> None:
    thread = forum.start(cadre, board="chat")
    posts = [forum.post(thread), *(forum.reply(cadre, thread, f"第 {n} 句。") for n in range(4))]
    readers = [cast.visitor(name) for name in list(PEOPLE)[1 : count + 1]]
    for visitor in readers:
        for post in posts:
            for kind in KINDS:
                give(visitor, post, kind)
            visitor.post(f"/posts/{post}/bookmark", {"note": "再看"})
    for verb in ("lock", "pin", "feature"):
        moderator.post(f"/threads/{thread}/{verb}", {"why": "有结果了。"})
    reader = cast.visitor("expert")
    reader.get(f"/threads/{thread}")
    with counted(app) as seen:
        page = reader.get(f"/threads/{thread}").text
    assert len(seen) <= 4, seen
    assert f"有同感 {count}" in page or not count
