"""One index over everything that may be read: the same bigram tokens on each database.

SQLite answers from an FTS5 table that triggers keep in step, PostgreSQL from a GIN index over
`to_tsvector('simple', tokens)`. Areas put what is public and drop what no longer is.

An entry's id begins with its second, so that the newest come first by id: FTS5 reads its lists
from the highest id down, and stops after a page however many texts have a common word.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import url_for
from sqlalchemy import (
    DDL,
    BigInteger,
    Index,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    case,
    column,
    delete,
    event,
    func,
    insert,
    null,
    select,
    table,
    text,
    union,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import i18n, tokens
from . import text as door
from .db import Base, db
from .paging import Pager
from .policy import Actor

if TYPE_CHECKING:
    from markupsafe import Markup

CHUNK = 4_000  # PostgreSQL keeps no positions past 16,383 and 256 per lexeme
PAGE = 20
COUNTED = 1_000  # hits that anybody pages through
AHEAD = 100  # hits counted from the page on that is shown; more are told as "more than"
SNIPPET = 120
SERIAL_BITS = 24  # entries of the same second that collide: one pair in 16 million


class SearchEntry(Base):
    """A readable text, in pieces of CHUNK characters. `scope` says who may read it."""

    __tablename__ = "search_entries"
    __table_args__ = (Index(None, "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    piece: Mapped[int] = mapped_column(default=0)
    scope: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    tokens: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


FTS = (
    "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='search_entries', "
    "content_rowid='id', tokenize=\"unicode61 remove_diacritics 0 "
    # The index of first characters answers who asks for a single one, a hundredfold sooner.
    "categories 'L* N* Co Mn Mc'\", prefix='1')",
    "CREATE TRIGGER search_entries_put AFTER INSERT ON search_entries BEGIN "
    "INSERT INTO search_index(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER search_entries_drop AFTER DELETE ON search_entries BEGIN "
    "INSERT INTO search_index(search_index, rowid, tokens) "
    "VALUES ('delete', old.id, old.tokens); END",
)
SEARCH_INDEX = table("search_index", column("rowid"))
FTS_ROW = SEARCH_INDEX.c.rowid
GIN = (
    "CREATE INDEX ix_search_entries_tokens ON search_entries "
    "USING gin (to_tsvector('simple', tokens))",
)
for statement in FTS:
    event.listen(
        SearchEntry.__table__,
        "after_create",
        DDL(statement.replace("%", "%%")).execute_if(dialect="sqlite"),
    )
event.listen(
    SearchEntry.__table__,
    "before_drop",
    DDL("DROP TABLE IF EXISTS search_index").execute_if(dialect="sqlite"),
)
for statement in GIN:
    event.listen(
        SearchEntry.__table__, "after_create", DDL(statement).execute_if(dialect="postgresql")
    )


def is_ours_to_compare(name: str | None, kind: str, _parents: object) -> bool:
    """Whether migrations compare an object with the models: the index itself is made by hand."""
    if kind == "table":
        return not (name or "").startswith(("search_index", "alembic_version"))
    return name != "ix_search_entries_tokens"


@dataclass(frozen=True)
class Byline:
    """Who wrote a text and where it stands, as scalar selects beside a row of `SearchEntry`."""

    author: Any
    place: Any
    place_en: Any


@dataclass(frozen=True)
class Kind:
    label: Any
    endpoint: str
    by: str
    byline: Byline | None = None


@dataclass(frozen=True)
class Hit:
    """A found text: where it is, its title and the words around the match, marked."""

    kind: str
    label: Any
    url: str
    title: Markup
    snippet: Markup
    at: datetime
    author: str
    place: str


_kinds: dict[str, Kind] = {}
scopes: list[Callable[[Actor], Iterable[str]]] = []


def kind(
    name: str, label: Any, endpoint: str, by: str = "id", byline: Byline | None = None
) -> None:
    """Register a kind of text: its name for people, the page that shows one, its byline."""
    _kinds[name] = Kind(label, endpoint, by, byline)


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def readable(actor: Actor) -> set[str]:
    """The scopes an actor may read: "public", "members", and what areas add."""
    found = {"public"} | ({"members"} if actor.is_authenticated else set())
    for source in scopes:
        found.update(source(actor))
    return found


def place(at: datetime, serial: int | None = None) -> int:
    """The id of an entry: its second, then a serial of SERIAL_BITS (None: drawn)."""
    drawn = secrets.randbits(SERIAL_BITS) if serial is None else serial % (1 << SERIAL_BITS)
    return (int(at.timestamp()) << SERIAL_BITS) + drawn


def rows(
    name: str, subject_id: Any, title: str, body: str, at: datetime, scope: str = "members"
) -> list[dict[str, Any]]:
    """The index rows of a text, for `put` and for bulk insertion. `body` is plain text."""
    first = place(at)
    pieces = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK - 50)] or [""]
    return [
        {
            "id": first + number,
            "kind": name,
            "subject_id": str(subject_id),
            "piece": number,
            "scope": scope,
            "title": title[:200],
            "body": piece,
            "tokens": tokens.tokens(f"{title}\n{piece}" if number == 0 else piece),
            "at": at,
        }
        for number, piece in enumerate(pieces)
    ]


def put(
    name: str,
    subject_id: Any,
    title: str,
    body: str,
    at: datetime,
    scope: str = "members",
    *,
    is_new: bool = False,
) -> None:
    """Index a text anew, in the caller's transaction; `is_new`: it was not there before."""
    if not is_new:
        drop(name, subject_id)
    db.session.execute(insert(SearchEntry), rows(name, subject_id, title, body, at, scope))


