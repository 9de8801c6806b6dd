"""The versions of a text, as its readers may see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import Person
from core.db import db
from core.policy import Actor

from .difference import Difference, difference
from .models import Decision, Revision
from .reviewable import Reviewable

PUBLISHING = ("approve", "overturn", "exempt", "amend", "redact")
READABLE = ("published", "superseded")


@dataclass(frozen=True)
class Version:
    """A version, whether others may read it, and what it changed."""

    revision: Revision
    was_public: bool
    difference: Difference | None


def versions(record: Reviewable, actor: Actor) -> list[Version]:
    """Newest first: the author's own all, everybody else's those that were public and that
    nobody took away; but none from before something was covered, and none that its author took
    back from a reviewer."""
    is_own = record.author_id == actor.id
    found: list[Version] = []
    for revision, was_public in of_record(record):
        if not (was_public or is_own):
            continue
        before = found[-1].revision if found else None
        change = difference(before, revision) if before else None
        found.append(Version(revision, was_public, change))
    return found[::-1]


def of_record(record: Reviewable) -> list[tuple[Revision, bool]]:
    """Every version, the oldest first, and whether its readers may read it; one statement."""
    passed = select(Decision.id).where(
        Decision.revision_id == Revision.id,
        Decision.verb.in_(PUBLISHING),
        Decision.undone_at.is_(None),
    )
    rows = db.session.execute(
        select(Revision, passed.exists().label("was_public"))
        .options(joinedload(Revision.edited_by).load_only(Person.name))
        .where(Revision.subject_kind == record.kind, Revision.subject_id == record.id)
        .order_by(Revision.number)
    ).all()
    covered = max(
        (one.number for one, passed in rows if passed and one.edit_kind == "redact"), default=0
    )
    return [
        (
            one,
            one.id == record.public_revision_id
            or (was_passed and one.number >= covered and one.state in READABLE),
        )
        for one, was_passed in rows
    ]
