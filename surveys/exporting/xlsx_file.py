"""Workbooks: rows, or tables, with the codebook on sheets of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from core.i18n import _
from core.workbook import Workbook

from . import columns
from .columns import Column
from .rows import Row, Rows
from .tables import Results


def write_rows(file: IO[bytes], rows: Rows, found: Iterator[Row]) -> list[str]:
    with Workbook(file) as book:
        book.sheet(_("答卷"), rows.heading, found)
        _codebook(book, rows.columns)
    return []


def write_tables(file: IO[bytes], results: Results, found: Sequence[Column]) -> None:
    with Workbook(file) as book:
        book.sheet(_("结果"), results.heading, results.lines())
        _codebook(book, found)
        book.sheet(
            _("关于这份文件"), [_("关于这份文件")], ([line] for line in results.about), width=80
        )


def _codebook(book: Workbook, found: Sequence[Column]) -> None:
    book.sheet(_("题目表"), columns.heading_of_columns(), columns.column_lines(found), width=20)
    book.sheet(_("代码表"), columns.heading_of_codes(), columns.code_lines(found), width=20)
