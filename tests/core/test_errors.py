"""Error pages: in the reader's language, with a way on, with what was typed, and no secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import RequestEntityTooLarge

from campaigns.models import Campaign
from core import csrf
from core.db import db
from core.errors import Conflict, TooMany
from core.policy import Forbidden
from tests.campaigns.conftest import make
from tests.people import Cast

SAME = {"Sec-Fetch-Site": "same-origin"}


class Trouble:
    """Lets one view raise what a test wants."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.views = dict(app.view_functions)

    def at(self, endpoint: str, fault: Any) -> None:
        def view(**_values: Any) -> Any:
            raise fault() if callable(fault) else fault

        self.app.view_functions[endpoint] = view


@pytest.fixture
def trouble(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trouble]:
    """The application answers as in production: what breaks becomes a page."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", None)
    found = Trouble(app)
    yield found
    app.view_functions.clear()
    app.view_functions.update(found.views)


@pytest.mark.parametrize("username", [None, "cadre", "moderator", "office"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Forbidden("x:y:z"), None),
        (Conflict(None), 409),
        (TooMany(30), 429),
        (RequestEntityTooLarge(), 413),
        (StaleDataError(), 409),
        (ZeroDivisionError(), 500),
        (OperationalError("SELECT 1", {}, Exception("gone")), 500),
    ],
)
def test_each_has_its_page_with_a_way_on(
    cast: Cast, trouble: Trouble, fault: Exception, code: int | None, username: str | None
) -> None:
    visitor = cast.visitor(username)
    trouble.at("front.privacy", fault)
    answer = visitor.get("/privacy")
    page = answer.get_data(as_text=True)
    assert answer.status_code == code or (403 if username else 401)
    assert page.count("<h1>") == 1
    assert 'class="button' in page[page.index("<main") :]


@pytest.mark.parametrize(
    ("path", "method", "code", "words"),
    [
        ("/no/such", "get", 404, ("没有找到这一页", "Page not found")),
        ("/preferences", "get", 405, ("没有找到这一页", "Page not found")),
        ("/campaigns/none", "get", 404, ("没有找到这一页", "Page not found")),
    ],
)
def test_in_the_readers_language(
    cast: Cast, path: str, method: str, code: int, words: tuple[str, str]
) -> None:
    visitor = cast.visitor("cadre")
    answer = getattr(visitor.client, method)(path)
    assert answer.status_code == code
    assert words[0] in answer.get_data(as_text=True)
    visitor.client.set_cookie("language", "en")
    page = getattr(visitor.client, method)(path).get_data(as_text=True)
    assert '<html lang="en"' in page
    assert words[0] not in page


def test_wrong_method_says_which_are_allowed(cast: Cast) -> None:
    assert "POST" in cast.visitor().get("/preferences").headers["Allow"]


# --- A lost form ------------------------------------------------------------------------------


def lost(cast: Cast, username: str | None = "cadre", **fields: str) -> str:
    """The page that a form with a stale token leads to."""
    client = cast.visitor(username).client
    sent = {csrf.FIELD: "stale", **fields}
    answer = client.post("/preferences?a=1", data=sent, headers=SAME)
    assert answer.status_code == 400
    return answer.get_data(as_text=True)


def test_what_was_typed_is_kept(cast: Cast) -> None:
    page = lost(cast, body="很长的一段话\n第二行", title="标题")
    assert "很长的一段话\n第二行" in page
    assert "标题" in page
    assert 'action="/preferences?a=1"' in page


def test_what_was_typed_is_kept_as_text(cast: Cast) -> None:
    page = lost(cast, body="</textarea><script>alert(1)</script>", title='"><img src=x>')
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "name", ["password", "new_password", "old_password", "repeat", "code", "once", csrf.FIELD]
)
def test_secrets_are_not_written_into_the_page(cast: Cast, name: str) -> None:
    assert "geheim-7Q" not in lost(cast, **{name: "geheim-7Q"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example/page"},
        {"Origin": "null"},
    ],
)
def test_what_another_site_sends_is_not_offered_to_be_sent_again(
    cast: Cast, headers: dict[str, str]
) -> None:
    client = cast.visitor("cadre").client
    sent = {"body": "别的网站写的", csrf.FIELD: "stale"}
    answer = client.post("/preferences", data=sent, headers=headers)
    assert answer.status_code == 400
    assert "别的网站写的" not in answer.get_data(as_text=True)


def test_sign_in_that_ended_keeps_what_was_typed(cast: Cast) -> None:
    visitor = cast.visitor()
    sent = {csrf.FIELD: visitor.token(), "body": "写了一半的话"}
    answer = visitor.client.post("/forum/any/new", data=sent, headers=SAME)
    assert answer.status_code == 401
    assert "写了一半的话" in answer.get_data(as_text=True)


# --- Conflicts, limits, faults ----------------------------------------------------------------


@pytest.mark.parametrize("username", ["office", "moderator"])
def test_conflict_names_who_and_when_and_what_changed(
    app: Flask, cast: Cast, trouble: Trouble, username: str
) -> None:
    campaign_id = make(app)
    cast.visitor("office").post("/campaigns/ask/close")
    visitor = cast.visitor(username)
    trouble.at(
        "front.privacy",
        lambda: Conflict(db.session.get_one(Campaign, campaign_id), "导语现在是别的话"),
    )
    page = visitor.get("/privacy").get_data(as_text=True)
    assert "office同志" in page
    assert "导语现在是别的话" in page


def test_limit_says_how_long_and_keeps_what_was_typed(cast: Cast, trouble: Trouble) -> None:
    visitor = cast.visitor("cadre")
    trouble.at("front.preferences", TooMany(90))
    answer = visitor.post("/preferences", {"body": "写了一半的话"}, headers=SAME)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "90")
    assert "写了一半的话" in answer.get_data(as_text=True)


def test_fault_shows_the_reference_that_the_log_has(
    cast: Cast, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    trouble.at("front.privacy", ValueError("what went wrong"))
    answer = cast.visitor("cadre").get("/privacy?q=words-in-the-address")
    page = answer.get_data(as_text=True)
    found = re.search(r"<code>([0-9a-f]{8})</code>", page)
    assert found is not None
    assert f"reference={found[1]}" in caplog.text
    assert "what went wrong" in caplog.text
    assert "what went wrong" not in page
    assert "words-in-the-address" not in caplog.text
    assert "192.0.2" not in caplog.text


def test_fault_leaves_nothing_half_written(app: Flask, cast: Cast, trouble: Trouble) -> None:
    campaign_id = make(app)

    def half() -> Exception:
        db.session.get_one(Campaign, campaign_id).lead = "写了一半"
        db.session.flush()
        return ValueError()

    visitor = cast.visitor("cadre")
    trouble.at("front.preferences", half)
    assert visitor.post("/preferences").status_code == 500
    with app.app_context():
        assert db.session.get_one(Campaign, campaign_id).lead != "写了一半"


def test_fault_of_a_write_still_knows_the_reader(app: Flask, cast: Cast, trouble: Trouble) -> None:
    """A failed flush leaves the transaction unusable: the page needs a new one."""
    make(app)

    def twice() -> Exception:
        db.session.add(Campaign(slug="ask", title="同名"))
        try:
            db.session.flush()
        except IntegrityError as fault:
            return fault
        raise AssertionError

    visitor = cast.visitor("cadre")
    trouble.at("front.preferences", twice)
    answer = visitor.post("/preferences")
    assert answer.status_code == 500
    assert "cadre同志" in answer.get_data(as_text=True)


def test_fault_is_told_even_while_the_database_is_away(
    app: Flask, cast: Cast, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = cast.visitor("cadre")

    def away(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("the database is away"))

    monkeypatch.setattr(db.session, "scalars", away)
    monkeypatch.setattr(db.session, "scalar", away)
    monkeypatch.setattr(db.session, "execute", away)
    answer = visitor.get("/forum")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert page.count("<h1>") == 1
    assert re.search(r"<code>[0-9a-f]{8}</code>", page)


def test_fault_of_the_error_page_still_gives_the_reference(
    cast: Cast, trouble: Trouble, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("the template is broken")

    visitor = cast.visitor("cadre")
    monkeypatch.setattr("core.errors.render_template", broken)
    trouble.at("front.privacy", ValueError())
    answer = visitor.get("/privacy")
    assert answer.status_code == 500
    reference = re.fullmatch(r"500 ([0-9a-f]{8})\n", answer.get_data(as_text=True))
    assert reference is not None
    assert f"reference={reference[1]}" in caplog.text


def test_words_in_a_statement_do_not_reach_the_log(
    cast: Cast, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    words = "写下的话"  # a variable: the log shows the lines of the program

    def broken() -> Exception:
        try:
            db.session.execute(text("SELECT * FROM no_such WHERE a = :a"), {"a": words})
        except Exception as fault:
            return fault
        raise AssertionError

    trouble.at("front.privacy", broken)
    assert cast.visitor("cadre").get("/privacy").status_code == 500
    assert "no_such" in caplog.text
    assert words not in caplog.text


def test_while_testing_a_fault_is_seen(app: Flask, cast: Cast, trouble: Trouble) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = True
    trouble.at("front.privacy", ValueError)
    with pytest.raises(ValueError):
        cast.visitor().get("/privacy")
