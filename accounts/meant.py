"""Who is meant by what somebody typed: a name, a name with its unit, or Latin letters for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from core.db import db
from core.i18n import pick
from core.policy import Actor

from .models import Person, Unit

MOST = 20  # people who are looked at
SPELLED = 4  # letters from which on the beginning of a spelling is enough
_WITH_UNIT = re.compile(r"^(.+?)\s*[（(](.+)[）)]$")
_HAN = re.compile(r"[\u3400-\u9fff·]{2,15}")


@dataclass(frozen=True)
class Named:
    """Somebody who may be meant. `typed` is the word that means them, `known_as` tells namesakes
    apart; `is_exact`: the very name was typed, not letters for it."""

    id: int
    name: str
    unit: str
    known_as: str
    typed: str
    is_exact: bool


def meant_by(words: Sequence[str], actor: Actor) -> list[Named]:
    """The people whom one of some words means; those exactly named first. One statement."""
    meaning = {word: condition for word in words if (condition := _means(word)) is not None}
    if not meaning:
        return []
    namesakes = func.count().over(partition_by=Person.name).label("namesakes")
    rows = db.session.execute(
        Person.visible_to(actor)
        .with_only_columns(Person.id, Person.name, Person.initials, Person.spelling, namesakes)
        .add_columns(Unit.name.label("unit"), Unit.name_en.label("unit_en"))
        .join(Unit, Unit.id == Person.unit_id)
        .where(or_(*meaning.values()))
        .order_by(func.length(Person.name), Person.name, Person.id)
        .limit(MOST)
    )
    found = []
    for row in rows:
        unit = pick({"zh": row.unit, "en": row.unit_en or ""})
        known_as = f"{row.name}（{row.unit}）" if row.namesakes > 1 else row.name
        typed, is_exact = _which(row, list(meaning))
        found.append(Named(row.id, row.name, unit, known_as, typed, is_exact))
    return sorted(found, key=lambda one: not one.is_exact)


def _means(word: str) -> ColumnElement[bool] | None:
    """The condition that a word means somebody; None for a word that means nobody."""
    if parted := _WITH_UNIT.match(word):
        unit = parted[2]
        at = or_(Unit.name == unit, Unit.name_en == unit, Unit.key == unit)
        return or_(Person.name == word, and_(Person.name == parted[1], at))
    if word.isascii() and word.isalpha() and len(word) > 1:
        letters = word.lower()
        spelled = Person.spelling == letters
        if len(letters) >= SPELLED:
            spelled = Person.spelling.startswith(letters, autoescape=True)
        return or_(Person.name == word, Person.initials == letters, spelled)
    return Person.name == word if word else None


def _which(row: Any, words: Sequence[str]) -> tuple[str, bool]:
    """The word that means a person, and whether it is the name itself."""
    for word in words:
        parted = _WITH_UNIT.match(word)
        if row.name in (word, parted[1] if parted else word):
            return word, True
    latin = [one for one in words if one.lower() == row.initials]
    latin += [one for one in words if row.spelling.startswith(one.lower())]
    return latin[0], False


def like_names(words: str) -> list[str]:
    """The words of a search that may be somebody's name."""
    terms = words.split()[:4]
    return [
        one
        for one in terms
        if _HAN.fullmatch(one) or (one.isascii() and one.isalpha() and 2 <= len(one) <= 40)
    ]
