"""What the styles of a document say: headings, lists, a few marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from .package import Package, W, is_on, number, value

_HEADING = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
_TITLES = ("title", "标题")
# As Word, WPS and LibreOffice name them.
_QUOTED = ("quote", "intense quote", "quotations", "引用", "明显引用")
_LINKS = ("hyperlink", "followedhyperlink", "超链接")
_CODE = ("html preformatted", "preformatted text", "html 预设格式")
_CONTENTS = re.compile(r"(?:toc|目录)(?: ?[1-9]| heading|标题)?", re.IGNORECASE)
MARKS = ("b", "i", "u", "strike")


@dataclass
class Style:
    """A style by itself, without what it is based on."""

    name: str = ""
    based_on: str = ""
    outline: int | None = None
    list_id: str = ""
    level: int | None = None
    align: str = ""
    marks: dict[str, bool] | None = None

    @classmethod
    def of(cls, element: Element) -> Style:
        def said(parent: Element | None, name: str) -> str:
            return "" if parent is None else value(parent.find(W + name))

        paragraph = element.find(W + "pPr")
        listed = None if paragraph is None else paragraph.find(W + "numPr")
        outline, level = said(paragraph, "outlineLvl"), said(listed, "ilvl")
        return cls(
            name=said(element, "name"),
            based_on=said(element, "basedOn"),
            outline=number(outline) if outline else None,
            list_id=said(listed, "numId"),
            level=number(level) if level else None,
            align=said(paragraph, "jc"),
            marks=marks_of(element.find(W + "rPr")),
        )


def marks_of(properties: Element | None) -> dict[str, bool]:
    """The marks that a run's or a style's properties switch on or off."""
    said = {name: is_on(properties, name) for name in MARKS}
    return {name: switched for name, switched in said.items() if switched is not None}


class Styles:
    def __init__(self, package: Package) -> None:
        self.styles: dict[str, Style] = {}
        for element in package.children("word/styles.xml"):
            if element.tag == W + "style":
                self.styles[value(element, "styleId")] = Style.of(element)

    def chain(self, id: str) -> list[Style]:
        """A style and what it is based on, nearest first."""
        found: list[Style] = []
        while id in self.styles and len(found) < 12:
            found.append(self.styles[id])
            id = found[-1].based_on
        return found

    def heading(self, id: str) -> int:
        """1 to 9 for a heading or title, else 0."""
        for style in self.chain(id):
            if found := _HEADING.fullmatch(style.name):
                return int(found[1])
            if style.name.lower() in _TITLES:
                return 1
            if style.outline is not None:
                return style.outline + 1 if style.outline < 9 else 0
        return 0

    def around(self, id: str) -> str:
        """The element that its paragraphs stand in: "blockquote", "pre" or ""."""
        names = {style.name.lower() for style in self.chain(id)}
        return "blockquote" if names & set(_QUOTED) else "pre" if names & set(_CODE) else ""

    def is_contents(self, id: str) -> bool:
        """Whether its paragraphs are a table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self.chain(id)[:1])

    def listed(self, id: str) -> tuple[str, int | None]:
        """The list in which its paragraphs count, and the level, where it says one."""
        chain = self.chain(id)
        found = next((style for style in chain if style.list_id), Style())
        level = next((style.level for style in chain if style.level is not None), None)
        return found.list_id, level

    def align(self, id: str) -> str:
        return next((style.align for style in self.chain(id) if style.align), "")

    def marks(self, id: str) -> dict[str, bool]:
        """The marks of a style; that of a link is underlined as links are."""
        if any(style.name.lower() in _LINKS for style in self.chain(id)):
            return {}
        said: dict[str, bool] = {}
        for style in reversed(self.chain(id)):
            said |= style.marks or {}
        return said
