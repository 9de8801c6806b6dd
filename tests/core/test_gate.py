"""The gate: nobody passes unasked, and what is handed over is the record, locked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import inspect, select, update
from sqlalchemy.orm import joinedload

from accounts.models import Membership, Person, Unit
from core import gate, policy
from core.db import db
from core.gate import Ungated, requires
from core.policy import Rule, anyone, nobody, signed_in
from tests.conftest import counted
from tests.people import Cast

PERMISSIONS = {
    "tests:gate:open": anyone,
    "tests:gate:members": signed_in,
    "tests:gate:closed": nobody,
    "tests:gate:own": Rule("oneself", lambda actor, person: person.id == actor.id),
    "tests:gate:holder": Rule("the holder", lambda actor, post: actor.holds("cadre")),
}


@pytest.fixture
def doors(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Lets a test put its own guarded view behind an address that exists."""
    monkeypatch.setattr(policy, "_table", {**policy._table, **PERMISSIONS})
    views = dict(app.view_functions)
    yield app.view_functions
    app.view_functions.clear()
    app.view_functions.update(views)


def probe(permission: str, model: Any = None, **options: Any) -> Any:
    @requires(permission, model, **options)
    def view(*records: Any, **values: Any) -> str:
        return f"reached {records[0].id if records else ''} {sorted(values)}"

    return view


# --- Without a record -----------------------------------------------------------------------------


