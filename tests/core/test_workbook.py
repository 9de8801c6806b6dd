"""Workbooks that are written as their rows come, read back by another program."""

from __future__ import annotations

import io

import openpyxl
import pytest

from core import workbook
from core.workbook import Workbook

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0")


def test_no_cell_is_a_formula_heading_included() -> None:
    file = io.BytesIO()
    with Workbook(file) as book:
        book.sheet(
            "=1+1", list(FORMULAS), [FORMULAS, ["x" * 40_000, None, 1.5, 2, "_x000D_", "\0a\r\nb"]]
        )
    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr", "n"}
    assert [cell.value for cell in sheet[2]] == list(FORMULAS)
    assert len(sheet["A3"].value) == 32_767
    assert [cell.value for cell in sheet[3]][1:4] == [None, 1.5, 2]
    assert sheet["F3"].value == "a\nb"


def test_sheet_names_are_apart_short_and_without_what_excel_refuses() -> None:
    file = io.BytesIO()
    with Workbook(file) as book:
        for name in ("结果", "结果", "a/b:c" * 10, "'"):
            book.sheet(name, ["x"], [[1]])
    names = openpyxl.load_workbook(io.BytesIO(file.getvalue())).sheetnames
    assert len({name.casefold() for name in names}) == 4
    assert all(0 < len(name) <= 31 and not set(name) & set("/:'") for name in names)


def test_sheet_ends_where_excel_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with pytest.raises(ValueError), Workbook(io.BytesIO()) as book:
        book.sheet("x", ["x"], [[1], [2], [3]])


def test_rows_are_written_as_they_come() -> None:
    """The first is in the file before the last is asked for."""
    file = io.BytesIO()
    seen = []

    def rows() -> object:
        for number in range(20_000):
            seen.append(file.tell())
            yield [f"{number} {number * 7919 % 100_003}"]

    with Workbook(file) as book:
        book.sheet("x", ["x"], rows())  # type: ignore[arg-type]
    assert seen[0] < seen[-1]
