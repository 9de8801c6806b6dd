"""What the mailbox lays on the shelves of the house: menu, home page, what waits, figures, time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select

from core import clock, figures, jobs, refilling, registry, search
from core.db import db
from core.i18n import _, _l, ngettext
from core.policy import Actor
from core.registry import Panel, Place, Waiting

from . import tally
from .handling import close_unrated
from .models import Letter, units_served
from .public import SOURCE, PublicLetter

WRITER_WAITS = ("needs_info", "replied")
TO_SCREEN = ("received", "screening")
TO_ASSIGN = ("accepted", "reopened")
OWNED = ("claimed", "handling", "reply_draft")
HEAPS = {"signing": "open&state=sign_off"}  # what the desk calls a heap, where it is not its name


def fill() -> None:
    registry.add(
        registry.navigation,
        Place("letters.index", _l("部长信箱"), "letters:letter:enter", order=30),
    )
    registry.add(
        registry.account_menu,
        Place("letters.desk", _l("办信台"), "letters:desk:show", order=12),
    )
    registry.add(registry.panels, Panel("letters/panel.html", _panel, order=40, side=True))
    registry.add(registry.waiting, waiting)
    refilling.source(PublicLetter.kind, SOURCE)
    search.kind(PublicLetter.kind, _l("来信和答复"), "letters.show_public")


def _panel(actor: Actor) -> dict[str, Any]:
    return {"week": tally.recent_week()}


def todo(actor: Actor) -> list[tuple[str, Any]]:
    """What the actor's hands should do next: (name of the heap, condition). No restricted letter
    lies on a heap of a unit or of the minister; nobody's own letter on any."""
    heaps: list[tuple[str, Any]] = []
    mine = func.coalesce(Letter.writer_id, 0) == (actor.id or 0)
    if actor.holds("mail_office"):
        heaps.append(("screen", Letter.state.in_(TO_SCREEN) & ~mine))
        heaps.append(("assign", Letter.state.in_(TO_ASSIGN) & ~mine))
    open_here = Letter.is_restricted.is_(False) & ~mine
    if units := units_served(actor, "handler"):
        here = Letter.unit_id.in_(units) & open_here
        heaps.append(("claim", (Letter.state == "assigned") & here))
        heaps.append(("handle", Letter.state.in_(OWNED) & (Letter.handler_id == actor.id) & here))
    if units := units_served(actor, "signer"):
        heaps.append(("sign", (Letter.state == "sign_off") & Letter.unit_id.in_(units) & open_here))
    if actor.holds("minister"):
        appealed = (Letter.state == "screening") & Letter.is_appealed
        heaps.append(("appeal", appealed & open_here))
    return heaps


def watched(actor: Actor) -> list[tuple[str, Any]]:
    """What is others' to do and the actor's to watch, of the letters on the own desk."""
    if not (actor.holds("mail_office") or actor.holds("minister")):
        return []
    others = func.coalesce(Letter.writer_id, 0) != (actor.id or 0)
    heaps = [("overdue", Letter.overdue() & others)]
    if actor.holds("minister"):
        heaps.append(("signing", (Letter.state == "sign_off") & others))
    return heaps


def waiting(actor: Actor) -> list[Waiting]:
    """What waits for a person: own letters to answer or rate, and the desk's heaps."""
    return [*_own(actor), *_heaps(actor)]


def _own(actor: Actor) -> list[Waiting]:
    if actor.id is None:
        return []
    rows = db.session.scalars(
        select(Letter)
        .where(Letter.writer_id == actor.id, Letter.state.in_(WRITER_WAITS))
        .order_by(Letter.received_at.desc())
        .limit(5)
    )
    return [
        Waiting(
            title=letter.title,
            url=letter.path,
            detail=_("请补充来信的内容") if letter.state == "needs_info" else _("请为答复打分"),
            state=letter.state,
            machine=Letter.kind,
            due_on=letter.rating_ends_on if letter.state == "replied" else None,
        )
        for letter in rows
    ]


def _heaps(actor: Actor) -> list[Waiting]:
    heaps = [*todo(actor), *watched(actor)]
    if not heaps:
        return []
    columns: list[Any] = []
    for _name, condition in heaps:
        columns += [
            func.coalesce(func.sum(case((condition, 1), else_=0)), 0),
            func.min(case((condition, func.coalesce(Letter.step_due_on, Letter.due_on)))),
        ]
    found = db.session.execute(select(*columns).where(Letter.worked_by(actor))).one()
    waits = []
    for place, (name, _condition) in enumerate(heaps):
        count, due_on = found[2 * place], found[2 * place + 1]
        if count:
            url = "/letters/desk?heap=" + HEAPS.get(name, name)
            waits.append(Waiting(title=_heap_title(name, int(count)), url=url, due_on=due_on))
    return waits


def _heap_title(name: str, count: int) -> str:
    titles = {
        "screen": ngettext("%(num)d 封来信待审阅", "%(num)d 封来信待审阅", count),
        "assign": ngettext("%(num)d 封来信待转办", "%(num)d 封来信待转办", count),
        "claim": ngettext("%(num)d 封来信待认领", "%(num)d 封来信待认领", count),
        "handle": ngettext("%(num)d 封来信在我手里", "%(num)d 封来信在我手里", count),
        "sign": ngettext("%(num)d 份答复待签发", "%(num)d 份答复待签发", count),
        "overdue": ngettext(
            "%(num)d 封来信超过期限还没有答复", "%(num)d 封来信超过期限还没有答复", count
        ),
        "signing": ngettext("%(num)d 份答复等承办单位签发", "%(num)d 份答复等承办单位签发", count),
        "appeal": ngettext("%(num)d 封来信申诉待审", "%(num)d 封来信申诉待审", count),
    }
    return titles[name]


@figures.figure("letters.received", _l("收到的来信"))
def received() -> int:
    return db.session.scalar(select(func.count()).where(Letter.state != "draft")) or 0


@figures.figure("letters.replied", _l("答复的来信"))
def replied() -> int:
    return db.session.scalar(select(func.count()).where(Letter.replied_on.is_not(None))) or 0


@jobs.job("letters.close_unrated", every=timedelta(hours=24))
def _close_unrated() -> None:
    close_unrated(clock.now())
