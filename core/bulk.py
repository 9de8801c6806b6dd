"""Many rows at once, past the object-relational mapper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from .db import Base, db


def insert_all(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the columns of the first; PostgreSQL takes them as one COPY.

    Values are those that the model's columns take. A plain default of a column that the rows
    leave out is put in; a callable one is not.
    """
    if not rows:
        return
    table = db.metadata.tables[model.__tablename__]
    connection = db.session.connection()
    row = {**_defaults(table), **rows[0]}
    columns = ", ".join(f'"{name}"' for name in row)
    values = _values(table, connection.dialect, row, rows)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection
        copy = f'COPY "{table.name}" ({columns}) FROM STDIN'
        with driver.cursor() as cursor, cursor.copy(copy) as out:
            for one in values:
                out.write_row(one)
    else:
        marks = ", ".join("?" * len(row))
        into = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'
        connection.exec_driver_sql(into, list(values))


def _defaults(table: Table) -> dict[str, Any]:
    return {
        column.name: default.arg
        for column in table.columns
        if isinstance(default := column.default, ScalarElementColumnDefault)
    }


def _values(
    table: Table, dialect: Dialect, first: dict[str, Any], rows: list[dict[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """The rows as the driver takes them, in the order of the first row's names."""
    kinds = {name: table.columns[name].type.dialect_impl(dialect) for name in first}
    pairs = [(name, kind.bind_processor(dialect)) for name, kind in kinds.items()]
    defaults = _defaults(table)
    for row in rows:
        full = {**defaults, **row}
        yield tuple(
            process(full[name]) if process is not None else full[name] for name, process in pairs
        )
