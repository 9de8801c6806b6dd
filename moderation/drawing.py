"""Which decisions chance draws for a second review, and those that end unjudged.

A decision is drawn once it can no longer be undone, by work in the background: it costs whoever
decides nothing and tells nobody anything. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from core import clock, keys
from core.db import db
from core.jobs import enqueue, job
from core.policy import SYSTEM

from .models import Decision, QueueItem
from .second_review import VERBS, WORDLESS, SecondReview
from .undoing import TIME

PAUSE = timedelta(seconds=30)  # for an undo that began in time to end
EVERY = timedelta(minutes=5)
FIRST = timedelta(days=1)  # how far back the first run goes
OVERLAP = timedelta(minutes=10)  # for what was committed long after it was dated
UNASKED = "spot_check"
WITHIN = timedelta(days=30)  # somebody judges, or it lapses
BATCH = 500


def is_drawn(decision_id: int, percent: int) -> bool:
    """Whether chance picks a decision: a keyed digest of its id, which nobody without SECRET_KEY
    can foresee and whoever has it can work out again. The verdict plays no part."""
    return int(keys.digest("second-review", decision_id), 16) * 100 < percent << 256


@job("moderation.draw", every=EVERY)
def draw_since(since: str = "") -> None:
    """Draw among the decisions that stand, from a moment on; again: nothing.

    Each run asks for the next, which goes on where it ended, however long nothing ran between.
    """
    until = clock.now() - TIME - PAUSE
    begins_at = datetime.fromisoformat(since) if since else until - FIRST
    ids = db.session.scalars(
        select(Decision.id)
        .where(
            Decision.decided_at >= begins_at,
            Decision.decided_at < until,
            Decision.undone_at.is_(None),
            Decision.verb.in_(VERBS),
        )
        .order_by(Decision.decided_at, Decision.id)
    )
    percent = current_app.config["SECOND_REVIEW_PERCENT"]
    draw_among([id for id in ids if is_drawn(id, percent)])
    again = (until - OVERLAP).isoformat()
    enqueue("moderation.draw", due_at=clock.now() + EVERY, since=again)


def draw_among(picked: Sequence[int]) -> None:
    """Draw the decisions of these ids that take part and were not drawn before."""
    for start in range(0, len(picked), BATCH):
        part = picked[start : start + BATCH]
        there = select(SecondReview.decision_id).where(SecondReview.decision_id.in_(part))
        found = (
            select(Decision)
            .join(Decision.item)
            .join(Decision.revision)
            .where(
                Decision.id.in_(part),
                Decision.id.not_in(there),
                QueueItem.reason != UNASKED,
                ~WORDLESS,
            )
            .order_by(Decision.id)
            .options(contains_eager(Decision.item))
        )
        for decision in db.session.scalars(found).all():
            _draw(decision)


def _draw(decision: Decision) -> None:
    item, now = decision.item, clock.now()
    assert item is not None
    second = SecondReview(
        decision_id=decision.id,
        item_id=item.id,
        revision_id=decision.revision_id,
        author_id=item.author_id,
        unit_id=item.unit_id,
        decided_by_id=decision.decided_by_id,
        drawn_at=now,
        lapses_at=now + WITHIN,
    )
    db.session.add(second)
    # The percentage of the day lets an auditor repeat the draw after the setting was changed.
    percent = current_app.config["SECOND_REVIEW_PERCENT"]
    facts = {"decision": decision.id, "place": item.place, "percent": percent}
    second.advance("draw", SYSTEM, **facts)


@job("moderation.lapse_second_reviews", every=timedelta(hours=1))
def lapse_second_reviews() -> None:
    """End those that nobody judged in time, and those whose decision or words are gone."""
    now = clock.now()
    ended = db.session.scalars(
        select(SecondReview)
        .join(SecondReview.decision)
        .join(SecondReview.revision)
        .where(
            SecondReview.closed_at.is_(None),
            or_(
                SecondReview.lapses_at <= now,
                Decision.undone_at.is_not(None),
                WORDLESS,
            ),
        )
        .order_by(SecondReview.drawn_at, SecondReview.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True, of=SecondReview)
        .options(joinedload(SecondReview.item).load_only(QueueItem.place))
    ).all()
    for second in ended:
        second.closed_at = now
        verb = "lapse" if second.lapses_at <= now else "drop"
        second.advance(verb, SYSTEM, decision=second.decision_id, place=second.item.place)
