"""What administrators do with a person's account; giving roles is in serving.py."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, delete, false, or_, select, true

from core import clock, journal
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from . import session
from .delegation import is_admin, own_posts
from .models import Membership, Person, Slip, Unit, in_force
from .serving import RoleFault, is_last_admin


def administered_units(actor: Actor) -> ColumnElement[bool]:
    """The condition that a unit stands in a subtree which the actor administers."""
    if is_admin(actor):
        return true()
    roots = [post.unit.path for post in own_posts(actor) if post.unit.path]
    return or_(false(), *(Unit.path.startswith(root, autoescape=True) for root in roots))


def administered_by(actor: Actor) -> Select[Person]:
    """The people at home, serving or going to serve in units which the actor administers."""
    if is_admin(actor):
        return select(Person)
    within = select(Unit.id).where(administered_units(actor))
    serving = select(Membership.person_id).where(
        Membership.unit_id.in_(within),
        or_(Membership.valid_until.is_(None), Membership.valid_until > clock.today()),
    )
    return select(Person).where(or_(Person.unit_id.in_(within), Person.id.in_(serving)))


def is_around(unit_id: int) -> ColumnElement[bool]:
    """The condition that a person is at home or serves in a unit or below it, today."""
    path = select(Unit.path).where(Unit.id == unit_id, Unit.path != "").scalar_subquery()
    within = select(Unit.id).where(Unit.path.startswith(path))
    serving = select(Membership.person_id).where(
        Membership.unit_id.in_(within), in_force(clock.today())
    )
    return or_(Person.unit_id.in_(within), Person.id.in_(serving))


def edit(actor: Actor, person: Person, name: str, title: str | None, unit: Unit) -> None:
    """Change what everybody sees of a person."""
    person.name, person.title, person.unit_id = name, title, unit.id
    person.version += 1
    journal.append(Person.kind, person.id, "edit", actor.id, facts={"unit": unit.id})


def disable(actor: Actor, person: Person) -> None:
    """Close an account: every sign-in ends at once, a slip becomes worthless.

    Raises RoleFault for the last administrator, Conflict when the account is closed already.
    """
    if not person.is_active:
        raise Conflict(person)
    if person.holds("admin") and is_last_admin(person.id):
        raise RoleFault("", _("这是最后一位管理员，请先任命另一位。"))
    person.is_active = False
    person.version += 1
    session.end_everywhere(person.id)
    db.session.execute(delete(Slip).where(Slip.person_id == person.id))
    journal.append(Person.kind, person.id, "disable", actor.id)


def enable(actor: Actor, person: Person) -> None:
    """Open a closed account again. Raises Conflict when it is open already."""
    if person.is_active:
        raise Conflict(person)
    person.is_active = True
    person.version += 1
    journal.append(Person.kind, person.id, "enable", actor.id)


def require_change(actor: Actor, person: Person) -> None:
    """Let the person choose a new password before anything else."""
    person.must_change_password = True
    person.version += 1
    journal.append(Person.kind, person.id, "require_change", actor.id)
