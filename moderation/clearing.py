"""Taking the words of a text out of every row that holds them, and putting them back.

A purge forgets what it takes out; a seal keeps it, enclosed. Nothing here commits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import (
    JSON,
    Table,
    Uuid,
    and_,
    bindparam,
    inspect,
    literal,
    select,
    union_all,
    update,
)

from core import search
from core.attachments import Attachment
from core.db import as_json, db
from core.notices import Notice

from .flag import Flag
from .inquiries import Inquiry
from .models import Decision, QueueItem, Revision
from .remarks import Remark
from .reviewable import NOTHING, Reviewable, Words
from .second_review import SecondReview
from .terms.models import TermMatch


@dataclass(frozen=True)
class Former:
    """What a row held: table, primary key and columns by name, all as JSON takes them."""

    table: str
    key: dict[str, Any]
    values: dict[str, Any]


def clear(record: Reviewable, *words: Words) -> list[Former]:
    """Empty every row that holds the record's words, and `words` beside; what stood there."""
    db.session.flush()
    found = _rows([*_words_of(record), *record.copied(), *words])
    _write([(former.table, former.key, left) for former, left in found])
    search.drop(record.kind, record.id)
    formers = [former for former, _left in found]
    _read_anew(formers)
    return formers


def restore(formers: Iterable[Former]) -> None:
    """Write back what was taken out; a row that is gone by now stays gone."""
    formers = list(formers)
    db.session.flush()
    _write([(former.table, former.key, former.values) for former in formers])
    _read_anew(formers)


def quotes_of(record: Reviewable) -> list[Words]:
    """What others said of a text, in which they may have repeated it."""
    versions = _versions(record)
    decisions = select(Decision.id).where(Decision.revision_id.in_(versions))
    spoken = Decision.explanation != ""
    return [
        Words(Decision, and_(Decision.revision_id.in_(versions), spoken), explanation=NOTHING),
        Words(Remark, Remark.revision_id.in_(versions), words=NOTHING),
        Words(Flag, Flag.revision_id.in_(versions), words=""),
        Words(SecondReview, SecondReview.revision_id.in_(versions), explanation=_dashed),
        Words(TermMatch, TermMatch.revision_id.in_(versions), places=_no_places),
        Words(Inquiry, Inquiry.decision_id.in_(decisions), body=NOTHING, answer=_dashed),
    ]


def _words_of(record: Reviewable) -> Iterator[Words]:
    """The versions, and what queue, decisions and notices copied from them."""
    titles = _titles(record)
    addresses = _addresses(record, record.kin() if titles else [record.id])
    yield from _called(record, addresses, titles)
    mine = and_(QueueItem.subject_kind == record.kind, QueueItem.subject_id == record.id)
    yield Words(QueueItem, mine, heading=NOTHING, excerpt="", plea="", escalation="")
    # A title that was there stays there, empty: it says what kind of text it was.
    mine = Revision.id.in_(_versions(record))
    yield Words(Revision, mine, title=_emptied, body="", body_html="", files=_no_places)
    carried = and_(Attachment.subject_kind == record.kind, Attachment.subject_id == record.id)
    yield Words(Attachment, carried, name=NOTHING)
    # What a decision may put back includes the title of before.
    yield Words(Decision, Decision.revision_id.in_(_versions(record)), before=None, after=None)
    yield Words(Notice, Notice.url.in_(addresses[record.id]), params=_no_params)


def _called(
    record: Reviewable, addresses: dict[int, list[str]], titles: set[str]
) -> Iterator[Words]:
    """Others' texts, and notices of them, that stand under a title of the record."""
    if not titles:
        return
    beside = and_(QueueItem.subject_kind == record.kind, QueueItem.subject_id.in_(addresses))
    yield Words(QueueItem, and_(beside, QueueItem.heading.in_(titles)), heading=NOTHING)

    def renamed(params: dict[str, Any]) -> dict[str, Any]:
        return {**params, "title": NOTHING} if params.get("title") in titles else params

    urls = [url for several in addresses.values() for url in several]
    yield Words(Notice, Notice.url.in_(urls), params=renamed)


