"""Bringing a notice in: a campaign where there is none, else a new version of its notice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.models import Unit, UnitEdge
from core import clock, journal, refilling, search
from core.db import db
from core.policy import SYSTEM, Actor

from .models import Campaign, CampaignNotice, GlossaryTerm, NoticeParagraph, Phase
from .notice_text import Parsed

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NOTICE_KIND = "campaigns:notice"


@dataclass(frozen=True)
class Brought:
    """What came of it. `notice` is None when the words are those of the newest version."""

    campaign: Campaign
    notice: CampaignNotice | None
    is_new: bool


def bring_in(
    parsed: Parsed, *, slug: str | None = None, title: str | None = None, actor: Actor = SYSTEM
) -> Brought:
    """Keep a parsed notice in the caller's transaction; the same words again change nothing."""
    campaign = _campaign_of(parsed, slug, title)
    is_new = campaign is None
    if campaign is None:
        campaign = _campaign_from(parsed, slug, title)
        db.session.add(campaign)
        db.session.flush()
    newest = db.session.scalar(
        select(CampaignNotice)
        .where(CampaignNotice.campaign_id == campaign.id)
        .order_by(CampaignNotice.number.desc())
        .limit(1)
    )
    if newest is not None and newest.digest == parsed.digest:
        return Brought(campaign, None, is_new)
    notice = _notice_from(parsed, campaign, newest.number + 1 if newest else 1)
    db.session.add(notice)
    _add_terms(parsed, campaign)
    campaign.changed_at = clock.now()
    db.session.flush()
    journal.append(
        Campaign.kind, campaign.id, "import", actor.id, facts={"notice_number": notice.number}
    )
    if campaign.state != "draft":
        index(campaign, notice)
    return Brought(campaign, notice, is_new)


def index(campaign: Campaign, notice: CampaignNotice) -> None:
    """Let the notice be found; a draft's is not."""
    search.put(NOTICE_KIND, campaign.slug, *_said(notice))


def _said(notice: CampaignNotice) -> tuple[str, str, datetime]:
    """What search takes of a notice: its title, its words and when it came."""
    body = "\n".join(f"{one.heading} {one.text}".strip() for one in notice.paragraphs)
    return notice.title, body, notice.imported_at


def index_rows(slugs: Sequence[str]) -> list[dict[str, Any]]:
    """The entries of the newest notices of some campaigns, as `index` puts them."""
    newest = (
        select(func.max(CampaignNotice.id))
        .where(CampaignNotice.campaign_id == Campaign.id)
        .correlate(Campaign)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Campaign.slug, CampaignNotice)
        .join(CampaignNotice, CampaignNotice.id == newest)
        .where(Campaign.slug.in_(slugs))
        .options(selectinload(CampaignNotice.paragraphs))
    )
    return [row for slug, one in found for row in search.rows(NOTICE_KIND, slug, *_said(one))]


SOURCE = refilling.Source(
    Campaign.slug,
    select(Campaign.slug).where(
        Campaign.state != "draft",
        select(CampaignNotice.id).where(CampaignNotice.campaign_id == Campaign.id).exists(),
    ),
    index_rows,
)


def _campaign_of(parsed: Parsed, slug: str | None, title: str | None) -> Campaign | None:
    wanted = select(Campaign).options(joinedload(Campaign.phases))
    if slug is not None:
        wanted = wanted.where(Campaign.slug == slug)
    else:
        same = select(CampaignNotice.campaign_id).where(CampaignNotice.digest == parsed.digest)
        is_named = Campaign.title == (title or parsed.campaign_title)[:120]
        wanted = wanted.where(is_named | Campaign.id.in_(same)).order_by(Campaign.id.desc())
    return db.session.scalars(wanted.limit(1)).unique().one_or_none()


def _campaign_from(parsed: Parsed, slug: str | None, title: str | None) -> Campaign:
    """A draft; its phases are those the notice describes."""
    campaign = Campaign(
        slug=slug or _free_slug(parsed),
        title=(title or parsed.campaign_title)[:120],
        starts_on=parsed.span.start,
        ends_on=parsed.span.end,
        unit_id=_root_unit_id(),
    )
    campaign.phases = [
        Phase(
            number=number,
            title=step.title[:120],
            aim=step.aim,
            starts_on=step.span.start,
            ends_on=step.span.end,
        )
        for number, step in enumerate(parsed.steps, 1)
    ]
    return campaign


def _notice_from(parsed: Parsed, campaign: Campaign, number: int) -> CampaignNotice:
    return CampaignNotice(
        campaign_id=campaign.id,
        number=number,
        title=parsed.title[:200],
        reference=parsed.reference[:60],
        addressees=parsed.addressees,
        signature="\n".join(parsed.signature),
        digest=parsed.digest,
        paragraphs=[
            NoticeParagraph(
                position=position,
                path=one.path,
                level=one.level,
                label=one.label,
                heading=one.heading,
                text=one.text,
            )
            for position, one in enumerate(parsed.paragraphs)
        ],
    )


def _add_terms(parsed: Parsed, campaign: Campaign) -> None:
    known = set(
        db.session.scalars(select(GlossaryTerm.term).where(GlossaryTerm.campaign_id == campaign.id))
    )
    db.session.add_all(
        GlossaryTerm(campaign_id=campaign.id, term=term, explanation=meaning)
        for term, meaning in parsed.terms.items()
        if term not in known
    )


def _free_slug(parsed: Parsed) -> str:
    year = parsed.span.start.year if parsed.span.start else clock.today().year
    taken = set(db.session.scalars(select(Campaign.slug)))
    slug, count = f"campaign-{year}", 1
    while slug in taken:
        count += 1
        slug = f"campaign-{year}-{count}"
    return slug


def _root_unit_id() -> int | None:
    """The one unit without another above it; None when there is none, or more than one."""
    children = select(UnitEdge.child_id)
    roots = db.session.scalars(select(Unit.id).where(Unit.id.not_in(children)).limit(2)).all()
    return roots[0] if len(roots) == 1 else None
