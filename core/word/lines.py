"""What stands in a paragraph: runs and their marks, links, notes, changes, fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element

from ..text import HTML_LIMIT
from .package import R, W, is_on, too_long, value
from .pictures import Pictures
from .styles import Styles, marks_of

_TAGS = {"b": "strong", "i": "em", "u": "u", "strike": "s"}
_SHIFTED = {"superscript": "sup", "subscript": "sub"}
_LINK = re.compile(r'\s*HYPERLINK\s+"([^"]+)"')
_THROUGH = {
    W + name
    for name in ("smartTag", "sdt", "sdtContent", "customXml", "fldSimple", "dir", "bdo", "ruby")
}
_INSERTED, _DELETED = {W + "ins", W + "moveTo"}, {W + "del", W + "moveFrom"}
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"


@dataclass
class _Field:
    """A field that is open: what it is told to do, until it shows what came of it."""

    told: str = ""
    shows: bool = False
    is_link: bool = False


class Lines:
    """Reads the inside of paragraphs; counts what it leaves out."""

    def __init__(self, styles: Styles, links: dict[str, str], pictures: Pictures) -> None:
        self.styles = styles
        self.links = links
        self.pictures = pictures
        self.notes: dict[tuple[str, str], str] = {}  # HTML by kind and id
        self.left_out: Counter[str] = Counter()
        self.boxes: list[list[Element]] = []  # blocks of text boxes, which follow the paragraph
        self.fields: list[_Field] = []
        self.size = 0

    def spend(self, count: int) -> None:
        """Count characters of HTML before they are joined, so that no file makes too many."""
        self.size += count
        if self.size > HTML_LIMIT:
            raise too_long()

    def escaped(self, text: str) -> str:
        return escape(text)

    def inside(self, paragraph: Element, style: str = "") -> str:
        """The inside of a paragraph as HTML."""
        is_plain = bool(self.styles.heading(style) or self.styles.around(style))
        marks = {} if is_plain else self.styles.marks(style)
        return "".join(self._piece(child, marks) for child in paragraph).strip()

    def _pieces(self, element: Element, marks: dict[str, bool]) -> str:
        return "".join(self._piece(child, marks) for child in element)

    def _piece(self, element: Element, marks: dict[str, bool]) -> str:
        tag = element.tag
        if tag == W + "r":
            return self._run(element, marks)
        if tag in _DELETED:
            self.left_out["deleted"] += bool(len(element))
            return ""
        if tag in _INSERTED:
            self.left_out["inserted"] += bool(len(element))
            return self._pieces(element, marks)
        if tag == W + "hyperlink":
            return self._linked(self.links.get(element.get(R + "id", ""), ""), element, marks)
        if tag in _THROUGH:
            return self._pieces(element, marks)
        if tag in (_MATH + "oMath", _MATH + "oMathPara"):
            self.left_out["formulas"] += 1
            return escape("".join(one.text or "" for one in element.iter(_MATH + "t")))
        return ""

    def _linked(self, address: str, element: Element, marks: dict[str, bool]) -> str:
        words = self._pieces(element, marks)
        return f"{self._link(address)}{words}</a>" if address and words else words

    def _link(self, address: str) -> str:
        self.spend(len(address))
        return f'<a href="{escape(address)}">'

    def _run(self, run: Element, outer: dict[str, bool]) -> str:
        properties = run.find(W + "rPr")
        if is_on(properties, "vanish"):
            return ""
        if properties is not None and properties.find(W + "del") is not None:
            return ""
        html = "".join(self._content(child) for child in run)
        if not html.strip() or run.find(W + "fldChar") is not None:
            return html
        style = "" if properties is None else value(properties.find(W + "rStyle"))
        marks = {**outer, **self.styles.marks(style), **marks_of(properties)}
        tags = [_TAGS[name] for name in _TAGS if marks.get(name)]
        shift = "" if properties is None else value(properties.find(W + "vertAlign"))
        tags += [_SHIFTED[shift]] if shift in _SHIFTED else []
        for tag in reversed(tags):
            html = f"<{tag}>{html}</{tag}>"
        return html

    def _content(self, element: Element) -> str:
        """What one part of a run says."""
        name = element.tag.removeprefix(W)
        if name == "fldChar":
            return self._field(value(element, "fldCharType"))
        if name == "instrText":
            if self.fields:
                self.fields[-1].told += element.text or ""
            return ""
        if self.fields and not self.fields[-1].shows:
            return ""
        if name == "t":
            words = escape(element.text or "")
            self.spend(len(words))
            return words
        if name in ("footnoteReference", "endnoteReference"):
            # A note belongs to one place; another that points to it would only repeat it.
            words = self.notes.pop((name.removesuffix("Reference"), value(element, "id")), "")
            return f'<span class="footnote">{words}</span>' if words else ""
        if name == "commentReference":
            self.left_out["comments"] += 1
        if name in ("br", "cr"):
            return "" if value(element, "type") in ("page", "column") else "<br>"
        simple = {"tab": " ", "noBreakHyphen": "-", "sym": _symbol(element)}
        return simple[name] if name in simple else self._object(element)

    def _field(self, kind: str) -> str:
        """A field begins, shows its result, or ends; of all fields only links mean something."""
        if kind == "begin":
            self.fields.append(_Field())
        elif kind == "separate" and self.fields:
            here = self.fields[-1]
            found = _LINK.match(here.told)
            here.shows, here.is_link = True, found is not None
            return self._link(found[1]) if found else ""
        elif kind == "end" and self.fields:
            return "</a>" if self.fields.pop().is_link else ""
        return ""

    def _object(self, element: Element) -> str:
        """A drawing: text boxes and pictures; of two versions the newer counts."""
        if element.tag == W + "ruby":
            base = element.find(W + "rubyBase")
            return "" if base is None else self._pieces(base, {})
        newer = element.find(_CHOICE)
        drawn = element if newer is None else newer
        if boxes := list(_outermost(drawn, W + "txbxContent")):
            self.boxes += [list(box) for box in boxes]
            return ""
        shown = self.pictures.shown(drawn)
        self.left_out["pictures"] += shown.count("")
        self.spend(sum(map(len, shown)))
        return "".join(shown)


def _outermost(element: Element, tag: str) -> Iterator[Element]:
    """The elements of a name that stand in no other of that name."""
    for child in element:
        if child.tag == tag:
            yield child
        else:
            yield from _outermost(child, tag)


def _symbol(element: Element) -> str:
    """A sign of a symbol font; such fonts' private places mean nothing elsewhere."""
    code = value(element, "char")
    place = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{4}", code) else 0
    return escape(chr(place)) if 0x20 <= place < 0xD800 else ""
