"""Who is asked: those who hold one of a survey's roles, in one of its units or below.

The rule is asked in two ways that must say the same: of one actor in Python, and as the people whom
it reaches in SQL. A form without units asks everywhere; one for everyone whoever has an account, and
within units whoever serves there. Where a unit stands is what the tree says today, and a role for one
board alone makes nobody one of its unit (accounts/audience.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from accounts.audience import Audience, Belonging, packed
from accounts.models import Membership, Person, Unit, in_force
from core import clock
from core.db import db
from core.i18n import _, pick
from core.policy import Actor

from .definition import EVERYONE, Definition, DefinitionFault, Fault

if TYPE_CHECKING:
    from .models import Survey


def asks(roles: Collection[str], unit_ids: Collection[int], actor: Actor) -> bool:
    """Whether the actor is among those asked."""
    own = Belonging.of(actor)
    if EVERYONE in roles and not unit_ids:
        return own.is_member
    return any(
        (EVERYONE in roles or role in roles) and (not unit_ids or not at.isdisjoint(unit_ids))
        for role, at in own.held
    )


def people(survey: Survey) -> Select[Any]:
    """The ids of those asked whose account is open."""
    found = select(Person.id).where(Person.is_active)
    if EVERYONE in survey.audience and not survey.unit_ids:
        return found
    return found.where(exists().where(Membership.person_id == Person.id, *serving(survey)))


def places(survey: Survey, among: Select[Any]) -> Select[Any, Any]:
    """Of those asked `person_id` with a `unit_id`, one of those by which the person is asked; only
    units `among` some count. Who is asked without serving anywhere stands at the unit at home."""
    found: Select[Any, Any]
    if EVERYONE in survey.audience and not survey.unit_ids:
        found = select(Person.id.label("person_id"), Person.unit_id)
        return found.where(Person.is_active, Person.unit_id.in_(among))
    found = select(Membership.person_id, func.min(Membership.unit_id).label("unit_id"))
    return (
        found.join(Person, Person.id == Membership.person_id)
        .where(Person.is_active, *serving(survey), Membership.unit_id.in_(among))
        .group_by(Membership.person_id)
    )


def serving(survey: Survey) -> list[ColumnElement[bool]]:
    """The conditions on a membership by which its person is asked."""
    found: list[ColumnElement[bool]] = [in_force(clock.today()), Membership.place.is_(None)]
    if EVERYONE not in survey.audience:
        found.append(Membership.role.in_(survey.audience))
    if survey.unit_ids:
        found.append(Membership.unit_id.in_(select(Unit.id).where(within(survey.unit_ids))))
    return found


def within(unit_ids: Iterable[int]) -> ColumnElement[bool]:
    """The condition that a unit is one of some, or stands below one, today."""
    return or_(*(Unit.path.contains(f"/{int(one)}/") for one in unit_ids))


def in_words(survey: Survey) -> str:
    """For the reader; asks the database where there are units."""
    roles = [] if EVERYONE in survey.audience else survey.audience
    who = {(0, 0): "members", (0, 1): "roles", (1, 0): "unit", (1, 1): "both"}
    rule = Audience(who[bool(survey.unit_ids), bool(roles)], None, packed(roles))
    return rule.in_words(_("、").join(_names(survey.unit_ids)))


def ids_of(keys: Collection[str]) -> list[int]:
    """The ids of the units of some keys, as far as there are any."""
    if not keys:
        return []
    return sorted(db.session.scalars(select(Unit.id).where(Unit.key.in_(keys))))


def unit_ids(definition: Definition) -> list[int]:
    """The ids of the units that a form asks. Raises DefinitionFault for one that is not there."""
    if not definition.units:
        return []
    rows = db.session.execute(
        select(Unit.key, Unit.id, Unit.path).where(Unit.key.in_(definition.units))
    )
    found = {row.key: row for row in rows}
    faults = []
    for key in definition.units:
        if key not in found:
            faults.append(Fault("units", _("没有代号是“%(key)s”的单位。", key=key), "", "units"))
        elif not found[key].path:
            sentence = _("“%(key)s”今天不在组织架构里，那里没有人能答。", key=key)
            faults.append(Fault("units", sentence, "", "units"))
    if faults:
        raise DefinitionFault(faults)
    return sorted(row.id for row in found.values())


def _names(ids: Collection[int]) -> list[str]:
    if not ids:
        return []
    asked = select(Unit.name, Unit.name_en).where(Unit.id.in_(ids)).order_by(Unit.path)
    return [pick({"zh": row.name, "en": row.name_en or ""}) for row in db.session.execute(asked)]
