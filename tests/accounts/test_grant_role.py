"""Giving roles: nobody passes on more than the own rights, nor for longer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from accounts import delegation, serving
from accounts.models import Membership, Person, Unit
from accounts.roles import GRANTABLE, ROLES
from accounts.session import PERSON_OPTIONS
from core import clock, journal
from core.db import db
from core.policy import SYSTEM
from tests.people import Cast, Visitor

DAY = timedelta(days=1)


def today(app: Flask) -> date:
    with app.app_context():
        return clock.today()


def grant(visitor: Visitor, person_id: int, today: date, **changes: str) -> TestResponse:
    data = {
        "unit": "county",
        "role": "moderator",
        "since": today.isoformat(),
        "until": (today + 30 * DAY).isoformat(),
        **changes,
    }
    return visitor.post(f"/admin/people/{person_id}/grant", data)


def roles_of(app: Flask, username: str) -> set[tuple[str, int]]:
    with app.app_context():
        rows = db.session.execute(
            select(Membership.role, Membership.unit_id)
            .join(Person)
            .where(Person.username == username)
        )
        return {(role, unit) for role, unit in rows}


def test_unit_admin_gives_a_role_in_the_own_subtree(app: Flask, cast: Cast) -> None:
    day, person_id = today(app), cast.id("cadre")
    assert grant(cast.visitor("unit_admin"), person_id, day).status_code == 302
    with app.app_context():
        made = db.session.scalars(select(Membership).where(Membership.role == "moderator")).one()
        assert made.unit_id == cast.unit_id("county")
        assert (made.valid_from, made.last_on) == (day, day + 30 * DAY)
        event = journal.latest("accounts:person", person_id)
        assert event is not None
        assert (event.verb, event.actor_id) == ("grant", cast.id("unit_admin"))
        assert event.facts["role"] == "moderator"


def test_role_begins_and_ends_by_date(app: Flask, cast: Cast) -> None:
    day = today(app)
    first, last = (day + 2 * DAY).isoformat(), (day + 3 * DAY).isoformat()
    grant(cast.visitor("unit_admin"), cast.id("cadre"), day, since=first, until=last)
    held = []
    for later in range(6):
        with app.app_context():
            moment = clock.start_of(day + later * DAY) + timedelta(minutes=1)
            with clock.travel(moment):
                held.append(cast.person("cadre").holds("moderator"))
    assert held == [False, False, True, True, False, False]


@pytest.mark.parametrize("role", sorted(set(ROLES) - GRANTABLE))
def test_unit_admin_cannot_give_a_role_beyond(app: Flask, cast: Cast, role: str) -> None:
    answer = grant(cast.visitor("unit_admin"), cast.id("cadre"), today(app), role=role)
    assert answer.status_code == 422
    assert {found for found, _ in roles_of(app, "cadre")} == {"cadre"}
    with app.app_context():
        county = db.session.get_one(Unit, cast.unit_id("county"))
        with pytest.raises(serving.RoleFault):
            person, actor = cast.person("cadre"), cast.person("unit_admin")
            serving.grant(actor, person, role, county, clock.today(), clock.today() + DAY)


@pytest.mark.parametrize("unit", ["region", "department", "office"])
def test_unit_admin_cannot_give_a_role_outside_the_subtree(
    app: Flask, cast: Cast, unit: str
) -> None:
    answer = grant(cast.visitor("unit_admin"), cast.id("cadre"), today(app), unit=unit)
    assert answer.status_code == 422
    assert {found for found, _ in roles_of(app, "cadre")} == {"cadre"}


def test_unit_admin_cannot_give_a_role_for_longer_than_the_own(app: Flask, cast: Cast) -> None:
    """The cast's unit administrator serves for a hundred days."""
    day, visitor, person_id = today(app), cast.visitor("unit_admin"), cast.id("cadre")
    longer, as_long = day + 100 * DAY, day + 99 * DAY
    assert grant(visitor, person_id, day, until=longer.isoformat()).status_code == 422
    assert grant(visitor, person_id, day, until="").status_code == 422
    assert grant(visitor, person_id, day, until=as_long.isoformat()).status_code == 302


def test_unit_admin_cannot_reach_people_outside_the_subtree(app: Flask, cast: Cast) -> None:
    visitor, person_id = cast.visitor("unit_admin"), cast.id("handler")
    assert visitor.get(f"/admin/people/{person_id}/grant").status_code == 403
    assert grant(visitor, person_id, today(app)).status_code == 403
    assert visitor.get("/admin/people/999999/grant").status_code == 404


