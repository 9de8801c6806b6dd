"""Local moderators: who reviews one board, until a day. Nothing here commits.

It is a role of a membership like any other (accounts/serving.py), which holds in one place: whoever
gives it needs the right to, and none lasts longer than the giver's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from accounts import serving
from accounts.models import Membership, Person
from accounts.serving import RoleFault
from accounts.session import PERSON_OPTIONS
from accounts.usernames import canonical
from core import clock, journal, notices
from core.db import db
from core.i18n import _
from core.policy import Actor

from .models import Board

ROLE = "local_moderator"


def local_moderators(board: Board) -> Sequence[Membership]:
    """Those of this board alone, present and coming. One statement."""
    found = (
        select(Membership)
        .where(
            Membership.place == board.key,
            or_(Membership.valid_until.is_(None), Membership.valid_until > clock.today()),
        )
        .order_by(Membership.valid_from, Membership.id)
        .options(joinedload(Membership.person).load_only(Person.name, Person.username))
    )
    return db.session.scalars(found).all()


def appoint(board: Board, name: str, last_on: date, actor: Actor) -> Membership:
    """Make somebody a moderator of the board from today until the end of a day. Raises RoleFault."""
    person = _meant(name)
    until = last_on + timedelta(days=1)
    made = serving.grant(actor, person, ROLE, board.unit, clock.today(), until, board.key)
    facts: dict[str, int | str | None] = {"person": person.id, "until": until.isoformat()}
    journal.append(board.kind, board.id, "appoint", actor.id, facts=facts)
    told = {"board": board.title, "until": last_on.isoformat()}
    notices.tell(person.id, "forum:appoint", f"/forum/{board.slug}/rules", **told)
    return made


def _meant(name: str) -> Person:
    """Who bears a username, or alone bears a name. Raises RoleFault."""
    found = (
        db.session.scalars(
            select(Person)
            .where(or_(Person.username == canonical(name), Person.name == name.strip()))
            .where(Person.is_active)
            .options(*PERSON_OPTIONS)
        )
        .unique()
        .all()
    )
    named = [one for one in found if one.username == canonical(name)] or found
    if not named:
        raise RoleFault("username", _("没有叫这个名字的人，或者账号已经停用。"))
    if len(named) > 1:
        raise RoleFault("username", _("有几位叫这个名字，请写用户名。"))
    return named[0]


def dismiss(board: Board, membership: Membership, actor: Actor) -> None:
    """Let it end today. Raises RoleFault, Conflict. Needs the membership's unit."""
    person_id = membership.person_id
    serving.end(actor, membership, clock.today())
    journal.append(board.kind, board.id, "dismiss", actor.id, facts={"person": person_id})
    notices.tell(person_id, "forum:dismiss", "/notices", board=board.title)
