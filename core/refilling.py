"""Is the index what the texts say it should be, and mending it where it is not.

An area says of its kind which texts are to be found and how their entries are made. Both ways
walk through them in batches: what is missing, differs (an earlier program indexed otherwise) or
leads to nothing any more is told, and mended where asked for. What is right is left alone: ended
in between, the next run goes on from there, and the site is in use all the while.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, cast, delete, insert, select

from . import search
from .db import db
from .search import SERIAL_BITS, SearchEntry

BATCH = 200  # texts that are read, compared and mended together


@dataclass(frozen=True)
class Source:
    """Where the texts of a kind come from.

    `wanted` selects `column`, the subject's id, of every text that is to be found; `rows` makes
    the entries of some, as `search.rows` does.
    """

    column: Any
    wanted: Select[Any]
    rows: Callable[[Sequence[Any]], list[dict[str, Any]]]


@dataclass
class Found:
    """What a walk met: how many texts there are, and the ids of those that are not right."""

    count: int = 0
    missing: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [*self.missing, *self.outdated, *self.orphaned]

    def said(self) -> str:
        return (
            f"{self.count:,} texts, {len(self.missing):,} missing, "
            f"{len(self.outdated):,} outdated, {len(self.orphaned):,} orphaned"
        )


_sources: dict[str, Source] = {}


def source(name: str, found: Source) -> None:
    """Register where the texts of a kind come from."""
    _sources[name] = found


def names() -> list[str]:
    """The kinds that can be filled anew, and those with entries that nothing shows any more."""
    held = set(db.session.scalars(select(SearchEntry.kind).distinct()))
    return sorted(_sources) + sorted(held - search.kinds().keys())


def walk(name: str, mend: bool = False) -> Iterator[Found]:
    """What is wrong with a kind's entries, and where asked for, no more. Yields the same tally
    after each batch; the caller commits or ends the transaction then."""
    found, known = Found(), _sources.get(name)
    for ids in _batches(known) if known is not None else ():
        assert known is not None
        found.count += len(ids)
        wrong = _compare(name, ids, known, found)
        if wrong and mend:
            _mend(name, wrong, known)
        yield found
    for orphans in _orphans(name, known):
        found.orphaned += orphans
        if mend:
            db.session.execute(delete(SearchEntry).where(*_of(name, orphans)))
        yield found


def _batches(known: Source) -> Iterator[list[Any]]:
    last = None
    while True:
        after = known.wanted if last is None else known.wanted.where(known.column > last)
        ids = list(db.session.scalars(after.order_by(known.column).limit(BATCH)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _compare(name: str, ids: Sequence[Any], known: Source, found: Found) -> list[Any]:
    """The ids of a batch whose entries are not what they should be."""
    should, held = defaultdict(list), defaultdict(list)
    for row in known.rows(ids):
        should[row["subject_id"]].append(_content(row))
    columns = select(SearchEntry.__table__).where(*_of(name, ids))
    for one in db.session.execute(columns).mappings():
        held[one["subject_id"]].append(_content(one))
    wrong = [one for one in ids if sorted(should[str(one)]) != sorted(held[str(one)])]
    found.missing += [str(one) for one in wrong if not held[str(one)]]
    found.outdated += [str(one) for one in wrong if held[str(one)]]
    return wrong


def _content(row: Any) -> tuple[Any, ...]:
    """What an entry says, apart from what chance gives it: the serial of its number."""
    said = sorted(Counter(row["tokens"].split(" ")).items())
    second = row["id"] - row["piece"] >> SERIAL_BITS
    return (row["piece"], second, row["scope"], row["title"], row["body"], row["at"], said)


def _mend(name: str, ids: Sequence[Any], known: Source) -> None:
    """Make the entries of some texts anew, while nobody changes these."""
    held = known.wanted.where(known.column.in_(ids))
    still = db.session.scalars(
        held.with_for_update(key_share=True, of=known.column.class_).order_by(known.column)
    ).all()
    db.session.execute(delete(SearchEntry).where(*_of(name, ids)))
    if made := known.rows(still):
        db.session.execute(insert(SearchEntry), made)


def _orphans(name: str, known: Source | None) -> Iterator[list[str]]:
    """Ids, batch by batch, that have entries and no text that is to be found."""
    last = ""
    while True:
        found = select(SearchEntry.subject_id).where(
            SearchEntry.kind == name, SearchEntry.subject_id > last
        )
        if known is not None:
            same = known.column == cast(SearchEntry.subject_id, known.column.type)
            found = found.where(~known.wanted.where(same).correlate(SearchEntry).exists())
        ids = found.distinct().order_by(SearchEntry.subject_id).limit(BATCH)
        orphans = list(db.session.scalars(ids))
        if not orphans:
            return
        yield orphans
        last = orphans[-1]


def _of(name: str, ids: Sequence[Any]) -> tuple[Any, Any]:
    return SearchEntry.kind == name, SearchEntry.subject_id.in_([str(one) for one in ids])
