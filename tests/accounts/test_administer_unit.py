"""The pages of units: what one sees, changes, and must not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts import tree
from accounts.models import Membership, Unit, UnitEdge
from core import clock, journal
from core.db import db
from tests.conftest import counted
from tests.people import Cast

DAY = timedelta(days=1)


def today(app: Flask) -> date:
    with app.app_context():
        return clock.today()


def new_unit(app: Flask, **changes: str) -> dict[str, str]:
    day = today(app).isoformat()
    return {"name": "新处", "kind": "department", "from_day": day, "key": "new", **changes}


def unit(app: Flask, key: str) -> Unit | None:
    with app.app_context():
        return db.session.scalar(select(Unit).where(Unit.key == key))


def parent_of(app: Flask, key: str, on: date) -> str:
    with app.app_context():
        units = {node.unit.id: node.unit.key for node in tree.tree_on(on)}
        found = {node.unit.key: node.parent_id for node in tree.tree_on(on)}
        return units[found[key] or 0]


def test_tree_shows_the_own_subtree(cast: Cast) -> None:
    cast.unit_id("county")
    everything = cast.visitor("admin").get("/admin/units").text
    own = cast.visitor("unit_admin").get("/admin/units").text
    for name in ("region单位", "prefecture单位", "county单位", "office单位"):
        assert f">{name}</a>" in everything
    assert ">prefecture单位</a>" in own
    assert ">county单位</a>" in own
    assert ">office单位</a>" not in own
    assert ">region单位</a>" not in own


def test_tree_of_another_day(app: Flask, cast: Cast) -> None:
    cast.unit_id("county")
    long_ago = (today(app) - 500 * DAY).isoformat()
    visitor = cast.visitor("admin")
    assert ">county单位</a>" not in visitor.get(f"/admin/units?on={long_ago}").text
    assert ">county单位</a>" in visitor.get("/admin/units?on=nonsense").text


@pytest.mark.parametrize("username", ["cadre", "moderator", "office", "mail_office"])
def test_others_administer_no_units(cast: Cast, username: str) -> None:
    visitor, county = cast.visitor(username), cast.unit_id("county")
    assert visitor.get("/admin").status_code in (200, 403)
    for page in ("/admin/units", *(f"/admin/units/{county}{verb}" for verb in VERBS)):
        assert visitor.get(page).status_code == 403, page


VERBS = ("", "/add", "/edit", "/move", "/close")


def test_strangers_are_asked_to_sign_in(cast: Cast) -> None:
    county = cast.unit_id("county")
    for page in ("/admin", "/admin/units", *(f"/admin/units/{county}{verb}" for verb in VERBS)):
        assert cast.visitor().get(page).location.startswith("/login?next=/admin"), page


@pytest.mark.parametrize("key", ["region", "department", "office"])
def test_foreign_units_are_out_of_reach(app: Flask, cast: Cast, key: str) -> None:
    visitor, foreign = cast.visitor("unit_admin"), cast.unit_id(key)
    for verb in VERBS:
        assert visitor.get(f"/admin/units/{foreign}{verb}").status_code == 403
        if verb:
            answer = visitor.post(f"/admin/units/{foreign}{verb}", new_unit(app))
            assert answer.status_code == 403
    assert visitor.get("/admin/units/99999").status_code == 404
    assert unit(app, "new") is None


def test_own_top_unit_is_renamed_but_not_moved(app: Flask, cast: Cast) -> None:
    visitor, own = cast.visitor("unit_admin"), cast.unit_id("prefecture")
    assert visitor.get(f"/admin/units/{own}/edit").status_code == 200
    for verb in ("move", "close"):
        data = {"parent": "office", "from_day": today(app).isoformat(), "version": "1"}
        assert visitor.post(f"/admin/units/{own}/{verb}", data).status_code == 403


def test_unit_is_added_below(app: Flask, cast: Cast) -> None:
    visitor, county = cast.visitor("unit_admin"), cast.unit_id("county")
    answer = visitor.post(f"/admin/units/{county}/add", new_unit(app))
    made = unit(app, "new")
    assert made is not None
    assert answer.location == f"/admin/units/{made.id}"
    assert parent_of(app, "new", today(app)) == "county"
    assert "新处" in visitor.get(answer.location).text
    with app.app_context():
        event = journal.latest("accounts:unit", made.id)
        assert event is not None
        assert (event.verb, event.actor_id) == ("add", cast.id("unit_admin"))


def test_adding_twice_makes_one(app: Flask, cast: Cast) -> None:
    visitor, county = cast.visitor("unit_admin"), cast.unit_id("county")
    data = new_unit(app, once="same", key="")
    first = visitor.post(f"/admin/units/{county}/add", data)
    assert visitor.post(f"/admin/units/{county}/add", data).location == first.location
    with app.app_context():
        assert len(db.session.scalars(select(Unit).where(Unit.name == "新处")).all()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "长" * 121},
        {"kind": "kingdom"},
        {"key": "Not A Key"},
        {"key": "county"},
        {"from_day": ""},
        {"from_day": "2001-01-01"},
    ],
)
def test_bad_unit_is_refused_and_what_was_typed_stays(
    app: Flask, cast: Cast, changes: dict[str, str]
) -> None:
    visitor, county = cast.visitor("admin"), cast.unit_id("county")
    answer = visitor.post(f"/admin/units/{county}/add", new_unit(app, name_en="Kept", **changes))
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    assert unit(app, "new") is None


def test_unit_is_renamed(app: Flask, cast: Cast) -> None:
    visitor, county = cast.visitor("unit_admin"), cast.unit_id("county")
    data = {"name": "改过的名字", "kind": "county", "version": "1"}
    assert visitor.post(f"/admin/units/{county}/edit", data).status_code == 302
    found = unit(app, "county")
    assert found is not None
    assert (found.name, found.kind, found.version) == ("改过的名字", "county", 2)


@pytest.mark.parametrize("version", ["2", "", "old"])
def test_stale_rename_is_a_conflict_or_refused(app: Flask, cast: Cast, version: str) -> None:
    visitor, county = cast.visitor("unit_admin"), cast.unit_id("county")
    data = {"name": "改过的名字", "kind": "county", "version": version}
    assert visitor.post(f"/admin/units/{county}/edit", data).status_code in (409, 422)
    found = unit(app, "county")
    assert found is not None
    assert found.name == "county单位"


def test_unit_is_moved_from_a_day_on(app: Flask, cast: Cast) -> None:
    county, day = cast.unit_id("county"), today(app)
    data = {"parent": "office", "from_day": (day + 3 * DAY).isoformat(), "version": "1"}
    assert cast.visitor("admin").post(f"/admin/units/{county}/move", data).status_code == 302
    assert parent_of(app, "county", day) == "prefecture"
    assert parent_of(app, "county", day + 3 * DAY) == "office"


def test_move_takes_rights_along_when_its_day_comes(app: Flask, cast: Cast) -> None:
    """The old administrator loses the unit by date, though nobody does anything that day."""
    county, day = cast.unit_id("county"), today(app)
    visitor = cast.visitor("unit_admin")
    data = {"parent": "office", "from_day": (day + 1 * DAY).isoformat(), "version": "1"}
    cast.visitor("admin").post(f"/admin/units/{county}/move", data)
    assert visitor.get(f"/admin/units/{county}").status_code == 200
    with app.app_context(), clock.travel(clock.now() + DAY):
        tree.follow_the_calendar()
        db.session.commit()
    assert visitor.get(f"/admin/units/{county}").status_code == 403


@pytest.mark.parametrize("parent", ["office", "region"])
def test_unit_admin_moves_nothing_out_of_the_subtree(app: Flask, cast: Cast, parent: str) -> None:
    visitor, county = cast.visitor("unit_admin"), cast.unit_id("county")
    data = {"parent": parent, "from_day": today(app).isoformat(), "version": "1"}
    assert visitor.post(f"/admin/units/{county}/move", data).status_code == 422
    assert parent_of(app, "county", today(app)) == "prefecture"


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        ("move", {"parent": "county"}),
        ("move", {"parent": "nowhere"}),
        ("move", {"from_day": "2001-01-01"}),
        ("move", {"from_day": ""}),
        ("close", {"from_day": "2001-01-01"}),
        ("close", {"from_day": ""}),
    ],
)
def test_bad_change_of_place_is_refused(
    app: Flask, cast: Cast, verb: str, changes: dict[str, str]
) -> None:
    county = cast.unit_id("county")
    data = {"parent": "office", "from_day": today(app).isoformat(), "version": "1", **changes}
    answer = cast.visitor("admin").post(f"/admin/units/{county}/{verb}", data)
    assert answer.status_code == 422
    with app.app_context():
        edges = db.session.scalars(select(UnitEdge).where(UnitEdge.child_id == county)).all()
        assert [edge.valid_until for edge in edges] == [None]


def test_past_is_not_rewritten_by_the_page(app: Flask, cast: Cast) -> None:
    county, yesterday = cast.unit_id("county"), today(app) - DAY
    data = {"parent": "office", "from_day": yesterday.isoformat(), "version": "1"}
    visitor = cast.visitor("admin")
    assert visitor.post(f"/admin/units/{county}/move", data).status_code == 422
    assert visitor.post(f"/admin/units/{county}/close", data).status_code == 422


def test_unit_is_closed_when_nobody_serves_there(app: Flask, cast: Cast) -> None:
    visitor, county = cast.visitor("admin"), cast.unit_id("county")
    cast.id("cadre")
    data = {"from_day": today(app).isoformat(), "version": "1"}
    assert visitor.post(f"/admin/units/{county}/close", data).status_code == 422
    with app.app_context():
        for role in db.session.scalars(select(Membership).where(Membership.unit_id == county)):
            role.valid_until = clock.today()
        db.session.commit()
    assert visitor.post(f"/admin/units/{county}/close", data).status_code == 302
    assert ">county单位</a>" not in visitor.get("/admin/units").text


def test_statements_do_not_grow(app: Flask, cast: Cast) -> None:
    visitor, county = cast.visitor("admin"), cast.unit_id("county")
    figures = []
    for number in (0, 30):
        for index in range(number):
            with app.app_context():
                made = Unit(key=f"n{index}", name=f"n{index}", kind="department")
                db.session.add(made)
                db.session.flush()
                tree.place(made, db.session.get_one(Unit, county), clock.today())
                db.session.commit()
        counts = []
        for page in ("/admin", "/admin/units", f"/admin/units/{county}"):
            with counted(app) as statements:
                assert visitor.get(page).status_code == 200
            counts.append(len(statements))
        figures.append(counts)
    assert figures[0] == figures[1]
    assert max(figures[0]) <= 8
