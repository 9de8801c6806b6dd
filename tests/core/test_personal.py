"""Personal numbers are found however they are spaced, and never inside others."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import personal

SIGNS = "10X98765432"


def identity(region: str, born: date, order: int) -> str:
    """An identity number with its check sign (GB 11643)."""
    digits = f"{region}{born:%Y%m%d}{order:03}"
    total = sum(int(one) * pow(2, 17 - place, 11) for place, one in enumerate(digits))
    return digits + SIGNS[total % 11]


def card(digits: str) -> str:
    """The digits with the one that makes them pass Luhn's check."""
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


identities = st.builds(
    identity,
    st.sampled_from(["110101", "650102", "310115", "820000"]),
    st.dates(date(1930, 1, 1), date(2020, 12, 31)),
    st.integers(0, 999),
)
phones = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
cards = st.builds(card, st.from_regex(r"62[0-9]{13,16}|4[0-9]{14}", fullmatch=True))
frames = st.sampled_from(["{}", "我的是{}。", "tel:{}", "（{}）", "{}，2024年", "号{}号", "vx{}"])


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in personal.find(text)]


@given(identities, frames)
def test_an_identity_number_is_found(number: str, frame: str) -> None:
    for written in (number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}"):
        assert found(frame.format(written)) == [("identity", written)]


@given(identities)
def test_a_wrong_check_sign_is_no_identity_number(number: str) -> None:
    wrong = SIGNS[(SIGNS.index(number[-1]) + 1) % 11]
    assert "identity" not in [kind for kind, _ in found(number[:-1] + wrong)]


@pytest.mark.parametrize(
    ("region", "born"), [("990101", date(1990, 1, 1)), ("110101", date(1850, 1, 1))]
)
def test_no_such_region_or_century(region: str, born: date) -> None:
    assert "identity" not in [kind for kind, _ in found(identity(region, born, 7))]


def test_no_such_day() -> None:
    digits = "11010119900231123"
    assert not [kind for kind, _ in found(digits + "X") if kind == "identity"]
    for sign in SIGNS:
        assert "identity" not in [kind for kind, _ in found(digits + sign)]


@given(phones, frames, st.sampled_from(["", " ", "-", "\u200b", "\u3000", "."]))
def test_a_phone_number_is_found(number: str, frame: str, gap: str) -> None:
    written = gap.join((number[:3], number[3:7], number[7:]))
    assert found(frame.format(written)) == [("phone", written)]
    spelled = gap.join(number)
    assert found(frame.format(spelled)) == [("phone", spelled)]


@given(phones)
def test_full_width_and_the_country_are_no_disguise(number: str) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
    assert found(f"电话{wide}") == [("phone", wide)]
    assert [kind for kind, _ in found(f"+86 {number}")] == ["phone"]


@given(cards, frames)
def test_a_bank_card_is_found(number: str, frame: str) -> None:
    grouped = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    for written in (number, grouped):
        kinds = found(frame.format(written))
        assert kinds == [("bank_card", written)] or kinds[0][0] == "identity"


@given(phones | identities | cards, st.text("0123456789", min_size=20, max_size=30))
def test_nothing_is_found_inside_a_longer_number(number: str, more: str) -> None:
    digits = number.replace("X", "1")
    assert found(f"{more}{digits}") == []
    assert found(f"{digits}{more}") == []


@pytest.mark.parametrize(
    "text",
    [
        "12800138000",  # no such number
        "1380013800",  # too short
        "138001380001",  # too long
        "0.13800138000",
        "13800138000.50",
        "编号 13 450 2200 31",
        "138，0013，8000",
        "6222021234567890123",  # fails Luhn's check
        "7111111111111111",
        "2024-11-23 10:30",
        "电话 0991-1234567",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert found(text) == []


def test_several_are_told_in_order() -> None:
    number = identity("650102", date(1980, 5, 5), 12)
    text = f"{number}、13800138000、{card('622202123456789')}"
    assert [kind for kind, _ in found(text)] == ["identity", "phone", "bank_card"]


def test_two_phones_side_by_side() -> None:
    assert [kind for kind, _ in found("13800138000 13900139000")] == ["phone", "phone"]
    assert [kind for kind, _ in found("13800138000/13900139000")] == ["phone", "phone"]
