"""Many rows at once: collected by table, inserted in the order in which they refer to each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select, text

from core.db import Base, db

BATCH = 5_000


class Bulk:
    """Collects rows of some models and inserts them in batches, with numbers of its own."""

    def __init__(self, *models: type[Base]) -> None:
        self.rows: dict[type[Base], list[dict[str, Any]]] = {model: [] for model in models}
        self._last: dict[type[Base], int] = {}

    def number(self, model: type[Base]) -> int:
        """The next id of a model."""
        if model not in self._last:
            self._last[model] = db.session.scalar(select(func.max(model.id))) or 0  # type: ignore[attr-defined]
        self._last[model] += 1
        return self._last[model]

    def add(self, model: type[Base], **row: Any) -> int:
        """Collect a row; its id is given unless the row brings one."""
        if "id" not in row:
            row["id"] = self.number(model)
        self.rows[model].append(row)
        return int(row["id"])

    def write(self, at_least: int = BATCH) -> None:
        """Insert what is collected once there is enough of it."""
        if sum(map(len, self.rows.values())) < at_least:
            return
        for model, rows in self.rows.items():
            if rows:
                db.session.execute(insert(model), rows)
                rows.clear()

    def end(self) -> None:
        """Insert the rest and let PostgreSQL's sequences go on after the last numbers."""
        self.write(1)
        if db.engine.dialect.name == "postgresql":
            for model in self._last:
                name = model.__tablename__
                db.session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                        f"(SELECT max(id) FROM {name}))"
                    )
                )
