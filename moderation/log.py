"""The open record: every decision by kind, place, verb, reason and time; no text, no names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from core.db import db

from .key import read_key, write_key
from .models import Decision, QueueItem, Revision
from .reviewable import kinds
from .standing import in_words

PAGE = 50


@dataclass(frozen=True)
class LogPage:
    """Decisions, the newest first, the names of their places, and where the next page goes on."""

    rows: list[Decision]
    places: dict[str, str]
    following: str | None

    def waited(self, row: Decision) -> str:
        """How long the text had waited, in words."""
        assert row.item is not None
        return in_words(row.decided_at - row.item.opened_at)


def page(after: str) -> LogPage:
    """Two statements and one for each kind of content."""
    found = (
        select(Decision)
        .where(Decision.item_id.is_not(None))
        .options(
            joinedload(Decision.item).load_only(
                QueueItem.place, QueueItem.subject_kind, QueueItem.reason, QueueItem.opened_at
            ),
            joinedload(Decision.revision).load_only(Revision.title),
        )
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(PAGE + 1)
    )
    if start := read_key(after):
        found = found.where(tuple_(Decision.decided_at, Decision.id) < start)
    rows = list(db.session.scalars(found))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = write_key(last.decided_at, last.id) if last else None
    names = {
        key: place.name for kind in kinds.values() for key, place in kind.review_places().items()
    }
    return LogPage(rows[:PAGE], names, following)
