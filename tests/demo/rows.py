"""What a site holds, table by table, without what is drawn anew for every site."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from core.db import db
from core.search import SERIAL_BITS, SearchEntry

# Salts, and the seals over what is drawn: a letter's number stands in the journal's chain.
DRAWN = {
    "ledger_acts": {"moves"},
    "people": {"password_hash"},
    "journal_events": {"subject_id", "facts", "note_digest", "previous", "digest"},
    "journal_heads": {"digest", "seal"},
    "notices": {"url"},
    "survey_keepers": {"public"},
    "survey_responses": {"name_box"},
    "letters": {"id", "tracking_digest", "form_digest"},
}


def checksums() -> dict[str, str]:
    """A digest over every table's rows, in an order of their own, and how many there are."""
    there = set(sa.inspect(db.engine).get_table_names())  # other tests bring tables of their own
    return {
        table.name: _checksum(table) for table in db.metadata.sorted_tables if table.name in there
    }


def _checksum(table: sa.Table) -> str:
    columns = [_told(column) for column in table.columns if not _is_drawn(column)]
    found = db.session.execute(sa.select(*columns))
    rows = sorted(repr([_plain(value) for value in row]) for row in found)
    return f"{len(rows)} rows {hashlib.sha256(''.join(rows).encode()).hexdigest()}"


def _told(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """An entry's id in the index begins with its second; the rest is drawn."""
    if column is SearchEntry.__table__.c.id:
        return column.op(">>")(sa.literal_column(str(SERIAL_BITS)))
    return column


def _is_drawn(column: sa.Column[Any]) -> bool:
    """Random keys of answers and letters, and what refers to them."""
    return (
        column.name in DRAWN.get(column.table.name, ())
        or isinstance(column.type, sa.Uuid)
        or column.name == "letter_id"
    )


def _plain(value: Any) -> Any:
    return sorted(value.items()) if isinstance(value, dict) else value
