"""One index over everything that may be read: the same bigram tokens on each database.

SQLite answers from an FTS5 table that triggers keep in step, PostgreSQL from a column that it
makes of the tokens itself, and a GIN index over it. Areas put what is public and drop what no longer is.

An entry's id begins with its second, so that the newest come first by id: FTS5 reads its lists
from the highest id down, and stops after a page however many texts have a common word.

What a text may be narrowed by (its kind, board, author, …) stands among its tokens as marks that
no typed word becomes, so that the index itself cuts a common word with a rare mark; a title's
tokens stand there a second time, marked as such.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from flask import url_for
from sqlalchemy import (
    DDL,
    BigInteger,
    BindParameter,
    ColumnClause,
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
    literal_column,
    null,
    select,
    table,
    union,
    union_all,
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
LEAD = 15  # characters before a match: two short lines of a telephone still show it
WEIGHED = 100  # the newest hits, and the newest by title, that are put in order by closeness
TOGETHER = 500  # texts whose rows are written together
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
GIN = (  # as the first migration makes it
    "CREATE INDEX ix_search_entries_tokens ON search_entries "
    "USING gin (to_tsvector('simple', tokens))",
)
# Kept beside the tokens: a plan that looks at entries one by one would else part each anew.
VECTOR: ColumnClause[Any] = literal_column("search_entries.vector")
KEPT = (
    "ALTER TABLE search_entries ADD COLUMN vector tsvector "
    "GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED",
    "CREATE INDEX ix_search_entries_vector ON search_entries USING gin (vector)",
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
for statement in KEPT:
    event.listen(
        SearchEntry.__table__, "after_create", DDL(statement).execute_if(dialect="postgresql")
    )


def is_ours_to_compare(name: str | None, kind: str, _parents: object) -> bool:
    """Whether migrations compare an object with the models: the index itself is made by hand."""
    if kind == "table":
        return not (name or "").startswith(("search_index", "alembic_version"))
    return name not in ("vector", "ix_search_entries_vector")


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

    id: int
    kind: str
    label: Any
    url: str
    title: Markup
    snippet: Markup
    at: datetime
    author: str
    place: str


@dataclass(frozen=True)
class Choice:
    """One value of a filter, as its name stands in addresses and on the page; a text that has
    any of its marks is meant."""

    value: str
    label: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Narrowing:
    """A filter that is on or off, and the mark that it asks for."""

    label: Any
    mark: str


@dataclass
class Reach:
    """What an actor may read and narrow down to, as an area says it.

    `scopes` decide. `barred` are marks of texts out of reach: the index passes them over, so
    that what one may not read costs nothing to leave out. `choices` by the filter's name.
    """

    scopes: set[str] = field(default_factory=set)
    barred: set[str] = field(default_factory=set)
    choices: dict[str, list[Choice]] = field(default_factory=dict)


@dataclass(frozen=True)
class Filters:
    """What a search is narrowed to. Of each group in `marks` a text has at least one mark."""

    kind: str | None = None
    marks: tuple[tuple[str, ...], ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    in_title: bool = False
    order: Literal["newest", "closest"] = "newest"


NO_FILTERS = Filters()
_kinds: dict[str, Kind] = {}
narrowing: dict[str, Narrowing] = {}  # by their names in addresses: what is on or off
chosen: dict[str, Any] = {}  # name → label of a filter whose values `Reach.choices` has
parts: dict[str, Any] = {}  # name → label of a part of a kind that one may search alone
scopes: list[Callable[[Actor], Reach]] = []


def kind(
    name: str, label: Any, endpoint: str, by: str = "id", byline: Byline | None = None
) -> None:
    """Register a kind of text: its name for people, the page that shows one, its byline."""
    _kinds[name] = Kind(label, endpoint, by, byline)


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def is_kind(name: str | None) -> bool:
    """Whether a search may be narrowed to it: a kind, or a part of one."""
    return name in _kinds or name in parts


def kind_mark(name: str) -> str:
    """The mark of a kind, or of a part of one."""
    return "k" + "".join(filter(str.isalnum, name))


def author_mark(person_id: int) -> str:
    return f"a{person_id}"


def unit_mark(unit_id: int) -> str:
    """Of a text by somebody of the unit, or below it, at the time."""
    return f"u{unit_id}"


def reach(actor: Actor) -> Reach:
    """The scopes an actor may read: "public", "members", and what areas add."""
    found = Reach({"public"} | ({"members"} if actor.is_authenticated else set()))
    for source in scopes:
        more = source(actor)
        found.scopes |= more.scopes
        found.barred |= more.barred
        found.choices |= more.choices
    return found


def place(at: datetime, serial: int | None = None) -> int:
    """The id of an entry: its second, then a serial of SERIAL_BITS (None: drawn)."""
    drawn = secrets.randbits(SERIAL_BITS) if serial is None else serial % (1 << SERIAL_BITS)
    return (int(at.timestamp()) << SERIAL_BITS) + drawn


def rows(
    name: str,
    subject_id: Any,
    title: str,
    body: str,
    at: datetime,
    scope: str = "members",
    *,
    marks: Collection[str] = (),
    is_titled: bool = True,
) -> list[dict[str, Any]]:
    """The index rows of a text, for `put` and for bulk insertion. `body` is plain text.

    `marks` are what it may be narrowed by; `is_titled` False: the title is another text's.
    """
    first = place(at)
    pieces = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK - 50)] or [""]
    said = [tokens.tokens(piece) for piece in [f"{title}\n{pieces[0]}", *pieces[1:]]]
    marked = tokens.marks([kind_mark(name), *marks])
    titled = f"{tokens.titled(title)} {marked}" if is_titled else marked
    return [
        {
            "id": first + number,
            "kind": name,
            "subject_id": str(subject_id),
            "piece": number,
            "scope": scope,
            "title": title[:200],
            "body": piece,
            "tokens": f"{own} {titled if number == 0 else marked}",
            "at": at,
        }
        for number, (piece, own) in enumerate(zip(pieces, said, strict=True))
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
    **marked: Any,
) -> None:
    """Index a text anew, in the caller's transaction; `is_new`: it was not there before.

    `marks` and `is_titled` as for `rows`.
    """
    if not is_new:
        drop(name, subject_id)
    made = rows(name, subject_id, title, body, at, scope, **marked)
    db.session.execute(insert(SearchEntry), made)


def drop(name: str, *subject_ids: Any) -> None:
    """Let some texts be found no more; one statement for each few hundred."""
    ids = [str(one) for one in subject_ids]
    for start in range(0, len(ids), TOGETHER):
        some = SearchEntry.subject_id.in_(ids[start : start + TOGETHER])
        db.session.execute(delete(SearchEntry).where(SearchEntry.kind == name, some))


def put_all(name: str, entries: dict[Any, list[dict[str, Any]]]) -> None:
    """Index several texts anew; `entries` as `rows` makes them, by the subject's id."""
    drop(name, *entries)
    if made := [row for several in entries.values() for row in several]:
        db.session.execute(insert(SearchEntry), made)


