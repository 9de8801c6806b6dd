"""The open log: every decision, no word of any text, no name."""

from __future__ import annotations

from flask import Flask

from core.db import db
from moderation import log
from moderation.log import LogFilters
from moderation.models import Decision
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


def test_decisions_stand_in_the_log_without_texts_or_names(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, title="不该外传的标题", body="不该外传的正文。"))
    words = {"reason": "private", "explanation": "不该外传的说明。"}
    forum.decide(moderator, "reject", post, **words)
    page = cadre2.get("/moderation/log").text
    assert "未通过" in page
    assert "泄露他人的个人信息" in page
    assert "大家谈" in page
    assert "审核员" in page
    assert "不该外传" not in page
    assert "moderator同志" not in page
    assert "cadre同志" not in page


def test_exemptions_do_not_fill_the_log(forum: Forum, cadre: Visitor) -> None:
    forum.start(cadre, board="chat")
    assert "还没有审核决定" in cadre.get("/moderation/log").text


def test_the_log_pages_by_key(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, monkeypatch
) -> None:
    monkeypatch.setattr(log, "PAGE", 2)
    for n in range(5):
        forum.approve(moderator, forum.post(forum.start(cadre, title=f"第 {n} 个标题")))
    with app.test_request_context():
        reader = cast.person("cadre2")
        first = log.page(LogFilters(), reader)
        second = log.page(LogFilters(after=str(first.following)), reader)
        third = log.page(LogFilters(after=str(second.following)), reader)
        ids = [row.decision.id for page in (first, second, third) for row in page.rows]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 5
        assert third.following is None


def test_statements(app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    for n in range(3):
        forum.approve(moderator, forum.post(forum.start(cadre, title=f"第 {n} 个标题")))
    with counted(app) as seen:
        cadre.get("/moderation/log")
    assert len(seen) <= 6, seen


def test_what_was_undone_stands_there_as_undone(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    def entry(place: int) -> str:
        with app.app_context():
            made = db.session.scalars(db.select(Decision.id).order_by(Decision.id)).all()
        answer = cadre2.get(f"/moderation/log/{made[place]}")
        assert answer.status_code == 200
        return answer.text

    post = forum.post(forum.start(cadre))
    why = {"reason": "other", "explanation": "因为。"}
    forum.decide(moderator, "reject", post, **why)
    assert "已撤销" not in entry(0)
    assert moderator.post(f"/moderation/{forum.item(post)}/undo").status_code == 302
    assert "30 秒内已撤销" in entry(0)
    forum.decide(moderator, "reject", post, **why)
    assert "已撤销" not in entry(1)
    cadre.post(f"/posts/{post}/appeal", {"explanation": "我认为合适。"})
    assert "作者申诉，还在审" in entry(1)
    assert "作者申诉" not in entry(0)
    forum.decide(chief, "uphold", post, explanation="看过了。")
    assert "申诉：维持了原决定" in entry(1)
    assert "申诉：" not in entry(0)
