"""What a person wants to hear of: watch, normal or mute, for a thread, a tag, a board, a person.

Nobody but the person knows. Of several levels that meet in one text the nearest holds: what was
chosen for the thread, then for its author, then that the thread is watched because one wrote in
it, then what was chosen for its tags, then for the board. Of several tags the one that is watched
counts for more than the one that is muted: better to hear once too often than to miss what one
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    Integer,
    ScalarSelect,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    false,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, db, insert_into
from .i18n import _l
from .policy import Actor

WATCH, NORMAL, MUTE = LEVELS = ("watch", "normal", "mute")
LABELS = {WATCH: _l("关注"), NORMAL: _l("普通"), MUTE: _l("免打扰")}

Place = tuple[str, int]  # kind and id of what is followed


class Follow(Base):
    """A person's level for one thing. `is_chosen`: by hand, not because they wrote there."""

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "subject_id"),
        Index(None, "kind", "subject_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    level: Mapped[str] = mapped_column(
        Enum(*LEVELS, native_enum=False, create_constraint=True, name="follow_level")
    )
    is_chosen: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @staticmethod
    def visible_to(actor: Actor) -> Select[Follow]:
        mine = Follow.person_id == actor.id if actor.id is not None else false()
        return select(Follow).where(mine)


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be followed; `named` gives title and address of those that the
    actor may read now. One that `stands_in` others keeps "normal" as a choice, for the level of
    what is wider would else hold."""

    label: Any
    named: Callable[[Collection[int], Actor], dict[int, tuple[str, str]]]
    stands_in: bool = False


_kinds: dict[str, Kind] = {}


def kind(
    name: str,
    label: Any,
    named: Callable[[Collection[int], Actor], dict[int, tuple[str, str]]],
    *,
    stands_in: bool = False,
) -> None:
    """Register a kind of thing that can be followed."""
    _kinds[name] = Kind(label, named, stands_in)


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def _reader() -> int:
    """The id of whoever reads this page; 0 for nobody."""
    return (current_user.id if has_request_context() else None) or 0


def level_of(name: str, subject_id: Any) -> ScalarSelect[str]:
    """The reader's level for a row of another table, as a column of the statement about it."""
    reader = bindparam("follower", callable_=_reader, type_=Integer, unique=True)
    return (
        select(Follow.level)
        .where(Follow.person_id == reader, Follow.kind == name, Follow.subject_id == subject_id)
        .correlate(subject_id.table)
        .scalar_subquery()
    )


def is_muted(person: Any, *places: tuple[str, Any]) -> Any:
    """The condition that a person (a column or parameter) muted one of some things."""
    mine = (Follow.person_id == person, Follow.level == MUTE)
    return or_(
        *(
            select(literal(1)).where(*mine, _is(name, subject_id)).exists()
            for name, subject_id in places
        )
    )


def choose(actor: Actor, name: str, subject_id: int, level: str) -> None:
    """Set the actor's level; one statement."""
    assert actor.id is not None and level in LEVELS
    known = _kinds.get(name)
    if level == NORMAL and not (known and known.stands_in):
        own = Follow.visible_to(actor).where(Follow.kind == name, Follow.subject_id == subject_id)
        db.session.execute(delete(Follow).where(Follow.id.in_(own.with_only_columns(Follow.id))))
        return
    chosen = {"level": level, "is_chosen": True, "at": clock.now()}
    db.session.execute(
        insert_into(Follow)
        .values(person_id=actor.id, kind=name, subject_id=subject_id, **chosen)
        .on_conflict_do_update(index_elements=["person_id", "kind", "subject_id"], set_=chosen)
    )


def begin(person_id: int, name: str, subject_id: int) -> None:
    """Let somebody watch what they wrote in, unless they chose otherwise; one statement."""
    from .telling import watches_own

    row = select(
        literal(person_id),
        literal(name),
        literal(subject_id),
        literal(WATCH),
        literal(False),
        literal(clock.now(), Follow.at.type),
    ).where(watches_own(person_id))
    columns = ["person_id", "kind", "subject_id", "level", "is_chosen", "at"]
    db.session.execute(insert_into(Follow).from_select(columns, row).on_conflict_do_nothing())


def carry_over(name: str, old_id: int, new_id: int) -> None:
    """Let what people chose for one thing hold for another, where they chose nothing for it."""
    old, quiet = _is(name, old_id), {"synchronize_session": False}
    chose = select(Follow.person_id).where(_is(name, new_id))
    double = delete(Follow).where(old, Follow.person_id.in_(chose))
    db.session.execute(double.execution_options(**quiet))
    over = update(Follow).where(old).values(subject_id=new_id)
    db.session.execute(over.execution_options(**quiet))


def followers(places: Sequence[Place], after: int, limit: int) -> list[int]:
    """Ids, in their order, of those who watch any of some things; those after a certain id."""
    found = (
        select(Follow.person_id)
        .where(_any_of(places), Follow.level == WATCH, Follow.person_id > after)
        .distinct()
        .order_by(Follow.person_id)
        .limit(limit)
    )
    return list(db.session.scalars(found))


def wants(people: Collection[int], sort: str, places: Sequence[Place]) -> set[int]:
    """Of some people, those who want a notice of that sort about a text; one statement.

    `places` are where the text stands, the nearest first: its thread, its author, its tags, its
    board; things of one kind are equally near. What is followed is told to those who watch; what
    is meant for one person ("mention", "reminder") to all but those who muted; decisions on one's
    own texts, and tasks, to everybody.
    """
    if sort in ("decision", "task") or not people:
        return set(people)
    rows = db.session.execute(
        select(
            Follow.person_id, Follow.kind, Follow.subject_id, Follow.level, Follow.is_chosen
        ).where(_any_of(places), Follow.person_id.in_(people))
    ).all()
    levels = {person_id: _nearest_level(rows, person_id, places) for person_id in people}
    if sort == "follow":
        return {person_id for person_id, level in levels.items() if level == WATCH}
    return {person_id for person_id, level in levels.items() if level != MUTE}


def _nearest_level(rows: Iterable[Any], person_id: int, places: Sequence[Place]) -> str:
    """The level that holds of those that meet. What nobody chose comes after one step further."""
    kinds = list(dict.fromkeys(kind for kind, _id in places))
    own = [row for row in rows if row.person_id == person_id]
    if not own:
        return NORMAL

    def rank(row: Any) -> tuple[float, int]:
        near = kinds.index(row.kind) + (0 if row.is_chosen else 1.5)
        return near, LEVELS.index(row.level)

    return str(min(own, key=rank).level)


def _any_of(places: Sequence[Place]) -> Any:
    """The condition of a level for one of some things; each of them is looked up in the index."""
    return or_(*(_is(name, subject_id) for name, subject_id in places))


def _is(name: str, subject_id: Any) -> ColumnElement[bool]:
    return and_(Follow.kind == name, Follow.subject_id == subject_id)
