"""What stands beside the posts of a thread's page: what was done to the thread, and signposts where
some were split off."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    String,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from accounts.models import Person
from core import clock
from core.db import db

from .models import Signpost, Thread
from .moving import Sign
from .tending import ENDS, Tending, Told

THREAD = bindparam("thread", type_=Integer)


def beside(thread: Thread, first: int, last: int) -> tuple[tuple[Told, ...], list[Sign]]:
    """The acts that stand, and the newest signpost at each of some numbers; one statement, if
    there may be anything."""
    if not (thread.is_tended or thread.is_split):
        return (), []
    asked = {"thread": thread.id, "today": clock.today(), "first": first, "last": last}
    acts, signs = [], {}
    for row in db.session.execute(_beside(), asked):
        if row.number is None:
            acts.append(Told(row.verb, row.why, row.until, row.name, row.acted_as, row.at))
        else:
            same = ("verb", "why", "acted_as", "at", "number", "post_id", "to_id")
            signs[row.number] = Sign(Signpost(**{one: getattr(row, one) for one in same}), None)
    return tuple(acts), list(signs.values())


@cache
def _beside() -> Any:
    until = Tending.lasts_until
    acts = (
        select(type_coerce(Tending.verb, String).label("verb"), Tending.why, until.label("until"))
        .add_columns(Person.name, Tending.acted_as)
        .add_columns(Tending.at, _none("number"), _none("post_id"), _none("to_id"), Tending.id)
        .join(Person, Person.id == Tending.acted_by_id)
        .where(
            Tending.thread_id == THREAD,
            Tending.standing(*ENDS),
            or_(until.is_(None), until >= bindparam("today", type_=Date)),
        )
    )
    number = Signpost.number
    signs = (
        select(Signpost.verb, Signpost.why, cast(null(), Date), literal(""), Signpost.acted_as)
        .add_columns(Signpost.at, number, Signpost.post_id, Signpost.to_id, Signpost.id)
        .where(
            Signpost.thread_id == THREAD,
            number.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer)),
        )
    )
    both = union_all(acts, signs).subquery()
    return select(both).order_by(both.c.number, both.c.id)


def _none(name: str) -> Any:
    return cast(null(), Integer).label(name)
