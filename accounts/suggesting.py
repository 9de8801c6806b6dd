"""Names while somebody types one after "@": for the signed-in, name and unit and nothing else."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any

from flask import jsonify, request
from flask_login import current_user
from sqlalchemy import func, or_, select

from core.db import db
from core.errors import TooMany
from core.gate import requires
from core.i18n import pick

from .models import Person, Unit
from .views import bp

MOST = 8
LONGEST = 20  # characters that are looked at
LIMIT, PER = 90, 60.0  # questions that one person may ask one server process, in so many seconds
FORGET = 1_000  # people whose questions a process remembers

_asked: dict[int, deque[float]] = {}


@bp.get("/people/suggest")
@requires("accounts:person:suggest")
def suggest_people() -> Any:
    """Up to eight people whose name, or its Latin letters, begin so; `as` is how to name them."""
    _pace(current_user.id)
    typed = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    answer = jsonify(people=[_shown(row) for row in _found(typed)] if typed else [])
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(typed: str) -> Any:
    begins = Person.name.startswith(typed, autoescape=True)
    if typed.isascii() and typed.isalpha():
        letters = (Person.initials, Person.spelling)
        begins = or_(begins, *(one.startswith(typed.lower(), autoescape=True) for one in letters))
    namesakes = func.count().over(partition_by=Person.name).label("namesakes")
    return db.session.execute(
        select(Person.name, Unit.name.label("unit"), Unit.name_en.label("unit_en"), namesakes)
        .join(Unit, Unit.id == Person.unit_id)
        .where(begins, Person.is_active)
        .order_by(func.length(Person.name), Person.name, Person.id)
        .limit(MOST)
    )


def _shown(row: Any) -> dict[str, str]:
    unit = pick({"zh": row.unit, "en": row.unit_en or ""})
    named = f"{row.name}（{row.unit}）" if row.namesakes > 1 else row.name
    return {"name": row.name, "unit": unit, "as": named}


def _pace(person_id: int) -> None:
    """Nobody copies the directory by asking. Raises TooMany."""
    if len(_asked) > FORGET:
        _asked.clear()
    now, asked = monotonic(), _asked.setdefault(person_id, deque())
    while asked and asked[0] < now - PER:
        asked.popleft()
    if len(asked) >= LIMIT:
        raise TooMany(int(asked[0] + PER - now) + 1)
    asked.append(now)
