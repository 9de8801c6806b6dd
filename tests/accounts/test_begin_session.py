"""Signing in: who enters, what is told, how often one may try, what the cookie holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from accounts import passwords
from accounts.models import Membership, Person, SignIn
from core import clock
from core.db import db
from tests.conftest import counted
from tests.people import PASSWORD, REAL_HASHER, Cast, Visitor

TRIES = 10
TRIES_SOURCE = 100


def sign_in(
    visitor: Visitor, username: str, password: str = PASSWORD, url: str = "/login", **options: Any
) -> TestResponse:
    return visitor.post(url, {"username": username, "password": password}, **options)


def arrived(cast: Cast, username: str) -> Visitor:
    """Somebody who came in by the form."""
    cast.id(username)
    visitor = cast.visitor()
    assert sign_in(visitor, username).status_code == 302
    return visitor


def change(app: Flask, statement: Any) -> None:
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.get("/me").status_code == 200


def test_right_password_enters(cast: Cast) -> None:
    visitor = arrived(cast, "cadre")
    assert "cadre同志" in visitor.get("/me").text


@pytest.mark.parametrize("typed", ["CADRE", " cadre ", "ｃａｄｒｅ"])
def test_spelling_of_the_name_is_forgiven(cast: Cast, typed: str) -> None:
    cast.id("cadre")
    assert sign_in(cast.visitor(), typed).status_code == 302


def test_full_width_password_enters(cast: Cast) -> None:
    cast.id("cadre")
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in PASSWORD)
    assert sign_in(cast.visitor(), "cadre", wide).status_code == 302


def test_next_page_of_ours_is_followed(cast: Cast) -> None:
    cast.id("cadre")
    answer = sign_in(cast.visitor(), "cadre", url="/login?next=/me%3Fa%3Db")
    assert answer.location == "/me?a=b"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil", ""],
)
def test_next_page_elsewhere_is_not_followed(cast: Cast, target: str) -> None:
    cast.id("cadre")
    visitor = cast.visitor()
    data = {"username": "cadre", "password": PASSWORD, "next": target}
    assert visitor.post("/login", data).location == "/"
    assert visitor.get("/login", query_string={"next": target}).location == "/"


def test_signed_in_person_is_led_on(cast: Cast) -> None:
    assert arrived(cast, "cadre").get("/login?next=/me").location == "/me"


def test_every_refusal_reads_the_same(app: Flask, cast: Cast) -> None:
    for name in ("cadre", "cadre2", "leader", "delegate"):
        cast.id(name)
    change(app, update(Person).where(Person.username == "cadre2").values(is_active=False))
    change(app, update(Person).where(Person.username == "leader").values(password_hash=None))
    change(
        app,
        update(Membership)
        .where(Membership.person_id == cast.id("delegate"))
        .values(valid_until=clock_today(app)),
    )
    pages = {
        (answer.status_code, without_names(answer.text))
        for answer in (
            sign_in(cast.visitor(), "cadre", "a wrong password"),
            sign_in(cast.visitor(), "nobody", "a wrong password"),
            sign_in(cast.visitor(), "cadre2"),
            sign_in(cast.visitor(), "leader"),
            sign_in(cast.visitor(), "delegate"),
        )
    }
    assert len(pages) == 1
    assert pages.pop()[0] == 422


def clock_today(app: Flask) -> Any:
    with app.app_context():
        return clock.today()


def without_names(page: str) -> str:
    """The page without the token and the name that was typed."""
    for name in ("cadre2", "cadre", "nobody", "leader", "delegate"):
        page = page.replace(f'value="{name}"', "")
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)


def test_every_refusal_costs_the_same(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements and one comparison, whether the name exists or has a password."""
    compared: list[str] = []
    verify = REAL_HASHER.verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored)
            return verify(stored, password)

    monkeypatch.setattr(passwords, "_nobody", REAL_HASHER.hash("nobody's password"))
    monkeypatch.setattr(passwords, "_hasher", Counting())
    cast.id("cadre"), cast.id("leader")
    stored = REAL_HASHER.hash("a good password")
    change(app, update(Person).where(Person.username == "cadre").values(password_hash=stored))
    change(app, update(Person).where(Person.username == "leader").values(password_hash=None))
    costs = set()
    for name in ("cadre", "nobody", "leader"):
        compared.clear()
        visitor = cast.visitor()
        visitor.token()
        with counted(app) as statements:
            sign_in(visitor, name, "a wrong password")
        costs.add((len(compared), tuple(statements)))
        assert all(stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for stored in compared)
    assert len(costs) == 1
    assert next(iter(costs))[0] == 1


