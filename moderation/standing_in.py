"""When nobody but whoever decided could hear an objection: somebody is named to stand in.

A chief moderator of a unit above hears it; where there is none, the administrators are asked to
name another, and whoever objects is told so. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection

from core import notices

from .escalation import chiefs_of
from .models import QueueItem
from .scope import CHIEF, REVIEWERS

WANTED, CALLED = "moderation:stand_in", "moderation:nobody_else"


def chiefs_beside(unit_id: int, apart: Collection[int | None]) -> list[int]:
    """The chief moderators at or above a unit, some people apart."""
    return [one for one in chiefs_of(unit_id, roles=(CHIEF,)) if one not in apart]


def call_for_appeal(item: QueueItem) -> bool:
    """Ask for somebody to hear an appeal that no reviewer may hear; whether that was needed."""
    apart = (item.author_id, item.first_decided_by_id)
    if any(one not in apart for one in chiefs_of(item.unit_id, roles=REVIEWERS)):
        return False
    call(item.unit_id, item.author_id, item.subject_class.review_url(item.subject_id))
    return True


def call(unit_id: int, objector_id: int, url: str) -> None:
    """Tell the administrators that somebody is wanted, and whoever objects that they were told."""
    for person_id in chiefs_of(unit_id, roles=("admin",)):
        notices.tell(person_id, WANTED, f"/admin/units/{unit_id}")
    notices.tell(objector_id, CALLED, url)
