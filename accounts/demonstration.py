"""The demo's people on the sign-in page, one click each; outside demo mode there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select

from core.db import db

from .models import Person
from .session import PERSON_OPTIONS

PASSWORD = "dajiatan-demo"
USERNAMES = (
    "cadre",
    "cadre2",
    "delegate",
    "supervisor",
    "expert",
    "moderator",
    "moderator2",
    "chief_moderator",
    "mail_office",
    "handler",
    "signer",
    "minister",
    "leader",
    "office",
    "unit_admin",
    "inspector",
    "admin",
)


def context() -> dict[str, Any]:
    """What the sign-in page shows of them."""
    if not current_app.config["DEMO"]:
        return {"demo_people": []}
    return {"demo_people": people(), "demo_password": PASSWORD}


def people() -> Sequence[Person]:
    """Those who are there, in the order of USERNAMES, with units and roles; one statement."""
    found = db.session.scalars(
        select(Person).where(Person.username.in_(USERNAMES)).options(*PERSON_OPTIONS)
    ).unique()
    return sorted(found, key=lambda person: USERNAMES.index(person.username))
