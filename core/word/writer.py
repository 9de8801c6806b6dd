"""A document as a .docx: paragraphs, headings, lists, tables, quotations and footnotes of Word."""

from __future__ import annotations

import io
import re
import zipfile
from html import escape, unescape
from itertools import pairwise

from ..document import Block
from ..document.block import BREAK, Marks, Run
from ..document.runs import is_object
from ..text import document_of
from . import sheet
from .drawing import Find, Shown, inline

_MARKS = (  # in the order in which Word wants them
    ("strong", "<w:b/><w:bCs/>"),
    ("em", "<w:i/><w:iCs/>"),
    ("s", "<w:strike/>"),
    ("u", '<w:u w:val="single"/>'),
    ("sup", '<w:vertAlign w:val="superscript"/>'),
    ("sub", '<w:vertAlign w:val="subscript"/>'),
)
# A page's own first heading is its title; in a text the highest is the second.
_HEADINGS = {"h2": "Heading1", "h3": "Heading2", "h4": "Heading3"}
_TALL = '<w:spacing w:line="240" w:lineRule="auto"/>'
_PICTURE = re.compile('src="/files/([0-9]+)" alt="([^"]*)"')
STEP = 420  # twentieths of a point of one indent, as the paste reader counts
_ALIGNED = {"center": "center", "end": "right"}
_FIXED = (
    ("rId1", "styles"),
    ("rId2", "numbering"),
    ("rId3", "footnotes"),
    ("rId4", "fontTable"),
    ("rId5", "footer1"),
    ("rId6", "footer2"),
    ("rId7", "settings"),
)


