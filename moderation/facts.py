"""What the journal keeps of an item beside who and when: ids, codes and times, never words.

The monthly report is counted from these alone.
"""

from __future__ import annotations

from typing import Any

from .models import QueueItem


def facts_of(item: QueueItem) -> dict[str, Any]:
    """Moments are whole seconds since 1970."""
    return {
        "place": item.place,
        "subject": item.subject_kind,
        "why": item.reason,
        "unit": item.unit_id if item.unit_id is not None else item.unit.id,
        "opened": int(item.opened_at.timestamp()),
        "due": int(item.due_at.timestamp()),
        "closed": int(item.closed_at.timestamp()) if item.closed_at else None,
        "escalated": int(item.is_escalated),
    }
