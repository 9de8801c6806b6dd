"""Who reviews what: a reviewer decides within the subtree of the unit of the membership."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, false, or_, select, true

from accounts.models import Person, Unit
from core.db import db
from core.policy import Actor

CHIEF = "chief_moderator"
REVIEWERS = ("moderator", CHIEF)


def reviewer_role(actor: Actor, unit: Unit | None = None) -> str | None:
    """The reviewing role that the actor holds at or above the unit, the greater one first."""
    return next((role for role in reversed(REVIEWERS) if actor.holds(role, unit)), None)


def is_reviewer(actor: Actor, unit: Unit | None = None) -> bool:
    """Whether the actor reviews for the unit (or for any)."""
    return reviewer_role(actor, unit) is not None


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
    actor: Actor, unit_id: Any, within: str = "", roles: Collection[str] = REVIEWERS
) -> ColumnElement[bool]:
    """The SQL condition that the actor holds one of the roles for the unit in a column; with
    `within`, a unit's path, that it is this unit or below, too."""
    own = {
        one.unit.path
        for one in getattr(actor, "current", ())
        if one.role in roles and one.unit.path
    }
    paths = {within if within.startswith(path) else path for path in own}
    paths = {path for path in paths if path.startswith(within)}
    if not paths:
        return false()
    under = or_(*(Unit.path.startswith(path) for path in sorted(paths)))
    return unit_id.in_(select(Unit.id).where(under))
