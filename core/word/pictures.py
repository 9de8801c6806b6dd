"""Pictures of a Word document, as files of whoever reads it in."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from html import escape
from xml.etree.ElementTree import Element

from ..files import FileFault, Upload, sniff
from ..images import FORMATS
from .package import Package, R

Keep = Callable[[Upload], int]
"""Keeps a picture as a file of ours and gives its number. Raises FileFault."""

_DESCRIBED = "}docPr"
_PICTURES = ("}blip", "}imagedata")


class Pictures:
    """Those of one part of a document; each is kept once, wherever it stands."""

    def __init__(self, package: Package, part: str, keep: Keep | None) -> None:
        self.package = package
        self.folder = posixpath.dirname(part)
        self.keep = keep
        self.targets = package.links(part, "image")
        self.numbers: dict[str, int] = {}  # of a target; 0 for one that cannot be kept

    def shown(self, drawing: Element) -> list[str]:
        """The HTML of each picture of a drawing; "" for one that is left out."""
        said = next((one for one in drawing.iter() if one.tag.endswith(_DESCRIBED)), None)
        alt = "" if said is None else said.get("descr", "")
        return [
            self._shown(one.get(R + "embed", "") or one.get(R + "id", ""), alt)
            for one in drawing.iter()
            if one.tag.endswith(_PICTURES)
        ]

    def _shown(self, id: str, alt: str) -> str:
        target = self.targets.get(id, "")
        if self.keep is None or not target:
            return ""
        if target not in self.numbers:
            self.numbers[target] = self._kept(target, self.keep)
        number = self.numbers[target]
        return f'<img src="/files/{number}" alt="{escape(alt[:200])}">' if number else ""

    def _kept(self, target: str, keep: Keep) -> int:
        name = posixpath.normpath(posixpath.join(self.folder, target)).lstrip("/")
        try:
            data = self.package.bytes_of(name)
            kind = sniff(data) if data else ""
            if kind not in FORMATS:
                return 0
            stem = posixpath.splitext(posixpath.basename(target))[0]
            return keep(Upload(f"{stem}.{kind}", kind, data))
        except FileFault:
            return 0
