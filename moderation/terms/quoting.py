"""What rules matched, as reviewers read it: marked in the text, quoted beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import joinedload, load_only

from core import text

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


# The loader option of a query of revisions, for `matched_in`; lists of terms stay where they are.
MATCHES = (
    joinedload(Revision.matches)
    .joinedload(TermMatch.version)
    .options(
        load_only(
            TermVersion.number, TermVersion.effect, TermVersion.reason, TermVersion.reason_en
        ),
        joinedload(TermVersion.rule),
    )
)


def matched_in(revision: Revision) -> Matched:
    """What the rules matched in a revision that was loaded with MATCHES."""
    said = parts(revision.title, revision.body_html, revision.attached)
    spans = [
        (start, end)
        for match in revision.matches
        for part, start, end in match.places
        if part == "body"
    ]
    rules = [
        Quoted(one.version, quotes(said, one.places[:QUOTED]), max(0, len(one.places) - QUOTED))
        for one in revision.matches
    ]
    return Matched(text.marked(revision.body_html, spans), rules)


def quotes(said: dict[str, str], places: Iterable[Place]) -> list[Markup]:
    """Places of a text as `screening.parts` gave it, each with the words around it."""
    return [text.quoted(said[part], (start, end), AROUND) for part, start, end in places]
