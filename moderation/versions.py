"""The versions of a text, as its readers may see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.db import db
from core.policy import Actor

from .difference import Difference, difference
from .models import Decision, Revision
from .reviewable import Reviewable

PUBLISHING = ("approve", "overturn", "exempt")


@dataclass(frozen=True)
class Version:
    """A version, whether it is or was public, and what it changed."""

    revision: Revision
    was_public: bool
    difference: Difference | None


def versions(record: Reviewable, actor: Actor) -> list[Version]:
    """Newest first: the author's own all, everybody else's those that were public."""
    passed = select(Decision.id).where(
        Decision.revision_id == Revision.id,
        Decision.verb.in_(PUBLISHING),
        Decision.undone_at.is_(None),
    )
    rows = db.session.execute(
        select(Revision, passed.exists().label("was_public"))
        .where(Revision.subject_kind == record.kind, Revision.subject_id == record.id)
        .order_by(Revision.number)
    )
    is_own = record.author_id == actor.id
    found: list[Version] = []
    for revision, was_public in rows:
        if not (was_public or is_own):
            continue
        before = found[-1].revision if found else None
        change = difference(before, revision) if before else None
        found.append(Version(revision, was_public, change))
    return found[::-1]
