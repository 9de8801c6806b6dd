"""A picture as it stands in a written .docx."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

from . import sheet

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_PIXEL = 9525  # of 96 an inch, in the units of drawings: 914,400 an inch
_WIDEST = sheet.TEXT_WIDTH * 635  # of twentieths of a point
_TALLEST = _WIDEST * 4 // 3


class Shown(NamedTuple):
    """A picture's bytes, its kind (png, jpg) and its sides in pixels."""

    data: bytes
    kind: str
    width: int
    height: int


Find = Callable[[int], Shown | None]
"""The picture of a number, if it may be shown."""


def inline(id: int, relation: str, alt: str, width: int, height: int) -> str:
    """The run of a picture, no larger than the page."""
    across, down = max(1, width) * _PIXEL, max(1, height) * _PIXEL
    scale = min(1, _WIDEST / across, _TALLEST / down)
    across, down = int(across * scale), int(down * scale)
    said = escape(alt)
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing">'
        f'<wp:extent cx="{across}" cy="{down}"/><wp:docPr id="{id}" name="{id}" descr="{said}"/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="{id}" name="{id}"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/><a:stretch>'
        '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{across}" cy="{down}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
