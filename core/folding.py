"""Text as it is compared: one spelling for every way to write the same, and the way back.

Width, case, traditional characters, compatibility forms and accents make no difference;
invisible characters go, and so does whatever stands beside a character of a script without
spaces ("加 · 微*信"). Between two letters or digits of other scripts a gap stays, as one space.
Each folded character knows which character of the original it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from opencc import OpenCC

from .tokens import DENSE

KEPT_FORMS = 50_000  # characters whose form is remembered

NO_GAP, GAP, PAUSE, LINE = range(4)
"""What stands before a folded character: nothing, anything, a sentence's own mark, a line's end."""

_DIGIT, _LETTER, _DENSE = range(3)

_PAUSES = frozenset(",;:!?…，。；：！？、｡､︒؟،")
_LINES = frozenset("\n\r\t\x0b\x0c\x85\u2028\u2029")
_DENSE_CHARACTER = re.compile(f"[{DENSE}]")
# Letters by their category that nobody sees, and the Arabic stroke that only lengthens a word.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u0640\u17b4\u17b5")
# Accents and strokes over letters; vowel signs of Arabic that may be left out.
_ACCENT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u064b-\u065f\u0670\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]+"
)


class Folded(NamedTuple):
    """A folded text. Its character n stands at `origin[n]` of the original; `gaps[n]`, where
    there is one, says what stood before it there."""

    text: str
    origin: list[int]
    gaps: dict[int, int]

    def is_whole(self, start: int, end: int) -> bool:
        """Whether a stretch is no part of a longer word or number."""
        text = self.text
        return not (
            (start and _are_one(text[start - 1], text[start]))
            or (end < len(text) and _are_one(text[end - 1], text[end]))
        )

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch stands in the original."""
        return self.origin[start], self.origin[end - 1] + 1


class _Forms(dict[str, tuple[str, int]]):
    """The folded form of a character, and its kind; for one without a form, the gap it makes."""

    def __missing__(self, character: str) -> tuple[str, int]:
        form = _form(character)
        if len(self) < KEPT_FORMS:
            self[character] = form
        return form


class _DenseForms(dict[int, str]):
    """The folded form of a character of a script without spaces, by its number: one for one."""

    def __missing__(self, code: int) -> str:
        form = _form(chr(code))[0]
        self[code] = form = form if len(form) == 1 else chr(code)
        return form


_forms = _Forms()
_dense_forms = _DenseForms()
# What is folded at once: runs in which each character has one form and that are of one kind.
_CHUNK = re.compile(f"([{DENSE}]+)|([a-z]+)|([0-9]+)|.", re.DOTALL)
_CHUNK_KINDS = (_DENSE, _DENSE, _LETTER, _DIGIT)


def fold(text: str) -> Folded:
    """The text as it is compared; linear in its length."""
    letters: list[str] = []
    origin: list[int] = []
    gaps: dict[int, int] = {}
    gap, before = NO_GAP, _DENSE
    for found in _CHUNK.finditer(text):
        chunk, place = found[0], found.start()
        if found.lastindex is None:
            form, kind = _forms[chunk]
            places: Iterable[int] = (place,) * len(form)
        else:
            kind = _CHUNK_KINDS[found.lastindex]
            form = chunk.translate(_dense_forms) if kind == _DENSE else chunk
            places = range(place, place + len(form))
        if not form:
            gap = max(gap, kind)
            continue
        if gap and before != _DENSE != kind:
            letters.append(" ")
            origin.append(place)
        elif gap:
            gaps[len(origin)] = gap
        gap, before = NO_GAP, kind
        letters.append(form)
        origin.extend(places)
    return Folded("".join(letters), origin, gaps)


def key(text: str) -> str:
    """The text in its one spelling."""
    return fold(text).text


def _are_one(left: str, right: str) -> bool:
    """Whether two folded neighbours belong to one word or number."""
    kind = _forms[left][1]
    return kind != _DENSE and left != " " != right and kind == _forms[right][1]


def _form(character: str) -> tuple[str, int]:
    if character in _LINES:
        return "", LINE
    if character in _PAUSES:
        return "", PAUSE
    if character in _UNSEEN or unicodedata.category(character) in ("Cf", "Cn", "Co", "Cs"):
        return "", NO_GAP
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", character))
    if not bare:
        return "", NO_GAP
    plain = unicodedata.normalize("NFKC", _simplified(unicodedata.normalize("NFKC", bare)))
    folded = "".join(filter(_is_letter, plain.casefold()))
    if not folded:
        return "", GAP
    if _DENSE_CHARACTER.match(folded):
        return folded, _DENSE
    return _ascii_digits(folded), _DIGIT if folded[0].isdecimal() else _LETTER


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _simplified(text: str) -> str:
    """Character by character: what stands beside it must not change a character's form."""
    converter = _converter()
    return converter.convert(converter.convert(text))  # 薴 → 苧 → 苎


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