def drop(name: str, subject_id: Any) -> None:
    db.session.execute(
        delete(SearchEntry).where(
            SearchEntry.kind == name, SearchEntry.subject_id == str(subject_id)
        )
    )


def rescope(name: str, subject_ids: Iterable[Any], scope: str) -> None:
    """Say anew who may read some texts; their words stay as they are indexed."""
    db.session.execute(
        update(SearchEntry)
        .where(
            SearchEntry.kind == name, SearchEntry.subject_id.in_([str(one) for one in subject_ids])
        )
        .values(scope=scope)
        .execution_options(synchronize_session=False)
    )


def most(page: int) -> int:
    """How many hits are counted for a page: as each is looked up, no more than one needs."""
    return min(COUNTED, (page - 1) * PAGE + AHEAD)


def find(words: str, actor: Actor, page: int = 1, only: str | None = None) -> Pager[Hit]:
    """What the actor may read that has every word, newest first; two statements."""
    matching = _matching(words, actor, only)
    if matching is None:
        return Pager(1, PAGE, 0)
    capped = matching.with_only_columns(SearchEntry.id).limit(most(page)).subquery()
    total = db.session.scalar(select(func.count()).select_from(capped)) or 0
    if total <= (page - 1) * PAGE:
        return Pager(page, PAGE, total)
    newest = (FTS_ROW if db.engine.dialect.name == "sqlite" else SearchEntry.id).desc()
    ids = matching.with_only_columns(SearchEntry.id).order_by(newest)
    ids = ids.limit(PAGE).offset((page - 1) * PAGE)
    found = db.session.execute(
        select(SearchEntry, *_bylines())
        .where(SearchEntry.id.in_(select(ids.subquery().c.id)))
        .order_by(SearchEntry.id.desc())
    )
    return Pager(page, PAGE, total, tuple(_hit(row, words) for row in _once_each(found)))


def _bylines() -> list[Any]:
    """The columns author, place, place_en: each kind's own, beside its own entries alone."""
    known = {name: one.byline for name, one in _kinds.items() if one.byline is not None}
    return [
        case(
            *((SearchEntry.kind == name, getattr(one, part)) for name, one in known.items()),
            else_=None,
        ).label(part)
        if known
        else null().label(part)
        for part in ("author", "place", "place_en")
    ]


def holding(phrases: Iterable[str], name: str, limit: int = 20) -> set[str]:
    """The ids of texts of a kind that have one of the phrases, the newest `limit` of each,
    whoever may read them; one statement."""
    found = [
        select(
            matching.where(SearchEntry.kind == name)
            .with_only_columns(SearchEntry.subject_id)
            .order_by(SearchEntry.id.desc())
            .limit(limit)
            .subquery()
        )
        for phrase in phrases
        if (matching := _having(phrase)) is not None
    ]
    return set(db.session.scalars(union(*found))) if found else set()


def _once_each(found: Iterable[Any]) -> Iterator[Any]:
    """A long text may match in several of its pieces; one leads to it.

    A kind that an earlier program indexed and this one does not show leads nowhere.
    """
    seen: set[tuple[str, str]] = set()
    for row in found:
        subject = (row.SearchEntry.kind, row.SearchEntry.subject_id)
        if subject not in seen and subject[0] in _kinds:
            seen.add(subject)
            yield row


def _matching(words: str, actor: Actor, only: str | None) -> Select[SearchEntry] | None:
    found = _having(words)
    if found is None:
        return None
    found = found.where(SearchEntry.scope.in_(sorted(readable(actor))))
    return found.where(SearchEntry.kind == only) if only in _kinds else found


def _having(words: str) -> Select[SearchEntry] | None:
    if db.engine.dialect.name == "sqlite":
        query = tokens.fts5_match(words)
        # From the index to the texts, in its order: the other way round reads every text.
        found = select(SearchEntry).join_from(SEARCH_INDEX, SearchEntry, SearchEntry.id == FTS_ROW)
        condition = text("search_index MATCH :words")
    else:
        query = tokens.pg_query(words)
        found = select(SearchEntry)
        condition = text(
            "to_tsvector('simple', search_entries.tokens) @@ to_tsquery('simple', :words)"
        )
    if query is None:
        return None
    return found.where(condition.bindparams(bindparam("words", query, unique=True)))


def _hit(row: Any, words: str) -> Hit:
    entry: SearchEntry = row.SearchEntry
    known = _kinds[entry.kind]
    terms = words.split()
    return Hit(
        kind=entry.kind,
        label=known.label,
        url=url_for(known.endpoint, **dict[str, Any]({known.by: entry.subject_id})),
        title=door.highlight(entry.title, terms),
        snippet=door.highlight(_around(entry.body, terms), terms),
        at=entry.at,
        author=row.author or "",
        place=i18n.pick({"zh": row.place, "en": row.place_en or ""}) if row.place else "",
    )


def _around(body: str, terms: list[str]) -> str:
    """The part of the body around the first match."""
    lowered = body.lower()
    places = [place for term in terms if (place := lowered.find(term.lower())) >= 0]
    start = max(0, min(places, default=0) - SNIPPET // 4)
    piece = " ".join(body[start : start + SNIPPET].split())
    return ("…" if start else "") + piece + ("…" if start + SNIPPET < len(body) else "")
