"""Workbooks (.xlsx) of any length: rows go to the file as they come, none is kept.

A cell is a number or a text and nothing else: a text is an inline string, which no program takes
for a formula whatever it begins with. (xlsxwriter, which writes small workbooks here, makes each
cell in a call of its own: four million of them take it five times as long.)
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from types import TracebackType
from typing import IO

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767  # characters that a cell holds
MOST_ROWS = 1_048_576  # of a sheet, its heading included
Cell = str | int | float | None

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # would be read as a character of its own
_NOT_IN_NAMES = re.compile(r"[\\/*?:\[\]']")
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
)
_KEPT = 20_000  # written cells that are remembered, most of them being alike


class Workbook:
    """A workbook that is written from its first sheet to its last; `with` ends it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.names: list[str] = []

    def sheet(
        self, name: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], width: int = 14
    ) -> None:
        """One table under a heading that stays in sight; columns `width` characters wide. Texts
        longer than LONGEST are cut. ValueError beyond MOST_ROWS."""
        self.names.append(self._name(name))
        where = f"xl/worksheets/sheet{len(self.names)}.xml"
        with self.archive.open(where, "w", force_zip64=True) as out:
            columns = f'<cols><col min="1" max="{max(1, len(heading))}" width="{width}" customWidth="1"/></cols>'
            out.write(f"{_HEAD}{columns}<sheetData>".encode())
            out.write(f"<row>{''.join(_text(cell, 1) for cell in heading)}</row>".encode())
            known: dict[Cell, str] = {}
            for number, row in enumerate(rows, 2):
                if number > MOST_ROWS:
                    raise ValueError("a sheet holds no more rows")
                cells = [known.get(cell) or _remembered(cell, known) for cell in row]
                out.write(f"<row>{''.join(cells)}</row>".encode())
            out.write(b"</sheetData></worksheet>")

    def _name(self, wanted: str) -> str:
        """A sheet's name: at most 31 characters, none of some, and none twice."""
        name = _NOT_IN_NAMES.sub(" ", wanted)[:31].strip() or str(len(self.names) + 1)
        taken = {one.casefold() for one in self.names}
        return name if name.casefold() not in taken else f"{name[:26]} {len(self.names) + 1}"

    def close(self) -> None:
        numbers = range(1, len(self.names) + 1)
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
            for n in numbers
        )
        sheets = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
            for n, name in zip(numbers, self.names, strict=True)
        )
        links = [(f"rId{n}", f"{_R}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{kinds}</Types>',
            "_rels/.rels": _links([("rId1", f"{_R}/officeDocument", "xl/workbook.xml")]),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_R}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _links([*links, ("rId0", f"{_R}/styles", "styles.xml")]),
        }
        for name, inner in parts.items():
            self.archive.writestr(name, _XML + inner)
        self.archive.writestr("xl/styles.xml", _STYLES)
        self.archive.close()

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _fault: object, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()


def _links(links: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{id}" Type="{kind}" Target="{there}"/>' for id, kind, there in links
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _remembered(cell: Cell, known: dict[Cell, str]) -> str:
    if cell is None:
        written = "<c/>"
    elif isinstance(cell, str):
        written = _text(cell)
    else:
        number = int(cell) if float(cell).is_integer() else cell
        written = f"<c><v>{number}</v></c>"
    if len(known) < _KEPT and len(written) < 200:
        known[cell] = written
    return written


def _text(words: str, style: int = 0) -> str:
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    said = escape(_NOT_IN_XML.sub("", lines)[:LONGEST], quote=False)
    said = _ESCAPE.sub("_x005F_", said)
    about = f' s="{style}"' if style else ""
    return f'<c{about} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'
