"""One decision on several near-copies: each in a transaction of its own, each with its result.

Not in one transaction with savepoints: whoever holds the journal's head after the first would wait
for the rows of the second, while another who holds those waits for the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from accounts.models import Person
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor, Forbidden
from core.states import IllegalMove

from . import deciding
from .models import Decision, QueueItem


@dataclass(frozen=True)
class Result:
    """What became of one item: whether this decision took effect, else why not."""

    item: QueueItem
    is_done: bool
    why: str


def attempt(item_id: int, verb: str, actor: Actor, *, revision_id: int, **words: Any) -> str | None:
    """Decide on one item as if it were alone, in the caller's transaction. The sentence that says
    why it took no effect; None when it did, and then the caller commits."""
    lock = select(QueueItem.id).where(QueueItem.id == item_id)
    db.session.execute(lock.with_for_update(key_share=True))
    item = db.session.scalars(
        QueueItem.visible_to(actor).where(QueueItem.id == item_id)
    ).one_or_none()
    if item is None:
        return _("没有找到这一条，或者它不归你审。")
    try:
        deciding.decide(item, verb, actor, revision_id=revision_id, **words)
        db.session.flush()
    except Conflict as fault:
        return fault.changed
    except Forbidden:
        return _("这一条你不能决定。")
    except (IllegalMove, StaleDataError):
        return _("这一条已经不在待审中。")
    return None


def results(said: dict[int, str | None], actor: Actor) -> list[Result]:
    """The items as they are now, with what was said of each; one statement."""
    found = db.session.scalars(
        QueueItem.visible_to(actor)
        .where(QueueItem.id.in_(said))
        .options(
            joinedload(QueueItem.author).load_only(Person.name),
            joinedload(QueueItem.decision).joinedload(Decision.decided_by).load_only(Person.name),
        )
        .order_by(QueueItem.id)
    )
    return [Result(item, said[item.id] is None, said[item.id] or "") for item in found.unique()]
