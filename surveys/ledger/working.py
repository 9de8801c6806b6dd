"""The working page of a ledger: its entries as they stand, what each resembles, what was done last."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.paging import Pager

from . import acts, items
from .coded import ASIDE
from .items import WORDING, LedgerItem
from .likeness import Likeness
from .models import BODY, Ledger, LedgerAct, LedgerEntry, LedgerSource

PAGE = 25
STANDS = ("open", "merged", "aside")


class Refused(ValueError):
    """What was asked does not hold; a sentence for the reader, and the field it is about."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Narrowed:
    """Which entries are looked at: where they stand, from which source, about whom, which words."""

    stand: str = "open"
    source: int | None = None
    about: str | None = None
    words: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Narrowed:
        stand, source = asked.get("stand", "open"), asked.get("source", "")
        return cls(
            stand if stand in STANDS else "open",
            int(source) if source.isascii() and source.isdigit() else None,
            asked.get("about"),
            asked.get("q", "").strip()[:60],
        )

    @property
    def query(self) -> dict[str, Any]:
        """As an address says it."""
        stand = self.stand if self.stand != STANDS[0] else None
        said = {"stand": stand, "source": self.source, "about": self.about, "q": self.words or None}
        return {name: value for name, value in said.items() if value is not None}

    def takes(self, one: LedgerEntry) -> bool:
        return (
            self.source in (None, one.source_id)
            and (self.about is None or one.about == self.about)
            and self.words in one.words
        )


@dataclass(frozen=True)
class Line:
    """An entry, and what it resembles: items first, then other entries that wait."""

    entry: LedgerEntry
    items: list[Any]
    others: list[Any]


@dataclass(frozen=True)
class Desk:
    """Everything that the page shows. `tally` counts the entries that are looked at by stand."""

    pager: Pager[Line]
    tally: dict[str, int]
    items: dict[int, LedgerItem]
    sources: dict[int, LedgerSource]
    said: dict[uuid.UUID, str]
    last: LedgerAct | None


