"""Who reads which letter: every person × every state × restricted or not, against one table."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from core.db import db
from core.policy import allows
from letters.actors import CodeHolder
from letters.models import BEFORE_REPLY, ENDED, Letter
from tests.conftest import counted
from tests.letters.conftest import Post
from tests.people import PEOPLE, Cast

AT_UNIT = ("assigned", "claimed", "handling", "reply_draft", "sign_off", "replied", "rated")
AT_UNIT += ("unrated", "closed", "reopened")
WORK = "letters:letter:work"
STATES = [state for state in Letter.machine.states if state != "draft"]


def _expected(name: str, state: str, is_restricted: bool, is_mine: bool) -> bool:
    """The table of who reads, written anew and not taken from the program."""
    if is_mine or name == "mail_office":
        return True
    if is_restricted:
        return False
    if name in ("handler", "handler2", "signer"):
        return state in AT_UNIT
    if name == "minister":
        return state not in ("redirected", "declined", "closed", "withdrawn")
    return False


def _put(app: Flask, letter_id: int, cast: Cast, state: str, is_restricted: bool) -> None:
    """Lay the letter in a state without going there (this test is about reading alone)."""
    unit = cast.unit_id("department") if state in AT_UNIT else None
    values = {"state": state, "is_restricted": is_restricted, "unit_id": unit}
    with app.app_context():
        db.session.execute(update(Letter).where(Letter.id == letter_id).values(values))
        db.session.commit()


@pytest.mark.parametrize("is_restricted", [False, True])
@pytest.mark.parametrize("writer", ["cadre", None])
def test_visible_to_is_the_table(
    app: Flask, cast: Cast, post: Post, is_restricted: bool, writer: str | None
) -> None:
    letter_id = post.letter(writer=writer)
    for name in PEOPLE:
        cast.id(name)
    for state in STATES:
        _put(app, letter_id, cast, state, is_restricted)
        with app.app_context():
            for name in PEOPLE:
                mine = Letter.visible_to(cast.person(name)).with_only_columns(Letter.id)
                expected = _expected(name, state, is_restricted, name == writer)
                assert (db.session.scalar(mine) == letter_id) == expected, (name, state)
            if is_restricted:  # nor may anybody else's policy row let them work on it
                letter = db.session.get_one(Letter, letter_id)
                may = {name for name in PEOPLE if allows(cast.person(name), WORK, letter)}
                assert may == {"mail_office"}, state


@pytest.mark.parametrize("name", ["cadre2", "handler", "minister", "admin"])
def test_pages_follow_the_table(app: Flask, cast: Cast, post: Post, name: str) -> None:
    letter_id = post.letter(writer="cadre", title="只有该看的人看得到")
    visitor = cast.visitor(name)
    page, desk = f"/letters/{letter_id}", f"/letters/desk/{letter_id}"
    for state in STATES:
        for is_restricted in (False, True):
            _put(app, letter_id, cast, state, is_restricted)
            expected = _expected(name, state, is_restricted, is_mine=False)
            answer = visitor.get(page)
            assert answer.status_code == (302 if expected else 404), state
            assert visitor.get(desk).status_code == (200 if expected else 404), state
            if expected:
                assert answer.location == desk
                continue
            for heap in ("open", "ended"):
                assert "只有该看的人看得到" not in visitor.get(f"/letters/desk?heap={heap}").text
    assert visitor.post(f"{page}/withdraw").status_code in (403, 404)


def test_strangers_and_the_desk(cast: Cast, post: Post) -> None:
    letter_id = post.letter()
    stranger = cast.visitor()
    assert stranger.get(f"/letters/{letter_id}").location == "/letters/track"
    assert stranger.get("/letters/desk").location.startswith("/login")
    assert stranger.get(f"/letters/desk/{letter_id}").location.startswith("/login")
    assert stranger.post(f"/letters/{letter_id}/withdraw").status_code == 401
    assert cast.visitor("cadre2").get("/letters/desk").status_code == 403
    assert cast.visitor("admin").get("/letters/desk").status_code == 403


def test_a_code_reads_its_own_letter_alone(app: Flask, cast: Cast, post: Post) -> None:
    mine, other, named = post.letter(writer=None), post.letter(writer=None), post.letter()
    with app.app_context():
        found = db.session.scalars(Letter.visible_to(CodeHolder(mine))).all()
        assert [letter.id for letter in found] == [mine]
        assert db.session.scalars(Letter.visible_to(CodeHolder(named))).all() == []
        assert other != mine


def test_another_units_handler_reads_nothing(app: Flask, cast: Cast, post: Post) -> None:
    """A role counts at its own unit: neither from above nor from below."""
    letter_id = post.letter("assigned")
    handler = cast.visitor("handler2")
    assert handler.get(f"/letters/desk/{letter_id}").status_code == 200
    for unit in ("region", "county", "office"):
        with app.app_context():
            db.session.execute(
                update(Letter).where(Letter.id == letter_id).values(unit_id=cast.unit_id(unit))
            )
            db.session.commit()
        assert handler.get(f"/letters/desk/{letter_id}").status_code == 404
        assert handler.post(f"/letters/desk/{letter_id}/claim").status_code == 404


def test_nobody_works_on_the_own_letter(cast: Cast, post: Post) -> None:
    letter_id = post.letter(writer="mail_office", title="我自己的信")
    office = cast.visitor("mail_office")
    assert "我自己的信" in office.get(f"/letters/{letter_id}").text
    assert office.get(f"/letters/desk/{letter_id}").status_code == 403
    for verb in ("screen", "accept", "ask", "decline", "note", "restrict"):
        answer = office.post(f"/letters/desk/{letter_id}/{verb}", {"body": "x"})
        assert answer.status_code == 403, verb
    assert "我自己的信" not in office.get("/letters/desk").text
    assert "我自己的信" not in office.get("/letters/desk?heap=open").text


def test_open_and_ended_share_no_state() -> None:
    assert not set(BEFORE_REPLY) & set(ENDED)
    assert {*BEFORE_REPLY, *ENDED, "draft", "replied", "rated", "unrated"} == set(
        Letter.machine.states
    )


@pytest.mark.parametrize("count", [1, 6])
def test_pages_cost_the_same_whatever_the_number(
    app: Flask, cast: Cast, post: Post, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LETTERS_PER_DAY", 100)
    replied = post.letter("replied", points=[f"第{number}项" for number in range(8)])
    signing = post.letter("sign_off", writer="cadre2")
    for _ in range(count):
        post.letter("accepted")
        post.letter("claimed", writer="cadre2")
    cadre, office, signer = map(cast.visitor, ("cadre", "mail_office", "signer"))
    handler = cast.visitor("handler")
    drafting = post.letter("reply_draft", writer="cadre2")
    limits = [
        (cadre, "/letters", 6),
        (cadre, "/letters/new", 6),
        (cadre, f"/letters/{replied}", 6),
        (cadre, f"/letters/{replied}/receipt", 6),
        (cast.visitor(), "/letters", 6),
        (cast.visitor(), "/letters/track", 6),
        (office, "/letters/desk", 8),
        (office, f"/letters/desk/{signing}", 8),
        (signer, f"/letters/desk/{signing}", 8),
        (handler, f"/letters/desk/{drafting}/draft", 8),
        (handler, "/letters/desk?heap=open", 8),
    ]
    for visitor, url, limit in limits:
        visitor.get(url)  # what the process reads once (the calendar) is read
        with counted(app) as statements:
            assert visitor.get(url).status_code == 200, url
        assert len(statements) <= limit, (url, len(statements), statements)