def test_nobodys_password_opens_nothing(app: Flask, cast: Cast) -> None:
    """An account without a password cannot be entered, whatever is typed."""
    cast.id("leader")
    change(app, update(Person).where(Person.username == "leader").values(password_hash=None))
    for password in ("", " ", "None", "nobody has this password"):
        assert sign_in(cast.visitor(), "leader", password).status_code == 422


def test_what_is_compared_for_nobody_is_nobodys_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_nobody", passwords.hashed(PASSWORD))
    assert not passwords.matches(None, PASSWORD)
    assert not passwords.matches("", PASSWORD)


@pytest.mark.parametrize("name", ["cadre", "nobody"])
def test_account_is_throttled_whether_it_exists_or_not(cast: Cast, name: str) -> None:
    cast.id("cadre"), cast.id("cadre2")
    for _ in range(TRIES):
        assert sign_in(cast.visitor(), name, "a wrong password").status_code == 422
    refused = sign_in(cast.visitor(), name)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert sign_in(cast.visitor(), "cadre2").status_code == 302


def test_spellings_of_one_name_share_their_tries(cast: Cast) -> None:
    for spelling in ("cadre", "CADRE", " cadre", "ｃａｄｒｅ", "Cadre") * 2:
        sign_in(cast.visitor(), spelling, "a wrong password")
    assert sign_in(cast.visitor(), "cadre").status_code == 429


def test_throttle_lets_in_again_after_a_while(cast: Cast) -> None:
    cast.id("cadre")
    for _ in range(TRIES):
        sign_in(cast.visitor(), "cadre", "a wrong password")
    assert sign_in(cast.visitor(), "cadre").status_code == 429
    with clock.travel(clock.now() + timedelta(minutes=16)):
        assert sign_in(cast.visitor(), "cadre").status_code == 302


def test_throttled_try_is_not_compared(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(TRIES):
        sign_in(cast.visitor(), "nobody", "a wrong password")
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("compared"))
    assert sign_in(cast.visitor(), "nobody").status_code == 429


def test_success_costs_no_tries(cast: Cast) -> None:
    cast.id("cadre")
    for _ in range(TRIES + 2):
        assert sign_in(cast.visitor(), "cadre").status_code == 302


def from_address(address: str) -> dict[str, Any]:
    return {"environ_base": {"REMOTE_ADDR": address}}


