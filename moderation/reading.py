"""All that a reviewer reads on one page: the text, where it stands, what changed, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import Person
from core import journal, registry
from core.db import db

from .difference import Difference, difference
from .flag import Flag
from .models import Decision, QueueItem, Revision
from .remarks import Remarked, remarks_on
from .reviewable import Context, Reviewable
from .terms.quoting import MATCHES, Matched, matched_in
from .versions import PUBLISHING

ROUNDS = 20
LOAD = (
    joinedload(QueueItem.decision),
    joinedload(QueueItem.revision).options(MATCHES),
    joinedload(QueueItem.author).load_only(Person.name).joinedload(Person.unit),
    joinedload(QueueItem.claimed_by).load_only(Person.name),
    joinedload(QueueItem.flags).joinedload(Flag.flagger).load_only(Person.name),
)


@dataclass(frozen=True)
class Round:
    """An earlier or the present version and what was decided on it."""

    revision: Revision
    decisions: list[Decision]


class Reading:
    """What the page of an item shows; loaded as it is asked for."""

    def __init__(self, item: QueueItem) -> None:
        self.item = item
        self.revision = item.revision
        self.record: Reviewable = item.subject_class.for_review(item.subject_id)

    @cached_property
    def matched(self) -> Matched:
        """What rules about words matched in the text, and where."""
        return matched_in(self.revision)

    @property
    def label(self) -> str:
        return self.item.subject_class.label_of(self.revision)

    @cached_property
    def context(self) -> Context:
        return self.record.review_context()

    @cached_property
    def rounds(self) -> list[Round]:
        """This version and those before it, the newest first, each with its decisions."""
        rows = db.session.execute(
            select(Revision, Decision)
            .outerjoin(Decision, Decision.revision_id == Revision.id)
            .where(
                Revision.subject_kind == self.item.subject_kind,
                Revision.subject_id == self.item.subject_id,
                Revision.number <= self.revision.number,
            )
            .order_by(Revision.number.desc(), Decision.id)
            .options(joinedload(Decision.decided_by).load_only(Person.name))
            .limit(ROUNDS)
        )
        found: dict[int, Round] = {}
        for revision, decision in rows:
            one = found.setdefault(revision.id, Round(revision, []))
            if decision is not None:
                one.decisions.append(decision)
        return list(found.values())

    @cached_property
    def difference(self) -> Difference | None:
        """Against the version that was public before, else the one before; None for a first."""
        earlier = [one for one in self.rounds if one.revision.number < self.revision.number]
        public = [
            one.revision
            for one in earlier
            if any(
                decision.verb in PUBLISHING and not decision.undone_at for decision in one.decisions
            )
        ]
        before = (public or [one.revision for one in earlier])[:1]
        return difference(before[0], self.revision) if before else None

    @cached_property
    def returned(self) -> Round | None:
        """The last round that went back to the author."""
        return next(
            (
                one
                for one in self.rounds
                if one.revision.number < self.revision.number
                and any(d.verb == "return" and d.undone_at is None for d in one.decisions)
            ),
            None,
        )

    @cached_property
    def remarks(self) -> list[Remarked]:
        """What was said to the paragraphs of that round, and which of them changed since."""
        return remarks_on(self.returned.revision, self.revision) if self.returned else []

    @cached_property
    def given(self) -> list[Remarked]:
        """What the decision on this item said to the paragraphs."""
        is_back = self.decision is not None and self.decision.verb == "return"
        return remarks_on(self.revision) if is_back else []

    @cached_property
    def since_returned(self) -> Difference | None:
        """What changed since that round, where `difference` is against a public version."""
        before = self.returned.revision if self.returned else None
        if before is None or (self.difference and self.difference.before.id == before.id):
            return None
        return difference(before, self.revision)

    @cached_property
    def earlier(self) -> list[Decision]:
        """What was decided before on this text, the newest first."""
        return [
            decision
            for one in self.rounds
            for decision in reversed(one.decisions)
            if decision.item_id is not None
            and (decision.item_id != self.item.id or decision.undone_at is not None)
        ]

    @cached_property
    def place(self) -> str:
        return self.record.review_place_name

    @cached_property
    def decision(self) -> Decision | None:
        """How the item ended."""
        return next(
            (
                decision
                for one in self.rounds
                for decision in one.decisions
                if decision.item_id == self.item.id and decision.undone_at is None
            ),
            None,
        )

    @cached_property
    def history(self) -> Sequence[journal.JournalEvent]:
        return journal.history(self.item.kind, self.item.id)

    @cached_property
    def names(self) -> dict[int, str]:
        """Names of those whom the history mentions; most are known from what else is here."""
        people = [
            self.item.author,
            self.item.claimed_by,
            self.decision.decided_by if self.decision else None,
        ]
        known = {person.id: person.name for person in people if person is not None}
        ids = {event.actor_id for event in self.history if event.actor_id is not None}
        return known | (registry.names(ids - known.keys()) if ids - known.keys() else {})