def test_anyone_passes_an_open_door(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.me"] = probe("tests:gate:open")
    assert cast.visitor().get("/me").text == "reached  []"


def test_stranger_is_asked_to_sign_in_and_comes_back(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.me"] = probe("tests:gate:members")
    assert cast.visitor().get("/me").location == "/login?next=/me"
    assert cast.visitor().get("/me?a=b").location == "/login?next=/me?a%3Db"
    assert cast.visitor("cadre").get("/me").status_code == 200


def test_stranger_who_sends_something_gets_it_back(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.sign_out"] = probe("tests:gate:members")
    assert cast.visitor().post("/logout").status_code == 401


def test_member_without_the_right_is_refused(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.me"] = probe("tests:gate:closed")
    assert cast.visitor("cadre").get("/me").status_code == 403


def test_permission_that_nobody_declared_never_opens(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.me"] = probe("tests:gate:undeclared")
    assert cast.visitor("admin").get("/me").status_code == 500


# --- With a record --------------------------------------------------------------------------------


def test_record_is_loaded_and_handed_over(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.show_person"] = probe("tests:gate:own", Person)
    own, other = cast.id("cadre"), cast.id("cadre2")
    visitor = cast.visitor("cadre")
    assert visitor.get(f"/people/{own}").text == f"reached {own} []"
    assert visitor.get(f"/people/{other}").status_code == 403
    assert visitor.get("/people/99999").status_code == 404


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_number_too_great_for_the_database_is_missing(
    cast: Cast, doors: dict[str, Any], number: int
) -> None:
    doors["accounts.show_person"] = probe("tests:gate:own", Person)
    assert cast.visitor("cadre").get(f"/people/{number}").status_code == 404


def test_unreadable_record_is_missing_not_forbidden(
    app: Flask, cast: Cast, doors: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it exists is not told; the permission is not even asked."""
    other = cast.id("cadre2")
    monkeypatch.setattr(
        Person,
        "visible_to",
        staticmethod(lambda actor: select(Person).where(Person.id == actor.id)),
    )
    doors["accounts.show_person"] = probe("tests:gate:open", Person)
    visitor = cast.visitor("cadre")
    assert visitor.get(f"/people/{other}").status_code == 404
    assert visitor.get(f"/people/{cast.id('cadre')}").status_code == 200


def test_stranger_does_not_learn_what_exists(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.show_person"] = probe("tests:gate:own", Person)
    there, not_there = cast.id("cadre"), 99999
    answers = [cast.visitor().get(f"/people/{number}") for number in (there, not_there)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [answer.location for answer in answers] == [
        f"/login?next=/people/{there}",
        f"/login?next=/people/{not_there}",
    ]


def test_record_is_kept_for_the_page_of_a_conflict(cast: Cast, doors: dict[str, Any]) -> None:
    @requires("tests:gate:open", Person)
    def view(person: Person) -> str:
        return str(g.record is person)

    doors["accounts.show_person"] = view
    assert cast.visitor("cadre").get(f"/people/{cast.id('cadre')}").text == "True"


def test_reading_takes_no_lock_and_changing_does(
    app: Flask, cast: Cast, doors: dict[str, Any]
) -> None:
    doors["accounts.show_person"] = probe("tests:gate:open", Person)
    doors["accounts.enable_person"] = probe("tests:gate:open", Person)
    visitor, other = cast.visitor("cadre"), cast.id("cadre2")
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite locks the whole database when a request that may write begins")
    with counted(app) as reading:
        visitor.get(f"/people/{other}")
    with counted(app) as changing:
        visitor.post(f"/admin/people/{other}/enable")
    assert not any("FOR NO KEY UPDATE" in statement for statement in reading)
    assert any(s.endswith("FOR NO KEY UPDATE") and "FROM people" in s for s in changing)


def test_of_two_who_change_a_record_the_second_sees_what_the_first_did(
    app: Flask, cast: Cast, doors: dict[str, Any]
) -> None:
    """Each reads, waits a moment, and adds one: no addition is lost."""
    pause = threading.Event()

    @requires("tests:gate:open", Person)
    def view(person: Person) -> str:
        version = person.version
        pause.wait(0.05)
        db.session.execute(update(Person).where(Person.id == person.id).values(version=version + 1))
        db.session.commit()
        return "done"

    doors["accounts.enable_person"] = view
    other = cast.id("cadre2")
    visitors = [cast.visitor("cadre") for _ in range(4)]
    for visitor in visitors:
        visitor.token()
    send(visitors, f"/admin/people/{other}/enable")
    with app.app_context():
        assert cast.person("cadre2").version == 5


def send(visitors: list[Any], address: str) -> None:
    threads = [threading.Thread(target=visitor.post, args=(address,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_own_record_is_read_anew_when_it_is_locked(
    app: Flask, cast: Cast, doors: dict[str, Any]
) -> None:
    """The signed-in person was read before the lock; what changed in between must show."""
    doors["accounts.enable_person"] = probe("tests:gate:open", Person)
    visitor, own = cast.visitor("cadre"), cast.id("cadre")
    with counted(app) as statements:
        visitor.post(f"/admin/people/{own}/enable")
    about = [one for one in statements if "FROM people" in one and "sign_ins" not in one]
    assert len(about) == 3  # the lock, the row, and its columns again


def test_actors_roles_outlive_the_loading_of_their_own_record(
    cast: Cast, doors: dict[str, Any]
) -> None:
    """A record that leads to the signed-in person does not make the program forget the roles."""
    doors["accounts.end_role"] = probe(
        "tests:gate:holder", Membership, load=[joinedload(Membership.person)]
    )
    visitor = cast.visitor("cadre")
    with cast.app.app_context():
        own = db.session.scalars(select(Membership.id)).one()
    assert visitor.post(f"/admin/memberships/{own}/end").status_code == 200


def test_actors_roles_outlive_the_locking_of_their_own_record(
    cast: Cast, doors: dict[str, Any]
) -> None:
    """Reading one's own columns anew leaves the roles that were loaded with them."""
    doors["accounts.enable_person"] = probe("tests:gate:holder", Person)
    visitor = cast.visitor("cadre")
    assert visitor.post(f"/admin/people/{cast.id('cadre')}/enable").status_code == 200


def test_loader_options_are_used(app: Flask, cast: Cast, doors: dict[str, Any]) -> None:
    @requires("tests:gate:open", Person, load=[joinedload(Person.unit)])
    def view(person: Person) -> str:
        return str("unit" not in inspect(person).unloaded)

    doors["accounts.show_person"] = view
    assert cast.visitor("cadre").get(f"/people/{cast.id('cadre2')}").text == "True"


def test_record_is_found_by_another_column(cast: Cast, doors: dict[str, Any]) -> None:
    doors["accounts.show_unit"] = probe("tests:gate:open", Unit, by="id")
    assert cast.visitor("cadre").get(f"/admin/units/{cast.unit_id('county')}").status_code == 200


# --- At the start ---------------------------------------------------------------------------------


def test_unguarded_view_stops_the_start() -> None:
    app = Flask("unguarded")
    app.add_url_rule("/open", "open", lambda: "anybody")
    with pytest.raises(Ungated, match="open: a view needs"):
        gate.check(app)


def test_unknown_permission_stops_the_start() -> None:
    app = Flask("misspelt")
    app.add_url_rule("/x", "x", requires("accounts:person:sohw")(lambda: "x"))
    with pytest.raises(Ungated, match="sohw"):
        gate.check(app)


def test_guarded_application_starts(app: Flask) -> None:
    gate.check(app)
