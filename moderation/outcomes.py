"""What becomes of flags: each ends once, and whoever raised it is told. Nothing here commits."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from core import clock, notices
from core.db import db
from core.policy import Actor

from .flag import Flag, open_on
from .models import Revision
from .reasons import REASONS

# A reviewer's decision on a flagged text, and the verb by which its flags end.
DECIDED = {"harmless": "clear", "hide": "confirm"}


def settle(revision: Revision, verb: str, actor: Actor) -> None:
    """End the open flags on a version by one of their verbs, and tell whoever raised them."""
    for flag in db.session.scalars(open_on(revision.id)).all():
        flag.closed_at = clock.now()
        flag.advance(verb, actor)
        # No word of the text: its title may not be the flagger's to read any more.
        notices.tell(flag.flagger_id, f"{flag.kind}:{verb}", url_for("moderation.list_flags"))


def was_flagged_by(revision: Revision, actor: Actor) -> bool:
    """Whether the actor has flagged this version."""
    own = select(Flag.id).where(Flag.revision_id == revision.id, Flag.flagger_id == actor.id)
    return db.session.scalar(own) is not None


def grounds(revision_id: int) -> tuple[str, ...]:
    """The reasons of a version's flags, each once, in words: what its author is told of them."""
    found = db.session.scalars(select(Flag.reason).where(Flag.revision_id == revision_id))
    given = set(found)
    return tuple(str(words) for code, words in REASONS.items() if code in given)
