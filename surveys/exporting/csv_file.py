"""CSV in UTF-8 with a byte order mark, as spreadsheets open it; no cell is taken for a formula."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import IO

from core import sheets

from .rows import Row, Rows
from .tables import Results


def write_rows(file: IO[bytes], rows: Rows, found: Iterator[Row]) -> list[str]:
    sheets.write_csv(file, chain([rows.heading], found))
    return []


def write_tables(file: IO[bytes], results: Results) -> None:
    sheets.write_csv(file, chain([results.heading], results.lines()))
