"""What stands at the beginning of lines: numbers of sections and questions, marks of options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HAN = "一二三四五六七八九十百零〇"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
BOXES = "□☐○◯▢◻◇▣■●☑√◎"

# Levels of numbering, from the widest.
LEVELS: dict[str, re.Pattern[str]] = {
    "part": re.compile(
        rf"第\s*[{_HAN}0-9]+\s*(?:部分|章|节|篇)[、：:.．\s]*|[Ⅰ-Ⅻ]\s*[、.．，:：]?\s*|(?:Part|Section)\s+[0-9IVX]+[.:：]?\s*",
        re.IGNORECASE,
    ),
    "han": re.compile(rf"[{_HAN}]{{1,4}}\s*[、.．，:：]\s*"),
    "han_round": re.compile(rf"[（(]\s*[{_HAN}]{{1,4}}\s*[)）]\s*[、.．]?\s*"),
    "asked": re.compile(
        r"(?:Q\s*[0-9]{1,3}|问题\s*[0-9]{1,3}|第\s*[0-9]{1,3}\s*题|题\s*[0-9]{1,3})\s*[.、．:：)）]?\s*",
        re.IGNORECASE,
    ),
    "number": re.compile(r"[0-9]{1,3}\s*(?:[、．:：]|\.(?![0-9]))\s*|\[[0-9]{1,3}\]\s*"),
    "number_half": re.compile(r"[0-9]{1,3}\s*[)）]\s*"),
    "number_round": re.compile(r"[（(]\s*[0-9]{1,3}\s*[)）]\s*[、.．]?\s*"),
    "circled": re.compile(rf"[{CIRCLED}]\s*"),
}
QUESTION_LEVELS = ("asked", "number", "han_round", "han", "number_half", "number_round", "circled")

_LETTER = re.compile(r"[（(]?\s*([A-Za-zＡ-Ｚ])\s*(?:[.、．:：)）]|(?=\s)|(?=[\u4e00-\u9fff]))\s*")
_BOX = re.compile(
    rf"[{BOXES}]\s*|[\[［【][\s　]{{0,3}}[\]］】]\s*|[（(][\s　]{{0,3}}[)）]\s*(?=\S)"
)
_BULLET = re.compile(r"[-–•·*▪◆►➢]\s+|[•·▪◆►➢]\s*")


@dataclass(frozen=True)
class Mark:
    """The level of a line, its words without the number, and the number as it was written."""

    level: str
    words: str
    sign: str


def mark(line: str) -> Mark | None:
    """The number with which a line begins."""
    for level, pattern in LEVELS.items():
        found = pattern.match(line)
        if found is not None and line[found.end() :].strip():
            return Mark(level, line[found.end() :].strip(), found[0].strip())
    return None


def options_in(text: str) -> tuple[str, list[str]]:
    """The words before the first mark of an option, and the options that follow it."""
    for split in (_by_letters, _by_boxes, _by_circles):
        before, found = split(text)
        if len(found) > 1 or (found and not before):
            return before, found
    bullet = _BULLET.match(text)
    if bullet is not None and text[bullet.end() :].strip():
        return "", [text[bullet.end() :].strip()]
    return text, []


def letter_of(line: str) -> str:
    """The letter with which a line begins as an option does: "B"; "" for none."""
    found = _LETTER.match(line)
    return _plain(found[1]) if found else ""


def _by_letters(text: str) -> tuple[str, list[str]]:
    """Letters count as marks where each follows the one before: A, B, C; a first one may be any."""
    places: list[tuple[int, int]] = []
    expected = ""
    for found in _LETTER.finditer(text):
        before = text[found.start() - 1 : found.start()] if found.start() else " "
        if re.match(r"[A-Za-z0-9Ａ-Ｚ]", before):
            continue
        letter = _plain(found[1])
        has_sign = re.search(r"[.、．:：)）]", found[0]) is not None
        if not places:
            if (found.start() and letter != "A") or not (
                has_sign or letter == "A" or not found.start()
            ):
                continue
        elif letter != expected:
            continue
        places.append((found.start(), found.end()))
        expected = chr(ord(letter) + 1)
    if (
        len(places) == 1
        and places[0][0] == 0
        and not re.match(r"[（(]?\s*[A-Za-zＡ-Ｚ]\s*[.、．:：)）]", text)
    ):
        return text, []
    return _cut(text, places)


def _by_boxes(text: str) -> tuple[str, list[str]]:
    before, found = _cut(text, [one.span() for one in _BOX.finditer(text)])
    return before, found


def _by_circles(text: str) -> tuple[str, list[str]]:
    return _cut(text, [one.span() for one in LEVELS["circled"].finditer(text)])


def _cut(text: str, places: list[tuple[int, int]]) -> tuple[str, list[str]]:
    if not places:
        return text, []
    ends = [start for start, _end in places[1:]] + [len(text)]
    found = [
        text[end:stop].strip(" \t　；;，,、") for (_s, end), stop in zip(places, ends, strict=True)
    ]
    return text[: places[0][0]].strip(), [one for one in found if one]


def _plain(letter: str) -> str:
    return chr(ord(letter) - 0xFEE0) if ord(letter) > 0xFF00 else letter.upper()


def levels(lines: list[str]) -> Iterator[str]:
    for line in lines:
        found = mark(line)
        if found is not None:
            yield found.level
