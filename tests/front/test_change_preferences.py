"""Language, theme and size of text: kept in the browser for a year, language also on the person."""

from __future__ import annotations

import pytest
from flask import Flask

from accounts.models import Person
from core.db import db
from front.views import YEAR
from tests.people import Cast


@pytest.mark.parametrize(
    ("name", "value"), [("language", "en"), ("theme", "dark"), ("text_size", "large")]
)
def test_choice_is_kept_for_a_year(cast: Cast, name: str, value: str) -> None:
    visitor = cast.visitor()
    answer = visitor.post("/preferences", {name: value, "next": "/privacy"})
    assert (answer.status_code, answer.location) == (302, "/privacy")
    cookie = visitor.client.get_cookie(name)
    assert cookie is not None
    assert cookie.value == value
    assert (cookie.max_age, cookie.http_only, cookie.same_site) == (YEAR, True, "Lax")


def test_choices_show_on_the_page(cast: Cast) -> None:
    visitor = cast.visitor()
    for name, value in (("language", "en"), ("theme", "dark"), ("text_size", "large")):
        visitor.post("/preferences", {name: value})
    page = visitor.get("/").get_data(as_text=True)
    assert '<html lang="en" dir="ltr" data-theme="dark" data-text="large">' in page
    assert "Speak up, and be answered" in page


@pytest.mark.parametrize(
    "sent", [{"language": "xx"}, {"theme": "pink"}, {"text_size": "99em"}, {"once": "x"}, {}]
)
def test_unknown_choices_are_left_alone(cast: Cast, sent: dict[str, str]) -> None:
    visitor = cast.visitor()
    assert visitor.post("/preferences", sent).location == "/"
    for name in ("language", "theme", "text_size", "once"):
        assert visitor.client.get_cookie(name) is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_next_stays_in_the_house(cast: Cast, target: str) -> None:
    answer = cast.visitor().post("/preferences", {"theme": "dark", "next": target})
    assert answer.location == "/"


def test_language_is_kept_on_the_person(app: Flask, cast: Cast) -> None:
    cast.visitor("cadre").post("/preferences", {"language": "en"})
    with app.app_context():
        assert db.session.get_one(Person, cast.ids["cadre"]).language == "en"


def test_theme_touches_nobody(app: Flask, cast: Cast) -> None:
    cast.visitor("cadre").post("/preferences", {"theme": "dark", "language": "xx"})
    with app.app_context():
        assert db.session.get_one(Person, cast.ids["cadre"]).language is None


def test_a_request_without_token_is_refused(cast: Cast) -> None:
    visitor = cast.visitor()
    answer = visitor.client.post("/preferences", data={"theme": "dark"})
    assert answer.status_code == 400
    assert visitor.client.get_cookie("theme") is None


def test_a_get_changes_nothing(cast: Cast) -> None:
    assert cast.visitor().get("/preferences?theme=dark").status_code == 405
