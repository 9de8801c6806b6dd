"""Changing the password, by choice and because it must be."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from accounts import passwords
from accounts.models import Person
from core import journal
from core.db import db
from tests.people import PASSWORD, Cast, Visitor

NEW = "三月的河开了冰 42"


def change_password(
    visitor: Visitor, new: str = NEW, repeat: str | None = None, old: str = PASSWORD
) -> TestResponse:
    data = {"password": old, "new_password": new, "repeat": new if repeat is None else repeat}
    return visitor.post("/me/password", data)


def enters(cast: Cast, password: str) -> bool:
    data = {"username": "cadre", "password": password}
    return cast.visitor().post("/login", data).status_code == 302


def must_change(app: Flask, username: str) -> None:
    with app.app_context():
        change = update(Person).where(Person.username == username)
        db.session.execute(change.values(must_change_password=True))
        db.session.commit()


def test_new_password_holds_and_the_old_does_not(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    assert change_password(visitor).status_code == 302
    assert visitor.get("/me").status_code == 200
    assert enters(cast, NEW)
    assert not enters(cast, PASSWORD)
    with app.app_context():
        event = journal.latest("accounts:person", cast.id("cadre"))
        assert event is not None
        assert (event.verb, event.actor_id) == ("change_password", cast.id("cadre"))


def test_other_sign_ins_end(cast: Cast) -> None:
    here, there = cast.visitor("cadre"), cast.visitor("cadre")
    before = here.client.get_cookie("session")
    assert before is not None
    change_password(here)
    assert there.get("/me").status_code == 302
    thief = cast.visitor()
    thief.client.set_cookie("session", before.value)
    assert thief.get("/me").status_code == 302


@pytest.mark.parametrize(
    ("new", "repeat"),
    [
        ("short", "short"),
        (NEW, "something else"),
        ("", ""),
        ("cadre12345", "cadre12345"),
        (PASSWORD, PASSWORD),
    ],
)
def test_bad_new_password_changes_nothing(cast: Cast, new: str, repeat: str) -> None:
    assert change_password(cast.visitor("cadre"), new, repeat).status_code == 422
    assert enters(cast, PASSWORD)


def test_wrong_present_password_changes_nothing_and_is_counted(cast: Cast) -> None:
    """Whoever finds a browser signed in cannot try passwords without end."""
    visitor = cast.visitor("cadre")
    for _ in range(10):
        answer = change_password(visitor, old="a wrong password")
        assert answer.status_code == 422
        assert "cadre同志" in answer.text
    assert change_password(visitor).status_code == 429
    assert not enters(cast, NEW)


def test_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    cast.id("cadre")
    assert cast.visitor().get("/me/password").location == "/login?next=/me/password"
    assert change_password(cast.visitor()).status_code == 401


def test_first_password_must_be_changed_before_anything_else(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    must_change(app, "cadre")
    for page in ("/", "/me", "/search?q=a", f"/people/{cast.id('cadre')}", "/login"):
        assert visitor.get(page).location == "/me/password", page
    assert visitor.post("/preferences", {"language": "en"}).location == "/me/password"
    assert visitor.client.get_cookie("language") is None
    assert visitor.get("/me/password").status_code == 200
    assert change_password(visitor).status_code == 302
    assert visitor.get("/me").status_code == 200


def test_sign_out_is_open_before_the_change(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    must_change(app, "cadre")
    assert visitor.post("/logout").location == "/login"
    assert visitor.get("/me").location == "/login?next=/me"


@pytest.mark.parametrize(
    "password",
    [
        "ninechars",
        "liu.jianguo",
        "liu.jianguo2026!",
        "刘建国1234567",
        "ＬＩＵ．ＪＩＡＮＧＵＯ",
        "1234567890",
        "aaaaaaaaaaaa",
        "abababababab",
        "Password2026!",
        "dajiatan-demo",
        "组织部20260415",
        "一句很长很长的话" * 26,
    ],
)
def test_password_that_will_not_do(context: Flask, password: str) -> None:
    assert passwords.fault_of(password, "liu.jianguo", "刘建国")


@pytest.mark.parametrize(
    "password",
    ["correct horse", "一只羊两只羊三只羊都过了河", "vKq8-trams", "只有我自己知道的一句话"],
)
def test_password_that_will_do(context: Flask, password: str) -> None:
    assert passwords.fault_of(password, "liu.jianguo", "刘建国") is None
