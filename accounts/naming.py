"""Whose names stand in a text, so that whoever publishes it looks at them first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, literal, select

from core.db import db

from .models import Person

SHORTEST = 2  # characters of a name
SHOWN = 20


def named_in(words: str) -> Sequence[str]:
    """The names of people that stand in some words; one statement."""
    found = (
        select(Person.name)
        .where(func.length(Person.name) >= SHORTEST, literal(words).contains(Person.name))
        .distinct()
        .order_by(Person.name)
        .limit(SHOWN)
    )
    return db.session.scalars(found).all()