def test_unit_admin_cannot_give_oneself_a_role(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("unit_admin")
    assert grant(visitor, cast.id("unit_admin"), today(app)).status_code == 422


@pytest.mark.parametrize("username", ["cadre", "moderator", "office", "minister"])
def test_others_cannot_give_roles(app: Flask, cast: Cast, username: str) -> None:
    visitor, person_id = cast.visitor(username), cast.id("cadre2")
    assert visitor.get(f"/admin/people/{person_id}/grant").status_code == 403
    assert grant(visitor, person_id, today(app)).status_code == 403


def test_expired_unit_admin_has_no_rights_left(app: Flask, cast: Cast) -> None:
    """Somebody who is still a cadre, but no longer administers."""
    visitor, person_id = cast.visitor("unit_admin"), cast.id("cadre")
    with app.app_context():
        db.session.scalars(
            select(Membership).where(Membership.role == "unit_admin")
        ).one().valid_until = clock.today()
        db.session.add(
            Membership(
                person_id=cast.id("unit_admin"),
                unit_id=cast.unit_id("county"),
                role="cadre",
                valid_from=clock.today() - DAY,
            )
        )
        db.session.commit()
    assert visitor.get("/admin/people").status_code == 403
    assert grant(visitor, person_id, today(app)).status_code == 403


def test_admin_gives_any_role_anywhere(app: Flask, cast: Cast) -> None:
    visitor, person_id, day = cast.visitor("admin"), cast.id("handler"), today(app)
    answer = grant(visitor, person_id, day, unit="department", role="minister", until="")
    assert answer.status_code == 302
    assert ("minister", cast.unit_id("department")) in roles_of(app, "handler")


@pytest.mark.parametrize("role", ["delegate", "supervisor", "expert"])
def test_guest_needs_an_end(app: Flask, cast: Cast, role: str) -> None:
    visitor, person_id, day = cast.visitor("admin"), cast.id("cadre"), today(app)
    assert grant(visitor, person_id, day, role=role, until="").status_code == 422
    assert grant(visitor, person_id, day, role=role).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"since": "yesterday"},
        {"since": ""},
        {"until": "2026-13-45"},
        {"until": "9999-12-31"},
        {"until": "2001-01-01"},
        {"role": "king"},
        {"role": ""},
        {"unit": "nowhere"},
        {"unit": ""},
    ],
)
def test_bad_input_gives_nothing(app: Flask, cast: Cast, changes: dict[str, str]) -> None:
    answer = grant(cast.visitor("admin"), cast.id("cadre"), today(app), **changes)
    assert answer.status_code == 422
    assert len(roles_of(app, "cadre")) == 1


def test_same_role_twice_is_refused(app: Flask, cast: Cast) -> None:
    visitor, person_id, day = cast.visitor("admin"), cast.id("cadre"), today(app)
    assert grant(visitor, person_id, day, once="a").status_code == 302
    later = {"since": (day + 30 * DAY).isoformat(), "until": (day + 60 * DAY).isoformat()}
    assert grant(visitor, person_id, day, once="b", **later).status_code == 422
    later["since"] = (day + 31 * DAY).isoformat()
    assert grant(visitor, person_id, day, once="c", **later).status_code == 302


def test_sending_twice_gives_one_role(app: Flask, cast: Cast) -> None:
    visitor, person_id, day = cast.visitor("admin"), cast.id("cadre"), today(app)
    for _ in range(2):
        assert grant(visitor, person_id, day, once="the same").status_code == 302
    assert len(roles_of(app, "cadre")) == 2


# --- No sequence of grants leads out of what the administrator gave -----------------------------

TREE = {"r": None, "a": "r", "b": "r", "aa": "a", "ab": "a", "ba": "b"}
PEOPLE = ("p0", "p1", "p2", "p3")
ATTEMPTS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.sampled_from(("unit_admin", "moderator", "admin", "mail_office", "cadre")),
        st.sampled_from(sorted(TREE)),
        st.one_of(st.none(), st.integers(1, 60)),
    ),
    max_size=30,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    attempts=ATTEMPTS, first_unit=st.sampled_from(("a", "b", "aa")), first_end=st.integers(5, 50)
)
def test_no_sequence_of_grants_widens_rights(
    context: Flask,
    attempts: list,  # type: ignore[type-arg]
    first_unit: str,
    first_end: int,
) -> None:
    """The operator makes one unit administrator; whatever is tried, all stays below that."""
    units = plant()
    people = {
        name: Person(username=name, name=name, unit_id=units[first_unit].id) for name in PEOPLE
    }
    db.session.add_all(people.values())
    db.session.flush()
    start = clock.today()
    serving.grant(
        SYSTEM, people["p0"], "unit_admin", units[first_unit], start, start + first_end * DAY
    )
    for giver, taker, role, unit, days in attempts:
        until = start + days * DAY if days else None
        try:
            serving.grant(person(giver), person(taker), role, units[unit], start, until)
        except serving.RoleFault:
            continue
    for one in db.session.scalars(select(Membership)):
        assert one.role in {"unit_admin", "moderator", "cadre"}
        assert below(one.unit_id, units[first_unit])
        assert one.valid_until is not None
        assert one.valid_until <= start + first_end * DAY
    db.session.rollback()


def plant() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for key, parent in TREE.items():
        unit = Unit(key=key, name=key, kind="department")
        db.session.add(unit)
        db.session.flush()
        unit.path = f"{units[parent].path if parent else '/'}{unit.id}/"
        units[key] = unit
    db.session.flush()
    return units


def person(username: str) -> Person:
    return (
        db.session.scalars(
            select(Person)
            .where(Person.username == username)
            .options(*PERSON_OPTIONS)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )


def below(unit_id: int, top: Unit) -> bool:
    """By the paths' numbers, not by the code under test."""
    path = db.session.get_one(Unit, unit_id).path
    return str(top.id) in path.strip("/").split("/")


def test_may_grant_asks_for_a_post_in_the_tree(context: Flask) -> None:
    """A unit administrator of a unit that was closed administers nothing."""
    units = plant()
    admin = Person(username="x", name="x", unit_id=units["a"].id)
    db.session.add(admin)
    db.session.flush()
    serving.grant(SYSTEM, admin, "unit_admin", units["a"], clock.today())
    units["a"].path = ""
    assert not any(delegation.administers(person("x"), unit) for unit in units.values())
    assert not delegation.may_grant(person("x"), "cadre", units["a"], None)


def test_nobody_serves_at_a_unit_outside_the_tree(context: Flask) -> None:
    units = plant()
    person_ = Person(username="x", name="x", unit_id=units["a"].id)
    db.session.add(person_)
    units["a"].path = ""
    db.session.flush()
    with pytest.raises(serving.RoleFault):
        serving.grant(SYSTEM, person_, "cadre", units["a"], clock.today())
