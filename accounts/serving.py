"""Giving and ending roles."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, func, select

from core import clock, journal
from core.db import db, hold
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from .delegation import is_admin, may_end, may_grant
from .models import Membership, Person, Unit, in_force
from .roles import GUESTS, ROLES


class RoleFault(ValueError):
    """A role that cannot be given or ended; `field` names what is wrong, the sentence says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def fault_of(
    actor: Actor, role: str, unit: Unit, since: date, until: date | None
) -> RoleFault | None:
    """Why the actor cannot give this role, apart from whom it is for; None when it can be."""
    if role not in ROLES:
        return RoleFault("role", _("没有这个角色。"))
    if not unit.path:
        return RoleFault("unit", _("这个单位今天不在组织架构里。"))
    if until is not None and until <= since:
        return RoleFault("until", _("结束的日子要在开始的日子之后。"))
    if until is not None and until <= clock.today():
        return RoleFault("until", _("结束的日子已经过去了。"))
    if role in GUESTS and until is None:
        return RoleFault("until", _("“%(role)s”要写明最后一天。", role=ROLES[role]))
    if may_grant(actor, role, unit, until):
        return None
    if may_grant(actor, role, unit, clock.today()):
        return RoleFault("until", _("不能比你自己的任职更长：请写一个更早的最后一天。"))
    if may_grant(actor, "cadre", unit, clock.today()):
        return RoleFault("role", _("你不能给出这个角色，请找上级管理员。"))
    return RoleFault("unit", _("这个单位不归你管理。"))


def grant(
    actor: Actor,
    person: Person,
    role: str,
    unit: Unit,
    since: date,
    until: date | None = None,
    place: str | None = None,
) -> Membership:
    """Give a person a role at a unit, or in one place of it alone, from a day until a day
    (exclusive). Raises RoleFault."""
    if person.id == actor.id and not is_admin(actor):
        raise RoleFault("role", _("自己的角色由上级管理员办理。"))
    if fault := fault_of(actor, role, unit, since, until):
        raise fault
    if _overlaps(person, role, unit, since, until, place):
        raise RoleFault("role", _("这段时间里已经有同样的任职。"))
    made = Membership(
        person_id=person.id,
        unit_id=unit.id,
        role=role,
        valid_from=since,
        valid_until=until,
        place=place,
    )
    db.session.add(made)
    db.session.flush()
    facts = facts_of(role, unit.id, since, until, place)
    journal.append(Person.kind, person.id, "grant", actor.id, facts=facts)
    return made


def facts_of(
    role: str, unit_id: int, since: date, until: date | None, place: str | None = None
) -> dict[str, int | str | None]:
    """What the journal keeps of a role."""
    return {
        "role": role,
        "unit": unit_id,
        "from": since.isoformat(),
        "until": until.isoformat() if until else None,
        **({"place": place} if place else {}),
    }


def end(actor: Actor, membership: Membership, from_day: date) -> None:
    """Let a role end; `from_day` is the first day without it. One that has not begun is undone.

    Raises RoleFault, or Conflict when it ends by then anyway.
    """
    if not may_end(actor, membership):
        raise RoleFault("role", _("你不能结束这项任职，请找上级管理员。"))
    if from_day < clock.today():
        raise RoleFault("until", _("不能结束在过去的日子。"))
    if membership.has_ended_by(from_day):
        raise Conflict(membership)
    if membership.role == "admin" and is_last_admin(membership.person_id):
        raise RoleFault("role", _("这是最后一位管理员，请先任命另一位。"))
    journal.append(
        Person.kind,
        membership.person_id,
        "end_role",
        actor.id,
        facts=facts_of(
            membership.role,
            membership.unit_id,
            membership.valid_from,
            from_day,
            membership.place,
        ),
    )
    if membership.valid_from >= from_day:
        db.session.delete(membership)
    else:
        membership.valid_until = from_day
    db.session.flush()


def is_last_admin(person_id: int) -> bool:
    """Whether no other open account has the role of an administrator today."""
    hold("the last administrator")
    return not db.session.scalar(
        select(
            exists().where(
                Membership.role == "admin",
                Membership.person_id != person_id,
                in_force(clock.today()),
                Person.id == Membership.person_id,
                Person.is_active,
            )
        )
    )


def _overlaps(
    person: Person, role: str, unit: Unit, since: date, until: date | None, place: str | None
) -> bool:
    same = (
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.person_id == person.id,
            Membership.unit_id == unit.id,
            Membership.role == role,
            Membership.place == place if place else Membership.place.is_(None),
            Membership.valid_until.is_(None) | (Membership.valid_until > since),
        )
    )
    if until is not None:
        same = same.where(Membership.valid_from < until)
    return bool(db.session.scalar(same))