class WordFile:
    """A .docx that grows from its title; `bytes` ends it."""

    def __init__(self, title: str, find: Find = lambda _number: None) -> None:
        self.title = title
        self.find = find
        self.pictures: dict[int, Shown] = {}
        self.drawn = 0
        self.written: list[str] = []
        self.links: dict[str, str] = {}
        self.notes: list[str] = []
        self.own_notes: list[list[Run]] = []  # of the text that is being written
        self.starts: list[tuple[int, int]] = []
        self.line(title, "Title")

    def line(self, words: str, style: str) -> None:
        """One line of plain text in a style of sheet.py."""
        self.written.append(self._paragraph([(words, ())], style))

    def text(self, html: str) -> None:
        """A cooked text."""
        root = document_of(html)
        self.own_notes = root.notes
        self.written += self._blocks(root.children, "Body")

    @property
    def bytes(self) -> bytes:
        parts = sheet.fixed_parts()
        body = "".join(self.written) + sheet.SECTION
        parts["word/document.xml"] = sheet.part("document", f"<w:body>{body}</w:body>")
        parts["word/numbering.xml"] = sheet.numbering(self.starts)
        parts["word/footnotes.xml"] = sheet.footnotes(self.notes)
        parts["docProps/core.xml"] = sheet.core_properties(self.title)
        links = self._links()
        parts["word/_rels/footnotes.xml.rels"] = sheet.relationships(links)
        own = [(id, f"{sheet.R}/{_kind(name)}", f"{name}.xml", False) for id, name in _FIXED]
        drawn = [
            (f"rIdP{number}", f"{sheet.R}/image", _file(number, picture), False)
            for number, picture in self.pictures.items()
        ]
        parts["word/_rels/document.xml.rels"] = sheet.relationships([*own, *links, *drawn])
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                # Its date is that of the first archives, not of this machine.
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
            for number, picture in self.pictures.items():
                archive.writestr(zipfile.ZipInfo(f"word/{_file(number, picture)}"), picture.data)
        return file.getvalue()

    def _links(self) -> list[tuple[str, str, str, bool]]:
        kind = f"{sheet.R}/hyperlink"
        return [(id, kind, address, True) for address, id in self.links.items()]

    # Blocks

    def _blocks(self, blocks: list[Block], style: str, level: int = -1) -> list[str]:
        written: list[str] = []
        for block, following in pairwise([*blocks, None]):
            assert block is not None
            written += self._block(block, style, level)
            if block.tag == "table" and (following is None or following.tag == "table"):
                written.append("<w:p/>")  # two tables that meet are one; a cell ends with no table
        return written

    def _block(self, block: Block, style: str, level: int) -> list[str]:
        if block.tag in ("ul", "ol"):
            return self._list(block, style, min(8, level + 1))
        if block.tag == "table":
            return self._table(block)
        if block.tag == "blockquote":
            return self._blocks(block.children, "Quote", level)
        if block.tag == "hr":
            line = '<w:bottom w:val="single" w:sz="4" w:space="1" w:color="auto"/>'
            return [f"<w:p><w:pPr><w:pBdr>{line}</w:pBdr></w:pPr></w:p>"]
        if block.tag == "pre":
            runs = [(text.replace("\n", BREAK), marks) for text, marks in block.runs]
            return [self._paragraph(runs, "Code", block)]
        return [self._paragraph(block.runs, _HEADINGS.get(block.tag, style), block, level=level)]

    def _list(self, block: Block, style: str, level: int) -> list[str]:
        id = 1
        if block.tag == "ol":
            self.starts.append((level, block.start))
            id = len(self.starts) + 1
        written: list[str] = []
        number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id}"/></w:numPr>'
        for item in block.children:
            first, rest = item.children[:1], item.children[1:]
            if first and first[0].tag in ("p", *_HEADINGS):
                name = _HEADINGS.get(first[0].tag, "Item")
                written.append(self._paragraph(first[0].runs, name, first[0], number))
            else:
                written.append(self._paragraph([], "Item", number=number))
                rest = item.children
            written += self._blocks(rest, "Item", level)
        return written

    def _paragraph(
        self,
        runs: list[Run],
        style: str,
        block: Block | None = None,
        number: str = "",
        level: int = -1,
    ) -> str:
        told = f'<w:pStyle w:val="{style}"/>{number}'
        if block is not None:
            told += "<w:bidi/>" if block.is_rtl else ""
            # Lines of an exact height would cut a picture off.
            told += _TALL if any(marks and marks[0][0] == "img" for _, marks in runs) else ""
            left = STEP * block.indent
            left = left or (640 * (level + 1) if style == "Item" and not number else 0)
            told += f'<w:ind w:left="{left}"/>' if left else ""
            if align := _ALIGNED.get(block.align, ""):
                told += '<w:ind w:firstLine="0" w:firstLineChars="0"/>' if not left else ""
                told += f'<w:jc w:val="{align}"/>'
        return f"<w:p><w:pPr>{told}</w:pPr>{self._inline(runs)}</w:p>"

    # Tables

    def _table(self, table: Block) -> list[str]:
        rows, width = _grid(table)
        if not width:
            return []
        each = sheet.TEXT_WIDTH // width
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="auto"/>' for side in sides)
        columns = f'<w:gridCol w:w="{each}"/>' * width
        written = [
            '<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/>'
            f"<w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        ]
        for row, cells in zip(table.children, rows, strict=True):
            head = "<w:tblHeader/>" if row.is_head else ""
            written.append(f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>")
            written += [self._cell(cell, columns, goes_on) for cell, columns, goes_on in cells]
            written.append("</w:tr>")
        return [*written, "</w:tbl>"]

    def _cell(self, cell: Block | None, columns: int, goes_on: bool) -> str:
        told = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
        if goes_on:
            return f"<w:tc><w:tcPr>{told}<w:vMerge/></w:tcPr><w:p/></w:tc>"
        if cell is None:
            return f"<w:tc><w:tcPr>{told}</w:tcPr><w:p/></w:tc>"
        told += '<w:vMerge w:val="restart"/>' if cell.rowspan > 1 else ""
        for child in cell.children:
            child.align = child.align or cell.align
        inner = "".join(self._blocks(cell.children, "Cell")) or "<w:p/>"
        return f"<w:tc><w:tcPr>{told}</w:tcPr>{inner}</w:tc>"

    # Runs

    def _inline(self, runs: list[Run]) -> str:
        return "".join(self._run(text, marks) for text, marks in runs)

    def _run(self, text: str, marks: Marks) -> str:
        if is_object(marks):
            kind, value = marks[0]
            return self._note(int(value)) if kind == "note" else self._picture(value) * len(text)
        names = {name for name, _value in marks}
        told = "".join(xml for name, xml in _MARKS if name in names)
        address = next((value for name, value in marks if name == "a"), "")
        is_link = address.startswith(("http", "mailto"))
        told = ('<w:rStyle w:val="Hyperlink"/>' if is_link else "") + told
        pieces = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(piece, quote=False)}</w:t>' if piece else ""
            for piece in text.split(BREAK)
        )
        run = f"<w:r><w:rPr>{told}</w:rPr>{pieces}</w:r>" if told else f"<w:r>{pieces}</w:r>"
        if not is_link:
            return run
        id = self.links.setdefault(address, f"rId{len(self.links) + 20}")
        return f'<w:hyperlink r:id="{id}">{run}</w:hyperlink>'

    def _picture(self, attributes: str) -> str:
        found = _PICTURE.search(attributes)
        if found is None:
            return ""
        number, alt = int(found[1]), unescape(found[2])
        picture = self.pictures.get(number) or self.find(number)
        if picture is None:
            return self._run(f"〔{alt}〕", ()) if alt else ""
        self.pictures[number] = picture
        self.drawn += 1
        return inline(self.drawn, f"rIdP{number}", alt, picture.width, picture.height)

    def _note(self, number: int) -> str:
        self.notes.append(self._inline(self.own_notes[number - 1]))
        return (
            '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
            f'<w:footnoteReference w:id="{len(self.notes)}"/></w:r>'
        )


def _file(number: int, picture: Shown) -> str:
    return f"media/image{number}.{picture.kind}"


def _kind(name: str) -> str:
    return "footer" if name.startswith("footer") else name


Placed = tuple[Block | None, int, bool]
"""A cell (none for a hole), its columns, and whether it only goes on from above."""


def _grid(table: Block) -> tuple[list[list[Placed]], int]:
    """Each row's cells with those from above that reach into it, and the number of columns."""
    below: dict[int, tuple[int, int]] = {}  # column: (rows that are still covered, columns)
    rows: list[list[Placed]] = []
    for row in table.children:
        placed: list[Placed] = []
        column, waiting, reaches = 0, list(row.children), {}
        while waiting or any(place >= column for place in below):
            if column in below:
                left, columns = below[column]
                placed.append((None, columns, True))
                if left > 1:
                    reaches[column] = (left - 1, columns)
            elif waiting:
                cell = waiting.pop(0)
                room = min((place - column for place in below if place > column), default=100)
                columns = max(1, min(cell.colspan, room))
                placed.append((cell, columns, False))
                if cell.rowspan > 1:
                    reaches[column] = (cell.rowspan - 1, columns)
            else:
                columns = 1
                placed.append((None, 1, False))
            column += columns
        below = reaches
        rows.append(placed)
    width = max((sum(one[1] for one in row) for row in rows), default=0)
    for placed in rows:
        placed += [(None, 1, False)] * (width - sum(one[1] for one in placed))
    return rows, width
