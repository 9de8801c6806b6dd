"""Many rows at once, past the object-relational mapper."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from .db import Base, db


def insert_all(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the columns of the first; PostgreSQL takes them as one COPY.

    Values are those that the model's columns take; a plain default of a column that the rows
    leave out is put in.
    """
    if not rows:
        return
    table = db.metadata.tables[model.__tablename__]
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.execute(insert(table), rows)


def _copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    given = {
        column.name: default.arg
        for column in table.columns
        if column.name not in rows[0]
        and isinstance(default := column.default, ScalarElementColumnDefault)
    }
    kinds = [table.columns[name].type.dialect_impl(connection.dialect) for name in names]
    processors = [kind.bind_processor(connection.dialect) for kind in kinds]
    columns = ", ".join(f'"{name}"' for name in (*names, *given))
    more = list(given.values())
    driver: Any = connection.connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as out,
    ):
        for row in rows:
            values = [
                process(row[name]) if process else row[name]
                for name, process in zip(names, processors, strict=True)
            ]
            out.write_row(values + more)
