"""Who may enter: what the sign-in compares, in one statement and the same for every name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select

from core import clock
from core.db import db

from . import passwords
from .models import Membership, Person, in_force
from .usernames import canonical


@dataclass(frozen=True)
class Candidate:
    """What is known of a username that somebody typed; `id` is None when nobody bears it."""

    username: str
    id: int | None = None
    name: str = ""
    password_hash: str | None = None
    language: str | None = None
    is_admitted: bool = False

    @staticmethod
    def named(username: str) -> Candidate:
        """One statement; the account must be open and some role in force for `is_admitted`."""
        spelled = canonical(username)
        serves = exists().where(Membership.person_id == Person.id, in_force(clock.today()))
        row = db.session.execute(
            select(
                Person.id,
                Person.name,
                Person.password_hash,
                Person.language,
                (Person.is_active & serves).label("is_admitted"),
            ).where(Person.username == spelled)
        ).one_or_none()
        return Candidate(spelled, **row._mapping) if row else Candidate(spelled)

    def enters_with(self, password: str) -> bool:
        """Whether the password opens the door; slow, and as slow when there is nobody."""
        return passwords.matches(self.password_hash, password) and self.is_admitted
