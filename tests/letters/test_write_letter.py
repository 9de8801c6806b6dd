"""Writing by name, and what the form says to what does not hold."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, journal
from core.db import db
from letters import commands
from letters.models import Letter
from tests.letters.conftest import Post, load
from tests.letters.test_answer_every_letter import form_key, written
from tests.people import Cast


def _count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Letter)) or 0


WRONG = [
    ("title", "", "请用一句话写明是什么事。"),
    ("title", "  \u3000 ", "请用一句话写明是什么事。"),
    ("title", "长" * 81, "最多 80 个字"),
    ("body", "", "请写明事情的经过。"),
    ("body", "长" * 20_001, "最多 20000 个字"),
    ("points", "\n".join("甲" * 11), "最多列 10 项，现在是 11 项。"),
    ("points", "短\n" + "长" * 201, "第 2 项超过 200 个字"),
    ("category", "<script>", ""),
    ("unit", "999999", ""),
    ("unit", "x", ""),
]


@pytest.mark.parametrize("name", ["cadre", None])
def test_what_does_not_hold_is_said_and_what_was_typed_stays(
    app: Flask, cast: Cast, name: str | None
) -> None:
    visitor = cast.visitor(name)
    right = written(once=form_key(visitor), body="写了很久的正文")
    for field, value, said in WRONG:
        answer = visitor.post("/letters/new", {**right, field: value})
        assert answer.status_code == 422, (field, value)
        assert said in answer.text
        assert 'class="field field--wrong' in answer.text
        assert ("写了很久的正文" if field != "body" else "培训名额能不能公开") in answer.text
        assert "<script>" not in answer.text
    assert _count(app) == 0


def test_missing_fields_are_asked_for(app: Flask, cast: Cast) -> None:
    assert cast.visitor("cadre").post("/letters/new").status_code == 422
    assert cast.visitor().post("/letters/new").status_code == 422
    assert _count(app) == 0


def test_three_fields_are_enough(app: Flask, cast: Cast) -> None:
    answer = cast.visitor("cadre").post("/letters/new", written())
    assert answer.status_code == 302
    with app.app_context():
        letter = db.session.scalars(select(Letter)).one()
        assert letter.received_on == clock.today()
        assert (letter.category, letter.is_publication_agreed) == ("other", False)
        event = journal.latest(Letter.kind, letter.id)
        assert event is not None
        assert (event.verb, event.actor_id) == ("submit", cast.id("cadre"))


def test_all_that_was_chosen_is_kept(app: Flask, cast: Cast) -> None:
    unit = cast.unit_id("prefecture")
    more = {"category": "housing", "unit": str(unit), "consent": "y", "points": " 一 \n\n二\r\n"}
    cast.visitor("cadre").post("/letters/new", written(**more))
    with app.app_context():
        letter = load(db.session.scalars(select(Letter.id)).one())
        assert (letter.category, letter.concerned_unit_id) == ("housing", unit)
        assert letter.is_publication_agreed
        assert [point.body for point in letter.points] == ["一", "二"]


def test_a_second_click_leads_to_the_one_letter(app: Flask, cast: Cast) -> None:
    cadre = cast.visitor("cadre")
    once, token = form_key(cadre), cadre.token()
    cookie = cadre.client.get_cookie("session")
    assert cookie is not None

    def one(_number: int) -> str:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        return client.post("/letters/new", data=written(once=once, csrf_token=token)).location

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(one, range(32)))) == 1
    assert _count(app) == 1


def test_five_letters_a_day(app: Flask, cast: Cast, post: Post) -> None:
    cadre = cast.visitor("cadre")
    for number in range(5):
        assert cadre.post("/letters/new", written(title=f"第{number}封")).status_code == 302
    refused = cadre.post("/letters/new", written(title="第六封"))
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
    assert _count(app) == 5
    assert cast.visitor("cadre2").post("/letters/new", written()).status_code == 302


def test_a_letter_without_a_token_is_refused(app: Flask, cast: Cast) -> None:
    assert app.test_client().post("/letters/new", data=written()).status_code == 400
    assert _count(app) == 0


def test_the_receipt_proves_the_letter(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter()
    page = cast.visitor("cadre").get(f"/letters/{letter_id}/receipt").text
    line = re.search(r"\d{12}-\d{8}-[0-9A-F]{32}", page).group()  # type: ignore[union-attr]
    runner = app.test_cli_runner()
    command = ["letters", "verify", "--receipt"]
    assert runner.invoke(args=[*command, line]).exit_code == 0
    assert runner.invoke(args=[*command, line.lower() + " "]).exit_code == 0
    forged = line[:-1] + ("0" if line[-1] != "0" else "1")
    for wrong in (forged, "123456789012-20260101-ABC", "nothing", "9" * 40):
        assert runner.invoke(args=[*command, wrong]).exit_code == 1, wrong
    with app.app_context():
        letter = load(letter_id)
        letter.body += "。"
        db.session.commit()
        assert commands._receipt_fault(line) is not None


def test_hostile_words_are_shown_as_words(app: Flask, cast: Cast, post: Post) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>\"'{{ 1009*2003 }}"
    letter_id = post.letter("replied", title=hostile[:60], body=hostile, points=[hostile])
    pages = [
        cast.visitor("cadre").get(f"/letters/{letter_id}").text,
        cast.visitor("cadre").get("/letters").text,
        cast.visitor("mail_office").get(f"/letters/desk/{letter_id}").text,
        cast.visitor("mail_office").get("/letters/desk?heap=replied").text,
        cast.visitor("signer").get(f"/letters/desk/{letter_id}").text,
    ]
    for page in pages:
        assert "<img" not in page
        assert "<script>alert" not in page
        assert "2021027" not in page
