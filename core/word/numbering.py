"""Automatic numbers: what Word counts, written as the marker that a reader sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .package import Package, W, number, value

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_UNITS = "十百千"
_FORMAL_UNITS = "拾佰仟"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
BULLET = "·"


def chinese(count: int, digits: str = _DIGITS, units: str = _UNITS) -> str:
    """Up to 9999 as one counts in Chinese: 十二, 二十, 一百〇五."""
    if not 0 < count < 10_000:
        return str(count)
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = count // 10**place % 10
        if digit == 0:
            gap = bool(said)
            continue
        said += (digits[0] if gap else "") + digits[digit] + (units[place - 1] if place else "")
        gap = False
    ten = digits[1] + units[0]
    return said[1:] if digits is _DIGITS and said.startswith(ten) else said


def letters(count: int) -> str:
    """a to z, then aa to zz, as Word goes on."""
    return chr(97 + (count - 1) % 26) * min(8, 1 + (count - 1) // 26) if count > 0 else ""


def roman(count: int) -> str:
    said = ""
    for size, sign in _ROMAN:
        while 0 < size <= count < 4000:
            said, count = said + sign, count - size
    return said


def _circled(count: int) -> str:
    if 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    return chr(0x3251 + count - 21) if 21 <= count <= 35 else f"({count})"


def formatted(count: int, kind: str) -> str:
    """A count in one of Word's formats; those not known here as plain figures."""
    if kind in ("chineseCounting", "chineseCountingThousand", "taiwaneseCounting"):
        return chinese(count)
    if kind in ("taiwaneseCountingThousand", "japaneseCounting", "koreanDigital2"):
        return chinese(count)
    if kind in ("chineseLegalSimplified", "japaneseLegal", "ideographLegalTraditional"):
        return chinese(count, _FORMAL, _FORMAL_UNITS)
    if kind in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join(_DIGITS[int(digit)] for digit in str(count))
    if kind in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"):
        return _circled(count)
    simple = {
        "upperLetter": letters(count).upper(),
        "lowerLetter": letters(count),
        "upperRoman": roman(count).upper(),
        "lowerRoman": roman(count),
        "decimalZero": f"{count:02}",
        "ideographTraditional": _STEMS[(count - 1) % 10],
        "ideographZodiac": _BRANCHES[(count - 1) % 12],
        "decimalFullWidth": str(count).translate({48 + n: 0xFF10 + n for n in range(10)}),
        "none": "",
    }
    return simple.get(kind, str(count))


@dataclass
class Level:
    """How one level of a list counts: its text has %1 to %9 for the counts of the levels."""

    kind: str = "decimal"
    text: str = ""
    start: int = 1
    style: str = ""  # of the paragraphs that count on this level
    is_legal: bool = False

    @classmethod
    def of(cls, element: Element) -> Level:
        def said(name: str) -> str:
            return value(element.find(W + name))

        start = number(said("start"), 1)
        is_legal = element.find(W + "isLgl") is not None
        return cls(said("numFmt") or "decimal", said("lvlText"), start, said("pStyle"), is_legal)


@dataclass
class _Scheme:
    levels: dict[int, Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    link: str = ""


class Numbering:
    """The lists of a document, which count while its paragraphs are read in order."""

    def __init__(self, package: Package) -> None:
        self.schemes: dict[str, _Scheme] = {}
        self.lists: dict[str, str] = {}  # of a list, its scheme
        self.restarts: dict[str, dict[int, int]] = {}  # where a list begins anew
        self.own: dict[str, dict[int, Level]] = {}  # levels that a list has instead
        for element in package.children("word/numbering.xml"):
            if element.tag == W + "abstractNum":
                self._read_scheme(element)
            elif element.tag == W + "num":
                self._read_list(element)

    def _read_scheme(self, element: Element) -> None:
        scheme = _Scheme(link=value(element.find(W + "numStyleLink")))
        for level in element.findall(W + "lvl"):
            scheme.levels[number(value(level, "ilvl"))] = Level.of(level)
        self.schemes[value(element, "abstractNumId")] = scheme

    def _read_list(self, element: Element) -> None:
        id = value(element, "numId")
        self.lists[id] = value(element.find(W + "abstractNumId"))
        for change in element.findall(W + "lvlOverride"):
            level = number(value(change, "ilvl"))
            if (start := change.find(W + "startOverride")) is not None:
                self.restarts.setdefault(id, {})[level] = number(value(start), 1)
            if (own := change.find(W + "lvl")) is not None:
                self.own.setdefault(id, {})[level] = Level.of(own)

    def level_of_style(self, id: str, style: str) -> int:
        """The level on which paragraphs of a style count."""
        levels = self.schemes.get(self.lists.get(id, ""), _Scheme()).levels
        return next((place for place, level in levels.items() if level.style == style), 0)

    def next(self, id: str, level: int) -> str | None:
        """The marker of the list's next paragraph on a level; BULLET for any bullet, None where
        there is none to be seen."""
        scheme = self.schemes.get(self.lists.get(id, ""))
        if scheme is None:
            return None
        levels = {**scheme.levels, **self.own.get(id, {})}
        if level not in levels:
            return None
        restart = self.restarts.get(id, {}).pop(level, None)
        counts, here = scheme.counts, levels[level]
        counts[level] = restart if restart is not None else counts.get(level, here.start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if here.kind == "bullet":
            return BULLET
        return self._marker(levels, counts, level) or None

    def _marker(self, levels: dict[int, Level], counts: dict[int, int], level: int) -> str:
        marker = levels[level].text[:60]
        for place in range(level + 1):
            if f"%{place + 1}" in marker:
                above = levels.get(place, Level())
                kind = "decimal" if levels[level].is_legal else above.kind
                count = counts.setdefault(place, above.start)
                marker = marker.replace(f"%{place + 1}", formatted(count, kind))
        return marker.strip()
