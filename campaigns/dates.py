"""Days as notices write them: “从4月中旬开始，5月底结束”, “为期六周”, “4月15日至28日”.

A part of a month is read as a day (上旬 begins on the 1st, 中旬 on the 15th, 底 is the last) and
said to be assumed; the year comes from the text or from what it commemorates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

DIGITS = "〇一二三四五六七八九"
NUMERAL = "[0-9〇零一二两三四五六七八九十]{1,3}"
# What part of a month begins and ends on which day; 0 is the month's last.
BEGINS = {"上旬": 1, "初": 1, "中旬": 15, "中": 15, "下旬": 21, "底": 0, "末": 0}
ENDS = {"上旬": 10, "初": 5, "中旬": 20, "中": 20, "下旬": 0, "底": 0, "末": 0}
LONGEST = 300  # days; "5月9日至5月1日" is a slip and not a year
# An anniversary tells the year: “纪念改革开放30周年” was written in 2008.
FOUNDED = {"改革开放": 1978, "新中国成立": 1949, "建国": 1949, "建党": 1921, "建军": 1927}


def _day_pattern(n: int) -> str:
    return (
        rf"(?:(?P<year{n}>[0-9〇零一二三四五六七八九]{{4}})年|(?:次|翌|明)年)?"
        rf"(?P<month{n}>{NUMERAL})月份?"
        rf"(?:(?P<day{n}>{NUMERAL})[日号]|(?P<part{n}>上旬|中旬|下旬|初|底|末|中))?"
    )


_SPAN = re.compile(
    _day_pattern(1)
    + r"\s*(?:(?:开始|启动|起)\s*[，,、；;]?\s*(?:至|到|持续到|延续到)?|至|到|[—–~～－-]+)\s*"
    + rf"(?:{_day_pattern(2)}|(?P<onlyday>{NUMERAL})[日号])"
)
_BEGINNING = re.compile(rf"(?:从|自)?{_day_pattern(1)}\s*(?:开始|启动|起)")
_LASTING = re.compile(
    rf"(?:用|为期|历时|利用|集中)(?:约|大约|大概)?(?P<number>{NUMERAL})(?P<half>个半|个多|个|多|余)?"
    r"(?P<unit>月|周|星期|天|日)(?P<half_after>半)?"
)
_FULL = re.compile(
    r"([0-9〇零一二三四五六七八九]{4})年(?:([0-9〇零一二三四五六七八九十]{1,3})月([0-9〇零一二三四五六七八九十]{1,3})日)?"
)
_ANNIVERSARY = re.compile(
    rf"({'|'.join(FOUNDED)})(?:以来)?([0-9]{{1,3}}|[一二三四五六七八九]?十[一二三四五六七八九]?)周年"
)


@dataclass(frozen=True)
class Span:
    """First and last day (both belong to it); None where the text does not say."""

    start: date | None = None
    end: date | None = None
    is_assumed: bool = False

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None


def number(text: str) -> int:
    """三十一 → 31, 两 → 2, 15 → 15. Raises ValueError."""
    if text.isascii():
        return int(text)
    text = text.replace("两", "二").replace("零", "〇")
    if "十" not in text:
        return int("".join(str(DIGITS.index(one)) for one in text))
    tens, _, ones = text.partition("十")
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)


def full_date(line: str) -> date | None:
    """The date that is all of a line: 2008年4月10日, 二〇〇八年四月十日."""
    found = _FULL.fullmatch("".join(line.split()))
    if found is None or found[2] is None:
        return None
    try:
        return date(number(found[1]), number(found[2]), number(found[3]))
    except ValueError:
        return None


def year_of(text: str) -> int | None:
    """The year that an anniversary in the text gives, else the latest year it names."""
    if found := _ANNIVERSARY.search(text):
        return FOUNDED[found[1]] + number(found[2])
    years = [number(found) for found, *_ in _FULL.findall(text)]
    return max((year for year in years if 1949 <= year <= 2100), default=None)


def span_in(text: str, year: int) -> Span:
    """The first period that the text names, in `year` where it names none."""
    try:
        return _span_in(text, year)
    except ValueError:  # a month or year that no calendar has
        return Span()


def _span_in(text: str, year: int) -> Span:
    if found := _SPAN.search(text):
        start = _day(found, "1", year, BEGINS)
        if start is None:
            return Span()
        if found["onlyday"]:
            end = _safe(start.year, start.month, number(found["onlyday"]))
        else:
            end = _day(found, "2", start.year, ENDS)
            if end is not None and end < start and not found["year2"]:
                end = _safe(end.year + 1, end.month, end.day)
        if end is None or not 0 <= (end - start).days <= LONGEST:
            return Span()
        return Span(start, end, not found["day1"] or not (found["day2"] or found["onlyday"]))
    if found := _BEGINNING.search(text):
        start = _day(found, "1", year, BEGINS)
        end = start and _after(start, text)
        return Span(start, end, end is not None or not found["day1"])
    return Span()


def _day(found: re.Match[str], which: str, year: int, parts: dict[str, int]) -> date | None:
    month = number(found[f"month{which}"])
    if found[f"year{which}"]:
        year = number(found[f"year{which}"])
    if found[f"day{which}"]:
        return _safe(year, month, number(found[f"day{which}"]))
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    default = 1 if parts is BEGINS else 0
    return date(year, month, parts.get(found[f"part{which}"] or "", default) or last)


def _after(start: date, text: str) -> date | None:
    """The last day of the time that the text says it takes."""
    found = _LASTING.search(text)
    if found is None:
        return None
    count, unit = number(found["number"]), found["unit"]
    is_half = found["half"] == "个半" or found["half_after"]
    if unit == "月":
        months = start.month - 1 + count
        day = _safe(start.year + months // 12, months % 12 + 1, min(start.day, 28))
        return day and day + timedelta(days=15 if is_half else 0) - timedelta(days=1)
    days = count * (7 if unit in ("周", "星期") else 1) + (3 if is_half else 0)
    return start + timedelta(days=days - 1)


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
