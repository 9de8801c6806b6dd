"""Escalation: an item that is overdue, or that a reviewer hands up, lies with the chief moderators.

Nothing here commits. An item whose claim is in force is left to whoever is reading it; when the
lease ends it is taken up. Where no chief moderator could decide, it stays where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import literal, or_, select, true
from sqlalchemy.orm import aliased, selectinload

from accounts.models import Membership, Person, Unit, in_force
from core import clock
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.jobs import job
from core.policy import SYSTEM, Actor

from .facts import facts_of
from .models import LEASE, QueueItem
from .scope import CHIEF
from .telling import tell_reviewer

BATCH = 500


def escalate(item: QueueItem, actor: Actor, reason: str = "") -> None:
    """Move an item to the chief moderators' desk, once. Raises Conflict, IllegalMove, Forbidden."""
    if item.is_escalated:
        raise Conflict(item, _("这一条已经上报，由总审核员来审。"))
    if item.is_waiting and item.is_claimed_by_other(actor):
        raise Conflict(item, _("另一位审核员正在审这一条，现在不能上报。"))
    chiefs = chiefs_for(item)
    if not chiefs:
        raise Conflict(item, _("本单位和上级单位没有可以审这一条的总审核员，请直接作出决定。"))
    item.claimed_by_id = item.claimed_at = None
    item.advance("escalate", actor, note=reason, **facts_of(item))
    item.escalated_at = clock.now()
    item.escalated_by_id = actor.id
    item.escalation = reason
    verb = "escalate" if actor.id else "overdue"
    url = f"/moderation/{item.id}"  # by the clock no request is there
    for person_id in chiefs:
        tell_reviewer(person_id, verb, url, item)


def chiefs_for(item: QueueItem) -> list[int]:
    """Ids of those who may decide the item as chief moderators."""
    concerned = item.subject_class.concerned(item.subject_id)
    apart = {item.author_id, item.first_decided_by_id} | concerned
    found = chiefs_of(item.unit_id, None if _own_unit_counts() else item.author_id)
    return [person_id for person_id in found if person_id not in apart]


def _own_unit_counts() -> bool:
    return bool(current_app.config["REVIEW_OWN_UNIT"])


def chiefs_of(
    unit_id: int, author_id: int | None = None, roles: Collection[str] = (CHIEF,)
) -> Sequence[int]:
    """Ids of the chief moderators (or of those who hold other roles) at or above a unit; none of
    the author's unit, if one is given."""
    path = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
    author, colleague = aliased(Person), aliased(Person)
    colleagues = (
        select(colleague.id)
        .join(author, author.unit_id == colleague.unit_id)
        .where(author.id == author_id)
    )
    return db.session.scalars(
        select(Membership.person_id)
        .join(Membership.unit)
        .where(
            Membership.role.in_(roles),
            in_force(clock.today()),
            Unit.path != "",
            path.like(Unit.path + literal("%")),
            Membership.person_id.not_in(colleagues) if author_id else true(),
        )
        .distinct()
        .order_by(Membership.person_id)
    ).all()


@job("moderation.escalate", every=timedelta(minutes=5))
def escalate_overdue() -> None:
    """Escalate what is overdue; what was escalated is left alone, however often this runs."""
    now = clock.now()
    overdue = db.session.scalars(
        select(QueueItem)
        .where(
            QueueItem.closed_at.is_(None),
            QueueItem.due_at < now,
            QueueItem.escalated_at.is_(None),
            or_(QueueItem.claimed_at.is_(None), QueueItem.claimed_at <= now - LEASE),
        )
        .order_by(QueueItem.due_at, QueueItem.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
        .options(selectinload(QueueItem.unit))
    ).all()
    for item in overdue:
        if chiefs_for(item):
            escalate(item, SYSTEM)
