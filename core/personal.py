"""Personal numbers in a text: identity cards, mobile phones, bank cards.

Found however they are spaced or how wide the digits are; never inside a longer number. What is
found is told by place and kind and is kept nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from . import clock
from .folding import Folded, fold
from .i18n import _l

KINDS = {
    "identity": _l("身份证号"),
    "phone": _l("手机号码"),
    "bank_card": _l("银行卡号"),
}


PHONE_DIGITS = 11


class Number(NamedTuple):
    """A stretch of the original text that reads as a personal number of a kind of KINDS.

    `digits` are its own, without spaces and without the country's.
    """

    start: int
    end: int
    kind: str
    digits: str


# The first two digits: provinces, autonomous regions, municipalities, Hong Kong, Macao, Taiwan.
_REGIONS = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
# GB 11643: weights modulo 11 and the sign for each remainder.
_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_SIGNS = "10x98765432"

# Folded text has one space for whatever parts two digits. Numbers come whole, in the usual
# groups, or digit by digit; in other groups they are other numbers.
_IDENTITY = re.compile(
    r"(?<!\d)(?:\d{6} ?\d{4} ?\d{4} ?\d{3}[\dx]|(?<!\d )\d(?: \d){16} [\dx](?! \d\b))(?![\da-z])"
)
_BANK_CARD = re.compile(
    r"(?<!\d)(?:\d{16,19}|\d{4}(?: \d{4}){3}(?: ?\d{1,3})?|\d{6} \d{10,13}"
    r"|(?<!\d )\d(?: \d){15,18}(?! \d\b))(?!\d)"
)
_CARD_ISSUER = re.compile(r"62|60|4|5[1-5]|35|2[2-7]")
_PHONE = re.compile(
    r"(?<!\d)(?:(?:00)?86 ?)?(?:1[3-9]\d(?:\d{8}| \d{4} \d{4}| \d{8}|\d{4} \d{4}|\d \d{4} \d{3})"
    r"|1 [3-9](?: \d){9})(?!\d)"
)
_ALL = (("identity", _IDENTITY), ("bank_card", _BANK_CARD), ("phone", _PHONE))
# What parts two numbers rather than the groups of one.
_PARTS = re.compile("[,;:!?，。；：！？、\n\t]")


def find(text: str) -> list[Number]:
    """The personal numbers of a text, in its order."""
    return find_folded(text, fold(text))


def find_folded(text: str, folded: Folded) -> list[Number]:
    """The same for a text that was folded already."""
    found: list[Number] = []
    taken = bytearray(len(folded.text))
    for kind, pattern in _ALL:
        for start, end in _spans(pattern, folded.text):
            if any(taken[start:end]):
                continue
            first, last = folded.place(start, end)
            digits = folded.text[start:end].replace(" ", "")
            if _holds(kind, digits) and _is_one(text, first, last):
                taken[start:end] = b"x" * (end - start)
                digits = digits[-PHONE_DIGITS:] if kind == "phone" else digits
                found.append(Number(first, last, kind, digits))
    return sorted(found)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Where the pattern stands; what it took in vain may begin another, one group later."""
    place = 0
    while found := pattern.search(text, place):
        yield found.span()
        onward = text.find(" ", found.start(), found.end())
        place = onward + 1 if onward >= 0 else found.end()


def _holds(kind: str, digits: str) -> bool:
    if kind == "identity":
        return _is_identity(digits)
    if kind == "bank_card":
        return _CARD_ISSUER.match(digits) is not None and _passes_luhn(digits)
    return True


def _is_one(text: str, start: int, end: int) -> bool:
    """Whether a stretch of the original is one number, and no part of a decimal one."""
    if _PARTS.search(text, start, end):
        return False
    is_fraction = start > 1 and text[start - 1] in ".．" and text[start - 2].isdigit()
    goes_on = text[end : end + 1] in (".", "．") and text[end + 1 : end + 2].isdigit()
    return not (is_fraction or goes_on)


def _is_identity(digits: str) -> bool:
    """Region, day of birth and check sign of GB 11643."""
    if not _REGIONS.match(digits) or not digits[:17].isdigit():
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    if born.year < 1900 or born > clock.now().date():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return _SIGNS[total % 11] == digits[17]


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
