"""Who reviews what: a reviewer decides within the subtree of the unit of the membership.

A local moderator reviews places: one, or those of a unit and what is below it. Such a role counts
only where the place is named, so that it opens nothing that does not ask for it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from accounts.models import Membership, Person, Unit
from core.db import db
from core.policy import Actor

CHIEF = "chief_moderator"
REVIEWERS = ("moderator", CHIEF)
LOCAL = "local_moderator"


def reviewer_role(actor: Actor, unit: Unit | None = None, place: str | None = None) -> str | None:
    """The reviewing role that the actor holds at or above the unit, the greater one first; with
    `place`, its local moderators count, too; with no unit, whoever reviews anything."""
    for role in reversed(REVIEWERS):
        if actor.holds(role, unit):
            return role
    if unit is None and place is None:
        return LOCAL if _local_to(actor) else None
    if place is not None and (place in _places_of(actor) or actor.holds(LOCAL, unit)):
        return LOCAL
    return None


def is_reviewer(actor: Actor, unit: Unit | None = None, place: str | None = None) -> bool:
    """Whether the actor reviews for the unit, or in the place (or anywhere)."""
    return reviewer_role(actor, unit, place) is not None


def _local_to(actor: Actor) -> list[Membership]:
    """What makes the actor a local moderator today."""
    return [one for one in getattr(actor, "current", ()) if one.role == LOCAL]


def _places_of(actor: Actor) -> set[str]:
    """The places of which the actor is a local moderator by themselves."""
    return {one.place for one in _local_to(actor) if one.place is not None}


def is_own_unit(actor: Actor, item: Any) -> bool:
    """Whether, by the setting, the item is not the actor's to decide: its author's unit is the
    actor's. One statement where the author's unit is not loaded; none while everybody may."""
    if current_app.config["REVIEW_OWN_UNIT"] or item is None:
        return False
    unit_id = _unit_of_author(item)
    return unit_id is not None and unit_id == getattr(actor, "unit_id", None)


def _unit_of_author(item: Any) -> int | None:
    author = vars(item).get("author")
    if author is not None and "unit_id" in vars(author):
        return cast("int | None", author.unit_id)
    with db.session.no_autoflush:
        return db.session.scalar(select(Person.unit_id).where(Person.id == item.author_id))


def of_other_units(actor: Actor, author_id: Any) -> ColumnElement[bool]:
    """The SQL condition that the author in a column is, by the setting, none of the own unit."""
    if current_app.config["REVIEW_OWN_UNIT"]:
        return true()
    own = select(Person.id).where(Person.unit_id == getattr(actor, "unit_id", None))
    return author_id.not_in(own)


def covers(
    actor: Actor,
    unit_id: Any,
    within: str = "",
    roles: Collection[str] = REVIEWERS,
    place: Any = None,
) -> ColumnElement[bool]:
    """The SQL condition that the actor holds one of the roles for the unit in a column; with
    `place`, a column, that of local moderators counts, too; with `within`, a unit's path, the unit
    is this one or below."""
    counted = roles if place is None else (*roles, LOCAL)
    own = {
        one.unit.path
        for one in getattr(actor, "current", ())
        if one.role in counted and one.place is None and one.unit.path
    }
    paths = {within if within.startswith(path) else path for path in own}
    paths = {path for path in paths if path.startswith(within)}
    reached = unit_id.in_(_under(paths)) if paths else false()
    places = _places_of(actor) if place is not None else ()
    if not places:
        return reached
    local = place.in_(sorted(places))
    if within:
        local = and_(local, unit_id.in_(_under((within,))))
    return or_(reached, local)


def _under(paths: Collection[str]) -> Select[int]:
    under = or_(*(Unit.path.startswith(path) for path in sorted(paths)))
    return select(Unit.id).where(under)


def units_of_places(actor: Actor) -> set[int]:
    """The units to which the places belong of which the actor is a local moderator."""
    return {one.unit_id for one in _local_to(actor) if one.place is not None}
