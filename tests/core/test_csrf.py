"""One hook refuses every unsafe request without this session's token."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from accounts.models import SignIn
from core import csrf
from core.db import db
from tests.people import PASSWORD, Cast

GOOD = {"username": "cadre", "password": PASSWORD}


def is_in(cast: Cast) -> bool:
    with cast.app.app_context():
        return db.session.query(SignIn).count() > 0


def test_right_token_passes(cast: Cast) -> None:
    cast.id("cadre")
    assert cast.visitor().post("/login", GOOD).status_code == 302


@pytest.mark.parametrize("token", [None, "", "a forged token", "名"])
def test_missing_or_forged_token_does_nothing(cast: Cast, token: str | None) -> None:
    cast.id("cadre")
    visitor = cast.visitor()
    visitor.token()
    data = dict(GOOD) if token is None else {**GOOD, csrf.FIELD: token}
    assert visitor.client.post("/login", data=data).status_code == 400
    assert not is_in(cast)


def test_empty_token_does_not_match_a_session_without_one(cast: Cast) -> None:
    cast.id("cadre")
    for data in (GOOD, {**GOOD, csrf.FIELD: ""}, {**GOOD, csrf.FIELD: "None"}):
        assert cast.app.test_client().post("/login", data=data).status_code == 400


def test_token_of_another_session_is_forged(cast: Cast) -> None:
    cast.id("cadre")
    other = cast.visitor()
    with other.client.session_transaction() as session:
        session[csrf.FIELD] = "the other's token"
    visitor = cast.visitor()
    visitor.token()
    data = {**GOOD, csrf.FIELD: "the other's token"}
    assert visitor.client.post("/login", data=data).status_code == 400


def test_token_of_an_ended_session_is_stale(cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    visitor.get("/me")
    old = visitor.token()
    visitor.post("/logout")
    answer = visitor.client.post("/login", data={**GOOD, csrf.FIELD: old})
    assert answer.status_code == 400


def test_token_may_come_in_a_header(cast: Cast) -> None:
    cast.id("cadre")
    visitor = cast.visitor()
    headers = {csrf.HEADER: visitor.token()}
    assert visitor.client.post("/login", data=GOOD, headers=headers).status_code == 302


@pytest.mark.parametrize("where", ["query", "cookie", "json"])
def test_token_elsewhere_does_not_count(cast: Cast, where: str) -> None:
    """An address or a cookie is what another site can make a browser send."""
    cast.id("cadre")
    visitor = cast.visitor()
    token = visitor.token()
    options: dict[str, Any] = {"data": GOOD}
    address = "/login"
    if where == "query":
        address += f"?{csrf.FIELD}={token}"
    elif where == "cookie":
        visitor.client.set_cookie(csrf.FIELD, token)
    else:
        options = {"json": {**GOOD, csrf.FIELD: token}}
    assert visitor.client.post(address, **options).status_code == 400


@pytest.mark.parametrize(
    ("sender", "answer"),
    [("cross-site", 400), ("same-site", 400), ("same-origin", 302), ("none", 302)],
)
def test_browser_that_says_it_comes_from_elsewhere_is_refused(
    cast: Cast, sender: str, answer: int
) -> None:
    """Even with the right token: a sibling host may have planted the session."""
    cast.id("cadre")
    answered = cast.visitor().post("/login", GOOD, headers={"Sec-Fetch-Site": sender})
    assert answered.status_code == answer


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_unsafe_methods_do_not_pass_either(cast: Cast, method: str) -> None:
    visitor = cast.visitor()
    visitor.token()
    assert getattr(visitor.client, method)("/login", data=GOOD).status_code in (400, 405)


def test_every_unsafe_route_needs_the_token_or_names_its_own_proof(app: Flask, cast: Cast) -> None:
    """Every route of the program, whatever its address holds."""
    visitor = cast.visitor("admin")
    proofs = {}
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if not methods:
            continue
        view = app.view_functions[rule.endpoint]
        if proof := getattr(view, "tokenless", None):
            proofs[rule.endpoint] = proof
            continue
        values = dict.fromkeys(rule.arguments, "1")
        address = rule.rule
        for name in rule.arguments:
            for converter in ("int:", "path:", "string:", ""):
                address = address.replace(f"<{converter}{name}>", values[name])
        for method in methods:
            answer = visitor.client.open(address, method=method)
            assert answer.status_code in (400, 404), (address, method, answer.status_code)
            if "<" not in rule.rule:
                assert answer.status_code == 400, address
    assert all(isinstance(proof, str) and proof for proof in proofs.values()), proofs


@pytest.mark.parametrize("sender", ["cross-site", "same-site"])
def test_views_with_a_proof_of_their_own_refuse_other_sites_too(app: Flask, sender: str) -> None:
    """All but a mail's one click (RFC 8058): a site that knows a proof could have others answer,
    and read what they said."""
    passed = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "POST" not in (rule.methods or ()) or not hasattr(view, "tokenless"):
            continue
        address = re.sub("<[^>]*>", "work", rule.rule)
        sent = app.test_client().post(address, headers={"Sec-Fetch-Site": sender})
        passed |= {rule.endpoint} if sent.status_code != 400 else set()
    assert passed == {"front.stop_mail"}


def test_tokenless_view_says_its_proof() -> None:
    @csrf.tokenless("an answer's own token")
    def view() -> None: ...

    assert view.tokenless == "an answer's own token"  # type: ignore[attr-defined]


def test_reading_needs_no_token(cast: Cast) -> None:
    assert cast.app.test_client().get("/login").status_code == 200


def test_token_is_made_once_a_session(app: Flask) -> None:
    with app.test_request_context("/"):
        first = csrf.token()
        assert csrf.token() == first
        assert len(first) >= 43
    with app.test_request_context("/"):
        assert csrf.token() != first


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Referer": "http://localhost/forum"}, True),
        ({"Referer": "http://evil.example/localhost"}, False),
        ({}, False),
    ],
)
def test_same_origin(app: Flask, headers: dict[str, str], answer: bool) -> None:
    with app.test_request_context("/", headers=headers):
        assert csrf.is_same_origin() is answer
