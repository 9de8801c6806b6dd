"""A rule as its page shows it: versions with what changed, the dry run with its examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accounts.models import Person
from core.db import db
from core.matching import Matcher
from core.personal import KINDS

from ..models import Revision
from ..reviewable import kinds
from . import trying
from .models import OPEN, TermMatch, TermRule, TermTrial, TermVersion
from .quoting import quotes
from .screening import matched, parts

if TYPE_CHECKING:
    from markupsafe import Markup

SHOWN = 30  # added or removed words of a version that its line shows
PLACES = 2  # quoted of each example
PEOPLE = (
    joinedload(TermVersion.author).load_only(Person.name),
    joinedload(TermVersion.enacted_by).load_only(Person.name),
)


@dataclass(frozen=True)
class Change:
    """What a version added to the one before it and took from it."""

    version: TermVersion
    added: list[str]
    removed: list[str]

    @property
    def more(self) -> int:
        """How many changed words are not shown."""
        return max(0, len(self.added) - SHOWN) + max(0, len(self.removed) - SHOWN)


@dataclass(frozen=True)
class Example:
    """A text that a dry run matched. Quoted only when everybody reads it."""

    revision_id: int
    url: str
    is_public: bool
    quotes: list[Markup]


class RulePage:
    """What the page of a rule shows; loaded as it is asked for."""

    limit = SHOWN
    number_words = KINDS

    def __init__(self, rule: TermRule) -> None:
        self.rule = rule

    @cached_property
    def versions(self) -> Sequence[TermVersion]:
        """The newest first."""
        return db.session.scalars(
            select(TermVersion)
            .where(TermVersion.rule_id == self.rule.id)
            .order_by(TermVersion.number.desc())
            .options(*PEOPLE)
        ).all()

    @property
    def open(self) -> TermVersion | None:
        return next((one for one in self.versions if one.state in OPEN), None)

    @property
    def live(self) -> TermVersion | None:
        return next((one for one in self.versions if one.state == "live"), None)

    @property
    def basis(self) -> TermVersion | None:
        """What a new draft begins from: the draft there is, the live version, the last one."""
        return self.open or self.live or next(iter(self.versions), None)

    @cached_property
    def changes(self) -> list[Change]:
        """Each version against the one before it that was in use, else the one before it."""
        return [self._change(place) for place in range(len(self.versions))]

    def _change(self, place: int) -> Change:
        version = self.versions[place]
        older = [one for one in self.versions[place + 1 :] if one.state != "discarded"]
        before, after = _words(older[0]) if older else set(), _words(version)
        return Change(version, sorted(after - before), sorted(before - after))

    @cached_property
    def trial(self) -> TermTrial | None:
        return trying.latest(self.open.id) if self.open else None

    @cached_property
    def match_count(self) -> int:
        """How many versions of texts the live version has matched since it is in use."""
        if self.live is None:
            return 0
        found = select(func.count()).where(TermMatch.version_id == self.live.id)
        return db.session.scalar(found) or 0

    @cached_property
    def examples(self) -> list[Example]:
        if self.trial is None or self.open is None or not self.trial.examples:
            return []
        matcher = Matcher([self.open.term_list])
        return [_example(revision, matcher) for revision in trying.examples(self.trial)]


def _words(version: TermVersion) -> set[str]:
    return {*version.term_lines, *(f"+ {word}" for word in version.allowed_lines)}


def _example(revision: Revision, matcher: Matcher) -> Example:
    is_public = revision.state == "published"
    whole = (revision.title, revision.body_html, revision.attached)
    places = matched(matcher, *whole).get(0, []) if is_public else []
    said = parts(*whole)
    url = kinds[revision.subject_kind].review_url(revision.subject_id)
    return Example(revision.id, url, is_public, quotes(said, places[:PLACES]))


def rules() -> list[tuple[TermRule, TermVersion | None, TermVersion | None]]:
    """Every rule with its live version and its draft, by name; two statements."""
    found = db.session.scalars(select(TermRule).order_by(TermRule.name)).all()
    current = db.session.scalars(
        select(TermVersion).where(TermVersion.state.in_(("live", *OPEN))).options(*PEOPLE)
    ).all()
    live = {one.rule_id: one for one in current if one.state == "live"}
    drafts = {one.rule_id: one for one in current if one.state != "live"}
    return [(rule, live.get(rule.id), drafts.get(rule.id)) for rule in found]
