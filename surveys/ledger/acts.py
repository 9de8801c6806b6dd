"""What the office does with entries: bring in, merge, part, set aside, and undo.

Every act is a row that says where each entry stood before and after, and an event of the journal
that names the act. Undoing goes backwards, one act at a time, and only where all stands as the
act left it. The caller holds the ledger's row.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select

from core import clock, journal
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from .items import LedgerItem
from .models import Ledger, LedgerAct, LedgerCorrection, LedgerEntry, LedgerSource

Stand = tuple[int | None, str | None, str]  # in which item, set aside why, about whom


def bring_in(
    source: LedgerSource, said: Iterable[dict[str, Any]], actor: Actor
) -> Sequence[LedgerEntry]:
    """Enter raw sentences of a source; each `said` holds the columns of one."""
    place = {"source_id": source.id, "ledger_id": source.ledger_id, "channel": source.channel}
    made = [LedgerEntry(**place, **one) for one in said]
    db.session.add_all(made)
    db.session.flush()
    _keep(source.ledger_id, "enter", [[one.id.hex] for one in made], [], actor)
    return made


def place(
    ledger: Ledger,
    targets: Iterable[tuple[LedgerEntry, LedgerItem | None]],
    actor: Actor,
    made: Collection[LedgerItem] = (),
) -> None:
    """Merge each entry into its item, or take it out of the one it is in (None). Items that were
    `made` for it go again when it is undone. Raises Conflict."""
    moves = [_move(one, (item.id if item else None, None, one.about)) for one, item in targets]
    _keep(ledger.id, "place", moves, [one.id for one in made], actor)


def set_aside(ledger: Ledger, entries: Iterable[LedgerEntry], reason: str, actor: Actor) -> None:
    """Count entries apart, with the reason. Raises Conflict."""
    moves = [_move(one, (None, reason, one.about)) for one in entries]
    _keep(ledger.id, "set_aside", moves, [], actor)


def regard(ledger: Ledger, entries: Iterable[LedgerEntry], about: str, actor: Actor) -> None:
    """Keep entries apart as being about a member, or the body. They wait again. Raises Conflict."""
    moves = [_move(one, (None, None, about)) for one in entries]
    _keep(ledger.id, "regard", moves, [], actor)


def _move(entry: LedgerEntry, after: Stand) -> list[Any]:
    """Put an entry somewhere; where it stood and where it stands."""
    if entry.is_quoted:
        raise Conflict(
            entry, _("有一条原话已经引用在答复里，要先在那一条意见里改掉引用，才能挪动。")
        )
    before = (entry.item_id, entry.aside, entry.about)
    entry.item_id, entry.aside, entry.about = after
    return [entry.id.hex, list(before), list(after)]


def _keep(ledger_id: int, verb: str, moves: list[list[Any]], made: list[int], actor: Actor) -> None:
    assert actor.id is not None
    act = LedgerAct(ledger_id=ledger_id, verb=verb, moves=moves, made=made, done_by_id=actor.id)
    db.session.add(act)
    db.session.flush()
    facts = {"act": act.id, "entries": len(moves)}
    journal.append(Ledger.kind, ledger_id, verb, actor.id, facts=facts)


# --- Undoing --------------------------------------------------------------------------------


def last(ledger: Ledger) -> LedgerAct | None:
    """The act that undoing takes back next."""
    return db.session.scalar(
        select(LedgerAct)
        .where(LedgerAct.ledger_id == ledger.id, LedgerAct.undone_at.is_(None))
        .order_by(LedgerAct.id.desc())
        .limit(1)
    )


def undo(ledger: Ledger, act_id: int, actor: Actor) -> LedgerAct:
    """Take the last act back. Raises Conflict where another came after it or an item moved on."""
    act = last(ledger)
    if act is None or act.id != act_id:
        raise Conflict(act, _("这一步已经撤销，或者后面又做了别的。请看看现在的样子。"))
    there = entries(ledger, [uuid.UUID(move[0]) for move in act.moves])
    if act.verb == "enter":
        _take_away(act, there)
    else:
        _put_back(act, there)
    act.undone_at = clock.now()
    db.session.flush()
    facts = {"act": act.id, "entries": len(act.moves)}
    journal.append(Ledger.kind, ledger.id, "undo", actor.id, facts=facts)
    return act


def _take_away(act: LedgerAct, there: dict[str, LedgerEntry]) -> None:
    if any(not one.is_open for one in there.values()):
        raise _moved_on()
    ids = [one.id for one in there.values()]
    its = LedgerCorrection.entry_id.in_(ids)
    db.session.execute(delete(LedgerCorrection).where(its))
    for one in there.values():
        db.session.delete(one)


def _put_back(act: LedgerAct, there: dict[str, LedgerEntry]) -> None:
    for key, before, after in act.moves:
        one = there[key]
        if one.is_quoted or [one.item_id, one.aside, one.about] != after:
            raise _moved_on()
        one.item_id, one.aside, one.about = before
    db.session.flush()
    for item in db.session.scalars(select(LedgerItem).where(LedgerItem.id.in_(act.made))):
        if item.state != "open" or item.latest_revision_id is not None:
            raise _moved_on()
        db.session.delete(item)


def _moved_on() -> Conflict:
    return Conflict(None, _("这一步以后，其中的意见已经转办、答复或者引用，不能撤销。"))


def entries(ledger: Ledger, keys: Collection[uuid.UUID]) -> dict[str, LedgerEntry]:
    """Entries of a ledger by their keys in letters; those of other ledgers are left out."""
    found = select(LedgerEntry).where(LedgerEntry.ledger_id == ledger.id, LedgerEntry.id.in_(keys))
    return {one.id.hex: one for one in db.session.scalars(found)}


# --- Correcting -----------------------------------------------------------------------------


def correct(entry: LedgerEntry, words: str, reason: str, actor: Actor) -> None:
    """Mend what was typed wrong; what stood there is kept. Raises Conflict."""
    if entry.is_quoted:
        raise Conflict(entry, _("这条原话已经引用在答复里，要先改掉引用。"))
    assert actor.id is not None
    kept = {"entry_id": entry.id, "words": entry.words, "reason": reason}
    db.session.add(LedgerCorrection(**kept, corrected_by_id=actor.id))
    entry.words = words
    facts = {"entry": entry.id.hex}
    journal.append(Ledger.kind, entry.ledger_id, "correct", actor.id, note=reason, facts=facts)
