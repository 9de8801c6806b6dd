"""The demo's units and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select

from accounts.models import Membership, Person, SupervisionLink, Unit, UnitEdge
from accounts.passwords import hashed
from accounts.session import PERSON_OPTIONS
from core import clock
from core.db import db

from . import PASSWORD, reading

SINCE = timedelta(days=400)


@dataclass(frozen=True)
class Organisation:
    """Ids by the keys of the content files."""

    units: dict[str, int]
    people: dict[str, int]
    unit_of: dict[str, int]

    @staticmethod
    def read() -> Organisation:
        people = db.session.execute(select(Person.username, Person.id, Person.unit_id)).all()
        units = db.session.execute(select(Unit.key, Unit.id)).all()
        return Organisation(
            {row.key: row.id for row in units},
            {row.username: row.id for row in people},
            {row.username: row.unit_id for row in people},
        )

    @staticmethod
    def paths() -> dict[int, str]:
        """The path of each person's unit, by the person's id."""
        found = select(Person.id, Unit.path).join(Unit, Unit.id == Person.unit_id)
        return dict(db.session.execute(found).all())


def person(username: str) -> Person:
    """A person as the program knows somebody who is signed in."""
    found = select(Person).where(Person.username == username).options(*PERSON_OPTIONS)
    return db.session.scalars(found).unique().one()


def fill() -> Organisation:
    """Insert units, the tree, supervision links, people and their roles."""
    today = clock.today()
    _units(today)
    _people(today)
    return Organisation.read()


def _units(today: date) -> None:
    made: dict[str, Unit] = {}
    edges: list[dict[str, object]] = []
    for row in reading.table("units")["unit"]:
        unit = Unit(key=row["key"], name=row["name"], name_en=row["name_en"], kind=row["kind"])
        db.session.add(unit)
        db.session.flush()
        parent = made.get(row.get("parent", ""))
        unit.path = f"{parent.path if parent else '/'}{unit.id}/"
        if parent is not None:
            edges.append({"child_id": unit.id, "parent_id": parent.id, "valid_from": today - SINCE})
        made[row["key"]] = unit
    db.session.flush()
    db.session.execute(insert(UnitEdge), edges)
    links = [
        {
            "supervisor_id": made[row["supervisor"]].id,
            "unit_id": made[row["unit"]].id,
            "valid_from": today - SINCE,
        }
        for row in reading.table("units")["supervision"]
    ]
    db.session.execute(insert(SupervisionLink), links)


def _people(today: date) -> None:
    units = {row.key: row.id for row in db.session.execute(select(Unit.key, Unit.id))}
    password = hashed(PASSWORD)  # one password, one hash: the demo's is public
    rows = reading.table("people")["person"]
    moment = clock.now() - SINCE
    db.session.execute(
        insert(Person),
        [
            {
                "username": row["username"],
                "name": row["name"],
                "title": row["title"],
                "unit_id": units[row["unit"]],
                "password_hash": password,
                "created_at": moment,
            }
            for row in rows
        ],
    )
    ids = {row.username: row.id for row in db.session.execute(select(Person.username, Person.id))}
    memberships = []
    for row in rows:
        days = row.get("expires_days")
        until = today + timedelta(days=days) if days else None
        for role in row["roles"]:
            memberships.append(
                {
                    "person_id": ids[row["username"]],
                    "unit_id": units[row["unit"]],
                    "role": role,
                    "valid_from": today - (SINCE if until is None else timedelta(days=30)),
                    "valid_until": until,
                }
            )
    db.session.execute(insert(Membership), memberships)