def test_source_is_throttled_over_all_names(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_SOURCE", 5)
    cast.id("cadre")
    for number in range(5):
        # Of IPv6 the first half is the source: the second is the attacker's to choose.
        here = from_address(f"2001:db8:0:7::{number}")
        assert sign_in(cast.visitor(), f"name{number}", "wrong one", **here).status_code == 422
    here = from_address("2001:db8:0:7:ffff::1")
    assert sign_in(cast.visitor(), "cadre", **here).status_code == 429
    elsewhere = from_address("2001:db8:0:8::1")
    assert sign_in(cast.visitor(), "cadre", **elsewhere).status_code == 302


def test_nobody_can_keep_another_out(cast: Cast) -> None:
    """Whoever signed in with a browser before still gets in while others try the account."""
    home = arrived(cast, "cadre")
    home.post("/logout")
    for _ in range(TRIES):
        sign_in(cast.visitor(), "cadre", "a wrong password")
    assert sign_in(cast.visitor(), "cadre").status_code == 429
    assert sign_in(home, "cadre").status_code == 302


def test_known_browser_has_a_limit_too(cast: Cast) -> None:
    home = arrived(cast, "cadre")
    home.post("/logout")
    for _ in range(TRIES):
        assert sign_in(home, "cadre", "a wrong password").status_code == 422
    assert sign_in(home, "cadre").status_code == 429


def test_browser_known_to_one_person_is_not_known_to_another(cast: Cast) -> None:
    attacker = arrived(cast, "cadre2")
    attacker.post("/logout")
    cast.id("cadre")
    for _ in range(TRIES):
        sign_in(cast.visitor(), "cadre", "a wrong password")
    assert sign_in(attacker, "cadre", "a wrong password").status_code == 429


def test_forged_mark_of_a_known_browser_is_worth_nothing(cast: Cast) -> None:
    cast.id("cadre")
    visitor = cast.visitor()
    visitor.client.set_cookie("known", "number." + "0" * 64)
    for _ in range(TRIES):
        sign_in(cast.visitor(), "cadre", "a wrong password")
    assert sign_in(visitor, "cadre").status_code == 429


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("session")
    return found.value if found else ""


def test_nothing_of_the_old_session_survives(cast: Cast) -> None:
    cast.id("cadre")
    visitor = cast.visitor()
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    old_token = visitor.token()
    sign_in(visitor, "cadre")
    visitor.get("/me")
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != old_token


def test_second_sign_in_ends_the_first_of_this_browser(cast: Cast) -> None:
    visitor = arrived(cast, "cadre")
    first = cookie(visitor)
    sign_in(visitor, "cadre")
    thief = cast.visitor()
    thief.client.set_cookie("session", first)
    assert not is_signed_in(thief)
    assert is_signed_in(visitor)


def test_cookie_and_table_hold_no_address_and_no_token(app: Flask, cast: Cast) -> None:
    visitor = arrived(cast, "cadre")
    with visitor.client.session_transaction() as session:
        assert set(session) <= {"_user_id", "csrf_token", "_permanent"}
        token = session["_user_id"]
    with app.app_context():
        row = db.session.query(SignIn).one()
        assert token not in (row.digest, *map(str, vars(row).values()))
        columns = set(SignIn.__table__.columns.keys())
    assert columns == {"digest", "person_id", "began_at", "ends_at"}


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(cast: Cast) -> None:
    cast.id("cadre")
    set_cookies = sign_in(cast.visitor(), "cadre").headers.getlist("Set-Cookie")
    assert len(set_cookies) == 2
    assert all("HttpOnly" in one and "SameSite=Lax" in one for one in set_cookies)


def test_sign_in_ends_by_itself(app: Flask, cast: Cast) -> None:
    visitor = arrived(cast, "cadre")
    with clock.travel(clock.now() + timedelta(hours=app.config["SIGN_IN_HOURS"], minutes=1)):
        assert not is_signed_in(visitor)


def test_disabled_person_is_out_at_once(app: Flask, cast: Cast) -> None:
    visitor = arrived(cast, "cadre")
    change(app, update(Person).where(Person.username == "cadre").values(is_active=False))
    assert not is_signed_in(visitor)


def test_guest_is_out_when_the_role_expires(app: Flask, cast: Cast) -> None:
    visitor = arrived(cast, "delegate")
    with app.app_context():
        last = clock.start_of(clock.today() + timedelta(days=100))
    with clock.travel(last - timedelta(minutes=1)):
        assert sign_in(cast.visitor(), "delegate").status_code == 302
    with clock.travel(last + timedelta(minutes=1)):
        assert sign_in(cast.visitor(), "delegate").status_code == 422
    change(app, update(Membership).values(valid_until=clock_today(app)))
    assert not is_signed_in(visitor)


def test_person_whose_role_has_not_begun_is_not_in(app: Flask, cast: Cast) -> None:
    cast.id("cadre")
    tomorrow = clock_today(app) + timedelta(days=1)
    change(app, update(Membership).values(valid_from=tomorrow))
    assert sign_in(cast.visitor(), "cadre").status_code == 422


def test_language_of_the_person_comes_along(app: Flask, cast: Cast) -> None:
    cast.id("cadre")
    change(app, update(Person).values(language="en"))
    visitor = arrived(cast, "cadre")
    found = visitor.client.get_cookie("language")
    assert found is not None
    assert found.value == "en"


def test_demo_people_are_shown_in_demo_mode_only(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.id("minister")
    assert "minister" not in cast.visitor().get("/login").text
    monkeypatch.setitem(app.config, "DEMO", True)
    assert "minister" in cast.visitor().get("/login").text


@pytest.mark.parametrize(
    ("data", "field"),
    [({"username": "", "password": "x"}, "username"), ({"username": "cadre"}, "password")],
)
def test_missing_field_is_named(cast: Cast, data: dict[str, str], field: str) -> None:
    answer = cast.visitor().post("/login", data)
    assert answer.status_code == 422


def test_overlong_input_is_refused_without_harm(cast: Cast) -> None:
    cast.id("cadre")
    assert sign_in(cast.visitor(), "x" * 5000).status_code == 422
    assert sign_in(cast.visitor(), "cadre", "密" * 100_000).status_code == 422
