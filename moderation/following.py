"""What waits goes where its text goes. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select, update

from core.db import db

from .models import QueueItem


def lock_waiting(kind: str, subject_ids: Select[int]) -> None:
    """Lock the items in which any of the texts waits. Raises OperationalError rather than wait."""
    db.session.execute(
        select(QueueItem.id)
        .where(
            QueueItem.subject_kind == kind,
            QueueItem.subject_id.in_(subject_ids),
            QueueItem.closed_at.is_(None),
        )
        .order_by(QueueItem.id)
        .with_for_update(nowait=True, key_share=True)
    )


def follow(kind: str, subject_ids: Sequence[int], place: str, unit_id: int) -> None:
    """Let those items wait in another place, before its unit's reviewers."""
    db.session.execute(
        update(QueueItem)
        .where(
            QueueItem.subject_kind == kind,
            QueueItem.subject_id.in_(subject_ids),
            QueueItem.closed_at.is_(None),
        )
        .values(place=place, unit_id=unit_id)
        .execution_options(synchronize_session="fetch")
    )
