"""Headers on every answer; marks of static files; what the demo does not serve."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from core.assets import asset
from core.headers import FORWARDED
from tests.people import Cast

PAGES = ["/", "/login", "/privacy", "/no/such", "/robots.txt", "/static/css/base.css", "/search"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_protected(cast: Cast, path: str) -> None:
    headers = cast.visitor().get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers or "Werkzeug" not in headers["Server"]


def test_hsts_only_behind_https(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "BEHIND_HTTPS", True)
    assert "max-age=31536000" in cast.visitor().get("/").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/", "/login", "/no/such"])
def test_pages_are_personal(cast: Cast, path: str) -> None:
    headers = cast.visitor().get(path).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= set(headers["Vary"].split(", "))


def test_marked_static_files_are_kept_a_year(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/"):
        url = asset("css/base.css")
    assert "?v=" in url
    control = cast.visitor().get(url).cache_control
    assert (control.public, control.max_age, control.immutable) == (True, 31_536_000, True)


def test_unmarked_and_missing_static_files_are_not(cast: Cast) -> None:
    visitor = cast.visitor()
    assert not visitor.get("/static/css/base.css").cache_control.immutable
    missing = visitor.get("/static/css/no-such.css?v=1")
    assert missing.status_code == 404
    assert not missing.cache_control.immutable


def test_mark_follows_the_content(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody works on it; a server that runs remembers what it saw first."""
    file = tmp_path / "a.css"
    file.write_text("a{}")
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    monkeypatch.setattr(app, "debug", True)
    with app.test_request_context("/"):
        first = asset("a.css")
        assert asset("a.css") == first
        file.write_text("b{}")
        assert asset("a.css") != first
        with pytest.raises(FileNotFoundError):
            asset("missing.css")


@pytest.mark.parametrize("name", FORWARDED)
def test_demo_is_not_served_through_a_proxy(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    visitor = cast.visitor()
    assert visitor.get("/", headers={name: "192.0.2.1"}).status_code == 200
    monkeypatch.setitem(app.config, "DEMO", True)
    assert visitor.get("/", headers={name: "192.0.2.1"}).status_code == 403
    assert visitor.get("/").status_code == 200


def test_session_cookie_is_closed_to_scripts_and_other_sites(cast: Cast) -> None:
    set_cookie = cast.visitor().get("/").headers["Set-Cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