def remark(
    name: str,
    subject_ids: Iterable[Any],
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    scope: str | None = None,
) -> None:
    """Say anew who may read some texts and what they are narrowed by; their words stay."""
    ids = [str(one) for one in subject_ids]
    for start in range(0, len(ids), TOGETHER):
        own = (
            SearchEntry.kind == name,
            SearchEntry.subject_id.in_(ids[start : start + TOGETHER]),
        )
        found = db.session.execute(select(SearchEntry.__table__).where(*own)).mappings().all()
        if not found:
            continue
        db.session.execute(delete(SearchEntry).where(*own))
        made = [
            {**row, "tokens": tokens.remarked(row["tokens"], add, remove)}
            | ({"scope": scope} if scope is not None else {})
            for row in found
        ]
        db.session.execute(insert(SearchEntry), made)


def most(page: int) -> int:
    """How many hits are counted for a page: as each is looked up, no more than one needs."""
    return min(COUNTED, (page - 1) * PAGE + AHEAD)


def find(
    words: str,
    actor: Actor,
    page: int = 1,
    filters: Filters = NO_FILTERS,
    within: Reach | None = None,
) -> Pager[Hit]:
    """What the actor may read that has every word and every mark; two statements.

    Newest first, or the closest of the newest WEIGHED first. Without words, all that is marked.
    `within` is `reach(actor)`, where the caller has it.
    """
    if not (tokens.query(words) or filters.marks):
        return Pager(1, PAGE, 0)
    within = within or reach(actor)
    matching = that_match(words, within, filters)
    if matching is None:
        return Pager(1, PAGE, 0)
    if filters.order == "closest":
        by_title = None if filters.in_title else that_match(words, within, filters, in_title=True)
        return _closest(words, page, matching, by_title)
    capped = matching.with_only_columns(SearchEntry.id).limit(most(page)).subquery()
    total = db.session.scalar(select(func.count()).select_from(capped)) or 0
    if total <= (page - 1) * PAGE:
        return Pager(page, PAGE, total)
    ids = newest(matching).limit(PAGE).offset((page - 1) * PAGE)
    shown = SearchEntry.id.in_(select(ids.subquery().c.id))
    return Pager(page, PAGE, total, _hits(words, shown))


def newest(found: Select[SearchEntry]) -> Select[int]:
    """Their ids, the newest first."""
    number = FTS_ROW if db.engine.dialect.name == "sqlite" else SearchEntry.id
    return found.with_only_columns(SearchEntry.id).order_by(number.desc())


