"""Ending roles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts import serving
from accounts.models import Membership
from accounts.people_views import ROLE_OPTIONS
from core import clock, journal
from core.db import db
from tests.people import Cast

DAY = timedelta(days=1)


def role_of(app: Flask, cast: Cast, username: str) -> int:
    person_id = cast.id(username)
    with app.app_context():
        found = select(Membership.id).where(Membership.person_id == person_id)
        return db.session.scalars(found).one()


def url(app: Flask, cast: Cast, username: str) -> str:
    return f"/admin/memberships/{role_of(app, cast, username)}/end"


def on(app: Flask, later: int = 0) -> dict[str, str]:
    with app.app_context():
        return {"from_day": (clock.today() + later * DAY).isoformat()}


def until(app: Flask, cast: Cast, username: str) -> date | None:
    with app.app_context():
        found = select(Membership).where(Membership.person_id == cast.id(username))
        role = db.session.scalars(found).one_or_none()
        return role.valid_until if role else None


def test_role_ends_and_the_person_is_out(app: Flask, cast: Cast) -> None:
    cadre = cast.visitor("cadre")
    answer = cast.visitor("unit_admin").post(url(app, cast, "cadre"), on(app))
    assert answer.location == f"/admin/people/{cast.id('cadre')}"
    assert cadre.get("/me").status_code == 302
    with app.app_context():
        event = journal.latest("accounts:person", cast.id("cadre"))
        assert event is not None
        assert (event.verb, event.facts["role"]) == ("end_role", "cadre")


def test_role_may_end_later(app: Flask, cast: Cast) -> None:
    cadre = cast.visitor("cadre")
    cast.visitor("unit_admin").post(url(app, cast, "cadre"), on(app, 5))
    assert cadre.get("/me").status_code == 200
    assert until(app, cast, "cadre") == date.fromisoformat(on(app, 5)["from_day"])


def test_role_that_has_not_begun_is_undone(app: Flask, cast: Cast) -> None:
    address = url(app, cast, "cadre")
    with app.app_context():
        role = db.session.scalars(select(Membership)).one()
        role.valid_from = clock.today() + 5 * DAY
        db.session.commit()
    cast.visitor("admin").post(address, on(app))
    assert until(app, cast, "cadre") is None


def test_repeating_is_a_conflict(app: Flask, cast: Cast) -> None:
    visitor, address = cast.visitor("admin"), url(app, cast, "cadre")
    assert visitor.post(address, on(app)).status_code == 302
    assert visitor.post(address, on(app)).status_code == 409


@pytest.mark.parametrize("day", ["", "soon", "2001-01-01"])
def test_bad_day_ends_nothing(app: Flask, cast: Cast, day: str) -> None:
    before = until(app, cast, "cadre")
    answer = cast.visitor("admin").post(url(app, cast, "cadre"), {"from_day": day})
    assert answer.status_code == 422
    assert until(app, cast, "cadre") == before


@pytest.mark.parametrize(
    ("actor", "owner"),
    [
        ("unit_admin", "handler"),  # another subtree
        ("unit_admin", "admin"),  # a greater right
        ("unit_admin", "unit_admin"),  # oneself
        ("cadre2", "cadre"),  # no administrator at all
    ],
)
def test_others_roles_are_out_of_reach(app: Flask, cast: Cast, actor: str, owner: str) -> None:
    visitor, before = cast.visitor(actor), until(app, cast, owner)
    address = url(app, cast, owner)
    assert visitor.get(address).status_code == 403
    assert visitor.post(address, on(app)).status_code == 403
    assert until(app, cast, owner) == before


def test_greater_role_inside_the_subtree_is_out_of_reach(app: Flask, cast: Cast) -> None:
    """An office member who serves in the administrator's own unit."""
    address = url(app, cast, "office")
    with app.app_context():
        db.session.scalars(select(Membership)).one().unit_id = cast.unit_id("county")
        db.session.commit()
    assert cast.visitor("unit_admin").post(address, on(app)).status_code == 403


def test_verb_itself_refuses_whoever_may_not(app: Flask, cast: Cast) -> None:
    """Not the page alone: whatever calls the verb is asked."""
    role_id = role_of(app, cast, "handler")
    cast.id("unit_admin")
    with app.app_context():
        role = db.session.get_one(Membership, role_id, options=ROLE_OPTIONS)
        with pytest.raises(serving.RoleFault):
            serving.end(cast.person("unit_admin"), role, clock.today())


def test_unknown_role_is_missing(cast: Cast) -> None:
    assert cast.visitor("admin").get("/admin/memberships/99999/end").status_code == 404


def test_last_administrator_stays(app: Flask, cast: Cast) -> None:
    visitor, address = cast.visitor("admin"), url(app, cast, "admin")
    assert visitor.post(address, on(app)).status_code == 422
    with app.app_context():
        db.session.add(
            Membership(
                person_id=cast.id("cadre"),
                unit_id=cast.unit_id("region"),
                role="admin",
                valid_from=clock.today(),
            )
        )
        db.session.commit()
    assert visitor.post(address, on(app)).status_code == 302
