"""For whom something is: everybody, everybody signed in, a unit and what is below it, roles.

The rule is asked in two ways that must say the same: of one record in Python, and as a condition
in SQL, which costs the same however many records there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from core.i18n import _
from core.policy import Actor

from .models import Unit
from .roles import ROLES

# everyone: not signed in, too; both: the roles within the unit; either: the unit, or the roles.
WHO = ("everyone", "members", "unit", "roles", "both", "either")
OF_UNIT = ("unit", "both", "either")
OF_ROLES = ("roles", "both", "either")


@dataclass(frozen=True)
class Belonging:
    """What a rule may ask of an actor: the units at and above each of the actor's places, and the
    roles held at them today. A role for one place alone makes nobody one of its unit."""

    is_member: bool
    units: frozenset[int]
    roles: frozenset[str]
    held: tuple[tuple[str, frozenset[int]], ...]

    @classmethod
    def of(cls, actor: Actor) -> Belonging:
        if not actor.is_authenticated:
            return cls(False, frozenset(), frozenset(), ())
        current = [one for one in getattr(actor, "current", ()) if one.place is None]
        held = tuple((one.role, _at_and_above(one.unit)) for one in current)
        units = _at_and_above(getattr(actor, "unit", None)).union(*(units for _role, units in held))
        return cls(True, units, frozenset(role for role, _units in held), held)


def _at_and_above(unit: Unit | None) -> frozenset[int]:
    """The ids of a unit and of those above it, today; none for one that left the tree."""
    return frozenset(int(part) for part in unit.path.split("/") if part) if unit else frozenset()


@dataclass(frozen=True)
class Audience:
    """`who` is one of WHO; `roles` are names between commas (",expert,delegate,"), or ""."""

    who: str
    unit_id: int | None = None
    roles: str = ""

    @classmethod
    def of(cls, who: str, unit_id: int | None, roles: Iterable[str]) -> Audience:
        """With no more than the rule asks for, so that equal rules are equal."""
        kept = packed(roles) if who in OF_ROLES else ""
        return cls(who, unit_id if who in OF_UNIT else None, kept)

    @property
    def role_names(self) -> list[str]:
        return [name for name in self.roles.split(",") if name]

    def admits(self, actor: Actor) -> bool:
        own = Belonging.of(actor)
        wanted = set(self.role_names)
        if self.who == "everyone" or not own.is_member:
            return self.who == "everyone"
        in_unit, in_role = self.unit_id in own.units, bool(wanted & own.roles)
        return {
            "members": True,
            "unit": in_unit,
            "roles": in_role,
            "either": in_unit or in_role,
            "both": any(role in wanted and self.unit_id in at for role, at in own.held),
        }[self.who]

    def is_within(self, other: Audience) -> bool:
        """Whether the other admits everybody whom this one admits; False where that is not seen
        from the rules alone."""
        if self == other or other.who == "everyone":
            return True
        if other.who == "members":
            return self.who != "everyone"
        is_same_unit = self.who in OF_UNIT and self.unit_id == other.unit_id
        are_fewer = self.who in OF_ROLES and set(self.role_names) <= set(other.role_names)
        return {
            "unit": self.who in ("unit", "both") and is_same_unit,
            "roles": self.who in ("roles", "both") and are_fewer,
            "both": self.who == "both" and is_same_unit and are_fewer,
            "either": {
                "unit": is_same_unit,
                "roles": are_fewer,
                "both": is_same_unit or are_fewer,
                "either": is_same_unit and are_fewer,
            }.get(self.who, False),
        }.get(other.who, False)

    def in_words(self, unit_name: str = "") -> str:
        """For the reader; `unit_name` is its unit's."""
        said = {
            "unit": unit_name,
            "roles": _("、").join(str(ROLES[one]) for one in self.role_names),
        }
        return {
            "everyone": lambda: _("所有人，不登录也可以"),
            "members": lambda: _("所有登录的人"),
            "unit": lambda: _("%(unit)s及下属单位的人", **said),
            "roles": lambda: _("担任这些角色的人：%(roles)s", **said),
            "both": lambda: _("在%(unit)s及下属单位担任这些角色的人：%(roles)s", **said),
            "either": lambda: _("%(unit)s及下属单位的人，以及担任这些角色的人：%(roles)s", **said),
        }[self.who]()


def packed(roles: Iterable[str]) -> str:
    """Roles as a column keeps them, in the order of the list of roles."""
    chosen = set(roles)
    names = ",".join(name for name in ROLES if name in chosen)
    return f",{names}," if names else ""


def admitting(who: Any, unit_id: Any, roles: Any, actor: Actor) -> ColumnElement[bool]:
    """The condition that the rule in three columns admits the actor."""
    return _admitting(who, unit_id, roles, Belonging.of(actor))


@lru_cache(maxsize=1_000)
def _admitting(who: Any, unit_id: Any, roles: Any, own: Belonging) -> ColumnElement[bool]:
    """Kept: it follows from what a person belongs to alone, and making it costs more than asking."""
    if not own.is_member:
        return or_(who == "everyone")
    in_unit, in_role = _among(unit_id, own.units), _names_one(roles, own.roles)
    within = (and_(_names_one(roles, (role,)), _among(unit_id, at)) for role, at in own.held)
    return or_(
        who.in_(("everyone", "members")),
        and_(who.in_(("unit", "either")), in_unit),
        and_(who.in_(("roles", "either")), in_role),
        and_(who == "both", or_(false(), *within)),
    )


def _among(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    return column.in_(sorted(ids)) if ids else false()


def _names_one(column: Any, names: Iterable[str]) -> ColumnElement[bool]:
    found = (column.contains(f",{name},", autoescape=True) for name in sorted(names))
    return or_(false(), *found)
