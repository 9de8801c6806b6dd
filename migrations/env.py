"""How Alembic reaches the application's database and models."""

from __future__ import annotations

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
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database; --sql is not supported")
run()
