"""Inquiries: what readers ask about an entry of the open log, and what a chief moderator answers.

Nobody else reads an inquiry before it is answered; then it stands beside its entry, without names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask import current_app, url_for
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, or_, select, text
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from accounts.models import Unit
from core import clock, notices, throttle
from core.db import Base, db
from core.policy import Actor
from core.states import IllegalMove, Machine, Stateful

from . import standing_in
from .models import Decision, QueueItem, Revision
from .scope import CHIEF, covers, reviewer_role

SHOWN = 50
LAST_WORDS = ("seal", "uphold", "overturn")


class Inquiry(Stateful, Base):
    """What a reader asks about one decision, and the answer."""

    __tablename__ = "inquiries"
    __table_args__ = (
        CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by"),
        CheckConstraint("state = 'asked' OR length(answer) > 0", name="answer"),
        Index(
            "ix_inquiries_waiting",
            "unit_id",
            "asked_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    kind = "moderation:inquiry"
    machine = Machine(
        "asked",
        ask=("asked", "asked"),
        answer=("asked", "answered"),
        decline=("asked", "declined"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    body: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_as: Mapped[str | None] = mapped_column(String(30))
    closed_at: Mapped[datetime | None]

    decision: Mapped[Decision] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")

    @property
    def decided_by_id(self) -> int | None:
        """Who took the decision that it is about, if that is one against which nothing else is
        left."""
        return last_word_of(self.decision)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Inquiry]:
        """The own ones, and those that the actor may answer."""
        return (
            select(Inquiry)
            .join(Inquiry.unit)
            .options(contains_eager(Inquiry.unit))
            .where(
                or_(
                    Inquiry.author_id == (actor.id or 0),
                    covers(actor, Inquiry.unit_id, roles=(CHIEF,)),
                )
            )
        )


def last_word_of(decision: Decision) -> int | None:
    """Who took a decision against which nothing but an objection is left: a seal, or the answer to
    an appeal. Nobody answers for an own one."""
    return decision.decided_by_id if decision.verb in LAST_WORDS else None


def wants_stand_in(inquiry: Inquiry, decision: Decision) -> bool:
    """Whether nobody may answer it until somebody else is named. One statement."""
    apart = (inquiry.author_id, last_word_of(decision))
    return inquiry.state == "asked" and not standing_in.chiefs_beside(inquiry.unit_id, apart)


def ask(decision: Decision, unit_id: int, body: str, actor: Actor) -> Inquiry:
    """Put an inquiry to an entry. Raises TooMany beyond the day's allowance."""
    throttle.spend(
        "moderation.inquiry",
        str(actor.id),
        limit=current_app.config["INQUIRIES_PER_DAY"],
        per=timedelta(days=1),
    )
    inquiry = Inquiry(decision_id=decision.id, author_id=actor.id, unit_id=unit_id, body=body)
    db.session.add(inquiry)
    inquiry.advance("ask", actor, decision=decision.id)
    chiefs = standing_in.chiefs_beside(unit_id, (actor.id, last_word_of(decision)))
    for person_id in chiefs:
        notices.tell(person_id, "moderation:inquiry", _entry_url(decision.id))
    if not chiefs:
        standing_in.call(unit_id, inquiry.author_id, _entry_url(decision.id))
    return inquiry


def close(inquiry: Inquiry, verb: str, words: str, actor: Actor) -> None:
    """Answer it for all to read, or decline it with a word to whoever asked. Raises IllegalMove."""
    if not inquiry.can(verb):
        raise IllegalMove(inquiry, verb)
    inquiry.answer = words
    inquiry.closed_by_id = actor.id
    inquiry.closed_as = reviewer_role(actor, inquiry.unit)
    inquiry.closed_at = clock.now()
    inquiry.advance(verb, actor, decision=inquiry.decision_id)
    notices.tell(inquiry.author_id, f"moderation:inquiry_{verb}", _entry_url(inquiry.decision_id))


def beside(decision_ids: Iterable[int], actor: Actor) -> dict[int, list[Inquiry]]:
    """What stands beside entries: answered ones, the actor's own, those the actor may answer."""
    found: dict[int, list[Inquiry]] = {}
    rows = db.session.scalars(
        select(Inquiry)
        .where(
            Inquiry.decision_id.in_(list(decision_ids)),
            or_(
                Inquiry.state == "answered",
                Inquiry.author_id == (actor.id or 0),
                (Inquiry.state == "asked") & covers(actor, Inquiry.unit_id, roles=(CHIEF,)),
            ),
        )
        .order_by(Inquiry.id)
    )
    for row in rows:
        found.setdefault(row.decision_id, []).append(row)
    return found


def waiting(actor: Actor) -> Sequence[Inquiry]:
    """Those that the actor may answer, the oldest first."""
    return db.session.scalars(
        select(Inquiry)
        .where(Inquiry.closed_at.is_(None), covers(actor, Inquiry.unit_id, roles=(CHIEF,)))
        .order_by(Inquiry.asked_at, Inquiry.id)
        .limit(SHOWN)
        .options(
            joinedload(Inquiry.decision).options(
                joinedload(Decision.item).load_only(QueueItem.place, QueueItem.subject_kind),
                joinedload(Decision.revision).load_only(Revision.title),
            )
        )
    ).all()


def _entry_url(decision_id: int) -> str:
    return url_for("record.show_entry", id=decision_id)
