"""The database session, column types and the way each engine is opened.

SQLite runs in WAL with synchronous=FULL. A transaction that may write takes the write lock
at its start (BEGIN IMMEDIATE): a deferred one that reads first and writes later is refused
at once when another wrote in between, and no busy timeout helps there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Text,
    TypeDecorator,
    event,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.functions import FunctionElement

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_MS = 30_000
SCRUB_TIMEOUT_MS = 2_000


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment: refused when naive, kept in UTC, read back aware on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be kept")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class as_json(FunctionElement[str]):
    """Some columns of a row as one JSON array, so that rows of many tables come in one statement."""

    type = Text()
    inherit_cache = True


@compiles(as_json, "sqlite")
def _as_json_sqlite(element: as_json, compiler: Any, **kw: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **kw)})"


@compiles(as_json, "postgresql")
def _as_json_postgresql(element: as_json, compiler: Any, **kw: Any) -> str:
    return f"CAST(json_build_array({compiler.process(element.clauses, **kw)}) AS TEXT)"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime}


# Models inherit from Base, which type checkers understand, and share its metadata with db.
db = SQLAlchemy(metadata=Base.metadata)

_read_only: ContextVar[bool] = ContextVar("read_only", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside do not take SQLite's write lock (they must not write)."""
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


def _may_write() -> bool:
    if has_request_context():
        return request.method not in SAFE_METHODS
    return not _read_only.get()


def insert_into(model: Any) -> Any:
    """An INSERT that can say what a conflict does (`on_conflict_…`), on either database."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    return (insert_sqlite if is_sqlite else insert_postgresql)(model)


def hold(name: str) -> None:
    """Hold a name until this transaction ends: whoever else wants to hold it waits.

    For what no single row can be locked for. SQLite's writers are one at a time anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def scrub_after_commit(*tables: str) -> None:
    """Once this transaction is committed, let nothing of what it took out of tables lie about.

    SQLite writes zeros over what is deleted (secure_delete); its log is folded into the database
    and cut to nothing, unless somebody is reading just then. PostgreSQL frees the rows' places.
    """
    info = db.session.info
    if "scrubbed" not in info:  # one session may commit often: that of a worker
        info["scrubbed"] = set()
        event.listen(db.session(), "after_commit", _scrub)
    info["scrubbed"].update(tables)


def _scrub(session: Any) -> None:
    tables = sorted(session.info["scrubbed"])
    session.info["scrubbed"].clear()
    if not tables:
        return
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(tables)}")
        return
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        for pragma in (
            f"busy_timeout={SCRUB_TIMEOUT_MS}",
            "wal_checkpoint(TRUNCATE)",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()
    finally:
        raw.close()


@event.listens_for(Engine, "connect")
def _open_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    if not hasattr(connection, "execute") or "sqlite3" not in type(connection).__module__:
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _may_write() else "BEGIN")
