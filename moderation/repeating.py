"""Other texts that may repeat what is to be sealed: quotes of it, and near-copies that wait."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from core.policy import Actor

from . import copies
from .models import CopyMark, QueueItem, Revision
from .reviewable import Reviewable

SHORTEST = 8  # characters of a passage worth looking for
LONGEST = 24  # and as many as are looked for: a quotation may end within a sentence
PASSAGES = 30
_ENDS = re.compile(r"[\n。！？!?；;]+")


@dataclass(frozen=True)
class Repeat:
    """Another text: what to call it, where it is read and where a reviewer seals it."""

    id: int
    name: str
    url: str
    seal_url: str


def said_by(record: Reviewable) -> list[str]:
    """The words of the versions that anybody may have met."""
    versions = {record.latest_revision, record.public_revision, record.taken_revision}
    return [copies.words_of(one.title, one.body_html) for one in versions if one is not None]


def repeats(record: Reviewable, said: list[str], actor: Actor) -> list[Repeat]:
    """The texts that repeat what a record says, or said; the names say nothing of the words."""
    found = record.echoes(passages(said), everywhere=True)
    for item in _near(record, said, actor):
        if item.subject_kind == record.kind:
            found.setdefault(item.subject_id, item.subject_class.label_of(item.revision))
    return [
        Repeat(one, name, record.review_url(one), record.address("seal", one))
        for one, name in found.items()
    ]


def passages(said: list[str]) -> list[str]:
    """The sentences worth looking for, the longest first."""
    found = {part.strip()[:LONGEST] for words in said for part in _ENDS.split(words)}
    long = (one for one in found if len(one) >= SHORTEST)
    return sorted(long, key=lambda one: (-len(one), one))[:PASSAGES]


def _near(record: Reviewable, said: list[str], actor: Actor) -> list[QueueItem]:
    """Waiting texts that nearly copy it, as far as the actor reviews them."""
    marks = {mark for words in said for mark in copies.marks(words)}
    wanted = select(CopyMark.item_id).where(CopyMark.mark.in_(sorted(marks))).distinct()
    rows = db.session.scalars(
        QueueItem.visible_to(actor)
        .where(QueueItem.id.in_(wanted.limit(4 * copies.MOST)))
        .options(joinedload(QueueItem.revision).load_only(Revision.title, Revision.body_html))
    )
    own = [copies.pairs(words) for words in said]
    return [
        item
        for item in rows.unique()
        if (item.subject_kind, item.subject_id) != (record.kind, record.id)
        and any(copies.alike(one, _pairs(item)) >= copies.ALIKE for one in own)
    ]


def _pairs(item: QueueItem) -> frozenset[int]:
    return copies.pairs(copies.words_of(item.revision.title, item.revision.body_html))
