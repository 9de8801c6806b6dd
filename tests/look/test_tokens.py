"""The colours are readable on every ground they stand on, light and dark; the CSS stays small."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
PAIR = re.compile(r"--([\w-]+): var\(--if-light, (#\w{6})\) var\(--if-dark, (#\w{6})\);")
COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in PAIR.findall((CSS / "tokens.css").read_text("utf-8"))
}
# text colour, grounds it stands on
TEXTS = {
    "ink": ("paper", "sheet", "shade", "accent-wash", "wait-wash", "good-wash"),
    "ink-soft": ("paper", "sheet", "shade", "accent-wash", "wait-wash", "good-wash"),
    "accent": ("paper", "sheet", "shade", "accent-wash"),
    "wait": ("paper", "sheet", "wait-wash"),
    "good": ("paper", "sheet", "good-wash"),
    "accent-ink": ("accent", "accent-deep"),
    "paper": ("ink",),
}
# what one must make out without reading it: borders of fields, focus, bars
SHAPES = {"edge": ("paper", "sheet"), "accent": ("paper", "sheet", "shade"), "ink-soft": ("shade",)}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pairs(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [
        (theme, front, ground)
        for theme in ("light", "dark")
        for front, grounds in table.items()
        for ground in grounds
    ]


@pytest.mark.parametrize(("theme", "front", "ground"), pairs(TEXTS))
def test_words_are_readable(theme: str, front: str, ground: str) -> None:
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize(("theme", "front", "ground"), pairs(SHAPES))
def test_shapes_stand_out(theme: str, front: str, ground: str) -> None:
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 3


def test_every_name_is_a_token() -> None:
    """A misspelt var(--name) fails silently in browsers; here it does not."""
    given: set[str] = set()
    used: dict[str, str] = {}
    for sheet in CSS.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
        given.update(re.findall(r"(--[\w-]+):", text))
        used.update(dict.fromkeys(re.findall(r"var\((--[\w-]+)", text), sheet.name))
    assert {name: sheet for name, sheet in used.items() if name not in given} == {}


def test_frame_css_is_small() -> None:
    shared = [CSS / f"{name}.css" for name in ("reset", "tokens", "base", "print")]
    shared += [*(CSS / "components").glob("*.css"), CSS / "pages" / "layout.css"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in shared) <= 25_000
