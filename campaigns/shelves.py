"""What campaigns lay on the shelves of the house: menu, masthead, search, what waits, figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, cast, select

from accounts.models import Person
from core import figures, notices, refilling, registry, search
from core.db import db
from core.i18n import _l
from core.notices import Found, Notice
from core.policy import Actor
from core.registry import Panel, Place
from core.search import SearchEntry

from . import bringing_in, proposal_list, proposals
from .bringing_in import NOTICE_KIND
from .models import Campaign, current
from .outcomes import OUTCOMES
from .proposals import Proposal

PLACE = Place("campaigns.index", _l("活动"), "campaigns:campaign:list", order=40)
# Where people take part; the front's pages and this area's own are not among them.
NOT_TAKING_PART = ("campaigns", "front")


def masthead(actor: Actor) -> dict[str, Any] | None:
    """The campaign that the home page opens with; none: the home page opens by itself."""
    campaign = current(actor)
    if campaign is None:
        return None
    places = taking_part(actor) if campaign.course == "now" else []
    return {"campaign": campaign, "place": places[0] if places else None}


MASTHEAD = Panel("campaigns/masthead.html", masthead, order=0, top=True)


def taking_part(actor: Actor) -> list[Place]:
    """The places of other areas that the actor may enter, in the menu's order."""
    return [
        place
        for place in registry.visible(registry.navigation, actor)
        if place.endpoint.partition(".")[0] not in NOT_TAKING_PART
    ]


def counted() -> list[tuple[Any, figures.Number]]:
    """Label and value of every figure that has something to tell, at most a minute old."""
    read = [(figure.label, figures.recent(name)) for name, figure in figures.known().items()]
    return [(label, value) for label, value in read if value is not None]


@figures.figure("campaigns.proposals", _l("提出的合理化建议"))
def proposal_count() -> int:
    return proposal_list.count()


@figures.figure("campaigns.answered", _l("有了答复的建议"))
def answered_count() -> int:
    return proposal_list.answered_count()


def answered(several: Sequence[Notice], actor: Actor) -> dict[int, Found]:
    """What came of the actor's own proposals, as their pages say it now; two statements."""
    about = {one.id: int((one.about or "0").rpartition(":")[2]) for one in several}
    named = Proposal.named_to(actor, set(about.values()))
    found = select(Proposal.id, Proposal.state).where(Proposal.id.in_(named))
    labels = {
        row.id: str(OUTCOMES[row.state].label)
        for row in db.session.execute(found)
        if row.state in OUTCOMES
    }
    return {
        one.id: Found(
            {"title": named[about[one.id]].title, "outcome": labels[about[one.id]]}, one.url
        )
        for one in several
        if about[one.id] in labels
    }


def _byline() -> list[Any]:
    """Who wrote a proposal, and in which campaign, by the number in its entry of the index."""
    return [
        select(column)
        .select_from(Proposal)
        .join(Person, Person.id == Proposal.author_id)
        .join(Campaign, Campaign.id == Proposal.campaign_id)
        .where(Proposal.id == cast(SearchEntry.subject_id, Integer))
        .correlate(SearchEntry)
        .scalar_subquery()
        for column in (Person.name, Campaign.title, Campaign.title_en)
    ]


def fill() -> None:
    registry.add(registry.navigation, PLACE)
    registry.add(registry.panels, MASTHEAD)
    registry.add(registry.waiting, proposal_list.waiting)
    notices.kind(
        "campaigns:decide", _l("你的建议“%(title)s”有了答复：%(outcome)s。"), recheck=answered
    )
    search.kind(
        Proposal.kind, _l("合理化建议"), "campaigns.show_proposal", byline=search.Byline(*_byline())
    )
    refilling.source(Proposal.kind, proposals.SOURCE)
    refilling.source(NOTICE_KIND, bringing_in.SOURCE)
    search.kind(NOTICE_KIND, _l("通知"), "campaigns.notice", by="slug")
