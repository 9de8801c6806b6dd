"""What surveys put on the shelves: a place in the header, what waits, figures, search, a job."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from core import attachments, clock, figures, jobs, refilling, registry, search
from core.db import db
from core.i18n import _, _l
from core.policy import SYSTEM, Actor
from core.registry import Panel, Place, Waiting

from . import listing, publishing, responses, uploads
from .ledger import items
from .ledger import reading as ledgers
from .ledger.items import LedgerItem
from .models import Survey, SurveyResponse

PLACE = Place("surveys.index", _l("问卷"), "surveys:survey:list", order=20)
MANAGE = Place("surveys.manage", _l("问卷管理"), "surveys:survey:manage", order=30)
LEDGERS = Place("surveys.list_ledgers", _l("意见台账"), "surveys:ledger:keep", order=31)
SHOWN = 4


def panel(actor: Actor) -> dict[str, Any] | None:
    """Open surveys that do not wait for the reader above, and the newest results."""
    running = [one for one in listing.running(actor) if one.survey.takes_answers and not one.waits]
    finished = listing.newest_finished(actor)
    if not running and not finished:
        return None
    return {"running": running[:SHOWN], "finished": finished}


PANEL = Panel("surveys/panel.html", panel, order=20, side=True)


def waiting(actor: Actor) -> list[Waiting]:
    """Open surveys that the actor neither answered, as far as anybody knows, nor put aside."""
    return [
        Waiting(
            title=_("《%(title)s》", title=one.survey.name),
            url=one.url,
            detail=_detail(one),
            due_on=one.survey.last_day,
        )
        for one in listing.running(actor)
        if one.waits
    ]


def _detail(one: listing.Listed) -> str:
    if one.is_begun:
        return _("填了一半，%(manner)s", manner=one.survey.manner)
    facts = {"minutes": one.survey.minutes, "manner": one.survey.manner}
    return _("约 %(minutes)d 分钟，%(manner)s", **facts)


@figures.figure("surveys.responses", _l("答卷"))
def response_count() -> int:
    """Responses that are counted; those that are still held do not show."""
    return db.session.scalar(select(func.count()).select_from(SurveyResponse)) or 0


@figures.figure("surveys.open", _l("进行中的问卷"))
def open_count() -> int:
    running = select(func.count()).select_from(Survey).where(Survey.state == "open")
    return db.session.scalar(running) or 0


@jobs.job("surveys.close_due", every=timedelta(minutes=10))
def close_due() -> None:
    """Close the surveys whose last day is past, so that what is held is counted."""
    due = select(Survey).where(
        Survey.state.in_(("open", "paused")), Survey.closes_at <= clock.now()
    )
    for survey in db.session.scalars(due.with_for_update()).all():
        publishing.move(survey, "close", SYSTEM)


@jobs.job("surveys.release", every=timedelta(hours=24))
def release_held() -> None:
    """Once a day, add what came to the answers of the surveys that run."""
    running = select(Survey).where(Survey.state.in_(("open", "paused")))
    for survey in db.session.scalars(running.with_for_update(key_share=True)).all():
        if not survey.is_named:
            responses.release_daily(survey)


def fill() -> None:
    registry.add(registry.navigation, PLACE)
    registry.add(registry.modules, "js/surveys/rights.js")
    registry.add(registry.modules, "js/surveys/begun_end.js")
    registry.add(registry.admin_sections, MANAGE)
    registry.add(registry.admin_sections, LEDGERS)
    registry.add(registry.panels, PANEL)
    registry.add(registry.waiting, waiting)
    registry.add(registry.waiting, ledgers.waiting)
    registry.add(attachments.carriers, uploads.may_read)
    refilling.source(Survey.kind, publishing.SOURCE)
    search.kind(Survey.kind, _l("问卷"), "surveys.show", by="slug")
    refilling.source(LedgerItem.kind, items.SOURCE)
    search.kind(LedgerItem.kind, _l("意见和答复"), "surveys.show_ledger_item")
