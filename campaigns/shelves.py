"""What campaigns lay on the shelves of the house: menu, masthead, search."""

from __future__ import annotations

from typing import Any

from core import figures, refilling, registry, search
from core.i18n import _l
from core.policy import Actor
from core.registry import Panel, Place

from . import bringing_in
from .bringing_in import NOTICE_KIND
from .models import current

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


def fill() -> None:
    registry.add(registry.navigation, PLACE)
    registry.add(registry.panels, MASTHEAD)
    refilling.source(NOTICE_KIND, bringing_in.SOURCE)
    search.kind(NOTICE_KIND, _l("通知"), "campaigns.notice", by="slug")
