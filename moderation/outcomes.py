"""What becomes of flags: each ends once, and whoever raised it is told. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select

from core import clock, notices
from core.db import db
from core.notices import Told
from core.policy import Actor
from core.states import advance_all

from .flag import Flag, open_on
from .models import Revision
from .reasons import REASONS

# A reviewer's decision on a flagged text, and the verb by which its flags end.
DECIDED = {"harmless": "clear", "hide": "confirm"}


def settle(revision: Revision, verb: str, actor: Actor) -> int:
    """End the open flags on a version by one of their verbs, and tell whoever raised them; how
    many there were. Three statements, however many they are, and one where there is none."""
    return settle_all([revision], verb, actor)


def settle_all(revisions: Sequence[Revision], verb: str, actor: Actor) -> int:
    """The same for several versions."""
    flags = db.session.scalars(open_on(*(one.id for one in revisions))).all()
    advance_all(flags, verb, actor, closed_at=clock.now())
    notices.tell_all(told(flags, verb))
    return len(flags)


def told(flags: Sequence[Flag], verb: str) -> list[Told]:
    """What those who raised flags are told: no word of the text, for its title may not be theirs
    to read any more."""
    url = url_for("moderation.list_flags")
    return [(one.flagger_id, f"{one.kind}:{verb}", url, None, {}) for one in flags]


def flags_on(revision: Revision) -> Sequence[Flag]:
    """Every flag on a version, ended or not."""
    return db.session.scalars(
        select(Flag).where(Flag.revision_id == revision.id).order_by(Flag.id)
    ).all()


def grounds(revision_id: int) -> tuple[str, ...]:
    """The reasons of a version's flags, each once, in words: what its author is told of them."""
    found = db.session.scalars(select(Flag.reason).where(Flag.revision_id == revision_id))
    given = set(found)
    return tuple(str(words) for code, words in REASONS.items() if code in given)
