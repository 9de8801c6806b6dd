"""What holds on every route there is, and on every route that comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core.db import SAFE_METHODS
from core.policy import allows, table
from tests.people import Cast, Visitor

# Read without signing in (DESIGN: home, sign-in, public letters, letter writing and tracking).
OPEN_PAGES = {
    "accounts.recover",
    "accounts.sign_in",
    "forum.list_all_featured",  # of boards that anybody may read
    "forum.list_boards",
    "front.find_nothing",
    "front.healthz",
    "front.home",
    "front.manifest",
    "front.metrics",
    "front.show_feed",  # 401 where the listing is not for everybody
    "front.stop_mail",  # 404 without the token of a mail
    "front.privacy",
    "front.readyz",
    "front.robots",
    "front.style",
    "letters.index",
    "letters.list_public",
    "letters.track",
    "letters.write",
    "static",
    "surveys.back_to_receipt",
    "surveys.enter",  # 404 where an account is needed
    "surveys.show_package_key",
    "surveys.show_receipt",  # whoever holds a receipt; who that is, nobody asks
    "surveys.show_schema",
}
# Unsafe requests with a proof of their own instead of the session's token.
TOKENLESS = {
    "front.resume_mail": "signed token of a mail",
    "front.stop_mail": "signed token of a mail",
    "surveys.let_in": "invitation code, or an open address",
    "surveys.send": "one-time right to answer",
    "surveys.find_response": "receipt of an answer",
    "surveys.change_response": "receipt of an answer",
    "surveys.withdraw_response": "receipt of an answer",
}
# One for each way of being let in: nobody, a member, and each role with pages of its own.
WHO = [None, "cadre", "moderator", "mail_office", "signer", "minister", "office", "admin"]
PLAIN = (None, "admin")  # who opens each without odd questions, too


def _rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield rule


def _address(app: Flask, rule: Rule) -> str:
    """The route's address with values that name nothing there is."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        kind = type(converter).__name__
        if kind == "IntegerConverter":
            values[name] = 999_999
        elif kind == "UUIDConverter" or kind == "UUIDConverter":
            values[name] = UUID(int=0)
        elif kind == "AnyConverter":
            values[name] = next(iter(converter.items))
        else:
            values[name] = "nothing-here"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_every_view_has_a_known_permission(app: Flask) -> None:
    for rule in _rules(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        assert permission in table(), rule.endpoint


def test_tokenless_routes_are_these(app: Flask) -> None:
    found = {
        rule.endpoint: app.view_functions[rule.endpoint].tokenless  # type: ignore[attr-defined]
        for rule in _rules(app)
        if hasattr(app.view_functions[rule.endpoint], "tokenless")
    }
    assert found == TOKENLESS


@pytest.mark.parametrize("who", [None, "cadre", "admin"])
def test_unsafe_requests_without_a_token_are_refused(app: Flask, cast: Cast, who: str) -> None:
    visitor = cast.visitor(who)
    for rule in _rules(app):
        if rule.endpoint in TOKENLESS:
            continue
        for method in (rule.methods or set()) - SAFE_METHODS:
            address = _address(app, rule)
            for data in ({}, {"csrf_token": "forged"}):
                answer = visitor.client.open(address, method=method, data=data)
                assert answer.status_code == 400, (method, address, answer.status_code)


def test_nobody_not_signed_in_reads_a_closed_page(app: Flask, anonymous: object) -> None:
    client = app.test_client()
    opened = set()
    for rule in _rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        answer = client.get(_address(app, rule))
        if answer.status_code == 302:
            asked = ("/letters/track", "/login") if "letters." in rule.endpoint else ("/login",)
            if rule.endpoint == "front.serve_file":
                asked = ("/files/999999",)  # there one is asked to sign in
            assert answer.location.startswith(asked), rule
        else:
            opened.add(rule.endpoint)
    assert opened <= OPEN_PAGES


@pytest.mark.parametrize("who", WHO)
def test_no_route_breaks_for_anybody(app: Flask, cast: Cast, who: str | None) -> None:
    """Unknown ids, empty forms, odd pages: an answer in words, never a 500."""
    visitor = cast.visitor(who)
    for rule in _rules(app):
        if rule.endpoint == "front.readyz":
            continue  # 503 is its way of saying that the tables were not made by migrations
        address = _address(app, rule)
        if "GET" in (rule.methods or ()):
            odd = f"{address}?page=99999999999999999999&after=x&q=%00%EF%BF%BF"
            for url in (address, odd) if who in PLAIN else (odd,):
                answer = visitor.get(url)
                assert answer.status_code < 500, (url, answer.status_code)
        if "POST" in (rule.methods or ()) and rule.endpoint != "accounts.sign_out":
            answer = visitor.post(address)
            assert answer.status_code < 500, (address, answer.status_code)


@pytest.mark.parametrize("who", ["cadre", "moderator", "unit_admin", "office", "mail_office"])
def test_pages_without_a_record_follow_the_policy_table(app: Flask, cast: Cast, who: str) -> None:
    """200 exactly where the table allows, 403 everywhere else."""
    visitor = cast.visitor(who)
    for rule in _rules(app):
        view = app.view_functions[rule.endpoint]
        if rule.arguments or "GET" not in (rule.methods or ()) or view.model is not None:  # type: ignore[attr-defined]
            continue
        with app.test_request_context():
            allowed = allows(cast.person(who), view.permission)  # type: ignore[attr-defined]
        code = visitor.get(rule.rule).status_code
        assert (code == 403) == (not allowed), (rule.rule, code)


def test_every_answer_carries_the_headers(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    for path in ("/", "/nowhere", "/moderation", "/static/css/base.css", "/healthz"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"unsafe-inline|unsafe-eval|https?:", policy)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    visitor = Visitor(app.test_client())
    cookie = visitor.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
