"""Two pictures for the demo, drawn each time it is filled: none is kept in the source."""

from __future__ import annotations

import io
import random
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SIZE = (1_440, 900)
DUSK, DAWN = (58, 66, 104), (238, 172, 120)
RANGES: tuple[tuple[Colour, int, int], ...] = (  # colour, height of the crest, its roughness
    ((126, 128, 158), 430, 90),
    ((86, 92, 128), 540, 70),
    ((52, 58, 88), 660, 40),
)
SNOW = (236, 236, 244)


def window() -> bytes:
    """Snow mountains at dusk behind a row of poplars, as a PNG."""
    chance = random.Random(2)
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    width, height = SIZE
    for y in range(height):
        draw.line((0, y, width, y), fill=_between(DUSK, DAWN, min(1, y / 520)))
    for number, (colour, crest, rough) in enumerate(RANGES):
        line = _crest(chance, width, crest, rough)
        draw.polygon([(0, height), *line, (width, height)], fill=colour)
        if number == 0:
            cap = [(x, y + 12 + (x * 7 % 23)) for x, y in line]
            draw.polygon([*line, *reversed(cap)], fill=SNOW)
    draw.rectangle((0, 790, width, height), fill=SNOW)
    for x in range(40, width, 92):
        tall = 250 + chance.randint(-40, 40)
        draw.line((x, 800, x, 800 - tall), fill=(60, 50, 44), width=5)
        draw.ellipse((x - 17, 800 - tall - 20, x + 17, 770), fill=(172, 128, 58))
    return _png(picture.filter(ImageFilter.GaussianBlur(1)))


def bars(values: list[int]) -> bytes:
    """A bar for each value, the last in another colour, as a PNG."""
    step, most = 110, max(values)
    picture = Image.new("RGB", (1_200, step * len(values) + 40), (255, 253, 249))
    draw = ImageDraw.Draw(picture)
    for number, value in enumerate(values):
        top = 30 + number * step
        colour = (179, 38, 30) if number == len(values) - 1 else (138, 128, 112)
        end = 40 + round(960 * value / most)
        draw.rectangle((40, top, end, top + 70), fill=colour)
        draw.text((end + 16, top + 14), f"{value:,}", fill=(34, 32, 29), font_size=40)
    draw.line((40, 10, 40, picture.height - 10), fill=(34, 32, 29), width=3)
    return _png(picture)


def _crest(chance: random.Random, width: int, height: int, rough: int) -> list[tuple[int, int]]:
    """A mountain's outline from left to right, by halving."""
    heights = [height + 30, height - rough, height + 20]
    while len(heights) < 200:
        rough = rough * 55 // 100 + 1
        finer = []
        for left, right in pairwise(heights):
            finer += [left, (left + right) // 2 + chance.randint(-rough, rough)]
        heights = [*finer, heights[-1]]
    step = width / (len(heights) - 1)
    return [(round(number * step), y) for number, y in enumerate(heights)]


def _between(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
