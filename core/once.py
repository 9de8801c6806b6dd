"""One act, one effect: repeating a creation leads to the one object that was made.

A form carries a random `once`; the first request that claims it makes the object, every other
one is led there. A request without the field is known by what it says and how its files are
called, for the day.
Anonymous people never pass through here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, keys
from .csrf import FIELD as CSRF_FIELD
from .db import Base, db, insert_into
from .policy import Actor

NAME = "once"


class Submission(Base):
    """A creation that was asked for: the digest of its key and the object it made."""

    __tablename__ = "submissions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


def earlier(kind: str, actor: Actor) -> str | None:
    """The id of the object that this very request has made before, or None: then make it.

    Claims the request's key in the caller's transaction; a twin waits here for its end. Call
    `made` with the new object before committing.
    """
    digest = _digest(kind, actor)
    claimed = db.session.execute(
        insert_into(Submission)
        .values(digest=digest, kind=kind, at=clock.now())
        .on_conflict_do_nothing()
        .returning(Submission.digest)
    ).scalar_one_or_none()
    if claimed is not None:
        return None
    return db.session.scalar(select(Submission.subject_id).where(Submission.digest == digest))


def made(kind: str, actor: Actor, subject_id: Any) -> None:
    """Note what the request made."""
    db.session.execute(
        update(Submission)
        .where(Submission.digest == _digest(kind, actor))
        .values(subject_id=str(subject_id))
        .execution_options(synchronize_session=False)
    )


def release(kind: str, actor: Actor) -> None:
    """Let go of the request's key: nothing was made, and the same form may come again."""
    db.session.execute(delete(Submission).where(Submission.digest == _digest(kind, actor)))


def _digest(kind: str, actor: Actor) -> str:
    key = request.form.get(NAME)
    if key:
        return keys.digest("once", kind, actor.id, key)
    files = [(name, one.filename or "") for name, one in request.files.items(multi=True)]
    words = [pair for pair in request.form.items(multi=True) if pair[0] != CSRF_FIELD]
    said = sorted([*words, *files])
    return keys.digest("once", kind, actor.id, request.path, clock.today(), said)
