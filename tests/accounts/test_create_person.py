"""Adding one person: by an administrator, and the first one by the operator."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from accounts.models import Membership, Person, Unit
from core import clock, journal
from core.db import db
from tests.people import Cast, Visitor

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
NEW = "三月的河开了冰 42"


def add(visitor: Visitor, **changes: str) -> TestResponse:
    today = date.today()
    data = {
        "name": "刘建国",
        "username": "Liu.Jianguo",
        "unit": "county",
        "title": "科员",
        "role": "cadre",
        "since": today.isoformat(),
        "until": (today + timedelta(days=50)).isoformat(),
        **changes,
    }
    return visitor.post("/admin/people/new", data)


def made(app: Flask) -> Person | None:
    with app.app_context():
        return db.session.scalar(select(Person).where(Person.username == "liu.jianguo"))


def test_newcomer_gets_a_slip_and_enters(app: Flask, cast: Cast) -> None:
    answer = add(cast.visitor("unit_admin"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    [code] = CODE.findall(answer.text)
    data = {"username": "liu.jianguo", "code": code, "new_password": NEW, "repeat": NEW}
    assert cast.visitor().post("/recover", data).location == "/me"
    person = made(app)
    assert person is not None
    with app.app_context():
        verbs = [event.verb for event in journal.history("accounts:person", person.id)]
        assert verbs == ["create", "grant", "issue_slip", "use_slip"]


def test_sending_twice_makes_one(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    assert add(visitor, once="same").status_code == 200
    person = made(app)
    assert person is not None
    assert add(visitor, once="same").location == f"/admin/people/{person.id}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "cadre"}, "username"),
        ({"username": "ＣＡＤＲＥ"}, "username"),
        ({"username": "cadre", "name": "cadre同志", "role": "moderator"}, "username"),
        ({"unit": "office"}, "unit"),
        ({"unit": "nowhere"}, "unit"),
        ({"role": "admin"}, "role"),
        ({"until": ""}, "until"),
        ({"until": "2001-01-01"}, "until"),
        ({"since": ""}, "since"),
    ],
)
def test_bad_input_makes_nobody_and_stays(
    app: Flask, cast: Cast, changes: dict[str, str], field: str
) -> None:
    cast.id("cadre")
    answer = add(cast.visitor("unit_admin"), **changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="科员"' in answer.text
    with app.app_context():
        assert len(db.session.scalars(select(Person)).all()) == 2
        assert len(db.session.scalars(select(Membership)).all()) == 2


# --- The first administrator ----------------------------------------------------------------------


def run(app: Flask, *args: str):  # type: ignore[no-untyped-def]
    return app.test_cli_runner().invoke(args=["people", "add", *args])


def test_first_administrator_of_an_empty_installation(app: Flask) -> None:
    done = run(app, "zhang.min", "张敏", "自治区党委组织部", "admin")
    assert done.exit_code == 0
    [code] = CODE.findall(done.output)
    with app.app_context():
        root = db.session.scalars(select(Unit)).one()
        assert (root.name, root.path) == ("自治区党委组织部", f"/{root.id}/")
        assert not list(journal.verify())
    visitor = Cast(app).visitor()
    data = {"username": "zhang.min", "code": code, "new_password": NEW, "repeat": NEW}
    assert visitor.post("/recover", data).location == "/me"
    assert visitor.get("/admin/units").status_code == 200


def test_second_unit_is_not_invented(app: Flask) -> None:
    run(app, "zhang.min", "张敏", "自治区党委组织部", "admin")
    refused = run(app, "li.wei", "李伟", "别的单位", "cadre")
    assert refused.exit_code == 1
    with app.app_context():
        assert len(db.session.scalars(select(Unit)).all()) == 1
        assert len(db.session.scalars(select(Person)).all()) == 1


def test_refused_first_person_leaves_nothing_behind(app: Flask) -> None:
    assert run(app, "a b", "张敏", "自治区党委组织部", "admin").exit_code == 1
    with app.app_context():
        assert not db.session.scalars(select(Unit)).all()


def test_same_person_again_changes_nothing(app: Flask) -> None:
    run(app, "zhang.min", "张敏", "自治区党委组织部", "admin")
    assert run(app, "zhang.min", "张敏", "root", "admin").exit_code == 1
    more = run(app, "zhang.min", "张敏", "root", "office")
    assert more.exit_code == 0
    with app.app_context():
        assert len(db.session.scalars(select(Membership)).all()) == 2


def test_guest_needs_an_end(app: Flask) -> None:
    assert run(app, "guest", "魏春生", "县委组织部", "delegate").exit_code == 1
    assert (
        run(app, "guest", "魏春生", "县委组织部", "delegate", "--until", "2099-05-31").exit_code
        == 0
    )
    with app.app_context():
        assert db.session.scalars(select(Membership)).one().last_on == date(2099, 5, 31)
        assert clock.today() < date(2099, 5, 31)
