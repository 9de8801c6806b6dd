"""Making boards, changing their rules, archiving them, naming who moderates. Nothing here commits.

Whoever holds one of TENDERS at a board's unit or above tends it; nobody does beyond the own
subtree. Tending a board lets nobody read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from accounts.models import Membership, Person, Unit, in_force
from core import clock, journal
from core.db import db
from core.errors import Conflict
from core.policy import Actor
from moderation import covers

from .models import Board
from .rules import ACTS

TENDERS = ("chief_moderator", "admin", "office", "unit_admin")
WORDS = ("title", "title_en", "description", "description_en", "topic", "topic_en")
FIGURES = ("order", "replies_per_hour", "threads_per_day", "heated_replies")
MODERATES = ("chief_moderator", "moderator", "local_moderator")


def may_tend(actor: Actor, unit: Unit | None = None) -> bool:
    """Whether the actor tends the boards of a unit (or of any)."""
    return any(actor.holds(role, unit) for role in TENDERS)


def tended_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor tends a board."""
    return covers(actor, Board.unit_id, roles=TENDERS)


class Tended:
    """Boards as those meet them who tend them: whether or not they read what is written there."""

    slug = Board.slug

    @staticmethod
    def visible_to(actor: Actor) -> Select[Board]:
        return select(Board).where(or_(Board.open_to(actor), tended_by(actor)))


def boards_of(actor: Actor) -> Sequence[Board]:
    """The boards that the actor tends, archived ones last. One statement."""
    found = select(Board).where(tended_by(actor)).options(joinedload(Board.unit))
    order = (Board.archived_at.is_not(None), Board.order, Board.id)
    return db.session.scalars(found.order_by(*order)).all()


def create(unit: Unit, slug: str, given: Mapping[str, Any], actor: Actor) -> Board:
    """Make a board; `given` as `change` takes it."""
    last = db.session.scalar(select(func.max(Board.order))) or 0
    board = Board(slug=slug, unit=unit, order=last + 1)
    _apply(board, given)
    db.session.add(board)
    db.session.flush()
    facts: dict[str, Any] = {"unit": unit.id, **_codes(board)}
    journal.append(Board.kind, board.id, "create", actor.id, facts=facts)
    return board


def change(board: Board, given: Mapping[str, Any], actor: Actor) -> bool:
    """Give a board other words and rules: `given` names columns, and acts with their Audience.
    False when all is as it was. What waits goes on waiting, what is public stays so."""
    before, said = _codes(board), [getattr(board, name) for name in WORDS]
    _apply(board, given)
    after = _codes(board)
    changed = {name: value for name, value in after.items() if value != before[name]}
    words = [
        name
        for name, old in zip(WORDS, said, strict=True)
        if (getattr(board, name) or "") != (old or "")
    ]
    if not changed and not words:
        return False
    board.version += 1
    former = {f"former_{name}": before[name] for name in changed}
    facts = {**changed, **former, **({"words": ",".join(words)} if words else {})}
    journal.append(Board.kind, board.id, "change", actor.id, facts=facts)
    return True


def _apply(board: Board, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name in ACTS:
            board.set_audience(name, value)
        else:
            setattr(board, name, value)


def _codes(board: Board) -> dict[str, int | str | None]:
    """A board's rules as the journal keeps them."""
    found: dict[str, int | str | None] = {name: getattr(board, name) for name in FIGURES}
    found["pre_moderated"] = int(board.pre_moderated)
    for act in ACTS:
        audience = board.audience(act)
        found[f"{act}_who"] = audience.who
        found[f"{act}_unit"] = audience.unit_id
        found[f"{act}_roles"] = audience.roles.strip(",")
    return found


def archive(board: Board, actor: Actor) -> None:
    """Let a board be read and no more written to. Raises Conflict."""
    if board.is_archived:
        raise Conflict(board)
    board.archived_at = clock.now()
    board.version += 1
    journal.append(Board.kind, board.id, "archive", actor.id)


def reopen(board: Board, actor: Actor) -> None:
    """Raises Conflict."""
    if not board.is_archived:
        raise Conflict(board)
    board.archived_at = None
    board.version += 1
    journal.append(Board.kind, board.id, "reopen", actor.id)


def moderators(board: Board) -> Sequence[Membership]:
    """Who reviews for the board today: of its unit and those above, and its own. One statement."""
    above = [int(part) for part in board.unit.path.split("/") if part]
    whole = Membership.unit_id.in_(above) & Membership.place.is_(None)
    rows = db.session.scalars(
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.role.in_(MODERATES),
            or_(whole, Membership.place == board.key),
            in_force(clock.today()),
            Person.is_active,
        )
        .order_by(Membership.place.is_(None), Membership.role, Membership.id)
        .options(joinedload(Membership.person).load_only(Person.name), joinedload(Membership.unit))
    )
    return rows.all()


@dataclass(frozen=True)
class Change:
    """Something that was done to a board's rules: when, which verb, which of them."""

    at: datetime
    verb: str
    names: tuple[str, ...]


def changes(board: Board) -> list[Change]:
    """What was done to the rules, the newest first. One statement."""
    events = journal.history(Board.kind, board.id)
    return [Change(one.at, one.verb, tuple(_named(one.facts))) for one in reversed(events)]


def since(changes: Sequence[Change]) -> dict[str, datetime]:
    """When each rule that was changed began to hold as it is."""
    return {name: one.at for one in reversed(changes) if one.verb == "change" for name in one.names}


def _named(facts: Mapping[str, Any]) -> Iterable[str]:
    """The rules that an event is about, each once: read, start, reply, and the columns."""
    words = str(facts.get("words", "")).split(",") if facts.get("words") else []
    names = [name for name in facts if not name.startswith("former_") and name != "words"]
    return dict.fromkeys(
        next((act for act in ACTS if name.startswith(f"{act}_")), name) for name in names + words
    )
