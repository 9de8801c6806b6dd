"""One's own page, and what everybody may see of a person."""

from __future__ import annotations

from flask import Flask

from core.db import db
from tests.conftest import counted
from tests.people import Cast


def test_own_page_shows_roles_and_sign_ins(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("cadre")
    cast.visitor("cadre")
    with counted(app) as statements:
        page = visitor.get("/me").text
    assert len(statements) <= 6
    assert "county单位" in page
    assert "组工干部" in page
    assert page.count(">这个浏览器</h3>") == 1
    assert page.count(">另一个浏览器</h3>") == 1


def test_own_page_needs_a_sign_in(cast: Cast) -> None:
    assert cast.visitor().get("/me").location == "/login?next=/me"


def test_person_page_shows_name_unit_and_title(app: Flask, cast: Cast) -> None:
    person_id = cast.id("moderator")
    with app.app_context():
        cast.person("moderator").title = "研究室副主任"
        db.session.commit()
    visitor = cast.visitor("cadre")
    with counted(app) as statements:
        page = visitor.get(f"/people/{person_id}").text
    assert len(statements) <= 6
    for words in ("moderator同志", "region单位", "研究室副主任"):
        assert words in page
    assert f"/admin/people/{person_id}" not in page


def test_administrators_find_the_way_to_the_account(cast: Cast) -> None:
    person_id = cast.id("cadre")
    assert (
        f"/admin/people/{person_id}" in cast.visitor("unit_admin").get(f"/people/{person_id}").text
    )


def test_person_page_is_for_members(cast: Cast) -> None:
    person_id = cast.id("cadre")
    assert cast.visitor().get(f"/people/{person_id}").location.startswith("/login")
    assert cast.visitor().get("/people/99999").location.startswith("/login")
    assert cast.visitor("cadre").get("/people/99999").status_code == 404
