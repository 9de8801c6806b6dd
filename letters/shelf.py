"""What the mailbox lays on the shelves of the house: menu, home page, what waits, figures, time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, select

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
OWN = 5  # letters of one's own that are named
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
    """What waits for a person: own letters to answer or rate, and the desk's heaps; one statement."""
    if actor.id is None:
        return []
    own = and_(Letter.writer_id == actor.id, Letter.state.in_(WRITER_WAITS))
    heaps = [*todo(actor), *watched(actor)]
    found: Select[Any] = select(Letter).where(own)
    if heaps:
        counts = _counts(actor, [condition for _name, condition in heaps])
        found = select(Letter, *counts.c).select_from(counts).outerjoin(Letter, own)
    rows = db.session.execute(found.order_by(Letter.received_at.desc()).limit(OWN)).all()
    return [
        *(_own(row[0]) for row in rows if row[0] is not None),
        *(_heaps([name for name, _condition in heaps], rows[0][1:]) if heaps else ()),
    ]


def _own(letter: Letter) -> Waiting:
    return Waiting(
        title=letter.title,
        url=letter.path,
        detail=_("请补充来信的内容") if letter.state == "needs_info" else _("请为答复打分"),
        state=letter.state,
        machine=Letter.kind,
        due_on=letter.rating_ends_on if letter.state == "replied" else None,
    )


def _counts(actor: Actor, conditions: list[Any]) -> Subquery:
    """Of each heap how many letters lie on it and the first due day."""
    columns: list[Any] = []
    for condition in conditions:
        columns += [
            func.coalesce(func.sum(case((condition, 1), else_=0)), 0),
            func.min(case((condition, func.coalesce(Letter.step_due_on, Letter.due_on)))),
        ]
    named = [column.label(f"heap_{place}") for place, column in enumerate(columns)]
    return select(*named).where(Letter.worked_by(actor)).subquery()


def _heaps(names: list[str], found: Sequence[Any]) -> Iterator[Waiting]:
    for place, name in enumerate(names):
        count, due_on = found[2 * place], found[2 * place + 1]
        if count:
            url = "/letters/desk?heap=" + HEAPS.get(name, name)
            yield Waiting(title=_heap_title(name, int(count)), url=url, due_on=due_on)


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
