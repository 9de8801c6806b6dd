"""Days as notices write them."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns import dates

YEAR = 2008


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("从4月中旬开始，5月底结束", (2008, 4, 15), (2008, 5, 31)),
        ("从4月中旬开始,5月底结束", (2008, 4, 15), (2008, 5, 31)),
        ("4月15日至28日", (2008, 4, 15), (2008, 4, 28)),
        ("（2026年4月15日—5月16日）", (2026, 4, 15), (2026, 5, 16)),
        ("二〇二六年四月十五日到五月十六日", (2026, 4, 15), (2026, 5, 16)),
        ("自11月1日起至次年1月底", (2008, 11, 1), (2009, 1, 31)),
        ("2026年12月20日至2027年1月10日", (2026, 12, 20), (2027, 1, 10)),
        ("十一月上旬到十二月下旬", (2008, 11, 1), (2008, 12, 31)),
        ("3月初-3月20日", (2008, 3, 1), (2008, 3, 20)),
        ("从9月1日开始，为期六周", (2008, 9, 1), (2008, 10, 12)),
        ("从9月1日起，用1个半月左右时间", (2008, 9, 1), (2008, 10, 15)),
        ("从9月1日起，历时两个月", (2008, 9, 1), (2008, 10, 31)),
        ("从9月1日启动，为期十天", (2008, 9, 1), (2008, 9, 10)),
    ],
)
def test_span(text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    span = dates.span_in(text, YEAR)
    assert (span.start, span.end) == (date(*start), date(*end))


@pytest.mark.parametrize(
    "text",
    [
        "四月的会开得好",
        "4月31日至5月2日",
        "13月1日至14月1日",
        "5月9日至5月1日",
        "0000年1月1日至2日",
        "",
    ],
)
def test_no_span(text: str) -> None:
    assert not dates.span_in(text, YEAR)


def test_beginning_alone() -> None:
    assert dates.span_in("从4月1日开始", YEAR) == dates.Span(date(2008, 4, 1), None)


def test_whole_days_are_not_assumed() -> None:
    assert not dates.span_in("4月15日至28日", YEAR).is_assumed
    assert dates.span_in("4月中旬至5月底", YEAR).is_assumed


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("纪念改革开放30周年这一契机", 2008),
        ("庆祝新中国成立七十周年", 2019),
        ("建党100周年", 2021),
        ("2024年的办法和2026年的安排", 2026),
        ("没有年份", None),
    ],
)
def test_year(text: str, year: int | None) -> None:
    assert dates.year_of(text) == year


@pytest.mark.parametrize(
    ("text", "count"), [("十", 10), ("十五", 15), ("二十", 20), ("三十一", 31), ("两", 2), ("7", 7)]
)
def test_number(text: str, count: int) -> None:
    assert dates.number(text) == count


def test_full_date() -> None:
    assert dates.full_date("2008年4月10日") == date(2008, 4, 10)
    assert dates.full_date("二〇〇八年四月十日") == date(2008, 4, 10)
    assert dates.full_date("2008年2月30日") is None
    assert dates.full_date("定于2008年4月10日") is None
