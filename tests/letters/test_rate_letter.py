"""After the reply: rating, silence, reopening, withdrawing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from core import clock, jobs, journal, registry
from core.db import db
from letters import handling, shelf
from letters.models import Letter, Rating
from tests.letters.conftest import WAY, Post, load
from tests.people import Cast

MARKS = {"resolved": "4", "attitude": "5", "speed": "3", "comment": "说清楚了"}


def _replied_days_ago(app: Flask, letter_id: int, days: int) -> None:
    with app.app_context():
        day = clock.today() - timedelta(days=days)
        db.session.execute(update(Letter).where(Letter.id == letter_id).values(replied_on=day))
        db.session.commit()


def test_rating_is_kept_by_round(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("replied")
    cadre = cast.visitor("cadre")
    assert cadre.post(f"/letters/{letter_id}/rate", MARKS).status_code == 302
    assert cadre.post(f"/letters/{letter_id}/rate", MARKS).status_code == 409
    with app.app_context():
        rating = db.session.scalars(select(Rating)).one()
        assert (rating.round, rating.resolved, rating.attitude, rating.speed) == (1, 4, 5, 3)
        assert rating.comment == "说清楚了"


def test_a_mark_is_one_to_five(cast: Cast, post: Post) -> None:
    letter_id = post.letter("replied")
    cadre = cast.visitor("cadre")
    for field in ("resolved", "attitude", "speed"):
        for mark in ("", "0", "6", "x", "5.5"):
            answer = cadre.post(f"/letters/{letter_id}/rate", {**MARKS, field: mark})
            assert answer.status_code == 422, (field, mark)
            assert "说清楚了" in answer.text
    assert post.state(letter_id) == "replied"


def test_only_the_writer_rates(cast: Cast, post: Post) -> None:
    letter_id = post.letter("replied")
    for name in ("cadre2", "mail_office", "handler", "signer", "minister", "admin"):
        answer = cast.visitor(name).post(f"/letters/{letter_id}/rate", MARKS)
        assert answer.status_code in (403, 404), name


def test_silence_is_unrated_and_closes(app: Flask, cast: Cast, post: Post) -> None:
    silent, recent = post.letter("replied"), post.letter("replied", writer="cadre2")
    _replied_days_ago(app, silent, 16)
    _replied_days_ago(app, recent, 15)
    assert cast.visitor("cadre").post(f"/letters/{silent}/rate", MARKS).status_code == 403
    with app.app_context():
        assert handling.close_unrated(clock.now()) == 1
        db.session.commit()
        assert handling.close_unrated(clock.now()) == 0
        assert load(silent).rating is None
        verbs = [event.verb for event in journal.history(Letter.kind, silent)]
        assert verbs[-2:] == ["lapse", "close"]
    assert post.state(silent) == "closed"
    assert post.state(recent) == "replied"
    assert "不算满意" in cast.visitor("cadre").get(f"/letters/{silent}").text


def test_a_content_writer_closes_at_the_next_tidying(app: Flask, cast: Cast, post: Post) -> None:
    content, discontent = post.letter("replied"), post.letter("rated", writer="cadre2")
    cast.visitor("cadre").post(f"/letters/{content}/rate", MARKS)
    with app.app_context():
        handling.close_unrated(clock.now())
        db.session.commit()
    assert (post.state(content), post.state(discontent)) == ("closed", "rated")
    _replied_days_ago(app, discontent, 31)
    with app.app_context():
        handling.close_unrated(clock.now())
        db.session.commit()
    assert post.state(discontent) == "closed"


def test_the_work_is_registered_and_repeats() -> None:
    assert jobs._works["letters.close_unrated"].every == timedelta(hours=24)


@pytest.mark.parametrize(("days", "answer"), [(30, 302), (31, 403)])
def test_reopening_within_thirty_days(
    app: Flask, cast: Cast, post: Post, days: int, answer: int
) -> None:
    letter_id = post.letter("closed")
    _replied_days_ago(app, letter_id, days)
    cadre = cast.visitor("cadre")
    assert cadre.post(f"/letters/{letter_id}/reopen", {"body": "没有答到"}).status_code == answer
    if answer == 302:
        with app.app_context():
            letter = load(letter_id)
            assert (letter.state, letter.round, letter.handler_id) == ("reopened", 2, None)
            assert letter.due_on is not None
            assert letter.due_on > clock.today()


def test_a_third_reopening_is_none(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("closed")
    with app.app_context():
        db.session.execute(update(Letter).where(Letter.id == letter_id).values(round=3))
        db.session.commit()
    answer = cast.visitor("cadre").post(f"/letters/{letter_id}/reopen", {"body": "x"})
    assert answer.status_code == 403


def test_withdrawing_before_the_reply_alone(
    app: Flask, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LETTERS_PER_DAY", 100)
    cadre = cast.visitor("cadre")
    for state in (*WAY, "needs_info", "declined", "redirected", "reopened"):
        letter_id = post.letter(state)
        is_late = state in ("replied", "rated", "closed", "declined", "redirected")
        assert ("撤回来信" in cadre.get(f"/letters/{letter_id}").text) is not is_late, state
        answer = cadre.post(f"/letters/{letter_id}/withdraw", {"body": "已经解决"})
        assert answer.status_code == (409 if is_late else 302), state
        assert post.state(letter_id) == (state if is_late else "withdrawn")


def test_a_conflict_names_nobody_to_the_writer(cast: Cast, post: Post) -> None:
    letter_id = post.letter("replied")
    answer = cast.visitor("cadre").post(f"/letters/{letter_id}/answer", {"body": "补充"})
    assert answer.status_code == 409
    for name in ("signer同志", "handler同志", "mail_office同志"):
        assert name not in answer.text


def test_the_writers_page_tells_no_names(cast: Cast, post: Post) -> None:
    for state in ("claimed", "sign_off", "replied", "rated", "closed"):
        letter_id = post.letter(state)
        page = cast.visitor("cadre").get(f"/letters/{letter_id}").text
        for name in ("signer同志", "handler同志", "mail_office同志"):
            assert name not in page, (state, name)
        assert "department单位" in page


def test_a_withdrawn_letter_goes_no_further(cast: Cast, post: Post) -> None:
    letter_id = post.letter("sign_off")
    cast.visitor("cadre").post(f"/letters/{letter_id}/withdraw")
    answer = cast.visitor("signer").post(f"/letters/desk/{letter_id}/sign", {"version": "1"})
    assert answer.status_code == 409
    assert "可以。" not in cast.visitor("cadre").get(f"/letters/{letter_id}").text


def test_what_waits_for_whom(app: Flask, cast: Cast, post: Post) -> None:
    post.letter("needs_info", title="要补充的")
    post.letter("replied", title="要打分的")
    post.letter("received", writer="cadre2")
    post.letter("accepted", writer="cadre2")
    post.letter("assigned", writer=None)
    post.letter("handling", writer=None)
    post.letter("sign_off", writer=None)
    post.letter("received", writer="mail_office")
    expected = {
        "cadre": {"要补充的", "要打分的"},
        "cadre2": set(),
        "mail_office": {"1 封来信待审阅", "1 封来信待转办"},
        "handler": {"1 封来信待认领", "1 封来信在我手里"},
        "handler2": {"1 封来信待认领"},
        "signer": {"1 份答复待签发"},
        "minister": {"1 份答复等承办单位签发"},
        "admin": set(),
    }
    for name, titles in expected.items():
        cast.id(name)
        with app.test_request_context():
            assert {one.title for one in shelf.waiting(cast.person(name))} == titles, name


def test_what_is_late_is_told_to_those_who_answer_for_the_mailbox(
    app: Flask, cast: Cast, post: Post
) -> None:
    """Never what is restricted, nor to a minister the own letter; the link shows what was told."""
    for more in ({}, {"writer": "minister"}):
        letter_id = post.letter("assigned", title="晚了的一封", **more)
        with app.app_context():
            load(letter_id).due_on = clock.today() - timedelta(days=1)
            db.session.commit()
    expected = {
        "minister": "1 封来信超过期限还没有答复",
        "mail_office": "2 封来信超过期限还没有答复",
        "signer": None,
        "leader": None,
        "inspector": None,
    }
    for name, title in expected.items():
        cast.id(name)
        with app.test_request_context():
            late = [one for one in shelf.waiting(cast.person(name)) if "超过期限" in one.title]
        assert [one.title for one in late] == ([title] if title else []), name
        if late:
            assert "晚了的一封" in cast.visitor(name).get(late[0].url).text


def test_home_shows_the_mailbox_to_everybody(app: Flask, cast: Cast, post: Post) -> None:
    post.letter("replied")
    assert any(panel.template == "letters/panel.html" for panel in registry.panels)
    with app.test_request_context():
        week = shelf._panel(cast.person("cadre"))["week"]
        assert (week.received, week.answered, week.median_days) == (1, 1, 0)
