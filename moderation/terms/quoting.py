"""What rules matched, as reviewers read it: marked in the text, quoted beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import text
from core.db import db

from ..models import Revision
from .models import TermMatch, TermVersion
from .screening import Place, parts

if TYPE_CHECKING:
    from markupsafe import Markup

AROUND = 16  # characters of a quotation on either side
QUOTED = 10  # places of one rule that are quoted


@dataclass(frozen=True)
class Quoted:
    """A version of a rule, the first places that it matched, and how many more there are."""

    version: TermVersion
    quotes: list[Markup]
    more: int


@dataclass(frozen=True)
class Matched:
    """A revision's cooked text with every matched place marked, and the rules behind it."""

    html: Markup
    rules: list[Quoted]


def matched_in(revision: Revision) -> Matched:
    """One statement."""
    rows = db.session.scalars(
        select(TermMatch)
        .where(TermMatch.revision_id == revision.id)
        .order_by(TermMatch.version_id)
        .options(joinedload(TermMatch.version).joinedload(TermVersion.rule))
    ).all()
    said = parts(revision.title, revision.body_html)
    spans = [(start, end) for row in rows for part, start, end in row.places if part == "body"]
    return Matched(
        text.marked(revision.body_html, spans),
        [
            Quoted(row.version, quotes(said, row.places[:QUOTED]), max(0, len(row.places) - QUOTED))
            for row in rows
        ],
    )


def quotes(said: dict[str, str], places: Iterable[Place]) -> list[Markup]:
    """Places of a text as `screening.parts` gave it, each with the words around it."""
    return [text.quoted(said[part], (start, end), AROUND) for part, start, end in places]
