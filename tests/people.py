"""The cast: one small tree of units and people with one role each, made when first asked for.

region ─┬─ prefecture ── county
        ├─ department (handles letters)
        └─ office
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import case, insert, select, update
from werkzeug.test import TestResponse

from accounts import passwords, session
from accounts.models import Membership, Person, SignIn, Unit, UnitEdge
from core import clock, csrf, keys
from core.db import db

PASSWORD = "correct horse battery"
REAL_HASHER = passwords._hasher
# Thousands of sign-ins in tests: the comparison is real, only its cost is not.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._nobody = passwords.hashed("nobody's password")
_HASH = passwords.hashed(PASSWORD)
TREE = {
    "region": None,
    "prefecture": "region",
    "county": "prefecture",
    "department": "region",
    "office": "region",
}
# username → (unit, role)
PEOPLE = {
    "cadre": ("county", "cadre"),
    "cadre2": ("prefecture", "cadre"),
    "delegate": ("county", "delegate"),
    "supervisor": ("region", "supervisor"),
    "expert": ("region", "expert"),
    "moderator": ("region", "moderator"),
    "moderator2": ("prefecture", "moderator"),
    "chief_moderator": ("region", "chief_moderator"),
    "mail_office": ("office", "mail_office"),
    "handler": ("department", "handler"),
    "handler2": ("department", "handler"),
    "signer": ("department", "signer"),
    "minister": ("region", "minister"),
    "leader": ("county", "leader"),
    "office": ("office", "office"),
    "unit_admin": ("prefecture", "unit_admin"),
    "inspector": ("region", "inspector"),
    "admin": ("region", "admin"),
}


class Visitor:
    """A browser without JavaScript: a client that sends the session's token with every form."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.client.get(url, **options)

    def token(self) -> str:
        with self.client.session_transaction() as session:
            if csrf.FIELD not in session:
                session[csrf.FIELD] = "a token for tests"
            return str(session[csrf.FIELD])

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(url, data={csrf.FIELD: self.token(), **(data or {})}, **options)


@dataclass
class Cast:
    app: Flask
    ids: dict[str, int] = field(default_factory=dict)

    def id(self, username: str) -> int:
        """The person's id; the tree and the person are made when missing. Needs no context."""
        if username not in self.ids:
            with self.app.app_context():
                self._make(username)
        return self.ids[username]

    def person(self, username: str) -> Person:
        """The person with unit and memberships loaded, in the current context."""
        from accounts.session import PERSON_OPTIONS

        return (
            db.session.scalars(
                select(Person).where(Person.id == self.id(username)).options(*PERSON_OPTIONS)
            )
            .unique()
            .one()
        )

    def unit_id(self, key: str) -> int:
        self._tree()
        return self.ids[f"unit:{key}"]

    def visitor(self, username: str | None = None) -> Visitor:
        """A browser, signed in as the person (without the form) or as nobody."""
        visitor = Visitor(self.app.test_client())
        if username is not None:
            token, now = keys.token(), clock.now()
            row = SignIn(
                digest=session.digest(token),
                person_id=self.id(username),
                began_at=now,
                ends_at=now + timedelta(hours=self.app.config["SIGN_IN_HOURS"]),
            )
            with self.app.app_context():
                db.session.add(row)
                db.session.commit()
            with visitor.client.session_transaction() as cookie:
                cookie.permanent = True
                cookie[session.TOKEN] = token
                cookie[csrf.FIELD] = "a token for tests"
        return visitor

    def _tree(self) -> None:
        if "unit:region" in self.ids:
            return
        units = [{"key": key, "name": f"{key}单位", "kind": "department"} for key in TREE]
        with self.app.app_context():  # in four statements: nearly every test begins with them
            since = clock.today() - timedelta(days=400)
            made = insert(Unit.__table__).returning(Unit.id, sort_by_parameter_order=True)
            ids = dict(zip(TREE, db.session.scalars(made, units), strict=True))
            paths: dict[str, str] = {}
            for key, above in TREE.items():
                paths[key] = f"{paths[above] if above else '/'}{ids[key]}/"
            edges = [
                {"child_id": ids[key], "parent_id": ids[above], "valid_from": since}
                for key, above in TREE.items()
                if above
            ]
            db.session.execute(insert(UnitEdge.__table__), edges)
            db.session.execute(update(Unit.__table__).values(path=case(paths, value=Unit.key)))
            db.session.commit()
        self.ids |= {f"unit:{key}": unit_id for key, unit_id in ids.items()}

    def _make(self, username: str) -> None:
        self._tree()
        unit, role = PEOPLE[username]
        today = clock.today()
        unit_id = self.ids[f"unit:{unit}"]
        words = {"username": username, "name": f"{username}同志", "password_hash": _HASH}
        made = insert(Person.__table__).values(unit_id=unit_id, **words).returning(Person.id)
        person_id = db.session.scalars(made).one()
        role_there = {
            "person_id": person_id,
            "unit_id": unit_id,
            "role": role,
            "valid_from": today - timedelta(days=100),
            "valid_until": today + timedelta(days=100),
        }
        db.session.execute(insert(Membership.__table__).values(role_there))
        db.session.commit()
        self.ids[username] = person_id
