"""Files are judged and read with the version of a text that carries them."""

from __future__ import annotations

from core import attachments
from core.attachments import Attachment
from core.db import db
from core.policy import Actor

from .models import Revision
from .reviewable import Reviewable, kinds
from .scope import is_reviewer
from .versions import of_record

# What its author took back is the author's alone.
TAKEN_BACK = ("withdrawn",)


def may_read(attachment: Attachment, actor: Actor) -> bool:
    """Whether the actor may read a version that carries the file: as its words, so the file."""
    model = kinds.get(attachment.subject_kind or "")
    if model is None:
        return False
    record = db.session.scalars(
        model.visible_to(actor).where(model.id == attachment.subject_id)
    ).one_or_none()
    if record is None:
        return False
    reviews = is_reviewer(actor, record.unit, record.review_place)
    is_own = record.author_id == actor.id
    return any(
        _reads(revision, was_public, is_own, reviews)
        for revision, was_public in of_record(record)
        if any(note.id == attachment.id for note in revision.attached)
    )


def _reads(revision: Revision, was_public: bool, is_own: bool, reviews: bool) -> bool:
    """One that is sealed or cleared carries nothing any more (clearing.py)."""
    return is_own or was_public or (reviews and revision.state not in TAKEN_BACK)


def bind(record: Reviewable, revision: Revision) -> None:
    """The files of a version belong to its text from now on. Raises Conflict."""
    attachments.bind([note.id for note in revision.attached], record)
