"""A .docx read into the HTML that the cleaning door knows from the clipboard of Word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from .lines import Lines
from .numbering import Numbering
from .package import Package, W, broken, is_on, number, too_long, value
from .pictures import Keep, Pictures
from .styles import Styles
from .tables import Cell, spanned

_BEGIN, _END = "<blockquote>", "</blockquote>"
MAIN = "word/document.xml"
_ALIGNED = {"center": "center", "right": "right", "end": "right"}
# What stands around blocks and says nothing by itself.
_AROUND = {W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}


@dataclass(frozen=True)
class WordText:
    """The HTML of a document, to be cooked, and how much of what was left out: "deleted" and
    "inserted" changes, "comments", "pictures", "formulas", "contents"."""

    html: str
    left_out: Counter[str]


def read(data: bytes, keep: Keep | None = None) -> WordText:
    """What a .docx says; its pictures are kept by `keep`, or left out. Raises
    core.files.FileFault with a sentence."""
    reader = Reader(Package(data), keep)
    try:
        html = reader.document()
    except RecursionError as fault:
        raise too_long() from fault
    return WordText(html, reader.lines.left_out)


class Reader:
    """Walks the blocks of a document in order."""

    def __init__(self, package: Package, keep: Keep | None) -> None:
        self.package = package
        self.styles = Styles(package)
        self.numbering = Numbering(package)
        pictures = Pictures(package, MAIN, keep)
        self.lines = Lines(self.styles, package.links(MAIN), pictures)
        self.before = ""  # of a paragraph whose end was deleted: it goes on in the next

    def document(self) -> str:
        self._read_notes("footnote")
        self._read_notes("endnote")
        written: list[str] = []
        found = False
        for element in self.package.children(MAIN, depth=2):
            found = True
            for piece in self.block(element):
                if piece.startswith(_BEGIN) and written[-1:] and written[-1].endswith(_END):
                    written[-1], piece = written[-1].removesuffix(_END), piece.removeprefix(_BEGIN)
                written.append(piece)
        if not found:
            raise broken()
        return "".join([*written, f"<p>{self.before}</p>" if self.before else ""])

    def _read_notes(self, kind: str) -> None:
        """Notes are read first, since they stand in the line to which they belong."""
        part = f"word/{kind}s.xml"
        outer = self.lines.links, self.lines.pictures
        self.lines.links = self.package.links(part)
        self.lines.pictures = Pictures(self.package, part, None)
        for element in self.package.children(part):
            if value(element, "type") in ("", "normal"):
                lines = [self.lines.inside(one) for one in element.iter(W + "p")]
                self.lines.notes[kind, value(element, "id")] = "<br>".join(filter(None, lines))
        self.lines.links, self.lines.pictures = outer

    def block(self, element: Element) -> Iterator[str]:
        """The HTML of a block, in pieces."""
        if element.tag == W + "p":
            self.lines.spend(len("<p></p>"))
            yield self.paragraph(element)
        elif element.tag == W + "tbl":
            yield from self.table(element)
        elif element.tag in _AROUND:
            for child in element:
                yield from self.block(child)

    # Paragraphs

    def paragraph(self, element: Element) -> str:
        properties = element.find(W + "pPr")
        style = "" if properties is None else value(properties.find(W + "pStyle"))
        if self.styles.is_contents(style):
            self.lines.left_out["contents"] = 1
            return ""
        words = self.before + self.lines.inside(element, style)
        boxes, self.lines.boxes = self.lines.boxes, []
        if _is_end_deleted(properties):
            self.before = words
            return ""
        self.before = ""
        html = self._set(words, properties, style) if words else self._count(properties, style)
        return html + "".join(piece for box in boxes for one in box for piece in self.block(one))

    def _count(self, properties: Element | None, style: str) -> str:
        """An empty paragraph counts in its list, and says nothing."""
        if properties is not None and properties.find(W + "numPr") is not None:
            self._marker(properties, style)
        return ""

    def _set(self, words: str, properties: Element | None, style: str) -> str:
        heading = self.styles.heading(style)
        align, left = self.styles.align(style), 0
        if properties is not None:
            if outline := value(properties.find(W + "outlineLvl")):
                heading = number(outline) + 1 if number(outline) < 9 else 0
            align = value(properties.find(W + "jc")) or align
            left = number(value(properties.find(W + "ind"), "left"))
        said = f"text-align:{_ALIGNED[align]};" if align in _ALIGNED else ""
        if is_on(properties, "bidi"):
            said = ""  # there "right" is where lines begin
        said += f"margin-left:{left // 20}pt;" if left >= 200 else ""
        level, marker = self._marker(properties, style)
        if marker:
            said += f"mso-list:l0 level{level + 1}"
            words = f"<span style='mso-list:Ignore'>{marker}</span>{words}"
        tag = f"h{min(heading, 6)}" if heading else "p"
        around = self.styles.around(style)
        if around == "pre":
            return "<pre>" + words.replace("<br>", "\n") + "</pre>"
        html = f"<{tag} style='{said}'>{words}</{tag}>" if said else f"<{tag}>{words}</{tag}>"
        return f"{_BEGIN}{html}{_END}" if around else html

    def _marker(self, properties: Element | None, style: str) -> tuple[int, str]:
        """The level on which a paragraph counts, and its number as text; "" for none."""
        listed = None if properties is None else properties.find(W + "numPr")
        id, level = self.styles.listed(style)
        if listed is not None:
            own = value(listed.find(W + "numId"))
            if own and own != id:
                id, level = own, None
            if said := value(listed.find(W + "ilvl")):
                level = number(said)
        if not id or id == "0":
            return 0, ""
        if level is None:
            level = self.numbering.level_of_style(id, style)
        level = max(0, min(8, level))
        return level, self.lines.escaped(self.numbering.next(id, level) or "")

    # Tables

    def table(self, element: Element) -> Iterator[str]:
        yield "<table>"
        rows = [self._row(row) for row in _children(element, "tr")]
        for row in spanned([cells for cells in rows if cells is not None]):
            is_head = any(cell.is_head for cell in row)
            yield "<thead><tr>" if is_head else "<tr>"
            for cell in row:
                tag = "th" if cell.is_head else "td"
                spans = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
                spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
                yield f"<{tag}{spans}>{cell.html}</{tag}>"
            yield "</tr></thead>" if is_head else "</tr>"
        yield "</table>"

    def _row(self, row: Element) -> list[Cell] | None:
        """The cells of a row; None for one that was deleted."""
        properties = row.find(W + "trPr")
        if properties is not None and properties.find(W + "del") is not None:
            self.lines.left_out["deleted"] += 1
            return None
        is_head = bool(is_on(properties, "tblHeader"))
        column = 0 if properties is None else number(value(properties.find(W + "gridBefore")))
        cells: list[Cell] = []
        for element in _children(row, "tc"):
            given = element.find(W + "tcPr")
            columns = 1 if given is None else number(value(given.find(W + "gridSpan")), 1)
            joined = None if given is None else given.find(W + "vMerge")
            html = "".join(piece for child in element for piece in self.block(child))
            html += f"<p>{self.before}</p>" if self.before else ""
            self.before = ""
            goes_on = joined is not None and value(joined) != "restart"
            self.lines.spend(len("<td></td>"))
            cells.append(Cell(column, max(1, min(100, columns)), html, is_head, goes_on))
            column += cells[-1].columns
        return cells


def _children(element: Element, name: str) -> Iterator[Element]:
    """The rows of a table or cells of a row, also those that something stands around."""
    for child in element:
        if child.tag == W + name:
            yield child
        elif child.tag in _AROUND:
            yield from _children(child, name)


def _is_end_deleted(properties: Element | None) -> bool:
    mark = None if properties is None else properties.find(W + "rPr")
    return mark is not None and mark.find(W + "del") is not None
