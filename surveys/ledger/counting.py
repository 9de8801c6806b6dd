"""What a ledger adds up to, and how much of it everybody may read.

Entries are counted where they stand, so the parts always make the whole. In public no number
below THRESHOLD is shown, and an item's channels only when each that has a voice in it has enough:
one number left out of several that add up would be no secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.db import db

from ..tallies import THRESHOLD
from .coded import CHANNELS
from .models import Ledger, LedgerEntry


@dataclass(frozen=True)
class Row:
    """The entries of a channel (or of all): how many, where they stand, in how many items."""

    raw: int = 0
    merged: int = 0
    open: int = 0
    aside: int = 0
    items: int = 0

    @property
    def reconciles(self) -> bool:
        return self.raw == self.merged + self.open + self.aside


@dataclass(frozen=True)
class Balance:
    """The ledger by channel and together, and how many entries of each channel an item has."""

    channels: Mapping[str, Row]
    total: Row
    items: Mapping[int, Mapping[str, int]]


def balance(ledger: Ledger, *conditions: ColumnElement[bool]) -> Balance:
    """Counted anew; one statement, so of one moment."""
    set_aside = LedgerEntry.aside.is_not(None)
    rows = db.session.execute(
        select(LedgerEntry.channel, LedgerEntry.item_id, set_aside.label("is_aside"), func.count())
        .where(LedgerEntry.ledger_id == ledger.id, *conditions)
        .group_by(LedgerEntry.channel, LedgerEntry.item_id, set_aside)
    ).all()
    there = {row.channel for row in rows}
    items: dict[int, dict[str, int]] = {}
    for row in rows:
        if row.item_id is not None:
            items.setdefault(row.item_id, {})[row.channel] = row[3]
    channels = {
        name: _row([row for row in rows if row.channel == name])
        for name in CHANNELS
        if name in there
    }
    return Balance(channels, _row(rows), items)


def _row(rows: Sequence[Any]) -> Row:
    merged = sum(row[3] for row in rows if row.item_id is not None)
    aside = sum(row[3] for row in rows if row.item_id is None and row.is_aside)
    waiting = sum(row[3] for row in rows if row.item_id is None and not row.is_aside)
    items = len({row.item_id for row in rows} - {None})
    return Row(sum(row[3] for row in rows), merged, waiting, aside, items)


# --- In public ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """Numbers as everybody reads them: None is fewer than THRESHOLD; no channels: not told."""

    total: int | None
    channels: Mapping[str, int]


def shown(counts: Mapping[str, int]) -> Shown:
    total = sum(counts.values())
    if total < THRESHOLD:
        return Shown(None, {})
    is_told = all(count >= THRESHOLD for count in counts.values() if count)
    return Shown(
        total, {name: counts[name] for name in CHANNELS if counts.get(name)} if is_told else {}
    )


def of_item(item: Any) -> dict[str, int]:
    """How many entries of each channel one item has; one statement."""
    rows = db.session.execute(
        select(LedgerEntry.channel, func.count())
        .where(LedgerEntry.item_id == item.id)
        .group_by(LedgerEntry.channel)
    )
    return {row[0]: row[1] for row in rows}
