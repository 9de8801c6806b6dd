"""By when an item is decided: the place's service time, in office hours.

The clock stands still while the author mends a returned text: what the reviewers had left goes on
when it is handed in again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from core import clock, office_hours
from core.db import db

from .models import Decision, QueueItem
from .reviewable import Reviewable

LEAST = 4  # of the service time, one part in this many is left for a text that comes back


def due_at(record: Reviewable) -> datetime:
    """When an item that opens now for the record is due."""
    hours = timedelta(hours=record.review_hours or current_app.config["SERVICE_HOURS"])
    left = _left(record)
    return office_hours.due_after(clock.now(), hours if left is None else max(left, hours / LEAST))


def _left(record: Reviewable) -> timedelta | None:
    """The office hours that were left when the newest version was returned; None: it was not."""
    if record.latest_revision_id is None:
        return None
    returned = db.session.execute(
        select(QueueItem.closed_at, QueueItem.due_at)
        .join(Decision, Decision.item_id == QueueItem.id)
        .where(
            QueueItem.revision_id == record.latest_revision_id,
            Decision.verb == "return",
            Decision.undone_at.is_(None),
        )
        .limit(1)
    ).one_or_none()
    if returned is None or returned.closed_at is None:
        return None
    return office_hours.working_hours_between(returned.closed_at, returned.due_at)
