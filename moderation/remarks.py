"""Remarks beside the paragraphs of a returned version. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import text
from core.db import Base, db

from .models import Revision

WORDS = 500  # characters of a remark


class Remark(Base):
    """What a reviewer said to one paragraph, numbered from 1, of one version."""

    __tablename__ = "remarks"
    __table_args__ = (CheckConstraint("length(words) > 0", name="words"),)

    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    paragraph: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Remarked:
    """A paragraph with its remark, and whether it stands word for word in a later version."""

    number: int
    paragraph: str
    words: str
    is_unchanged: bool = False


def paragraphs(revision: Revision) -> list[str]:
    """A version's words, paragraph by paragraph, as differences know them."""
    return text.plain(revision.body_html).split("\n")


def keep(revision: Revision, words: Mapping[int, str]) -> None:
    """The remarks on a version; those of a decision that was undone give way."""
    db.session.execute(delete(Remark).where(Remark.revision_id == revision.id))
    count = len(paragraphs(revision))
    db.session.add_all(
        Remark(revision_id=revision.id, paragraph=number, words=said)
        for number, said in words.items()
        if 1 <= number <= count
    )


def remarks_on(revision: Revision) -> list[Remarked]:
    """What was said to a version, in the order of its paragraphs; one statement."""
    rows = db.session.scalars(
        select(Remark).where(Remark.revision_id == revision.id).order_by(Remark.paragraph)
    ).all()
    return remarked(rows, revision)


def remarked(
    rows: Sequence[Remark], revision: Revision, later: Revision | None = None
) -> list[Remarked]:
    """Remarks beside the paragraphs of their version; with a later one, which of these stayed."""
    lines = paragraphs(revision) if rows else []
    kept = set(paragraphs(later)) if rows and later is not None else set()
    return [
        Remarked(one.paragraph, line, one.words, line in kept)
        for one in rows
        if one.paragraph <= len(lines)
        for line in (lines[one.paragraph - 1],)
    ]


# What was said to a version's paragraphs; loaded where a page shows it.
Revision.remarks = relationship(
    Remark, order_by=Remark.paragraph, viewonly=True, lazy="raise_on_sql"
)
