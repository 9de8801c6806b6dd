"""The open record: every decision by kind, place, verb, reason, role and time; no text, no names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import request
from sqlalchemy import Select, exists, false, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from core.db import db
from core.journal import DailyHead
from core.policy import Actor

from . import inquiries, judging
from .inquiries import Inquiry
from .key import read_key, write_key
from .models import Decision, QueueItem, Revision
from .months import Month
from .places import places as places_of
from .scope import is_reviewer
from .standing import in_words

PAGE = 50
HEADS = 7
VERBS = (
    "approve",
    "amend",
    "return",
    "reject",
    "hide",
    "harmless",
    "redact",
    "seal",
    "uphold",
    "overturn",
)
ROW = (
    joinedload(Decision.item).load_only(
        QueueItem.place,
        QueueItem.subject_kind,
        QueueItem.reason,
        QueueItem.opened_at,
        QueueItem.escalated_at,
        QueueItem.unit_id,
    ),
    joinedload(Decision.revision).load_only(Revision.title),
)


@dataclass(frozen=True)
class LogFilters:
    """What the address asks for: place, verb, month, from where on."""

    place: str = ""
    verb: str = ""
    month: str = ""
    after: str = ""

    @classmethod
    def asked(cls) -> LogFilters:
        verb, month = request.args.get("verb", ""), request.args.get("month", "")
        return cls(
            place=request.args.get("place", "")[:80],
            verb=verb if verb in VERBS else "",
            month=month if Month.read(month) else "",
            after=request.args.get("after", "")[:40],
        )

    @property
    def narrowing(self) -> dict[str, Any]:
        asked = {"place": self.place, "verb": self.verb, "month": self.month}
        return {name: value for name, value in asked.items() if value}

    def apply(self, found: Select[Any]) -> Select[Any]:
        if self.place:
            found = found.join(Decision.item).where(QueueItem.place == self.place)
        if self.verb:
            found = found.where(Decision.verb == self.verb)
        if month := Month.read(self.month):
            found = found.where(
                Decision.decided_at >= month.starts_at, Decision.decided_at < month.ends_at
            )
        if start := read_key(self.after):
            found = found.where(tuple_(Decision.decided_at, Decision.id) < start)
        return found


@dataclass(frozen=True)
class Entry:
    """A decision as everybody reads it, what its appeal came to, what was asked about it."""

    decision: Decision
    verdict: str | None
    is_contested: bool
    inquiries: list[Inquiry] = field(default_factory=list)

    @property
    def item(self) -> QueueItem:
        assert self.decision.item is not None
        return self.decision.item

    @property
    def label(self) -> str:
        """What kind of text it was."""
        return self.item.subject_class.label_of(self.decision.revision)

    @property
    def waited(self) -> str:
        """How long the text had waited, in words; "" where it did not wait."""
        if self.item.reason == "spot_check":
            return ""
        return in_words(self.decision.decided_at - self.item.opened_at)


@dataclass(frozen=True)
class LogPage:
    """Entries, the newest first, the names of places, and where the next page goes on."""

    rows: list[Entry]
    places: dict[str, str]
    following: str | None


def page(filters: LogFilters, actor: Actor) -> LogPage:
    """Two statements and one for each kind of content. What the actor might still judge
    blind is left out."""
    names = places(actor)
    found = filters.apply(
        _entries().order_by(Decision.decided_at.desc(), Decision.id.desc()).limit(PAGE + 1)
    )
    if filters.place and filters.place not in names:  # of a hidden one as of none
        found = found.where(false())
    if is_reviewer(actor):
        found = found.where(Decision.id.not_in(judging.withheld(actor)))
    rows = db.session.execute(found).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    last = rows[-1][0] if more else None
    asked = inquiries.beside([row[0].id for row in rows], actor) if rows else {}
    return LogPage(
        [Entry(one, verdict, contested, asked.get(one.id, [])) for one, verdict, contested in rows],
        names,
        write_key(last.decided_at, last.id) if last else None,
    )


def entry(decision: Decision, actor: Actor) -> Entry:
    """One decision with all that stands beside it. Two statements."""
    row = db.session.execute(_entries().where(Decision.id == decision.id)).one()
    return Entry(
        row[0], row[1], row[2], inquiries.beside([decision.id], actor).get(decision.id, [])
    )


def places(actor: Actor, only: str = "") -> dict[str, str]:
    """The names of the places of which the actor may know, or of those of one kind of content, by
    key; one statement."""
    return {key: one.name for key, one in places_of(actor, only).items()}


def heads() -> list[DailyHead]:
    """The journal's head at the end of each of the last days, the newest first."""
    return list(db.session.scalars(select(DailyHead).order_by(DailyHead.day.desc()).limit(HEADS)))


@cache
def _entries() -> Select[Any]:
    """Decisions on items, with the answer to an appeal against them and whether one waits."""
    answer, contest = aliased(Decision), aliased(QueueItem)
    # An appeal is against the decision that stands.
    appealable = Decision.verb.in_(("reject", "hide")) & Decision.undone_at.is_(None)
    verdict = (
        select(answer.verb)
        .where(
            answer.revision_id == Decision.revision_id,
            answer.id > Decision.id,
            answer.verb.in_(("uphold", "overturn")),
            answer.undone_at.is_(None),
            appealable,
        )
        .order_by(answer.id)
        .limit(1)
        .scalar_subquery()
    )
    is_contested = exists().where(
        contest.revision_id == Decision.revision_id,
        contest.reason == "appeal",
        contest.closed_at.is_(None),
        appealable,
    )
    return (
        select(Decision, verdict.label("verdict"), is_contested.label("is_contested"))
        .where(Decision.item_id.is_not(None))
        .options(*ROW)
    )
