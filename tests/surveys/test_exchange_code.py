"""A code buys a blind signature: the server sees the code and what it signs, never the right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db, reading
from surveys import signing
from surveys.models import Survey
from tests.people import Cast, Visitor
from tests.surveys.conftest import GOOD, Desk, hidden
from tests.surveys.test_enter_survey import CODE, enter, made
from tests.surveys.test_sign_blindly import Made

Tables = Callable[..., list[Any]]
ENTER = "/surveys/work/enter"


@pytest.fixture
def code(desk: Desk, cast: Cast) -> str:
    desk.make(entry="codes")
    return made(cast)[0]


@pytest.fixture
def public(app: Flask, code: str) -> str:
    with app.app_context(), reading():
        survey = db.session.scalars(select(Survey.id)).one()
        return signing.public_keys([survey])[survey]


def exchange(visitor: Visitor, code: str, blinded: str) -> Any:
    return visitor.client.post(ENTER, data={"code": code, "blinded": blinded})


def test_code_buys_one_blind_right(cast: Cast, code: str, public: str, tables: Tables) -> None:
    visitor, mine = cast.visitor(), Made.for_key(public)
    answer = exchange(visitor, code, mine.blinded)
    assert answer.status_code == 200
    assert answer.json["url"] == "/surveys/work"
    right = mine.right(answer.json["signature"])
    page = visitor.get("/surveys/work")
    assert hidden(page)["right"] == "", "the browser puts it in"
    assert 'data-behavior="right"' in page.text
    assert "看得到码，看不到随机数" in page.text
    for status in (303, 409):
        data = {**hidden(page), **GOOD, "right": right}
        assert visitor.client.post("/surveys/work/send", data=data).status_code == status
    assert len(tables("survey_held_responses")) == 1
    assert visitor.get("/surveys/work").location == ENTER, "somebody else's code, next"


def test_nothing_that_is_kept_tells_the_right(
    cast: Cast, code: str, public: str, tables: Tables, app: Flask
) -> None:
    visitor, mine = cast.visitor(), Made.for_key(public)
    right = mine.right(exchange(visitor, code, mine.blinded).json["signature"])
    cookie = visitor.client.get_cookie("right", path="/surveys/work")
    assert cookie is not None
    assert cookie.value.startswith("blind~")
    row = next(row for row in tables("survey_codes") if row["is_exchanged"])
    assert row["sealed"] is None
    assert row["blinded"] == hashlib.sha256(mine.blinded.encode()).hexdigest()
    with app.app_context():
        kept = str([list(db.session.execute(select(one))) for one in db.metadata.tables.values()])
    for part in (*right.split("."), mine.blinded, code):
        assert part not in kept


def test_same_again_gets_the_same_signature(cast: Cast, code: str, public: str) -> None:
    """The first answer may have got lost; what is blinded differently is another right."""
    mine, other = Made.for_key(public), Made.for_key(public)
    first = exchange(cast.visitor(), code, mine.blinded).json
    assert exchange(cast.visitor(), code, mine.blinded).json == first
    assert exchange(cast.visitor(), code, other.blinded).status_code == 409


def test_code_exchanged_blindly_is_told_where_its_right_is(
    cast: Cast, code: str, public: str
) -> None:
    exchange(cast.visitor(), code, Made.for_key(public).blinded)
    refused = enter(cast.visitor(), code)
    assert refused.status_code == 409
    assert "在别的浏览器里换过了" in refused.text
    assert code in refused.text


def test_code_whose_right_the_server_made_buys_no_second(
    cast: Cast, code: str, public: str, tables: Tables
) -> None:
    visitor = cast.visitor()
    assert enter(visitor, code).status_code == 303
    assert exchange(cast.visitor(), code, Made.for_key(public).blinded).status_code == 409
    assert hidden(visitor.get("/surveys/work"))["right"]
    assert [row["blinded"] for row in tables("survey_codes")] == [None] * 3


@pytest.mark.parametrize("typed", ["", "WRNG-WRNG-WRNG", "é" * 500])
def test_unknown_code_is_not_signed_for(cast: Cast, code: str, public: str, typed: str) -> None:
    refused = exchange(cast.visitor(), typed, Made.for_key(public).blinded)
    assert (refused.status_code, refused.json) == (409, {"signature": None})


@pytest.mark.parametrize("blinded", ["", "x", "A" * 342, "_" * 342, "=" * 10_000, "é" * 300])
def test_odd_message_leaves_the_code_good(
    cast: Cast, code: str, public: str, tables: Tables, blinded: str
) -> None:
    assert exchange(cast.visitor(), code, blinded).status_code == 409
    assert not any(row["is_exchanged"] for row in tables("survey_codes"))
    assert enter(cast.visitor(), code).status_code == 303


def test_guessing_ends(
    cast: Cast, code: str, public: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_SOURCE", 2)
    blinded = Made.for_key(public).blinded
    tries = [exchange(cast.visitor(), one, blinded).status_code for one in ("A", "B", "C", code)]
    assert tries == [409, 409, 429, 429]


def test_right_codes_do_not_count(
    cast: Cast, desk: Desk, public: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = cast.visitor("office").post("/surveys/work/codes", {"count": 4, "once": "again"})
    codes = CODE.findall(sent.text)
    assert len(codes) == 4
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_SOURCE", 2)
    for one in codes:
        assert exchange(cast.visitor(), one, Made.for_key(public).blinded).status_code == 200


def test_closed_survey_signs_nothing(cast: Cast, desk: Desk, code: str, public: str) -> None:
    desk.move("work", "close")
    assert exchange(cast.visitor(), code, Made.for_key(public).blinded).status_code == 409


def test_link_signs_nothing(cast: Cast, desk: Desk) -> None:
    desk.make(entry="link")
    answer = exchange(cast.visitor(), "", "A" * 342)
    assert answer.status_code == 303, "an open link has no code to exchange"
    assert "data-key" not in cast.visitor().get(ENTER).text


def test_page_says_what_each_way_means(cast: Cast, code: str) -> None:
    """Without script the server makes the right, and says that this means trusting it."""
    page = cast.visitor().get(ENTER).text
    assert 'data-behavior="exchange" data-key="' in page
    assert "<span data-made-there>答题的机会由系统造，匿名要靠你信任运行中的服务器" in page
    assert "<span data-made-here hidden>" in page
    visitor = cast.visitor()
    enter(visitor, code)
    assert "要靠你信任运行中的服务器" in visitor.get("/surveys/work").text


def test_everybody_sees_the_same_key(cast: Cast, code: str, public: str) -> None:
    for name in (None, "cadre", "office"):
        assert f'data-key="{public}"' in cast.visitor(name).get(ENTER).text
