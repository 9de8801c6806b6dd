"""The pages of people: who is listed, what administrators change, and must not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts import people, serving
from accounts.models import Membership, Person, SignIn
from core import clock, journal
from core.db import db
from core.policy import SYSTEM
from tests.conftest import counted
from tests.people import PASSWORD, PEOPLE, Cast, Visitor

DAY = timedelta(days=1)
OWN = {name for name, (unit, _) in PEOPLE.items() if unit in ("prefecture", "county")}


def everybody(cast: Cast) -> None:
    for name in PEOPLE:
        cast.id(name)


def listed(visitor: Visitor, query: str = "") -> set[str]:
    page = visitor.get(f"/admin/people{query}").text
    return {name for name in PEOPLE if f">{name}同志</a>" in page}


def verb_after(app: Flask, cast: Cast, username: str) -> tuple[str, int | None] | None:
    with app.app_context():
        event = journal.latest("accounts:person", cast.id(username))
        return (event.verb, event.actor_id) if event else None


# --- The list -------------------------------------------------------------------------------------


def test_admin_lists_everybody_and_unit_admin_the_own_subtree(cast: Cast) -> None:
    everybody(cast)
    assert listed(cast.visitor("admin")) == set(PEOPLE)
    assert listed(cast.visitor("unit_admin")) == OWN


def test_people_who_serve_in_the_subtree_are_listed_until_they_leave(
    app: Flask, cast: Cast
) -> None:
    cast.id("handler")
    visitor = cast.visitor("unit_admin")
    with app.app_context():
        made = Membership(
            person_id=cast.id("handler"),
            unit_id=cast.unit_id("county"),
            role="cadre",
            valid_from=clock.today() + 5 * DAY,
        )
        db.session.add(made)
        db.session.commit()
    assert "handler" in listed(visitor)
    assert visitor.get(f"/admin/people/{cast.id('handler')}").status_code == 200
    with app.app_context():
        ended = update(Membership).where(Membership.unit_id == cast.unit_id("county"))
        past = {"valid_from": clock.today() - DAY, "valid_until": clock.today()}
        db.session.execute(ended.values(past))
        db.session.commit()
    assert "handler" not in listed(visitor)
    assert visitor.get(f"/admin/people/{cast.id('handler')}").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=cadre2", {"cadre2"}),
        ("?q=CADRE", {"cadre", "cadre2"}),
        ("?q=leader同志", {"leader"}),
        ("?q=%25", set()),
        ("?q=_", {"chief_moderator", "mail_office", "unit_admin"}),
        ("?q=nobody", set()),
    ],
)
def test_search_by_name(cast: Cast, query: str, found: set[str]) -> None:
    everybody(cast)
    assert listed(cast.visitor("admin"), query) == found


def test_filter_by_unit_takes_the_units_below(cast: Cast) -> None:
    everybody(cast)
    visitor = cast.visitor("admin")
    assert listed(visitor, f"?unit={cast.unit_id('prefecture')}") == OWN
    assert listed(visitor, f"?unit={cast.unit_id('office')}") == {"mail_office", "office"}
    assert listed(visitor, "?unit=99999") == set()
    assert listed(visitor, "?unit=all") == set(PEOPLE)


def test_filter_by_a_foreign_unit_shows_nobody(cast: Cast) -> None:
    everybody(cast)
    assert listed(cast.visitor("unit_admin"), f"?unit={cast.unit_id('office')}") == set()


def test_long_list_is_paged(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    with app.app_context():
        for number in range(60):
            db.session.add(
                Person(
                    username=f"n{number:02}", name=f"n{number:02}", unit_id=cast.unit_id("county")
                )
            )
        db.session.commit()
    first, second = visitor.get("/admin/people").text, visitor.get("/admin/people?page=2").text
    shown = [sum(f">n{number:02}</a>" in page for number in range(60)) for page in (first, second)]
    assert sum(shown) == 60
    assert min(shown) > 0


def test_statements_do_not_grow(app: Flask, cast: Cast) -> None:
    everybody(cast)
    visitor = cast.visitor("unit_admin")
    for page in ("/admin/people", "/admin/people?q=a", f"/admin/people/{cast.id('cadre')}"):
        with counted(app) as statements:
            assert visitor.get(page).status_code == 200
        assert len(statements) <= 8, page
    with counted(app) as many:
        visitor.get("/admin/people")
    with counted(app) as one:
        visitor.get("/admin/people?q=cadre2")
    assert len(many) == len(one)


# --- One person -----------------------------------------------------------------------------------

VERBS = ("disable", "enable", "require-change", "issue-slip")


@pytest.mark.parametrize("username", ["handler", "admin", "minister"])
def test_foreign_people_are_out_of_reach(app: Flask, cast: Cast, username: str) -> None:
    visitor, person_id = cast.visitor("unit_admin"), cast.id(username)
    assert visitor.get(f"/admin/people/{person_id}").status_code == 403
    data = {"name": "变了", "unit": "county", "version": "1"}
    assert visitor.post(f"/admin/people/{person_id}/edit", data).status_code == 403
    for verb in VERBS:
        assert visitor.post(f"/admin/people/{person_id}/{verb}").status_code == 403
    with app.app_context():
        person = cast.person(username)
        assert (person.name, person.is_active, person.must_change_password) == (
            f"{username}同志",
            True,
            False,
        )


@pytest.mark.parametrize("username", [None, "cadre", "moderator", "mail_office"])
def test_others_administer_nobody(cast: Cast, username: str | None) -> None:
    visitor, person_id = cast.visitor(username), cast.id("cadre2")
    refused = (403,) if username else (302, 401)
    for page in ("", "/new", f"/{person_id}", f"/{person_id}/edit", f"/{person_id}/grant"):
        assert visitor.get(f"/admin/people{page}").status_code in refused, page
    for verb in VERBS:
        assert visitor.post(f"/admin/people/{person_id}/{verb}").status_code in refused, verb


def test_unknown_person_is_missing(cast: Cast) -> None:
    visitor = cast.visitor("admin")
    assert visitor.get("/admin/people/99999").status_code == 404
    assert visitor.post("/admin/people/99999/disable").status_code == 404


def test_disabled_person_is_out_at_once_and_back_when_enabled(app: Flask, cast: Cast) -> None:
    cadre, visitor = cast.visitor("cadre"), cast.visitor("unit_admin")
    address = f"/admin/people/{cast.id('cadre')}"
    assert visitor.post(f"{address}/disable").location == address
    assert verb_after(app, cast, "cadre") == ("disable", cast.id("unit_admin"))
    assert cadre.get("/me").status_code == 302
    data = {"username": "cadre", "password": PASSWORD}
    assert cadre.post("/login", data).status_code == 422
    assert visitor.post(f"{address}/enable").status_code == 302
    assert verb_after(app, cast, "cadre") == ("enable", cast.id("unit_admin"))
    assert cadre.get("/me").status_code == 302  # the old sign-in stays ended
    assert cadre.post("/login", data).status_code == 302


def test_disabling_ends_the_rows_of_the_sign_ins(app: Flask, cast: Cast) -> None:
    cast.visitor("cadre"), cast.visitor("cadre")
    cast.visitor("admin").post(f"/admin/people/{cast.id('cadre')}/disable")
    with app.app_context():
        left = select(SignIn).where(SignIn.person_id == cast.id("cadre"))
        assert not db.session.scalars(left).all()


@pytest.mark.parametrize(("first", "second"), [("disable", "disable"), (None, "enable")])
def test_repeating_is_a_conflict(cast: Cast, first: str | None, second: str) -> None:
    visitor, address = cast.visitor("admin"), f"/admin/people/{cast.id('cadre')}"
    if first:
        assert visitor.post(f"{address}/{first}").status_code == 302
    assert visitor.post(f"{address}/{second}").status_code == 409


def test_nobody_disables_oneself(cast: Cast) -> None:
    visitor = cast.visitor("admin")
    assert visitor.post(f"/admin/people/{cast.id('admin')}/disable").status_code == 403


def test_last_administrator_is_not_disabled(app: Flask, cast: Cast) -> None:
    """Whoever else might ask: another administrator must be there first."""
    cast.id("admin"), cast.id("cadre")
    with app.app_context():
        with pytest.raises(serving.RoleFault):
            people.disable(SYSTEM, cast.person("admin"))
        second = Membership(
            person_id=cast.id("cadre"),
            unit_id=cast.unit_id("region"),
            role="admin",
            valid_from=clock.today() - DAY,
        )
        db.session.add(second)
        db.session.commit()
    other = cast.visitor("cadre")
    assert other.post(f"/admin/people/{cast.id('admin')}/disable").status_code == 302
    with app.app_context():
        assert not cast.person("admin").is_active
        assert serving.is_last_admin(cast.id("cadre"))  # a closed account is no administrator


def test_required_change_reaches_the_person(app: Flask, cast: Cast) -> None:
    cadre = cast.visitor("cadre")
    address = f"/admin/people/{cast.id('cadre')}"
    assert cast.visitor("unit_admin").post(f"{address}/require-change").status_code == 302
    assert verb_after(app, cast, "cadre") == ("require_change", cast.id("unit_admin"))
    assert cadre.get("/me").location == "/me/password"


def test_person_is_edited(app: Flask, cast: Cast) -> None:
    address = f"/admin/people/{cast.id('cadre')}"
    data = {"name": "陈静怡", "title": "股长", "unit": "prefecture", "version": "1"}
    assert cast.visitor("unit_admin").post(f"{address}/edit", data).location == address
    with app.app_context():
        person = cast.person("cadre")
        assert (person.name, person.title, person.unit.key) == ("陈静怡", "股长", "prefecture")
    assert verb_after(app, cast, "cadre") == ("edit", cast.id("unit_admin"))


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"version": "7"}, 409),
        ({"version": ""}, 422),
        ({"name": ""}, 422),
        ({"name": "长" * 61}, 422),
        ({"unit": "office"}, 422),  # not the administrator's to give
        ({"unit": "nowhere"}, 422),
    ],
)
def test_bad_edit_changes_nothing(
    app: Flask, cast: Cast, changes: dict[str, str], answer: int
) -> None:
    data = {"name": "变了", "unit": "county", "version": "1", **changes}
    address = f"/admin/people/{cast.id('cadre')}/edit"
    assert cast.visitor("unit_admin").post(address, data).status_code == answer
    with app.app_context():
        assert cast.person("cadre").name == "cadre同志"


def test_second_editor_learns_of_the_first(cast: Cast) -> None:
    address = f"/admin/people/{cast.id('cadre')}/edit"
    one, other = cast.visitor("admin"), cast.visitor("unit_admin")
    data = {"unit": "county", "version": "1"}
    assert one.post(address, {"name": "甲", **data}).status_code == 302
    answer = other.post(address, {"name": "乙", **data})
    assert answer.status_code == 409
    assert "admin同志" in answer.text