def desk(ledger: Ledger, narrowed: Narrowed, number: int) -> Desk:
    """Four statements, however many entries there are."""
    found = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.ledger_id == ledger.id).order_by(LedgerEntry.id)
    ).all()
    there = items_of(ledger)
    sources = sources_of(ledger)
    looked = [one for one in found if narrowed.takes(one)]
    piles = {name: [one for one in looked if stand_of(one) == name] for name in STANDS}
    pile = piles[narrowed.stand]
    pages = max(1, -(-len(pile) // PAGE))
    number = min(number, pages)
    shown = pile[(number - 1) * PAGE : number * PAGE]
    lines = _lines(shown, found, there)
    tally = {name: len(several) for name, several in piles.items()}
    said = {one.id: one.words for one in found}
    pager = Pager(number, PAGE, len(pile), lines)
    return Desk(pager, tally, there, sources, said, acts.last(ledger))


def stand_of(entry: LedgerEntry) -> str:
    return "aside" if entry.aside else "merged" if entry.item_id else "open"


def items_of(ledger: Ledger) -> dict[int, LedgerItem]:
    """The items of a ledger by id, in the order of their numbers; one statement."""
    found = select(LedgerItem).where(LedgerItem.ledger_id == ledger.id)
    return {one.id: one for one in db.session.scalars(found.order_by(LedgerItem.number))}


def sources_of(ledger: Ledger) -> dict[int, LedgerSource]:
    found = select(LedgerSource).where(LedgerSource.ledger_id == ledger.id)
    return {one.id: one for one in db.session.scalars(found.order_by(LedgerSource.id))}


def _lines(
    shown: Sequence[LedgerEntry], found: Sequence[LedgerEntry], there: dict[int, LedgerItem]
) -> list[Line]:
    if not any(one.is_open for one in shown):
        return [Line(one, [], []) for one in shown]
    groups = {id: [item.wording] for id, item in there.items()}
    for one in found:
        if one.item_id is not None:
            groups[one.item_id].append(one.words)
    likeness = Likeness({one.id: one.words for one in found}, groups)
    lines = []
    for one in shown:
        near = {id for id, item in there.items() if item.about == one.about}
        waiting = {other.id for other in found if other.is_open and other.about == one.about}
        alike = (likeness.of(one.id, "item", near), likeness.of(one.id, "entry", waiting))
        lines.append(Line(one, *alike))
    return lines


# --- The acts of the page -------------------------------------------------------------------


def act(ledger: Ledger, verb: str, sent: Any, actor: Any) -> int:
    """Do what a button of the page says; how many entries it did it to. Raises Refused, Conflict."""
    if verb == "place":
        return _place(ledger, sent, actor)
    chosen = _chosen(ledger, sent.getlist("entry"))
    if not chosen:
        raise Refused(_("请先勾选原话。"))
    if verb == "gather":
        _gather(ledger, chosen, sent, actor)
    elif verb == "out":
        acts.place(ledger, [(one, None) for one in chosen], actor)
    elif verb == "aside":
        if (reason := sent.get("aside", "")) not in ASIDE:
            raise Refused(_("请选择为什么搁置。"), "aside")
        acts.set_aside(ledger, chosen, reason, actor)
    else:
        if (about := sent.get("about", BODY)) not in (BODY, *ledger.members):
            raise Refused(_("请从名单里选。"), "about")
        acts.regard(ledger, chosen, about, actor)
    return len(chosen)


def _place(ledger: Ledger, sent: Any, actor: Any) -> int:
    """Merge by the numbers written beside the entries, or by the one suggestion that was taken."""
    wanted = {name[3:]: value.strip() for name, value in sent.items() if name.startswith("to-")}
    if one := sent.get("one", ""):
        key, _colon, number = one.partition(":")
        wanted = {key: number}
    wanted = {key: number for key, number in wanted.items() if number}
    if not wanted:
        raise Refused(_("请在原话旁边写上要并入的条号。"))
    by_number = {str(item.number): item for item in items_of(ledger).values()}
    there = {one.id.hex: one for one in _chosen(ledger, wanted)}
    targets = []
    for key, entry in there.items():
        item = by_number.get(wanted[key])
        if item is None:
            raise Refused(_("没有第 %(number)s 条。", number=wanted[key][:9]), f"to-{key}")
        _match(entry, item, f"to-{key}")
        targets.append((entry, item))
    acts.place(ledger, targets, actor)
    return len(targets)


def _gather(ledger: Ledger, chosen: Sequence[LedgerEntry], sent: Any, actor: Any) -> None:
    """Merge what was ticked into an item that is there, or into one made for it."""
    number, wording = sent.get("item", ""), " ".join(sent.get("wording", "").split())
    about = chosen[0].about
    if number:
        found = {str(one.number): one for one in items_of(ledger).values()}.get(number)
        if found is None:
            raise Refused(_("没有第 %(number)s 条。", number=number[:9]), "item")
        item, made = found, []
    elif not 0 < len(wording) <= WORDING:
        raise Refused(
            _("请选一条，或者给新的一条写一句话（最多 %(limit)d 字）。", limit=WORDING), "wording"
        )
    else:
        _same_about(chosen)
        item = items.add(ledger, wording, about, actor)
        made = [item]
    for one in chosen:
        _match(one, item, "item")
    acts.place(ledger, [(one, item) for one in chosen], actor, made)


def _same_about(chosen: Sequence[LedgerEntry]) -> None:
    if len({one.about for one in chosen}) > 1:
        raise Refused(_("对班子的意见和对成员的意见要分开，不能并成一条。"), "item")


def _match(entry: LedgerEntry, item: LedgerItem, field: str) -> None:
    if entry.about != item.about:
        raise Refused(_("对班子的意见和对成员的意见要分开，不能并成一条。"), field)


def _chosen(ledger: Ledger, keys: Iterable[str]) -> list[LedgerEntry]:
    """The entries of some keys. Raises Conflict where one is not there any more."""
    try:
        wanted = {uuid.UUID(key) for key in keys}
    except ValueError:
        wanted = set()
    found = acts.entries(ledger, wanted)
    if len(found) != len(wanted):
        raise Conflict(ledger, _("有一条原话已经不在这本台账里，请看看现在的样子。"))
    return list(found.values())
