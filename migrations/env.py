"""How Alembic reaches the application's database and models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context

from core.db import db
from core.search import is_ours_to_compare

NAMING = {"render_as_batch": True, "compare_type": True, "include_name": is_ours_to_compare}


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run_on(given)
        return
    with db.engine.connect() as connection:
        _run_on(connection)


def _run_on(connection: Any) -> None:
    context.configure(connection=connection, target_metadata=db.metadata, **NAMING)
    with _tables_may_go(connection):
        with context.begin_transaction():
            context.run_migrations()
            _refuse_broken(connection)
        connection.commit()


@contextmanager
def _tables_may_go(connection: Any) -> Iterator[None]:
    """SQLite changes a table by making it anew, which rows that point to it would forbid; what
    they point to is looked at before the commit."""
    if connection.dialect.name != "sqlite":
        yield
        return
    database = connection.connection.driver_connection
    database.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        database.execute("PRAGMA foreign_keys=ON")


def _refuse_broken(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"rows that point to nothing after the migration: {broken[:5]}")


if context.is_offline_mode():
    raise SystemExit("migrations run against a database; --sql is not supported")
run()
