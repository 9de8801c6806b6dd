"""The parts of a .docx: an archive of XML, read with bounds on size, depth and number of elements."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..files import FileFault
from ..i18n import _

PART_LIMIT = 32 * 2**20  # bytes of one part, unpacked; a book of 500 pages has 10 MB
ELEMENT_LIMIT = 500_000
DEPTH_LIMIT = 150  # a table in a table adds five
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# What any XML may be written in, and Word's is: in nothing else words can hide from `part`.
_ENCODING = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)""")
_PLAIN = (b"utf-8", b"us-ascii")
# The strict form of the standard names the same things otherwise.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)


def broken() -> FileFault:
    return FileFault(_("这个文件损坏了，读不出来。请在 Word 或 WPS 里打开，另存一份再试。"))


def too_long() -> FileFault:
    return FileFault(_("这个文件太长或者太复杂，读不进来。请分成几个文件，每个两万字以内。"))


class Package:
    """An archive and its main document. Raises FileFault."""

    def __init__(self, data: bytes) -> None:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
            raise broken() from fault
        self.elements = 0

    def bytes_of(self, name: str) -> bytes:
        """The bytes of a part of any kind, or none where there is no such part."""
        try:
            entry = self.archive.getinfo(name)
        except KeyError:
            return b""
        if entry.file_size > PART_LIMIT:
            raise too_long()
        try:
            data: bytes = self.archive.read(entry)
        except Exception as fault:  # of many kinds: zlib, lzma, bz2 and zipfile have their own
            raise broken() from fault
        return data

    def part(self, name: str) -> bytes:
        """The XML of a part, or nothing where there is no such part."""
        data = self.bytes_of(name)
        # No word processor writes either: what declares entities of its own wants to explode.
        if b"\0" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise broken()
        if (said := _ENCODING.match(data)) and said[1].lower() not in _PLAIN:
            raise broken()
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        return data

    def children(self, name: str, depth: int = 1) -> Iterator[Element]:
        """The elements of a part at that depth below its root, each forgotten when the next is
        asked for."""
        if not (data := self.part(name)):
            return
        above: list[Element] = []
        try:
            for event, element in ElementTree.iterparse(io.BytesIO(data), ("start", "end")):
                if event == "start":
                    above.append(element)
                    self.elements += 1
                    if len(above) > DEPTH_LIMIT or self.elements > ELEMENT_LIMIT:
                        raise too_long()
                    continue
                above.pop()
                if len(above) == depth:
                    yield element
                    above[-1].clear()
        except ElementTree.ParseError as fault:
            raise broken() from fault
        except FileFault:
            raise
        except (LookupError, ValueError) as fault:  # an encoding that nobody knows
            raise broken() from fault

    def links(self, part: str, kind: str = "hyperlink") -> dict[str, str]:
        """Where the links of a part lead, by their ids; those to a "image" lead inside."""
        folder, _slash, name = part.rpartition("/")
        mode = "External" if kind == "hyperlink" else "Internal"
        return {
            one.get("Id", ""): one.get("Target", "")
            for one in self.children(f"{folder}/_rels/{name}.rels", 1)
            if one.get("Type", "").endswith(f"/{kind}")
            and one.get("TargetMode", "Internal") == mode
        }


def value(element: Element | None, name: str = "val") -> str:
    """An attribute of Word's own, "" where there is none."""
    return "" if element is None else element.get(W + name, "")


def is_on(parent: Element | None, name: str) -> bool | None:
    """Whether a property is switched on; None where nothing is said."""
    found = None if parent is None else parent.find(W + name)
    if found is None:
        return None
    return value(found) not in ("0", "false", "off", "none")


def number(text: str, otherwise: int = 0) -> int:
    """A whole number out of an attribute."""
    text = text.strip()
    return (
        int(text)
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 9
        else otherwise
    )
