"""Where the demo's people get mail: nowhere outside, but in files that one can open."""

from __future__ import annotations

from sqlalchemy import insert, select

from accounts.demonstration import USERNAMES
from accounts.models import Person
from core import clock
from core.db import db
from core.mail import MailAddress, MailChoice

from .organisation import SINCE

PACES = {
    "cadre": {"follow": "instant"},
    "chief_moderator": {"task": "instant"},
    "expert": {"follow": "instant"},
    "moderator": {"task": "instant", "follow": "weekly"},
}


def fill() -> None:
    """Verified addresses, and some choices; nothing here commits."""
    at = clock.now() - SINCE
    ids = {
        row.username: row.id
        for row in db.session.execute(
            select(Person.username, Person.id).where(Person.username.in_(USERNAMES))
        )
    }
    addresses = [
        {
            "person_id": person_id,
            "address": f"{username}@example.invalid",
            "asked_at": at,
            "verified_at": at,
        }
        for username, person_id in ids.items()
    ]
    db.session.execute(insert(MailAddress), addresses)
    choices = [
        {"person_id": ids[username], "sort": sort, "pace": pace, "at": at}
        for username, paces in PACES.items()
        for sort, pace in paces.items()
    ]
    db.session.execute(insert(MailChoice), choices)
