"""Slips: a printed one-time code with which somebody chooses a new password, without mail.

The code has 59 bits and is shown once, on the page to be printed. The row keeps a keyed digest
of it; a newer slip makes the older worthless, and using it deletes the row.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select

from core import clock, journal, keys, notices
from core.db import db
from core.i18n import _, _l
from core.policy import Actor

from . import session
from .models import Membership, Person, Slip, in_force
from .usernames import canonical

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
LENGTH = 12
VALID = timedelta(days=3)
FIRST_VALID = timedelta(days=14)  # for people who have never signed in

notices.kind(
    "accounts:slip_issued",
    _l(
        "%(issuer)s 为你的账号开出了一张密码凭条，三天内可以用它设置新密码。"
        "如果不是你要的，请马上告诉上级管理员。"
    ),
)
notices.kind(
    "accounts:slip_used",
    _l("你的密码已经用凭条重新设置。如果不是你做的，请马上告诉上级管理员。"),
)


@dataclass(frozen=True)
class Printed:
    """What stands on a slip; the code is known nowhere else."""

    person_id: int
    name: str
    username: str
    unit: str
    code: str
    ends_at: datetime


@dataclass(frozen=True)
class Claim:
    """Somebody's claim to a slip: whether username and code belong together and still count."""

    username: str
    person_id: int  # 0: nobody
    name: str
    digest: str
    is_right: bool

    @staticmethod
    def of(username: str, code: str) -> Claim:
        """Look the claim up; the same one statement and comparison whoever exists."""
        spelled = canonical(username)
        serves = exists().where(Membership.person_id == Person.id, in_force(clock.today()))
        row = db.session.execute(
            select(Person.id, Person.name, Slip.digest)
            .join(Slip, Slip.person_id == Person.id)
            .where(
                Person.username == spelled,
                Person.is_active,
                serves,
                Slip.ends_at > clock.now(),
            )
        ).one_or_none()
        if row is None:
            given = digest(0, code)
            return Claim(spelled, 0, "", given, is_right=False)
        given = digest(row.id, code)
        return Claim(spelled, row.id, row.name, given, keys.same(given, row.digest))

    def redeem(self) -> bool:
        """Use the slip up; False when it was used in the meantime."""
        used = db.session.execute(
            delete(Slip)
            .where(Slip.person_id == self.person_id, Slip.digest == self.digest)
            .returning(Slip.id)
        )
        return used.one_or_none() is not None


def digest(person_id: int, code: str) -> str:
    """What the database keeps of a code; capitals, hyphens and spaces make no difference."""
    return keys.digest("slip", person_id, plain(code))


def plain(code: str) -> str:
    """A code as typed, brought to one form."""
    return "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())


def new_code() -> str:
    """A code as people read it: three groups of four."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[start : start + 4] for start in range(0, LENGTH, 4))


def issue(actor: Actor, person: Person) -> Printed:
    """Make a slip for a person, loaded with the unit; the owner of the account is told."""
    [printed] = issue_all(actor, [person])
    return printed


def issue_all(actor: Actor, people: list[Person]) -> list[Printed]:
    """Make a slip for each person; the statements do not grow with their number."""
    now = clock.now()
    made, rows, events = [], [], []
    for person in people:
        code = new_code()
        ends_at = now + (VALID if person.password_hash else FIRST_VALID)
        made.append(
            Printed(person.id, person.name, person.username, person.unit.name, code, ends_at)
        )
        rows.append(
            {
                "person_id": person.id,
                "digest": digest(person.id, code),
                "issuer_id": actor.id,
                "issued_at": now,
                "ends_at": ends_at,
            }
        )
        events.append(
            {
                "at": now.replace(microsecond=0),
                "actor_id": actor.id,
                "kind": Person.kind,
                "subject_id": person.id,
                "verb": "issue_slip",
            }
        )
        if person.password_hash:
            issuer = getattr(actor, "name", "") or _("系统运维")
            notices.tell(person.id, "accounts:slip_issued", "/me", issuer=issuer)
    for start in range(0, len(rows), 500):
        some = [row["person_id"] for row in rows[start : start + 500]]
        db.session.execute(delete(Slip).where(Slip.person_id.in_(some)))
    if rows:
        db.session.execute(insert(Slip), rows)
        journal.append_all(events)
    return made


def set_password(claim: Claim, password_hash: str) -> bool:
    """Let the claim have its new password and end every sign-in; False when it was used up."""
    if not claim.redeem():
        return False
    person = db.session.get_one(Person, claim.person_id)
    is_first = person.password_hash is None
    person.password_hash = password_hash
    person.must_change_password = False
    session.end_everywhere(person.id)
    journal.append(Person.kind, person.id, "use_slip", person.id)
    if not is_first:
        notices.tell(person.id, "accounts:slip_used", "/me")
    return True
