"""All that a reviewer reads on one page: the text, where it stands, what changed, what was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Row, select, union_all
from sqlalchemy.orm import joinedload

from accounts.models import Person
from core import journal
from core.db import db
from core.policy import Actor

from . import copies, judging
from .difference import Difference, difference
from .finding import covered, plain
from .flag import Flag
from .models import Decision, QueueItem, Revision
from .purging import KEPT
from .remarks import Remarked, remarked
from .reviewable import Context, Reviewable
from .second_review import SecondReview
from .terms.quoting import MATCHES, Matched, matched_in
from .versions import PUBLISHING

ROUNDS = 20
RECENT = 5  # decisions on other texts of the author
LOAD = (
    joinedload(QueueItem.decision),
    joinedload(QueueItem.revision).options(MATCHES),
    joinedload(QueueItem.author).load_only(Person.name, Person.unit_id).joinedload(Person.unit),
    joinedload(QueueItem.claimed_by).load_only(Person.name),
    joinedload(QueueItem.flags).joinedload(Flag.flagger).load_only(Person.name),
    *KEPT,
)
BESIDE = (
    joinedload(QueueItem.decision),
    joinedload(QueueItem.revision).load_only(Revision.title, Revision.body_html),
    joinedload(QueueItem.author).load_only(Person.name, Person.unit_id),
    joinedload(QueueItem.claimed_by).load_only(Person.name),
)


@dataclass(frozen=True)
class Round:
    """An earlier or the present version and what was decided on it."""

    revision: Revision
    decisions: list[Decision]


class Reading:
    """What the page of an item shows; loaded as it is asked for."""

    def __init__(self, item: QueueItem, actor: Actor) -> None:
        self.item = item
        self.actor = actor
        self.revision = item.revision
        self.record: Reviewable
        self.context: Context
        self.record, self.context = item.subject_class.in_context(item.subject_id)

    @cached_property
    def matched(self) -> Matched:
        """What rules about words matched in the text, and where."""
        return matched_in(self.revision)

    @property
    def label(self) -> str:
        return self.item.subject_class.label_of(self.revision)

    @cached_property
    def rounds(self) -> list[Round]:
        """This version and those before it, the newest first, each with its decisions and what
        was said to its paragraphs. One statement."""
        return self._rounds()

    def _rounds(self) -> list[Round]:
        rows = db.session.execute(
            select(Revision, Decision)
            .outerjoin(Decision, Decision.revision_id == Revision.id)
            .where(
                Revision.subject_kind == self.item.subject_kind,
                Revision.subject_id == self.item.subject_id,
                Revision.number <= self.revision.number,
            )
            .order_by(Revision.number.desc(), Decision.id)
            .options(
                joinedload(Decision.decided_by).load_only(Person.name),
                joinedload(Revision.remarks),
            )
            .limit(ROUNDS)
        ).unique()
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
        before = self.returned.revision if self.returned else None
        return remarked(before.remarks, before, self.revision) if before else []

    @cached_property
    def given(self) -> list[Remarked]:
        """What the decision on this item said to the paragraphs."""
        is_back = self.decision is not None and self.decision.verb == "return"
        return remarked(self.rounds[0].revision.remarks, self.revision) if is_back else []

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
    def _beside(self) -> Sequence[QueueItem]:
        """Other items to look at, as far as the actor reviews them: waiting ones that may be
        near-copies, and the last closed ones of the author. One statement."""
        copied = copies.candidates(self.item, self.revision).subquery()
        closed = (
            select(QueueItem.id)
            .where(
                QueueItem.author_id == self.item.author_id,
                QueueItem.closed_at.is_not(None),
                plain(QueueItem.state) == "decided",
                QueueItem.id != self.item.id,
                QueueItem.id.not_in(judging.withheld(self.actor, SecondReview.item_id)),
                covered(self.actor, ""),
            )
            .order_by(QueueItem.closed_at.desc())
            .limit(RECENT)
            .subquery()
        )
        found = (
            QueueItem.visible_to(self.actor)
            .where(QueueItem.id.in_(union_all(select(copied.c.id), select(closed.c.id))))
            .options(*BESIDE)
        )
        return db.session.scalars(found).unique().all()

    @cached_property
    def near(self) -> list[copies.Copy]:
        return copies.nearest(self.revision, (one for one in self._beside if one.is_waiting))

    @cached_property
    def recent(self) -> list[Decision]:
        """The last decisions on other texts of the author."""
        found = [one.decision for one in self._beside if one.decision is not None]
        return sorted(found, key=lambda decision: decision.decided_at, reverse=True)

    @property
    def recent_counts(self) -> list[tuple[str, int]]:
        """Those decisions by verb, with how many there are of each."""
        return Counter(decision.verb for decision in self.recent).most_common()

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

    @property
    def was_sealed(self) -> bool:
        """Whether the item was made by a seal that was lifted."""
        return any(
            decision.verb == "seal" and decision.item_id == self.item.id
            for one in self.rounds
            for decision in one.decisions
        )

    @cached_property
    def history(self) -> Sequence[Row[tuple[journal.JournalEvent, str | None]]]:
        """What happened to the item, oldest first, each with the name of whoever did it."""
        events = journal.events_of(self.item.kind, self.item.id)
        people = events.outerjoin(Person, Person.id == journal.JournalEvent.actor_id)
        return db.session.execute(people.add_columns(Person.name)).all()
