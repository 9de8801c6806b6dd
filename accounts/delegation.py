"""Who may give which rights to whom: nobody passes on more than the own rights.

An administrator may everything, everywhere. A unit administrator acts within the subtree of the
own unit, gives only GRANTABLE roles, and none for longer than the own role lasts. A chief moderator
gives to others the review of boards, in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from core import clock
from core.policy import Actor, Rule

from .models import Membership, Person, Unit
from .roles import GIVERS, GRANTABLE


def is_admin(actor: Actor) -> bool:
    """Whether nothing limits what the actor may give; commands are run by the operator."""
    return actor.holds("admin") or bool(getattr(actor, "is_system", False))


def own_posts(actor: Actor, roles: Collection[str] = ("unit_admin",)) -> list[Membership]:
    """The actor's roles as unit administrator (or others) that are in force today."""
    current: Iterable[Membership] = getattr(actor, "current", ())
    return [one for one in current if one.role in roles and one.place is None]


def administers(actor: Actor, unit: Unit) -> bool:
    """Whether the unit stands in a subtree that the actor administers today."""
    return is_admin(actor) or any(unit.is_within(post.unit) for post in own_posts(actor))


def is_below_own(actor: Actor, unit: Unit) -> bool:
    """Whether the unit stands below a unit that the actor administers; not that unit itself."""
    return is_admin(actor) or any(
        unit.is_within(post.unit) and unit.id != post.unit_id for post in own_posts(actor)
    )


def administers_person(actor: Actor, person: Person) -> bool:
    """Whether the person is at home, serves or will serve in an administered unit."""
    today = clock.today()
    serving = (one.unit for one in person.memberships if not one.has_ended_by(today))
    return any(administers(actor, unit) for unit in (person.unit, *serving))


def may_grant(actor: Actor, role: str, unit: Unit, until: date | None) -> bool:
    """Whether the actor may give a role at a unit until a day (exclusive; None: no end)."""
    if is_admin(actor):
        return True
    return role in GRANTABLE and any(
        unit.is_within(post.unit) and _lasts(post.valid_until, until)
        for post in own_posts(actor, GIVERS.get(role, ("unit_admin",)))
    )


def may_end(actor: Actor, membership: Membership) -> bool:
    """Whether the actor may end somebody's role: one that the actor might have given."""
    if is_admin(actor):
        return True
    is_own = membership.person_id == actor.id
    givers = own_posts(actor, GIVERS.get(membership.role, ("unit_admin",)))
    is_giver = any(membership.unit.is_within(post.unit) for post in givers)
    return not is_own and membership.role in GRANTABLE and is_giver


def outranks(actor: Actor, person: Person) -> bool:
    """Whether the person has no right that the actor could not give: a new password may be.

    Whoever hands out a password could sign in as that person. So the whole of the person's
    present and coming roles must lie within the actor's, and a role as administrator must not
    last longer than the actor's own.
    """
    if is_admin(actor):
        return True
    today = clock.today()
    return administers(actor, person.unit) and all(
        may_grant(actor, one.role, one.unit, one.valid_until)
        if one.role == "unit_admin"
        else one.role in GRANTABLE and administers(actor, one.unit)
        for one in person.memberships
        if not one.has_ended_by(today)
    )


def _lasts(own_until: date | None, until: date | None) -> bool:
    """Whether the own role lasts at least as long."""
    return own_until is None or (until is not None and until <= own_until)


def _about(test: Any) -> Any:
    """A rule's test that fails when there is no record to ask about."""
    return lambda actor, record: record is not None and test(actor, record)


administers_it = Rule("administers the unit", _about(administers))
administers_above_it = Rule("administers a unit above", _about(is_below_own))
administers_them = Rule("administers the person", _about(administers_person))
outranks_them = Rule("has every right the person has", _about(outranks))
ends_it = Rule("may end the role", _about(may_end))
not_oneself = Rule("somebody else", _about(lambda actor, person: actor.id != person.id))
