"""Tables that people hand in: CSV in UTF-8 or GB 18030, and XLSX.

An XLSX file of a few kilobytes may name a cell in its last row and column, for which the reader
would set aside half a terabyte and end the process. So the addresses of all cells are looked at
before anything is read.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from xml.parsers import expat

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from .files import FileFault, Upload, decoded
from .i18n import _

MOST_CELLS = 1_000_000
MOST_CHARACTERS = 20_000_000
PIECE = 64 * 1024
_DELIMITERS = (",", "\t", ";", "，")
_ADDRESS = re.compile(r"([A-Z]{0,3})([0-9]{0,7})", re.IGNORECASE)
_ANY_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3}[0-9]{1,7})[\"']")


@dataclass(frozen=True)
class Sheet:
    """One table; `rows` start with the sheet's first row, cells are str, number, bool or date."""

    name: str
    rows: list[list[Any]]


@dataclass
class _Extent:
    """How far the cells of a sheet reach."""

    row: int = 0
    column: int = 0

    def reach(self, address: str) -> None:
        found = _ADDRESS.fullmatch(address.strip())
        if found is None:
            return
        self.row = max(self.row, int(found[2] or 0))
        self.column = max(self.column, column_number(found[1]))
        if self.row * self.column > MOST_CELLS or self.row > MOST_CELLS:
            raise _too_large()


@dataclass
class _Budget:
    """How many characters may still be read."""

    left: int = field(default_factory=lambda: MOST_CHARACTERS)

    def take(self, cell: Any) -> Any:
        if isinstance(cell, str):
            self.left -= len(cell)
            if self.left < 0:
                raise _too_large()
        return cell


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27; no letters are 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """1 is A, 27 AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def to_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as CSV in UTF-8 that spreadsheets open; no cell is taken for a formula."""
    out = io.BytesIO()
    write_csv(out, rows)
    return out.getvalue()


def write_csv(file: IO[bytes], rows: Iterable[Sequence[Any]]) -> None:
    """The same into a file, row by row."""
    out = io.TextIOWrapper(file, "utf-8-sig", newline="")
    csv.writer(out).writerows([_inert(cell) for cell in row] for row in rows)
    out.flush()
    out.detach()


def workbook(tables: Mapping[str, Iterable[Sequence[str | int]]]) -> bytes:
    """Tables by the names of their sheets as .xlsx. Every text is one, whatever it begins with:
    none is taken for a formula or a link."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write = sheet.write_string if isinstance(cell, str) else sheet.write_number
                    write(at, column, cell)
    return out.getvalue()


def _inert(cell: Any) -> Any:
    is_formula = isinstance(cell, str) and cell.lstrip().startswith(
        ("=", "+", "-", "@", "\t", "\r")
    )
    return f"'{cell}" if is_formula else cell


def read(upload: Upload) -> Iterator[Sheet]:
    """The tables of a file whose kind is "text" or "xlsx", one after another. Raises FileFault."""
    if upload.kind == "text":
        yield Sheet(upload.name, _read_csv(upload.data))
    else:
        yield from _read_xlsx(upload.data)


def written(cell: Any) -> str:
    """A cell as a person would write it: whole numbers without a point, days as 2026-04-15."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == datetime.min.time() else cell).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def _read_csv(data: bytes) -> list[list[Any]]:
    text = decoded(data)
    if text is None:
        raise FileFault(_("读不出这个文件的文字。请用 UTF-8 或 GB18030 编码另存为 CSV。"))
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    budget, rows, cells = _Budget(), [], 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row) + 1
            if cells > MOST_CELLS:
                raise _too_large()
            rows.append([budget.take(cell) for cell in row])
    except csv.Error as fault:
        raise FileFault(_("第 %(row)d 行读不出来，请检查引号。", row=len(rows) + 1)) from fault
    return rows


def _read_xlsx(data: bytes) -> Iterator[Sheet]:
    _measure(data)
    budget = _Budget()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            top, left = sheet.start or (0, 0)
            rows: list[list[Any]] = [[] for _row in range(top)]
            for row in sheet.to_python(skip_empty_area=True):
                rows.append([None] * left + [budget.take(cell) for cell in row])
            yield Sheet(name, rows)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as fault:
        if isinstance(fault, FileFault):
            raise
        raise _unreadable() from fault


def _measure(data: bytes) -> None:
    """Refuse a workbook with a sheet that would not fit, before anything is set aside for it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as part:
                    _measure_part(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise _unreadable() from fault


def _measure_part(part: IO[bytes]) -> None:
    extent = _Extent()

    def note(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] in ("c", "row") and "r" in attributes:
            extent.reach(attributes["r"])

    def refuse(*_declaration: Any) -> None:
        raise _unreadable()

    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    parser.StartDoctypeDeclHandler = refuse
    tail, is_xml = b"", True
    while piece := part.read(PIECE):
        if is_xml:
            try:
                parser.Parse(piece, False)
            except expat.ExpatError:
                is_xml = False
        if not is_xml:
            # A picture, or XML that another reader would forgive: look for addresses all the same.
            for address in _ANY_ADDRESS.findall(tail + piece):
                extent.reach(address.decode())
        tail = piece[-64:]


def _unreadable() -> FileFault:
    return FileFault(_("读不出这个表格。请在办公软件里另存为 .xlsx 再试。"))


def _too_large() -> FileFault:
    return FileFault(_("表格太大：最多 %(count)s 个单元格。", count=f"{MOST_CELLS:,}"))
