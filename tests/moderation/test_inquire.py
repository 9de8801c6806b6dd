"""Inquiries: a reader asks about an entry of the open log, a chief moderator answers."""

from __future__ import annotations

import pytest
from flask import Flask

from core import clock, journal, notices
from core.db import db
from moderation.inquiries import Inquiry
from moderation.models import Decision
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor

BODY = "为什么这一条算与本版无关？"
ANSWER = "因为它问的是食堂的菜单。"


@pytest.fixture
def entry(app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor) -> int:
    """The number of a rejection in the log."""
    post = forum.post(forum.start(cadre, title="不该外传的标题", body="不该外传的正文。"))
    forum.decide(moderator, "reject", post, reason="off_topic", explanation="不该外传的说明。")
    with app.app_context():
        return db.session.scalars(db.select(Decision.id)).one()


def ask(reader: Visitor, entry: int, body: str = BODY) -> int:
    return reader.post(f"/moderation/log/{entry}/ask", {"body": body, "once": body}).status_code


def newest(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(db.select(Inquiry.id).order_by(Inquiry.id.desc())).first() or 0


def told(app: Flask, cast: Cast, name: str) -> list[str]:
    with app.test_request_context():
        mine = notices.Notice.visible_to(cast.person(name))
        return [one.sentence for one in db.session.scalars(mine)]


def test_an_entry_shows_no_text_and_no_name(entry: int, cadre2: Visitor) -> None:
    page = cadre2.get(f"/moderation/log/{entry}").text
    assert "与本版主题无关" in page
    assert "不该外传" not in page
    assert "moderator同志" not in page
    assert "cadre同志" not in page


def test_an_inquiry_is_read_by_others_once_it_is_answered(
    app: Flask, cast: Cast, entry: int, cadre: Visitor, cadre2: Visitor, chief: Visitor
) -> None:
    assert ask(cadre2, entry) == 302
    assert BODY in cadre2.get(f"/moderation/log/{entry}").text
    for page in (f"/moderation/log/{entry}", "/moderation/log"):
        assert BODY not in cadre.get(page).text
    assert "有人对审核公开记录提出询问，请你答复。" in told(app, cast, "chief_moderator")
    assert BODY in chief.get("/moderation/inquiries").text
    url = f"/moderation/inquiries/{newest(app)}/answer"
    assert chief.post(url, {"answer": " "}).status_code == 422
    assert chief.post(url, {"answer": ANSWER}).status_code == 302
    page = cadre.get(f"/moderation/log/{entry}").text
    assert BODY in page
    assert ANSWER in page
    assert "cadre2同志" not in page
    assert "chief_moderator同志" not in page
    assert BODY in cadre.get("/moderation/log").text
    assert told(app, cast, "cadre2") == ["你对审核公开记录的询问有了答复。"]
    assert BODY not in chief.get("/moderation/inquiries").text


def test_a_declined_one_stays_between_asker_and_chief(
    app: Flask, cast: Cast, entry: int, cadre: Visitor, cadre2: Visitor, chief: Visitor
) -> None:
    ask(cadre2, entry)
    url = f"/moderation/inquiries/{newest(app)}/decline"
    assert chief.post(url, {"answer": ANSWER}).status_code == 302
    assert ANSWER in cadre2.get(f"/moderation/log/{entry}").text
    for page in (f"/moderation/log/{entry}", "/moderation/log"):
        text = cadre.get(page).text
        assert BODY not in text
        assert ANSWER not in text
    assert len(told(app, cast, "cadre2")) == 1


def test_it_is_answered_once(app: Flask, entry: int, cadre2: Visitor, chief: Visitor) -> None:
    ask(cadre2, entry)
    url = f"/moderation/inquiries/{newest(app)}"
    assert chief.post(f"{url}/answer", {"answer": ANSWER}).status_code == 302
    answer = chief.post(f"{url}/decline", {"answer": "另一个说法。"})
    assert answer.status_code == 409
    assert "chief_moderator同志" in answer.text
    assert ANSWER in cadre2.get(f"/moderation/log/{entry}").text


def test_who_may_not_answer(
    app: Flask, cast: Cast, entry: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    ask(cadre2, entry)
    ask(chief := cast.visitor("chief_moderator"), entry, "自己问自己。")
    own = newest(app)
    url = "/moderation/inquiries/{}/answer".format
    words = {"answer": ANSWER}
    assert chief.post(url(own), words).status_code == 403
    assert cadre2.post(url(own - 1), words).status_code == 403
    for other in (cadre, moderator, cast.visitor("moderator2")):
        assert other.post(url(own - 1), words).status_code == 404
        assert other.get("/moderation/inquiries").status_code == 403


def test_an_inquiry_needs_words(entry: int, cadre2: Visitor) -> None:
    answer = cadre2.post(f"/moderation/log/{entry}/ask", {"body": " "})
    assert answer.status_code == 422
    assert "请写明你想问什么" in answer.text
    assert ask(cadre2, entry, "问" * 501) == 422


def test_a_day_has_an_allowance(app: Flask, entry: int, cadre2: Visitor) -> None:
    limit = app.config["INQUIRIES_PER_DAY"]
    assert [ask(cadre2, entry, f"第 {n} 问") for n in range(limit + 1)] == [302] * limit + [429]
    assert ask(cadre2, entry, "第 0 问") == 302  # sent again: the one that was made


def test_the_journal_holds_no_word(app: Flask, entry: int, cadre2: Visitor, chief: Visitor) -> None:
    ask(cadre2, entry)
    chief.post(f"/moderation/inquiries/{newest(app)}/answer", {"answer": ANSWER})
    with app.app_context():
        events = journal.history("moderation:inquiry", newest(app))
        assert [event.verb for event in events] == ["ask", "answer"]
        assert not any(BODY in str(event.facts) for event in events)


def test_pages_ask_little(
    app: Flask, entry: int, cadre2: Visitor, chief: Visitor, moderator: Visitor
) -> None:
    for n in range(4):
        ask(cadre2, entry, f"第 {n} 问")
    for path in (f"/moderation/log/{entry}", "/moderation/log", "/moderation/inquiries"):
        with counted(app) as seen:
            assert chief.get(path).status_code == 200
        assert len(seen) <= 8, (path, seen)


def test_when_the_only_chief_had_the_last_word_somebody_else_is_named(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    admin = cast.visitor("admin")
    post = forum.post(forum.start(cadre, "被维持原决定的一帖"))
    why = {"explanation": "写明的理由。"}
    forum.decide(moderator, "reject", post, reason="abuse", **why)
    assert cadre.post(f"/posts/{post}/appeal", why).status_code == 302
    assert "另外指定" not in cadre.get("/notices").text  # the chief may hear it
    forum.decide(chief, "uphold", post, **why)
    entry = forum.newest(Decision)
    assert (
        f"/moderation/log/{entry}#inquiries"
        in cadre.get(f"/posts/{post}", follow_redirects=True).text
    )
    assert cadre.post(f"/moderation/log/{entry}/ask", {"body": "还是不服。"}).status_code == 302
    assert "已请管理员另外指定一位" in cadre.get(f"/moderation/log/{entry}").text
    assert "已请管理员另外指定一位" in cadre.get("/notices").text
    assert "请另外指定一位总审核员" in admin.get("/notices").text
    answer = f"/moderation/inquiries/{forum.newest(Inquiry)}/answer"
    assert chief.post(answer, {"answer": "维持。"}).status_code == 403

    person = cast.id("moderator2")
    grant = {"unit": "region单位", "role": "chief_moderator", "since": f"{clock.now():%Y-%m-%d}"}
    assert admin.post(f"/admin/people/{person}/grant", grant).status_code == 302
    assert "已请管理员另外指定一位" not in cadre.get(f"/moderation/log/{entry}").text
    assert cast.visitor("moderator2").post(answer, {"answer": "我看过了。"}).status_code == 302


def test_an_appeal_that_nobody_may_hear_calls_for_a_stand_in(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    admin = cast.visitor("admin")
    post = forum.post(forum.start(cadre, "只有一位审核员的一帖"))
    why = {"explanation": "写明的理由。"}
    forum.decide(moderator, "reject", post, reason="abuse", **why)
    assert cadre.post(f"/posts/{post}/appeal", why).status_code == 302
    assert "已请管理员另外指定一位" in cadre.get("/notices").text
    assert "请另外指定一位总审核员" in admin.get("/notices").text
