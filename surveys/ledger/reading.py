"""Ledgers to read: which there are, what one says to everybody, what waits for a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from accounts.models import Unit
from core.db import db
from core.i18n import _
from core.paging import Pager
from core.policy import Actor
from core.registry import Waiting
from moderation import Revision, covers

from ..models import Survey
from . import counting
from .counting import Shown
from .items import ANSWERERS, LedgerItem
from .models import BODY, Ledger, LedgerEntry, LedgerReply

PAGE = 20
OWED = 5
PUBLIC = LedgerItem.public_revision_id.is_not(None)


@dataclass(frozen=True)
class Told:
    """A ledger in public: a page of its items, the most voices first, how many there are of each
    outcome, how many opinions there were in all."""

    pager: Pager[Any]
    tally: Mapping[str, int]
    voices: Mapping[int, Shown]
    raw: Shown
    item_count: int

    @property
    def public_count(self) -> int:
        return sum(self.tally.values())


def told(ledger: Ledger, outcome: str, number: int, actor: Actor) -> Told:
    """Three statements. What is about members is not counted: it is not for everybody."""
    balance = counting.balance(ledger, LedgerEntry.about == BODY)
    public = db.session.execute(
        select(LedgerItem.id, LedgerItem.number, LedgerReply.outcome)
        .outerjoin(LedgerReply, LedgerReply.id == LedgerItem.public_reply_id)
        .where(LedgerItem.ledger_id == ledger.id, PUBLIC)
    ).all()
    voices = {row.id: counting.shown(balance.items.get(row.id, {})) for row in public}
    tally: dict[str, int] = {}
    for row in public:
        tally[row.outcome] = tally.get(row.outcome, 0) + 1
    wanted = [row for row in public if outcome in ("", row.outcome)]
    # What few said comes by its number: an order by their count would tell the count.
    wanted.sort(key=lambda row: (-(voices[row.id].total or 0), row.number))
    ids = [row.id for row in wanted[(number - 1) * PAGE : number * PAGE]]
    rows = {row.id: row for row in db.session.execute(_items(actor, ids))} if ids else {}
    pager = Pager(number, PAGE, len(wanted), [rows[id] for id in ids if id in rows])
    raw = counting.shown({name: row.raw for name, row in balance.channels.items()})
    return Told(pager, tally, voices, raw, balance.total.items)


def _items(actor: Actor, ids: Sequence[int]) -> Any:
    return (
        select(LedgerItem.id, LedgerItem.number, LedgerItem.published_at, LedgerItem.state)
        .add_columns(Revision.title, Revision.body_html)
        .add_columns(LedgerReply.outcome, LedgerReply.promised_on, LedgerReply.replied_at)
        .add_columns(Unit.name.label("unit"), Unit.name_en.label("unit_en"))
        .add_columns(covers(actor, LedgerItem.unit_id).label("is_reviewed"))
        .join(LedgerItem.public_revision)
        .outerjoin(LedgerReply, LedgerReply.id == LedgerItem.public_reply_id)
        .outerjoin(Unit, Unit.id == LedgerReply.unit_id)
        .where(LedgerItem.id.in_(ids), PUBLIC)
    )


def listed(actor: Actor, number: int) -> Pager[Any]:
    """The ledgers that the actor may read, the newest first, each with how many items are public;
    two statements."""
    seen = Ledger.visible_to(actor)
    total = db.session.scalar(seen.with_only_columns(func.count(Ledger.id))) or 0
    public = (
        select(func.count())
        .where(LedgerItem.ledger_id == Ledger.id, PUBLIC)
        .correlate(Ledger)
        .scalar_subquery()
    )
    rows = db.session.execute(
        seen.add_columns(public.label("public_count"), Survey.title.label("survey"))
        .order_by(Ledger.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    return Pager(number, PAGE, total, rows.all())


def of_survey(survey: Survey, actor: Actor) -> Ledger | None:
    """The ledger of a survey, where the actor may read it; one statement."""
    return db.session.scalar(Ledger.visible_to(actor).where(Ledger.survey_id == survey.id))


def free_surveys() -> dict[str, dict[str, str]]:
    """The surveys that have no ledger, by id; one statement."""
    taken = select(Ledger.survey_id).where(Ledger.survey_id.is_not(None))
    rows = db.session.execute(
        select(Survey.id, Survey.title)
        .where(Survey.state != "draft", Survey.id.not_in(taken))
        .order_by(Survey.id.desc())
    )
    return {str(row.id): row.title for row in rows}


def office_items(ledger: Ledger, state: str, number: int) -> tuple[Pager[Any], dict[str, int]]:
    """A page of a ledger's items with their units, and how many stand where; two statements."""
    here = [LedgerItem.ledger_id == ledger.id]
    rows = db.session.execute(
        select(LedgerItem.state, func.count()).where(*here).group_by(LedgerItem.state)
    )
    tally: dict[str, int] = {row[0]: row[1] for row in rows}
    if state:
        here.append(LedgerItem.state == state)
    found = db.session.execute(
        select(LedgerItem, Unit.name.label("unit"), Unit.name_en.label("unit_en"))
        .outerjoin(LedgerItem.owning_unit)
        .where(*here)
        .order_by(LedgerItem.number)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    total = tally.get(state, 0) if state else sum(tally.values())
    return Pager(number, PAGE, total, found.all()), tally


def waiting(actor: Actor) -> list[Waiting]:
    """The items that wait for an answer of the actor's unit, the soonest due first."""
    posts = {one.unit_id for one in getattr(actor, "current", ()) if one.role in ANSWERERS}
    if not posts:
        return []
    rows = db.session.execute(
        select(LedgerItem.id, LedgerItem.wording, LedgerItem.due_on, LedgerItem.state)
        .where(LedgerItem.state == "assigned", LedgerItem.owning_unit_id.in_(posts))
        .order_by(LedgerItem.due_on, LedgerItem.id)
        .limit(OWED)
    )
    return [
        Waiting(
            title=row.wording,
            url=LedgerItem.review_url(row.id),
            detail=_("一条意见等本单位答复"),
            state=row.state,
            machine=LedgerItem.kind,
            due_on=row.due_on,
        )
        for row in rows
    ]