def _titles(record: Reviewable) -> set[str]:
    found = select(Revision.title).where(Revision.id.in_(_versions(record)))
    return {title for title in db.session.scalars(found) if title}


def _versions(record: Reviewable) -> Any:
    return select(Revision.id).where(
        Revision.subject_kind == record.kind, Revision.subject_id == record.id
    )


def _addresses(record: Reviewable, ids: list[int]) -> dict[int, list[str]]:
    """Where notices of texts lead: to the text, or for reviewers to its items."""
    found = {one: [record.review_url(one)] for one in ids}
    items = select(QueueItem.id, QueueItem.subject_id).where(
        QueueItem.subject_kind == record.kind, QueueItem.subject_id.in_(ids)
    )
    for row in db.session.execute(items):
        found[row.subject_id].append(url_for("moderation.show_item", id=row.id))
    return found


def _rows(words: Sequence[Words]) -> list[tuple[Former, dict[str, Any]]]:
    """The rows that hold anything, each once, with what is left in them; one statement."""
    parts = [
        select(literal(number).label("part"), as_json(*_columns(one)).label("held")).where(
            one.where
        )
        for number, one in enumerate(words)
    ]
    found: dict[tuple[str, str], tuple[Former, dict[str, Any]]] = {}
    for number, held in sorted(
        (row.part, json.loads(row.held)) for row in db.session.execute(union_all(*parts))
    ):
        one = words[number]
        table: Table = one.model.__table__
        keys = [column.name for column in table.primary_key]
        key = dict(zip(keys, held, strict=False))
        for name, value in zip(one.left, held[len(keys) :], strict=True):
            value = _read(table.c[name], value)
            left = one.after(name, value)
            if left != value:
                named = (table.name, json.dumps(key))
                former, after = found.setdefault(named, (Former(table.name, key, {}), {}))
                former.values[name] = value
                after[name] = left
    return list(found.values())


def _columns(words: Words) -> list[Any]:
    names = [*(column.name for column in words.model.__table__.primary_key), *words.left]
    return [getattr(words.model, name) for name in names]


def _read(column: Any, value: Any) -> Any:
    """SQLite keeps JSON as text."""
    is_text = isinstance(column.type, JSON) and isinstance(value, str)
    return json.loads(value) if is_text else value


def _write(rows: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
    """One statement for each table and set of columns, however many rows."""
    alike: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for name, key, values in rows:
        there = db.metadata.tables[name]
        row = {f"key_{one}": _key(there.c[one], value) for one, value in key.items()}
        alike.setdefault((name, tuple(sorted(values))), []).append(row | values)
    for (name, columns), several in alike.items():
        there = db.metadata.tables[name]
        is_it = [one == bindparam(f"key_{one.name}", type_=one.type) for one in there.primary_key]
        values = {one: bindparam(one, type_=there.c[one].type) for one in columns}
        db.session.connection().execute(update(there).where(*is_it).values(values), several)


def _key(column: Any, value: Any) -> Any:
    return UUID(value) if isinstance(column.type, Uuid) else value


def _read_anew(formers: list[Former]) -> None:
    """What the session has loaded of those tables is out of date; what is joined to it stays."""
    tables = {former.table for former in formers}
    for one in list(db.session):
        mapper = inspect(one).mapper
        if mapper.local_table.name in tables:
            db.session.expire(one, [column.key for column in mapper.column_attrs])


def _emptied(held: str | None) -> str | None:
    return held and ""


def _dashed(held: str) -> str:
    return held and NOTHING


def _no_places(_held: list[Any]) -> list[Any]:
    return []


def _no_params(_held: dict[str, Any]) -> dict[str, Any]:
    return {}
