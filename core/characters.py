"""Which characters may stand in a text: no invisible ones, no direction overrides, NFC.

What joins letters (Uyghur, Persian, Mongolian) or emoji stays where it does that work and
nowhere else, so that a word cannot be split by something nobody sees.
"""

from __future__ import annotations

import re
import unicodedata


class LoneSurrogate(ValueError):
    """Half of a character (JSON can carry one); no database or cleaner takes it."""


_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Planes end in two non-characters each.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17)
)
_EMOJI = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf"
_EMOJI += "\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_JOINED = (
    "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
)
_MONGOLIAN = "\u1800-\u180a\u1810-\u18aa"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# Without a place of their own: controls, soft hyphen, grapheme joiner, direction marks,
# overrides and isolates, fillers, byte order mark, annotations, music controls, tags; and the
# solidus overlay that composed with nothing, since it would fuse with the ">" of a tag.
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0338\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffc"
    f"\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff{_NONCHARACTERS}]+"
)
# With one: variation selectors after emoji, keycap digits, Han, Mongolian letters …
_STRAY_SELECTOR = re.compile(
    f"(?<![{_EMOJI}0-9#*])[\ufe0e\ufe0f]|(?<![{_HAN}])[\U000e0100-\U000e01ef]"
    f"|(?<![{_MONGOLIAN}])[\u180b-\u180f]"
)
# … and joiners between emoji or between letters of a joining script.
_STRAY_JOINER = re.compile(
    f"(?<![{_EMOJI}\ufe0f{_JOINED}{_MONGOLIAN}])[\u200c\u200d]"
    f"|[\u200c\u200d](?![{_EMOJI}{_JOINED}{_MONGOLIAN}])"
    f"|(?<=[{_EMOJI}\ufe0f])\u200c|(?<=[{_EMOJI}\ufe0f])\u200d(?![{_EMOJI}])"
)
# Five marks on one letter are no writing system's; forty paint over the neighbours.
_PILED_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def sweep(text: str) -> str:
    """The text in NFC with `\\n` newlines and nothing invisible. Raises LoneSurrogate."""
    if _SURROGATE.search(text):
        raise LoneSurrogate
    text = unicodedata.normalize("NFC", _NEWLINE.sub("\n", text))
    if text.isascii():
        return _NEVER.sub("", text)
    text = _NEVER.sub("", text)
    text = _STRAY_JOINER.sub("", _STRAY_SELECTOR.sub("", text))
    return _PILED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))


def one_line(text: str) -> str:
    """The text in one line without anything invisible, whoever wrote it: for headers and feeds."""
    return " ".join(_NEVER.sub("", _SURROGATE.sub("", _NEWLINE.sub(" ", text))).split())


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    if text.isascii():
        return False
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
