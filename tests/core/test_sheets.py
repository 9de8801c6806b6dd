"""Tables that people hand in: read as written, and never a danger to the process."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from flask import Flask

from core import sheets
from core.files import FileFault, Upload


def workbook(cells: dict[str, Any], more: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for name in more:
        book.create_sheet(name)
    sheet = book.worksheets[0]
    for address, value in cells.items():
        sheet[address] = value
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def tampered(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with something replaced inside one of its parts."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == part:
                assert old in content
                content = content.replace(old, new)
            made.writestr(entry.filename, content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def xlsx(data: bytes) -> list[sheets.Sheet]:
    return list(sheets.read(Upload("table.xlsx", "xlsx", data)))


def csv(data: str | bytes) -> list[list[Any]]:
    content = data if isinstance(data, bytes) else data.encode()
    return next(sheets.read(Upload("table.csv", "text", content))).rows


def test_rows_and_columns_keep_their_places(context: Flask) -> None:
    """Empty rows and columns before the table count, so that faults name the right cell."""
    [sheet] = xlsx(workbook({"C3": "名", "D4": 7}))
    assert sheet.rows[:2] == [[], []]
    assert sheets.written(sheet.rows[2][2]) == "名"
    assert sheets.written(sheet.rows[3][3]) == "7"


def test_every_sheet_is_read(context: Flask) -> None:
    found = xlsx(workbook({"A1": "x"}, more=("choices", "settings")))
    assert [sheet.name for sheet in found][1:] == ["choices", "settings"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, ""),
        ("  x ", "x"),
        (7.0, "7"),
        (7.25, "7.25"),
        (True, "TRUE"),
        (date(2026, 4, 15), "2026-04-15"),
        (datetime(2026, 4, 15), "2026-04-15"),
        (datetime(2026, 4, 15, 9, 30), "2026-04-15T09:30:00"),
    ],
)
def test_cell_as_a_person_would_write_it(cell: Any, words: str) -> None:
    assert sheets.written(cell) == words


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA"), (16384, "XFD")]
)
def test_column_letters(number: int, letters: str) -> None:
    assert sheets.column_letters(number) == letters
    assert sheets.column_number(letters) == number


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，"])
def test_csv_with_any_delimiter(context: Flask, delimiter: str) -> None:
    assert csv(f"a{delimiter}b\n1{delimiter}2\n") == [["a", "b"], ["1", "2"]]


def test_csv_with_quotes_and_line_ends_inside(context: Flask) -> None:
    assert csv('a,b\r\n"1,\n2",3\r\n') == [["a", "b"], ["1,\n2", "3"]]


def test_csv_too_large_is_refused(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 100)
    with pytest.raises(FileFault):
        csv("a,b,c\n" * 40)
    assert len(csv("a,b,c\n" * 20)) == 20


def test_csv_field_without_end_is_refused(context: Flask) -> None:
    with pytest.raises(FileFault):
        csv('a,b\n"' + "x" * 200_000)


@pytest.mark.parametrize("address", ["XFD1048576", "A1048577", "ZZ40000", "XFD100"])
def test_cell_far_away_is_refused_before_it_is_read(context: Flask, address: str) -> None:
    """The reader would set aside half a terabyte for the first of these and end the process."""
    row = "".join(c for c in address if c.isdigit())
    cell = f'<row r="{row}"><c r="{address}"><v>1</v></c></row></sheetData>'.encode()
    with pytest.raises(FileFault):
        xlsx(tampered(workbook({"A1": "x"}), SHEET, b"</sheetData>", cell))


@pytest.mark.parametrize(
    "cell",
    [
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>",
        b'<row\n r = "1048576"><c\tr = "XFD1048576"><v>1</v></c></row></sheetData>',
        b'<row><c x=">" r="XFD1048576"><v>1</v></c></row></sheetData>',
        b'<row><c r="xfd1048576"><v>1</v></c></row></sheetData>',
        b'<row><c r="XFD1048576"><v>1</v></c></row></sheetData></broken>',
        b'<broken></wrong><row><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    ],
)
def test_cell_far_away_is_found_however_it_is_written(context: Flask, cell: bytes) -> None:
    with pytest.raises(FileFault):
        xlsx(tampered(workbook({"A1": "x"}), SHEET, b"</sheetData>", cell))


def test_cell_far_away_under_another_name_is_found(context: Flask) -> None:
    """The parts of a workbook may bear any name; the reader follows the relations."""
    cell = b'<row><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = tampered(workbook({"A1": "x"}), SHEET, b"</sheetData>", cell)
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for entry in source.infolist():
            content = source.read(entry).replace(b"worksheets/sheet1.xml", b"media/picture.png")
            made.writestr(
                entry.filename.replace("worksheets/sheet1.xml", "media/picture.png"), content
            )
    with pytest.raises(FileFault):
        xlsx(target.getvalue())


def test_document_type_is_refused(context: Flask) -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'
    with pytest.raises(FileFault):
        xlsx(tampered(workbook({"A1": "x"}), SHEET, b"<worksheet", entities))


def test_one_long_text_in_many_cells_is_refused(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_CHARACTERS", 10_000)
    with pytest.raises(FileFault):
        xlsx(workbook({f"A{row}": "长" * 500 for row in range(1, 100)}))


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_damaged_workbook_is_refused(context: Flask, cut: float) -> None:
    data = workbook({"A1": "x"})
    with pytest.raises(FileFault):
        xlsx(data[: int(len(data) * cut)])


def test_damaged_contents_are_refused(context: Flask) -> None:
    data = bytearray(workbook({f"A{row}": f"text {row}" for row in range(1, 200)}))
    middle = data.index(SHEET.encode()) + 200
    data[middle : middle + 40] = b"\xff" * 40
    with pytest.raises(FileFault):
        xlsx(bytes(data))


def test_the_danger_is_real() -> None:
    """Without the look beforehand the reader ends the process: the reason for all of this."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = tampered(workbook({"A1": "x"}), SHEET, b"</sheetData>", cell)
    program = (
        "import io, resource, sys; from python_calamine import CalamineWorkbook; "
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)); "
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); "
        "CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=data, capture_output=True, check=False, timeout=60
    )
    assert done.returncode != 0
