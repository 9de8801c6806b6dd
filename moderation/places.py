"""The places in which texts are reviewed, of every kind of content in one statement."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Integer, Select, cast, literal, null, select, union_all

from accounts.models import Unit
from core import i18n
from core.db import as_json, db
from core.policy import Actor

from .reviewable import ReviewPlace, kinds


def place(key: Any, unit_id: Any, rank: Any, *names: Any) -> list[Any]:
    """The columns in which a kind tells its places: the key, the unit, the place among them, and
    the name: a column with its languages, or one in Chinese and one in English."""
    columns = {"key": key, "unit_id": unit_id, "rank": rank, "names": as_json(*names)}
    return [column.label(name) for name, column in columns.items()]


def only_place(key: str, name: str) -> Select[Any]:
    """What a kind tells that has one place, in which each text has a unit of its own."""
    nobodys = cast(null(), Integer)
    return select(*place(literal(key), nobodys, literal(0), literal(name), literal("")))


def places(actor: Actor | None = None, only: str = "") -> dict[str, ReviewPlace]:
    """All places by key, or those of which the actor may know, or of one kind of content."""
    wanted = [kinds[only]] if only else list(kinds.values())
    parts = [
        kind.review_places(actor).add_columns(literal(number).label("kind"))
        for number, kind in enumerate(wanted)
    ]
    found = union_all(*parts).subquery()
    rows = db.session.execute(
        select(found.c.key, found.c.names, Unit)
        .outerjoin(Unit, Unit.id == found.c.unit_id)
        .order_by(found.c.kind, found.c.rank, found.c.key)
    )
    return {row.key: ReviewPlace(_named(json.loads(row.names)), row.Unit) for row in rows}


def _named(names: list[Any]) -> str:
    """What a place is called in the reader's language."""
    if len(names) == 1:
        said = names[0]  # SQLite keeps JSON as text
        return i18n.pick(json.loads(said) if isinstance(said, str) else said)
    return i18n.pick({"zh": names[0], "en": names[1] or ""})
