"""Who reviews what: a reviewer decides within the subtree of the unit of the membership."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from accounts.models import Unit
from core.policy import Actor

CHIEF = "chief_moderator"
REVIEWERS = ("moderator", CHIEF)


def reviewer_role(actor: Actor, unit: Unit | None = None) -> str | None:
    """The reviewing role that the actor holds at or above the unit, the greater one first."""
    return next((role for role in reversed(REVIEWERS) if actor.holds(role, unit)), None)


def is_reviewer(actor: Actor, unit: Unit | None = None) -> bool:
    """Whether the actor reviews for the unit (or for any)."""
    return reviewer_role(actor, unit) is not None


def covers(actor: Actor, unit_id: Any, roles: Collection[str] = REVIEWERS) -> ColumnElement[bool]:
    """The SQL condition that the actor holds one of the roles for the unit in a column."""
    paths = {
        one.unit.path
        for one in getattr(actor, "current", ())
        if one.role in roles and one.unit.path
    }
    if not paths:
        return false()
    under = or_(*(Unit.path.startswith(path) for path in sorted(paths)))
    return unit_id.in_(select(Unit.id).where(under))