def _hits(words: str, shown: Any) -> tuple[Hit, ...]:
    found = db.session.execute(
        select(SearchEntry, *_bylines()).where(shown).order_by(SearchEntry.id.desc())
    )
    return tuple(_hit(row, words) for row in _once_each(found))


def _closest(words: str, page: int, *matching: Select[SearchEntry] | None) -> Pager[Hit]:
    """The newest that match, and the newest whose title does, the closest first.

    The weight is our own, so that it is the same on each database and costs the same however
    many texts match.
    """
    found = db.session.execute(to_weigh(*matching)).all()
    terms = [door.folded(one) for one in words.split()]
    weighed = sorted(((_weight(row, terms), row.id, row) for row in found), reverse=True)
    best = {(row.kind, row.subject_id): row.id for _weight, _id, row in reversed(weighed)}
    ids = [id for _weight, id, row in weighed if best[row.kind, row.subject_id] == id]
    shown = ids[(page - 1) * PAGE : page * PAGE]
    if not shown:
        return Pager(page, PAGE, len(ids))
    rows = {hit.id: hit for hit in _hits(words, SearchEntry.id.in_(shown))}
    return Pager(page, PAGE, len(ids), tuple(rows[id] for id in shown if id in rows))


def to_weigh(*matching: Select[SearchEntry] | None) -> Any:
    """The newest that match in one way or another. All ids in one list: asked for each way by OR,
    PostgreSQL looks at every entry there is."""
    chosen = [newest(one).limit(WEIGHED).subquery() for one in matching if one is not None]
    return select(
        *(SearchEntry.id, SearchEntry.kind, SearchEntry.subject_id),
        *(SearchEntry.title, SearchEntry.body),
    ).where(SearchEntry.id.in_(union_all(*(select(one.c.id) for one in chosen))))


def _weight(row: Any, terms: Sequence[str]) -> tuple[int, ...]:
    """How close a text is: first what its title has of what was asked, then its body."""
    title, body, asked = door.folded(row.title), door.folded(row.body), " ".join(terms)
    return (
        asked in title,
        sum(term in title for term in terms),
        asked in body,
        min(5, sum(body.count(term) for term in terms)),
    )


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
            having(bindparam("words", asked, unique=True))
            .where(SearchEntry.kind == name)
            .with_only_columns(SearchEntry.subject_id)
            .order_by(SearchEntry.id.desc())
            .limit(limit)
            .subquery()
        )
        for phrase in phrases
        if (asked := expression(phrase)) is not None
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


def that_match(
    words: str, within: Reach, filters: Filters, in_title: bool = False
) -> Select[SearchEntry] | None:
    """The entries within reach that have the words and the marks; None when nothing was asked."""
    marks = list(filters.marks)
    if is_kind(filters.kind):
        marks.append((kind_mark(str(filters.kind)),))
    asked = expression(words, marks, within.barred, filters.in_title or in_title)
    if asked is None:
        return None
    found = having(bindparam("words", asked, unique=True))
    number = FTS_ROW if db.engine.dialect.name == "sqlite" else SearchEntry.id
    if filters.since is not None:
        found = found.where(number >= place(filters.since, 0))
    if filters.before is not None:
        found = found.where(number < place(filters.before, 0))
    return found.where(SearchEntry.scope.in_(sorted(within.scopes)))


def expression(words: str, *narrowed: Any) -> str | None:
    """What is asked of the index, in the words of its engine; None when nothing is.

    `narrowed` as `tokens.fts5_match` takes it: marks, barred marks, whether in titles alone.
    """
    is_sqlite = db.engine.dialect.name == "sqlite"
    return (tokens.fts5_match if is_sqlite else tokens.pg_query)(words, *narrowed)


def having(asked: BindParameter[str]) -> Select[SearchEntry]:
    """The entries that an `expression` finds, whoever may read them."""
    if db.engine.dialect.name == "sqlite":
        # From the index to the texts, in its order: the other way round reads every text.
        found = select(SearchEntry).join_from(SEARCH_INDEX, SearchEntry, SearchEntry.id == FTS_ROW)
        return found.where(literal_column("search_index").op("MATCH")(asked))
    return select(SearchEntry).where(
        VECTOR.op("@@")(func.to_tsquery(literal_column("'simple'"), asked))
    )


def _hit(row: Any, words: str) -> Hit:
    entry: SearchEntry = row.SearchEntry
    known = _kinds[entry.kind]
    terms = words.split()
    return Hit(
        id=entry.id,
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
    folded = door.folded(body)
    places = [place for term in terms if (place := folded.find(door.folded(term))) >= 0]
    start = max(0, min(places, default=0) - LEAD)
    piece = " ".join(body[start : start + SNIPPET].split())
    return ("…" if start else "") + piece + ("…" if start + SNIPPET < len(body) else "")
