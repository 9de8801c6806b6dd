"""Many rows at once: collected by table, inserted in the order in which they refer to each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select, text

from core.bulk import insert_all
from core.db import Base, db

BATCH = 5_000
# A batch that a power failure takes is told again by the next run; what stays is whole.
SWIFT = {
    "sqlite": (
        "PRAGMA synchronous=NORMAL",
        "PRAGMA cache_size=-200000",
        "PRAGMA wal_autocheckpoint=8000",
    ),
    "postgresql": ("SET synchronous_commit = off",),
}


class Bulk:
    """Collects rows of some models and inserts them in batches, with numbers of its own.

    Every row of a model has the same columns. Nobody else may insert into these tables between
    the first number and the commit: `begin` sees to that where the tables are in use.
    """

    def __init__(self, *models: type[Base]) -> None:
        self.rows: dict[type[Base], list[dict[str, Any]]] = {model: [] for model in models}
        self._last: dict[type[Base], int] = {}

    def begin(self) -> None:
        """Begin a transaction's work: keep other writers out, and count on from what is there."""
        if db.engine.dialect.name == "postgresql":
            names = ", ".join(model.__tablename__ for model in self.rows)
            db.session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
        self._last.clear()

    def number(self, model: type[Base]) -> int:
        """The next id of a model."""
        if model not in self._last:
            self._last[model] = db.session.scalar(select(func.max(model.id))) or 0  # type: ignore[attr-defined]
        self._last[model] += 1
        return self._last[model]

    def add(self, model: type[Base], **row: Any) -> int:
        """Collect a row; its id is given unless the row brings one, or rows of the
        model have none."""
        if "id" not in row and hasattr(model, "id"):
            row["id"] = self.number(model)
        self.rows[model].append(row)
        return int(row.get("id", 0))

    def write(self, at_least: int = BATCH) -> None:
        """Insert what is collected once there is enough of it."""
        if sum(map(len, self.rows.values())) < at_least:
            return
        for model, rows in self.rows.items():
            if rows:
                insert_all(model, rows)
                rows.clear()

    def end(self) -> None:
        """Insert the rest and let PostgreSQL's sequences go on after the last numbers."""
        self.write(1)
        if db.engine.dialect.name == "postgresql":
            for model, last in self._last.items():
                name = model.__tablename__
                sequence = func.pg_get_serial_sequence(name, "id")
                db.session.execute(select(func.setval(sequence, last)))


@contextmanager
def hastened() -> Iterator[None]:
    """Inside, a commit does not wait for the disk, and SQLite keeps more pages in memory.

    A transaction under way is committed first: the settings are the connections' own.
    """

    def hasten(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in SWIFT[db.engine.dialect.name]:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    engine = db.engine
    db.session.commit()
    engine.dispose()
    event.listen(engine, "connect", hasten)
    try:
        yield
    finally:
        event.remove(engine, "connect", hasten)
        db.session.close()
        engine.dispose()
