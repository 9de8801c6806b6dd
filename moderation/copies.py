"""Near-copies: waiting texts that say almost the same, found by a few marks and then compared.

A text is its pairs of neighbouring letters and digits. Each mark digests the least of four
shuffles of the pairs (MinHash, Broder 1997): of two texts that share 80 % of their pairs, 998 in
1,000 share one of the 12 marks; of two that share 4 %, 3 in 100,000 do. What the marks bring
together is compared pair by pair before anybody sees it.
"""

from __future__ import annotations

import heapq
import random
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import aliased

from core import text
from core.db import db
from core.policy import Actor

from .models import CopyMark, QueueItem, Revision
from .scope import covers

SHORTEST = 12  # letters and digits; "同意" under a hundred threads is no campaign
ALIKE = 0.8  # the share of pairs that two texts have in common
MARKS, ROWS = 12, 4
SAMPLE = 400  # pairs of a long text that are shuffled: those with the smallest digests
NEAR = 5  # items looked at for each mark of each row of a list
MOST = 20  # copies shown beside an item and decided with it

_WORD = (1 << 64) - 1
_seed = random.Random(20080415)
_SHUFFLES = [[_seed.getrandbits(64) for _row in range(ROWS)] for _mark in range(MARKS)]


def pairs(words: str) -> frozenset[int]:
    """The neighbouring letters and digits of a plain text, each pair as a number; none of a
    short one. Width, case, spaces and punctuation make no difference."""
    folded = unicodedata.normalize("NFKC", words).lower()
    letters = [ord(one) for one in folded if one.isalnum()]
    if len(letters) < SHORTEST:
        return frozenset()
    return frozenset(a << 21 | b for a, b in pairwise(letters))


def alike(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of pairs in common (Jaccard), 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def marks(words: str) -> list[int]:
    """The marks of a plain text, signed 64-bit numbers; none of a short one."""
    digests = [_mixed(pair) for pair in pairs(words)]
    if not digests:
        return []
    if len(digests) > SAMPLE:
        digests = heapq.nsmallest(SAMPLE, digests)
    found = []
    for number, shuffles in enumerate(_SHUFFLES):
        mark = number
        for shuffle in shuffles:
            mark = _mixed(mark ^ min(map(shuffle.__xor__, digests)))
        found.append(mark - (1 << 64) if mark >> 63 else mark)
    return found


def _mixed(number: int) -> int:
    """A number's 64-bit digest (the finish of SplitMix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _WORD
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _WORD
    return number ^ (number >> 31)


def words_of(title: str | None, body_html: str) -> str:
    return f"{title or ''}\n{text.plain(body_html)}"


def mark(item: QueueItem, revision: Revision) -> None:
    """Give a waiting item the marks of the version that it waits with."""
    rows = [
        {"mark": one, "item_id": item.id}
        for one in sorted(set(marks(words_of(revision.title, revision.body_html))))
    ]
    if rows:
        db.session.execute(insert(CopyMark), rows)


def marked(item_ids: Iterable[int]) -> list[int]:
    """Those of some items that have marks."""
    found = select(CopyMark.item_id).where(CopyMark.item_id.in_(sorted(item_ids))).distinct()
    return sorted(db.session.scalars(found))


def unmark(item_id: int) -> None:
    gone = delete(CopyMark).where(CopyMark.item_id == item_id)
    with db.session.no_autoflush:  # the item is written once, when all is said of it
        db.session.execute(gone.execution_options(synchronize_session=False))


def grouped(items: Iterable[QueueItem], actor: Actor) -> dict[int, set[int]]:
    """For items of a list, by id: the other waiting items that nearly copy them and that the
    actor reviews, some of them when there are many. One statement, a second when the marks bring
    anything together."""
    ids = sorted(item.id for item in items if item.is_waiting)
    met = db.session.execute(_meeting(ids)).all() if ids else []
    if not met:
        return {}
    said = _said({one for pair in met for one in pair}, actor)
    found: dict[int, set[int]] = {}
    for one, other in met:
        if alike(said.get(one, frozenset()), said.get(other, frozenset())) >= ALIKE:
            found.setdefault(one, set()).add(other)
    return found


def _meeting(ids: list[int]) -> Any:
    """Items of which one is among the ids and that share a mark. For each mark only the next few
    others are looked at, so that a flood of one text costs no more than a handful."""
    one, other, third = aliased(CopyMark), aliased(CopyMark), aliased(CopyMark)
    few = (
        select(third.item_id)
        .where(third.mark == one.mark, third.item_id != one.item_id)
        .order_by(third.item_id)
        .limit(NEAR)
        .correlate(one)
        .scalar_subquery()
    )
    return (
        select(one.item_id, other.item_id)
        .join(other, (other.mark == one.mark) & other.item_id.in_(few))
        .where(one.item_id.in_(ids))
        .distinct()
    )


def _said(ids: Iterable[int], actor: Actor) -> dict[int, frozenset[int]]:
    rows = db.session.execute(
        select(QueueItem.id, Revision.title, Revision.body_html)
        .join(QueueItem.revision)
        .where(
            QueueItem.id.in_(sorted(ids)), covers(actor, QueueItem.unit_id, place=QueueItem.place)
        )
    )
    return {id: pairs(words_of(title, body_html)) for id, title, body_html in rows}


@dataclass(frozen=True)
class Copy:
    """Another waiting item, the share of pairs, 0 to 1, that it has in common, and whether it
    says the same to the letter, with the same files."""

    item: QueueItem
    share: float
    is_same: bool

    @property
    def percent(self) -> int:
        return int(self.share * 100)


def candidates(item: QueueItem, revision: Revision) -> Select[Any]:
    """The ids of waiting items that share a mark with this one, some of them when many do."""
    said = words_of(revision.title, revision.body_html)
    wanted = marks(said) if item.is_waiting else []
    return (
        select(CopyMark.item_id.label("id"))
        .where(CopyMark.mark.in_(sorted(set(wanted))), CopyMark.item_id != item.id)
        .distinct()
        .limit(4 * MOST)
    )


def nearest(revision: Revision, items: Iterable[QueueItem]) -> list[Copy]:
    """Of some items those whose texts nearly copy a version, the nearest first."""
    near = [copy for copy in (_compared(revision, one) for one in items) if copy.share >= ALIKE]
    return sorted(near, key=lambda copy: (-copy.share, copy.item.id))[:MOST]


def _compared(revision: Revision, item: QueueItem) -> Copy:
    said, words = (words_of(one.title, one.body_html) for one in (revision, item.revision))
    files, theirs = (
        [(note.name, note.digest) for note in one.attached] for one in (revision, item.revision)
    )
    return Copy(item, alike(pairs(said), pairs(words)), (said, files) == (words, theirs))
