"""A ledger to take along: a workbook of all entries and items, or a document to print."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import xlsxwriter
from sqlalchemy import select

from accounts.models import Unit
from core import clock
from core.db import db
from core.i18n import _, day, pick, stamp
from core.word import WordFile

from . import counting, working
from .coded import ASIDE, CHANNELS, OUTCOMES
from .counting import Balance
from .items import LedgerItem
from .models import Ledger, LedgerEntry, LedgerReply, LedgerSource

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')  # of files, on one system or another


@dataclass(frozen=True)
class Whole:
    """All of a ledger: items in the order of their numbers, each with its entries and reply."""

    ledger: Ledger
    items: Sequence[LedgerItem]
    entries: Sequence[LedgerEntry]
    replies: dict[int, LedgerReply]
    units: dict[int, str]
    sources: dict[int, LedgerSource]
    balance: Balance

    def of(self, item: LedgerItem | None) -> list[LedgerEntry]:
        return [one for one in self.entries if one.item_id == (item.id if item else None)]

    def unit(self, item: LedgerItem) -> str:
        return self.units.get(item.owning_unit_id or 0, "")

    def about(self, one: Any) -> str:
        return one.about or _("对班子")

    def where(self, entry: LedgerEntry) -> str:
        source = self.sources[entry.source_id]
        said = [
            str(CHANNELS[entry.channel]),
            source.title,
            day(source.held_on) if source.held_on else "",
        ]
        return _("，").join(one for one in said if one)


def whole(ledger: Ledger) -> Whole:
    """Six statements."""
    entries = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.ledger_id == ledger.id).order_by(LedgerEntry.id)
    ).all()
    there = working.items_of(ledger)
    replies = db.session.scalars(
        select(LedgerReply)
        .where(LedgerReply.item_id.in_(there), LedgerReply.returned_why.is_(None))
        .order_by(LedgerReply.id)
    )
    wanted = {one.owning_unit_id for one in there.values() if one.owning_unit_id}
    units = db.session.execute(select(Unit.id, Unit.name, Unit.name_en).where(Unit.id.in_(wanted)))
    return Whole(
        ledger,
        list(there.values()),
        entries,
        {one.item_id: one for one in replies},
        {row.id: pick({"zh": row.name, "en": row.name_en or ""}) for row in units},
        working.sources_of(ledger),
        counting.balance(ledger),
    )


def file_name(title: str) -> str:
    return _NOT_IN_NAMES.sub(" ", title)


# --- A workbook -----------------------------------------------------------------------------


def workbook(found: Whole) -> bytes:
    """Three sheets. Every word is written as a text: no cell is taken for a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        _sheet(book.add_worksheet(_("合计")), _totals(found))
        _sheet(book.add_worksheet(_("归并后的意见")), _items(found))
        _sheet(book.add_worksheet(_("原话")), _entries(found))
    return out.getvalue()


def _sheet(sheet: Any, rows: list[list[Any]]) -> None:
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell)
            elif cell:
                sheet.write_string(number, column, str(cell))


def _totals(found: Whole) -> list[list[Any]]:
    head = [_("渠道"), _("原话"), _("已归并"), _("还没归并"), _("搁置"), _("归并成几条")]
    rows = [(CHANNELS[name], row) for name, row in found.balance.channels.items()]
    rows.append((_("合计"), found.balance.total))
    return [head] + [
        [str(name), row.raw, row.merged, row.open, row.aside, row.items] for name, row in rows
    ]


def _items(found: Whole) -> list[list[Any]]:
    channels = list(found.balance.channels)
    head = [_("条号"), _("关于谁"), _("归并后的意见"), *(str(CHANNELS[one]) for one in channels)]
    head += [_("合计"), _("承办单位"), _("最迟答复"), _("结果"), _("限期"), _("答复")]
    rows: list[list[Any]] = [head]
    for item in found.items:
        counts = found.balance.items.get(item.id, {})
        reply = found.replies.get(item.id)
        told = (
            [str(OUTCOMES[reply.outcome].label), _day(reply.promised_on), reply.reason]
            if reply
            else []
        )
        rows.append(
            [
                *(item.number, found.about(item), item.wording),
                *(counts.get(one, 0) for one in channels),
                *(sum(counts.values()), found.unit(item), _day(item.due_on)),
                *told,
            ]
        )
    return rows


def _entries(found: Whole) -> list[list[Any]]:
    numbers = {item.id: item.number for item in found.items}
    rows: list[list[Any]] = [[_("并入第几条"), _("搁置"), _("关于谁"), _("渠道"), _("原话")]]
    for one in found.entries:
        where = numbers[one.item_id] if one.item_id else ""
        aside = str(ASIDE[one.aside]) if one.aside else ""
        rows.append([where, aside, found.about(one), found.where(one), one.words])
    return rows


def _day(one: Any) -> str:
    return day(one) if one else ""


# --- A document -----------------------------------------------------------------------------


def word_file(found: Whole) -> bytes:
    """The items one after another, each with its entries word for word and the reply."""
    total = found.balance.total
    file = WordFile(found.ledger.title)
    file.line(
        _(
            "原话 %(raw)d 条，归并成 %(items)d 条；还没归并 %(open)d 条，搁置 %(aside)d 条。取于 %(at)s",
            raw=total.raw,
            items=total.items,
            open=total.open,
            aside=total.aside,
            at=stamp(clock.now()),
        ),
        "About",
    )
    for item in found.items:
        file.text(_item_html(found, item))
    waiting = [one for one in found.of(None) if one.aside is None]
    for title, several in (
        (_("还没归并的原话"), waiting),
        (_("搁置的原话"), [one for one in found.of(None) if one.aside]),
    ):
        if several:
            file.text(f"<h2>{escape(title)}</h2>{_said(found, several)}")
    return file.bytes


def _item_html(found: Whole, item: LedgerItem) -> str:
    counts = found.balance.items.get(item.id, {})
    channels = _("，").join(
        _("%(channel)s %(n)d 条", channel=str(CHANNELS[name]), n=count)
        for name, count in counts.items()
    )
    head = _("第 %(n)d 条　%(wording)s", n=item.number, wording=item.wording)
    said = [
        f"<h2>{escape(head)}</h2>",
        f"<p>{escape(found.about(item))}　{escape(channels)}</p>",
        _said(found, found.of(item)),
    ]
    if unit := found.unit(item):
        said.append(f"<p>{escape(_('承办单位：%(unit)s', unit=unit))}</p>")
    if (reply := found.replies.get(item.id)) is not None:
        label = str(OUTCOMES[reply.outcome].label)
        by_day = f"　{_day(reply.promised_on)}" if reply.promised_on else ""
        said.append(f"<p><strong>{escape(label + by_day)}</strong></p>")
        said += [f"<p>{escape(one)}</p>" for one in reply.reason.split("\n") if one.strip()]
    return "".join(said)


def _said(found: Whole, entries: Sequence[LedgerEntry]) -> str:
    lines = [f"<li>{escape(one.words)}（{escape(found.where(one))}）</li>" for one in entries]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""
