"""Taking the words of a text out of every row that holds them, and putting them back.

A purge forgets what it takes out; a seal keeps it, enclosed. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import Table, Uuid, and_, inspect, select, update

from core import search
from core.attachments import Attachment
from core.db import db
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
    found = [
        taken for one in (*_words_of(record), *record.copied(), *words) for taken in _rows(one)
    ]
    for former, left in found:
        _write(former.table, former.key, left)
    search.drop(record.kind, record.id)
    formers = [former for former, _left in found]
    _read_anew(formers)
    return formers


def restore(formers: Iterable[Former]) -> None:
    """Write back what was taken out; a row that is gone by now stays gone."""
    formers = list(formers)
    db.session.flush()
    for former in formers:
        _write(former.table, former.key, former.values)
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
    kin = record.kin()
    yield from _called(record, kin, titles)
    mine = and_(QueueItem.subject_kind == record.kind, QueueItem.subject_id == record.id)
    yield Words(QueueItem, mine, heading=NOTHING, excerpt="", plea="", escalation="")
    # A title that was there stays there, empty: it says what kind of text it was.
    mine = Revision.id.in_(_versions(record))
    yield Words(Revision, mine, title=_emptied, body="", body_html="", files=_no_places)
    carried = and_(Attachment.subject_kind == record.kind, Attachment.subject_id == record.id)
    yield Words(Attachment, carried, name=NOTHING)
    # What a decision may put back includes the title of before.
    yield Words(Decision, Decision.revision_id.in_(_versions(record)), before=None, after=None)
    yield Words(Notice, Notice.url.in_(_addresses(record, [record.id])), params=_no_params)


def _called(record: Reviewable, kin: list[int], titles: set[str]) -> Iterator[Words]:
    """Others' texts, and notices of them, that stand under a title of the record."""
    if not titles:
        return
    beside = and_(QueueItem.subject_kind == record.kind, QueueItem.subject_id.in_(kin))
    yield Words(QueueItem, and_(beside, QueueItem.heading.in_(titles)), heading=NOTHING)

    def renamed(params: dict[str, Any]) -> dict[str, Any]:
        return {**params, "title": NOTHING} if params.get("title") in titles else params

    yield Words(Notice, Notice.url.in_(_addresses(record, kin)), params=renamed)


def _titles(record: Reviewable) -> set[str]:
    found = select(Revision.title).where(Revision.id.in_(_versions(record)))
    return {title for title in db.session.scalars(found) if title}


def _versions(record: Reviewable) -> Any:
    return select(Revision.id).where(
        Revision.subject_kind == record.kind, Revision.subject_id == record.id
    )


def _addresses(record: Reviewable, ids: list[int]) -> list[str]:
    """Where notices of texts lead: to the text, or for reviewers to its items."""
    items = select(QueueItem.id).where(
        QueueItem.subject_kind == record.kind, QueueItem.subject_id.in_(ids)
    )
    return [record.review_url(one) for one in ids] + [
        url_for("moderation.show_item", id=one) for one in db.session.scalars(items)
    ]


def _rows(words: Words) -> Iterator[tuple[Former, dict[str, Any]]]:
    """The rows that hold anything, with what is left in them."""
    table: Table = words.model.__table__
    keys = [column.name for column in table.primary_key]
    columns = [getattr(words.model, name) for name in (*keys, *words.left)]
    found = select(*columns).where(words.where).order_by(*columns[: len(keys)])
    for row in db.session.execute(found).all():
        held = dict(zip(words.left, row[len(keys) :], strict=True))
        left = {name: words.after(name, held[name]) for name in held}
        changed = [name for name in held if left[name] != held[name]]
        if changed:
            key = dict(zip(keys, map(_plain, row[: len(keys)]), strict=True))
            former = Former(table.name, key, {name: held[name] for name in changed})
            yield former, {name: left[name] for name in changed}


def _write(table: str, key: dict[str, Any], values: dict[str, Any]) -> None:
    there = db.metadata.tables[table]
    is_it = [
        there.c[name] == (UUID(value) if isinstance(there.c[name].type, Uuid) else value)
        for name, value in key.items()
    ]
    db.session.execute(update(there).where(*is_it).values(values))


def _plain(part: Any) -> Any:
    """A part of a key as JSON takes it."""
    return str(part) if isinstance(part, UUID) else part


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
