"""Texts that resemble a title which somebody is writing, by an own score.

Each pair of characters (or word) of the typed title weighs the more the fewer titles have it.
The index gives the newest titles with each pair. Unless enough of them have more of the title
than any body could make up for, it also gives the newest texts with two pairs that follow each
other, the rarest of them. Of the most promising texts the score is worked out exactly, the title
first, then the body. No step grows with the number of texts: what more than `NEWEST` titles have
weighs as little as anything that common.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import log
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, func, literal_column, select, union_all

from . import search, tokens
from . import text as door
from .db import db
from .search import Reach, SearchEntry

PAIRS = 16  # pairs and words of the typed title that are looked up
IN_A_ROW = 10  # of those that follow each other
NEWEST = 40  # texts of each
WEIGHED = 40  # texts whose score is worked out
BODY = 600  # characters of a body that are looked at
IN_BODY = 0.25  # what a pair weighs that only the body has
LEAST = 0.2  # of all that titles might share, below which nothing is alike


def alike(title: str, within: Reach, part: str, limit: int) -> list[str]:
    """Ids of the texts of a part of a kind that are most like the title; two statements, and a
    third where some text might be more like it than the titles alone tell."""
    pairs = tokens.pairs(title)[:PAIRS]
    if not pairs:
        return []
    found = _met(pairs, within, part, in_title=True)
    often = Counter(row.list for row in found)
    weights = [log(1 + NEWEST / max(1, often[number])) for number in range(len(pairs))]
    promise: defaultdict[int, float] = defaultdict(float)
    for row in found:
        promise[row.id] += weights[row.list]
    if sum(one > IN_BODY * sum(weights) for one in promise.values()) < limit:
        rarest = _rarest_in_a_row(pairs, weights)
        for row in _met([words for words, _weight in rarest], within, part, in_title=False):
            promise[row.id] += IN_BODY * rarest[row.list][1]
    best = sorted(promise, key=lambda id: (promise[id], id), reverse=True)[:WEIGHED]
    rows = db.session.execute(_texts(best)).all() if best else []
    least = LEAST * sum(weight for number, weight in enumerate(weights) if often[number])
    scored = [(_score(row, pairs, weights), row.id, row.subject_id) for row in rows]
    likest = sorted((one for one in scored if one[0] > least), reverse=True)
    return list(dict.fromkeys(subject for _score, _id, subject in likest))[:limit]


def _met(words: Sequence[str], within: Reach, part: str, in_title: bool) -> Sequence[Any]:
    """The newest texts with each of the words, by the number of its list. One statement."""
    if not words:
        return []
    marked = [(search.kind_mark(part),)]
    asked = {
        f"words{number}": search.expression(one, marked, within.barred, in_title)
        for number, one in enumerate(words)
    }
    statement = _lists(db.engine.dialect.name, len(words))
    return db.session.execute(statement, {"scopes": sorted(within.scopes), **asked}).all()


@cache
def _lists(_engine: str, count: int) -> Any:
    """Made once for each number of lists: making it costs as much as running it."""
    lists = []
    for number in range(count):
        found = search.having(bindparam(f"words{number}", type_=String))
        readable = SearchEntry.scope.in_(bindparam("scopes", expanding=True))
        ids = search.newest(found.where(readable)).limit(NEWEST).subquery()
        lists.append(select(literal_column(str(number), Integer).label("list"), ids.c.id))
    return union_all(*lists)


def _rarest_in_a_row(pairs: Sequence[str], weights: Sequence[float]) -> list[tuple[str, float]]:
    """Two pairs that follow each other and what both weigh, the heaviest first: a body with them
    is brought whom a common pair alone would not bring."""
    weight = dict(zip(pairs, weights, strict=True))
    found = [(f"{one} {two}", weight[one] + weight[two]) for one, two in _following(pairs)]
    return sorted(found, key=lambda both: -both[1])[:IN_A_ROW]


def _following(pairs: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs that overlap in a character: three characters in a row."""
    return [(one, two) for one, two in pairwise(pairs) if one[-1] == two[0] and len(one) == 2]


def _texts(ids: Sequence[int]) -> Select[Any]:
    return select(
        *(SearchEntry.id, SearchEntry.subject_id, SearchEntry.title),
        func.substr(SearchEntry.body, 1, BODY).label("body"),
    ).where(SearchEntry.id.in_(ids))


def _score(row: Any, pairs: Sequence[str], weights: Sequence[float]) -> float:
    """The weight of what the title shares, and a part of what its body alone has; nothing where
    the title shares less than two pairs and the body no three characters in a row."""
    title, body = door.folded(row.title), door.folded(row.body)
    in_title = [pair in title for pair in pairs]
    if sum(in_title) < min(2, len(pairs)) and not any(
        one + two[1:] in body for one, two in _following(pairs)
    ):
        return 0.0
    return sum(
        weight * (1.0 if own else IN_BODY if pair in body else 0.0)
        for pair, weight, own in zip(pairs, weights, in_title, strict=True)
    )
