"""Who is at an item: a lease of ten minutes, renewed, given back, taken over, and seen by the
others. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from sqlalchemy.orm import joinedload, load_only

from accounts.models import Person
from core import clock
from core.db import db
from core.errors import Conflict
from core.i18n import _, stamp
from core.policy import Actor
from core.states import IllegalMove

from .models import Decision, QueueItem
from .reasons import OUTCOMES
from .telling import tell_reviewer


def claim(item: QueueItem, actor: Actor) -> None:
    """Take an item for ten minutes, or for ten more. Raises Conflict while it is another's."""
    refuse_claimed(item, actor)
    if not item.can("claim"):
        raise IllegalMove(item, "claim")
    item.claimed_by_id = actor.id
    item.claimed_at = clock.now()
    item.advance("claim", actor)


def renew(item: QueueItem, actor: Actor) -> None:
    """Ten more minutes for whoever is at it; no event. Raises Conflict when the claim is lost."""
    if not item.is_waiting or item.claimed_by_id != actor.id:
        raise Conflict(item, _("这一条已经不在你手里了。"))
    item.claimed_at = clock.now()


def release(item: QueueItem, actor: Actor) -> None:
    """Give an own claim back. Raises Conflict when it is not the actor's any more."""
    if item.state == "claimed" and item.claimed_by_id != actor.id:
        raise Conflict(item, _("这一条已由别人在审。"))
    if not item.can("release"):
        raise IllegalMove(item, "release")
    item.claimed_by_id = item.claimed_at = None
    item.advance("release", actor)


def take_over(item: QueueItem, actor: Actor, reason: str) -> None:
    """Take an item from whoever is at it, and tell them why. Raises IllegalMove, Conflict."""
    if not item.can("take_over"):
        raise IllegalMove(item, "take_over")
    if not item.is_claimed_by_other(actor):
        raise Conflict(item, _("已经没有别人在审这一条，直接领取就可以。"))
    before = item.claimed_by_id
    item.claimed_by_id = actor.id
    item.claimed_at = clock.now()
    item.advance("take_over", actor, note=reason, previous=before)
    url = url_for("moderation.show_item", id=item.id)
    who = getattr(actor, "name", "")
    tell_reviewer(before, "take_over", url, item, who=who, reason=reason)


def refuse_claimed(item: QueueItem, actor: Actor) -> None:
    if item.is_waiting and item.is_claimed_by_other(actor):
        raise Conflict(
            item, _("另一位审核员正在审这一条，到 %(time)s 为止。", time=stamp(item.claim_ends_at))
        )


def presence(item: QueueItem, actor: Actor) -> tuple[str, str]:
    """Who is at an item or what became of it, in a word or two, and the tone of its chip."""
    if item.state == "withdrawn":
        return _("作者已撤回"), "done"
    if not item.is_waiting and item.decision is not None:
        return str(OUTCOMES[item.decision.verb]), ""
    if item.is_claimed_by(actor):
        return _("你在审"), "wait"
    if item.is_claimed and item.claimed_by is not None:
        return _("%(name)s在审", name=item.claimed_by.name), "wait"
    if item.author_id == actor.id:
        return _("你写的"), "done"
    return "", ""


def seen(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    """The presence at each of some items that the actor reviews; one statement."""
    found = db.session.scalars(
        QueueItem.visible_to(actor)
        .where(QueueItem.id.in_(sorted(ids)))
        .options(
            load_only(
                QueueItem.state,
                QueueItem.closed_at,
                QueueItem.author_id,
                QueueItem.claimed_at,
                QueueItem.claimed_by_id,
            ),
            joinedload(QueueItem.claimed_by).load_only(Person.name),
            joinedload(QueueItem.decision).load_only(Decision.verb),
        )
    )
    return {item.id: presence(item, actor) for item in found.unique()}
