"""Lists of proposals: those of a campaign, the newest, and what waits for a leader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from accounts.models import Person, Unit
from core.db import db
from core.i18n import _
from core.paging import Pager, asked_page
from core.policy import Actor
from core.registry import Waiting
from moderation import Revision

from .models import Campaign
from .outcomes import WAITING
from .proposals import Proposal

PAGE = 20
NEWEST = 4
OWN = 10
OWED = 5
ANSWERERS = ("leader", "minister")
PUBLIC = Proposal.public_revision_id.is_not(None)


@dataclass(frozen=True)
class Listed:
    """A page of a campaign's proposals, how many there are in each state, and the units asked."""

    pager: Pager[Any]
    tally: dict[str, int]
    units: dict[int, dict[str, str]]

    @property
    def total(self) -> int:
        return sum(self.tally.values())


def listed(campaign: Campaign, state: str, unit_id: int | None) -> Listed:
    """Three statements."""
    here = [PUBLIC, Proposal.campaign_id == campaign.id]
    counts = db.session.execute(
        select(Proposal.state, Proposal.owning_unit_id, Unit.name, Unit.name_en, func.count())
        .join(Proposal.owning_unit)
        .where(*here)
        .group_by(Proposal.state, Proposal.owning_unit_id, Unit.name, Unit.name_en, Unit.path)
        .order_by(Unit.path)
    ).all()
    units = {row[1]: {"zh": row[2], "en": row[3] or ""} for row in counts}
    tally: dict[str, int] = {}
    for row in counts:
        if unit_id in (None, row[1]):
            tally[row[0]] = tally.get(row[0], 0) + row[4]
    number = asked_page()
    if state:
        here.append(Proposal.state == state)
    if unit_id is not None:
        here.append(Proposal.owning_unit_id == unit_id)
    total = tally.get(state, 0) if state else sum(tally.values())
    rows = db.session.execute(
        _rows(*here).limit(PAGE).offset((number - 1) * PAGE) if total else _rows(*here).limit(0)
    )
    return Listed(Pager(number, PAGE, total, rows.all()), tally, units)


def _rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    owner = aliased(Unit)
    return (
        select(Proposal.id, Proposal.state, Proposal.published_at, Proposal.due_on)
        .add_columns(Revision.title, Revision.body_html, Person.name.label("author"))
        .add_columns(owner.name.label("unit"), owner.name_en.label("unit_en"))
        .join(Proposal.public_revision)
        .join(Person, Person.id == Proposal.author_id)
        .join(Proposal.owning_unit.of_type(owner))
        .where(*conditions)
        .order_by(Proposal.published_at.desc(), Proposal.id.desc())
    )


def newest(campaign: Campaign) -> Sequence[Any]:
    """The newest public ones of a campaign; one statement."""
    return db.session.execute(
        _rows(PUBLIC, Proposal.campaign_id == campaign.id).limit(NEWEST)
    ).all()


def own(campaign: Campaign, actor: Actor) -> Sequence[Any]:
    """The actor's that others do not read: (id, title, state of the version); one statement."""
    return db.session.execute(
        select(Proposal.id, Revision.title, Revision.state)
        .join(Proposal.latest_revision)
        .where(
            Proposal.author_id == actor.id, Proposal.campaign_id == campaign.id, PUBLIC.is_(False)
        )
        .order_by(Proposal.id.desc())
        .limit(OWN)
    ).all()


def waiting(actor: Actor) -> list[Waiting]:
    """The proposals that wait for an answer of the actor's own unit, the soonest due first."""
    posts = [one for one in getattr(actor, "current", ()) if one.role in ANSWERERS]
    if not posts:
        return []
    rows = db.session.execute(
        select(Proposal.id, Proposal.due_on, Proposal.state, Revision.title)
        .join(Proposal.public_revision)
        .where(
            Proposal.state == "open",
            Proposal.owning_unit_id.in_({one.unit_id for one in posts}),
            Proposal.author_id != actor.id,
        )
        .order_by(Proposal.due_on, Proposal.id)
        .limit(OWED)
    )
    return [
        Waiting(
            title=row.title,
            url=Proposal.review_url(row.id),
            detail=_("一条建议等本单位答复"),
            state=row.state,
            machine=Proposal.kind,
            due_on=row.due_on,
        )
        for row in rows
    ]


def answered_count() -> int:
    """How many have an answer that is not put off."""
    done = Proposal.state.not_in((*WAITING, "withdrawn"))
    return db.session.scalar(select(func.count(Proposal.id)).where(PUBLIC, done)) or 0


def count() -> int:
    return db.session.scalar(select(func.count(Proposal.id)).where(PUBLIC)) or 0
