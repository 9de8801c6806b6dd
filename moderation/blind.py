"""What a second reviewer reads: what the first one read, as it was just before the decision."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from sqlalchemy.orm import joinedload

from accounts.models import Person
from core.db import db
from core.policy import Actor

from . import judging
from .finding import covered, plain
from .flag import Flag
from .models import Decision, QueueItem
from .reading import RECENT, Reading, Round
from .remarks import Remarked
from .second_review import SecondReview
from .terms.quoting import MATCHES

LOAD = (
    joinedload(SecondReview.decision).joinedload(Decision.decided_by).load_only(Person.name),
    joinedload(SecondReview.revision).options(MATCHES),
    joinedload(SecondReview.judged_by).load_only(Person.name),
    joinedload(SecondReview.item).options(
        joinedload(QueueItem.author).load_only(Person.name).joinedload(Person.unit),
        joinedload(QueueItem.flags).joinedload(Flag.flagger).load_only(Person.name),
    ),
)


class BlindReading(Reading):
    """A reading that ends where the decision began: whatever came of it is left out, be it said
    outright (the decision, remarks, flags' outcomes, the history) or to be read off (answers
    below a text that was approved, where it was moved, whether it is public)."""

    def __init__(self, second: SecondReview, actor: Actor) -> None:
        super().__init__(second.item, actor)
        self.revision = second.revision
        self.until = second.decision.decided_at
        before, after = (
            [one for one in passages if one.at < self.until]
            for passages in (self.context.passages, self.context.after)
        )
        self.context = replace(self.context, passages=before, after=after)

    @cached_property
    def rounds(self) -> list[Round]:
        return [
            Round(
                one.revision, [decision for decision in one.decisions if self._was_there(decision)]
            )
            for one in self._rounds()
        ]

    def _was_there(self, decision: Decision) -> bool:
        return decision.item_id != self.item.id and decision.decided_at < self.until

    @cached_property
    def given(self) -> list[Remarked]:
        return []

    @cached_property
    def place(self) -> str:
        """Where it was read; "" when it was moved since, which only public texts are."""
        is_there = self.record.review_place == self.item.place
        return self.record.review_place_name if is_there else ""

    @cached_property
    def recent(self) -> list[Decision]:
        closed = (
            QueueItem.visible_to(self.actor)
            .where(
                QueueItem.author_id == self.item.author_id,
                QueueItem.closed_at < self.until,
                plain(QueueItem.state) == "decided",
                QueueItem.id != self.item.id,
                QueueItem.id.not_in(judging.withheld(self.actor, SecondReview.item_id)),
                covered(self.actor, ""),
            )
            .order_by(QueueItem.closed_at.desc(), QueueItem.id.desc())
            .limit(RECENT)
            .options(joinedload(QueueItem.decision))
        )
        return [one.decision for one in db.session.scalars(closed).unique() if one.decision]
