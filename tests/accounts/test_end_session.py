"""Signing out, here and everywhere."""

from __future__ import annotations

from flask import Flask

from accounts.models import SignIn
from core.db import db
from tests.people import Cast


def test_sign_out_ends_this_sign_in(app: Flask, cast: Cast) -> None:
    visitor, other = cast.visitor("cadre"), cast.visitor("cadre")
    stolen = visitor.client.get_cookie("session")
    assert stolen is not None
    assert visitor.post("/logout").status_code == 302
    assert visitor.get("/me").status_code == 302
    thief = cast.visitor()
    thief.client.set_cookie("session", stolen.value)
    assert thief.get("/me").status_code == 302
    assert other.get("/me").status_code == 200


def test_sign_out_needs_a_post_and_a_token(cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    assert visitor.get("/logout").status_code == 405
    assert visitor.client.post("/logout").status_code == 400
    assert visitor.get("/me").status_code == 200


def test_sign_out_everywhere(app: Flask, cast: Cast) -> None:
    here, there, stranger = cast.visitor("cadre"), cast.visitor("cadre"), cast.visitor("cadre2")
    assert here.post("/logout/everywhere").status_code == 302
    assert here.get("/me").status_code == 302
    assert there.get("/me").status_code == 302
    assert stranger.get("/me").status_code == 200
    with app.app_context():
        assert db.session.query(SignIn).count() == 1


def test_sign_out_everywhere_needs_a_sign_in(cast: Cast) -> None:
    cast.id("cadre")
    assert cast.visitor().post("/logout/everywhere").status_code == 401
