"""What a tree comes to: a text, a number or a truth.

XPath's rules, as XLSForm uses them: an empty answer is "", which is no number; a comparison
with a truth compares truths, else with a number numbers, else texts. A date is the text
"2026-05-20" and, where a number is wanted, its days since 1970; a time "09:30" is its part of a
day. static/js/surveys/logic.js says
the same once more; change both or neither.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .patterns import matches

Value = str | float | bool

LONGEST_TEXT = 20_000  # characters; what is longer is cut
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(T(\d\d):(\d\d))?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)", re.ASCII)
_BLANKS = re.compile(r"[ \t\r\n]+")
_MONTH_STARTS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)


@dataclass
class Scope:
    """What an expression may look at: the answers by key, the moment (local), what options are
    called by question and key, and the answer itself."""

    values: dict[str, Value]
    now: datetime
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    own: Value = ""

    def with_own(self, value: Value) -> Scope:
        return Scope(self.values, self.now, self.labels, value)


def evaluate(tree: Any, scope: Scope) -> Value:
    name, *arguments = tree
    if name == "lit":
        return arguments[0]
    if name == "ref":
        return scope.values.get(arguments[0], "")
    if name == "own":
        return scope.own
    if name == "regex":
        return matches(arguments[1], as_text(evaluate(arguments[0], scope)))
    if name in _LAZY:
        return _LAZY[name](scope, *arguments)
    if name == "jr:choice-name":
        return _choice_name(scope, *arguments)
    found = FUNCTIONS[name].run(scope, *(evaluate(one, scope) for one in arguments))
    return found[:LONGEST_TEXT] if isinstance(found, str) else found


# --- From one kind of value to another ----------------------------------------------------


def as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _written(value)


def as_number(value: Value) -> float:
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if not isinstance(value, str):
        return value
    stripped = value.strip(" \t\r\n")
    if _NUMBER.fullmatch(stripped):
        return float(stripped)
    days = _days(stripped)
    return _part_of_day(stripped) if days is None else days


def as_boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value != ""
    return value != 0 and not math.isnan(value)


def _written(number: float) -> str:
    """A number in digits, without an exponent: the shortest that reads back to the same."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    sign = "-" if number < 0 else ""
    mantissa, _e, exponent = repr(abs(number)).partition("e")
    whole, _dot, part = mantissa.partition(".")
    part = part.rstrip("0")
    shift = int(exponent or 0)
    digits, point = whole + part, len(whole) + shift
    digits, point = "0" * (1 - point) + digits if point < 1 else digits, max(point, 1)
    digits = digits.ljust(point, "0")
    whole, part = digits[:point].lstrip("0") or "0", digits[point:]
    return f"{sign if whole != '0' or part else ''}{whole}{'.' + part if part else ''}"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days(written: str) -> float | None:
    """Days since 1970 of a date, with a part of a day where it has a time; None for no date."""
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    year, month, day = (int(found[at]) for at in (1, 2, 3))
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= _month_days(year, month)):
        return None
    hour, minute = int(found[5] or 0), int(found[6] or 0)
    if hour > 23 or minute > 59:
        return None
    before = year - 1
    leaps = before // 4 - before // 100 + before // 400
    in_year = _MONTH_STARTS[month - 1] + (1 if month > 2 and _is_leap(year) else 0)
    whole = before * 365 + leaps + in_year + day - 1 - 719_162
    return whole + (hour * 60 + minute) / 1440


def _part_of_day(written: str) -> float:
    """How much of a day a time is, from 0 on; no number for what is no time."""
    found = _TIME.fullmatch(written)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return math.nan
    return (int(found[1]) * 60 + int(found[2])) / 1440


def _month_days(year: int, month: int) -> int:
    leap = 1 if month == 2 and _is_leap(year) else 0
    return _MONTH_STARTS[month] - _MONTH_STARTS[month - 1] + leap


def _date_of(days: float) -> str:
    """The date so many days after 1970; "" outside the years 1 to 9999."""
    if not -719_162 <= days < 2_932_897:
        return ""
    left = math.floor(days) + 719_162
    year = left * 400 // 146_097 + 1
    while left < _before(year):
        year -= 1
    while left >= _before(year + 1):
        year += 1
    left -= _before(year)
    month = 1
    while left >= _month_days(year, month):
        left -= _month_days(year, month)
        month += 1
    return f"{year:04d}-{month:02d}-{left + 1:02d}"


def _before(year: int) -> int:
    """Days before a year, from the year 1 on."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400


# --- Operators and functions --------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    run: Callable[..., Value]
    least: int
    most: int
    is_operator: bool = False


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return as_boolean(one) == as_boolean(other)
    if isinstance(one, float) or isinstance(other, float):
        return as_number(one) == as_number(other)
    return one == other


def _divided(one: float, other: float) -> float:
    if other != 0 and not math.isnan(other):
        return one / other
    if math.isnan(other) or math.isnan(one) or one == 0:
        return math.nan
    return math.inf if one > 0 else -math.inf  # no answer bears a negative nought


def _remainder(one: float, other: float) -> float:
    if math.isnan(one) or math.isnan(other) or math.isinf(one) or other == 0:
        return math.nan
    return math.fmod(one, other) + 0.0


def _product(one: float, other: float) -> float:
    return one * other + 0.0


def _rounded(value: Value, places: Value = 0.0) -> float:
    number, digits = as_number(value), as_number(places)
    if math.isnan(number) or math.isinf(number) or not 0 <= digits <= 10:
        return number if 0 <= digits <= 10 else math.nan
    factor = 10.0 ** math.floor(digits)
    if abs(number) * factor > 2.0**52:
        return number
    return math.floor(number * factor + 0.5) / factor + 0.0


def _whole(value: Value) -> float:
    number = as_number(value)
    return number if math.isnan(number) or math.isinf(number) else float(math.trunc(number))


def _words(value: Value) -> list[str]:
    return [one for one in _BLANKS.split(as_text(value)) if one]


def _selected_at(value: Value, at: Value) -> str:
    words, index = _words(value), as_number(at)
    is_there = index == math.floor(index) if math.isfinite(index) else False
    return words[int(index)] if is_there and 0 <= index < len(words) else ""


def _part(value: Value, start: Value, end: Value | None = None) -> str:
    text = as_text(value)
    first = _place(start, len(text))
    last = len(text) if end is None else _place(end, len(text))
    return text[first:last] if first < last else ""


def _place(value: Value, length: int) -> int:
    number = as_number(value)
    if math.isnan(number):
        return 0
    return int(min(max(number, 0), length))


def _numbers(values: tuple[Value, ...]) -> list[float]:
    """The numbers among some answers; an empty one is none."""
    return [as_number(one) for one in values if one != ""]


def _sum(_scope: Scope, *values: Value) -> float:
    total = 0.0
    for one in _numbers(values):
        total += one
    return total


def _extreme(values: tuple[Value, ...], is_better: Callable[[float, float], bool]) -> float:
    best = math.nan
    for one in _numbers(values):
        if math.isnan(one):
            return math.nan
        if math.isnan(best) or is_better(one, best):
            best = one
    return best


def _as_date(value: Value) -> str:
    if isinstance(value, str):
        return value[:10] if _days(value) is not None else ""
    return _date_of(as_number(value))


def _dated(value: Value, form: Value) -> str:
    """A date as a form says: %Y %m %n %d %e; what else begins with % stays as it is."""
    day = _as_date(value)
    if not day:
        return ""
    year, month, number = day.split("-")
    parts = {"Y": year, "m": month, "n": str(int(month)), "d": number, "e": str(int(number))}
    return re.sub("%([Ymnde])", lambda found: parts[found[1]], as_text(form))


def _join(_scope: Scope, between: Value, *values: Value) -> str:
    return as_text(between).join(as_text(one) for one in values)


def _choice_name(scope: Scope, value: Any, question: Any) -> str:
    """What an option is called; the question is named as XLSForm does, '${key}'."""
    key = as_text(evaluate(value, scope))
    name = question[1] if question[0] in ("ref", "lit") else ""
    found = re.fullmatch(r"\$\{\s*([\w.-]+)\s*\}", str(name), re.ASCII)
    return scope.labels.get(found[1] if found else str(name), {}).get(key, "")


def _if(scope: Scope, condition: Any, then: Any, otherwise: Any) -> Value:
    return evaluate(then if as_boolean(evaluate(condition, scope)) else otherwise, scope)


def _and(scope: Scope, one: Any, other: Any) -> bool:
    return as_boolean(evaluate(one, scope)) and as_boolean(evaluate(other, scope))


def _or(scope: Scope, one: Any, other: Any) -> bool:
    return as_boolean(evaluate(one, scope)) or as_boolean(evaluate(other, scope))


def _coalesce(scope: Scope, one: Any, other: Any) -> Value:
    first = evaluate(one, scope)
    return first if first != "" else evaluate(other, scope)


_LAZY: dict[str, Callable[..., Value]] = {"if": _if, "and": _and, "or": _or, "coalesce": _coalesce}


def _numeric(run: Callable[[float, float], Value]) -> Function:
    return Function(lambda _s, a, b: run(as_number(a), as_number(b)), 2, 2, True)


def _textual(run: Callable[..., Value], count: int) -> Function:
    return Function(lambda _s, *given: run(*map(as_text, given)), count, count)


MANY = 100
FUNCTIONS: dict[str, Function] = {
    **{name: Function(run, 2, 2, True) for name, run in _LAZY.items() if name in ("and", "or")},
    "=": Function(lambda _s, a, b: _equal(a, b), 2, 2, True),
    "!=": Function(lambda _s, a, b: not _equal(a, b), 2, 2, True),
    "<": _numeric(lambda a, b: a < b),
    "<=": _numeric(lambda a, b: a <= b),
    ">": _numeric(lambda a, b: a > b),
    ">=": _numeric(lambda a, b: a >= b),
    "+": _numeric(lambda a, b: a + b + 0.0),
    "-": _numeric(lambda a, b: a - b + 0.0),
    "*": _numeric(_product),
    "div": _numeric(_divided),
    "mod": _numeric(_remainder),
    "negative": Function(lambda _s, a: 0.0 - as_number(a), 1, 1, True),
    "if": Function(_if, 3, 3),
    "coalesce": Function(_coalesce, 2, 2),
    "regex": Function(lambda _s, *_given: False, 2, 2),
    "jr:choice-name": Function(lambda _s, *_given: "", 2, 2),
    "true": Function(lambda _s: True, 0, 0),
    "false": Function(lambda _s: False, 0, 0),
    "not": Function(lambda _s, a: not as_boolean(a), 1, 1),
    "boolean": Function(lambda _s, a: as_boolean(a), 1, 1),
    "number": Function(lambda _s, a: as_number(a), 1, 1),
    "string": Function(lambda _s, a: as_text(a), 1, 1),
    "int": Function(lambda _s, a: _whole(a), 1, 1),
    "round": Function(lambda _s, a, places=0.0: _rounded(a, places), 1, 2),
    "selected": Function(lambda _s, a, b: as_text(b) in _words(a), 2, 2),
    "selected-at": Function(lambda _s, a, b: _selected_at(a, b), 2, 2),
    "count-selected": Function(lambda _s, a: float(len(_words(a))), 1, 1),
    "concat": Function(lambda _s, *given: "".join(map(as_text, given)), 1, MANY),
    "join": Function(_join, 2, MANY),
    "string-length": _textual(lambda a: float(len(a)), 1),
    "substr": Function(lambda _s, a, start, end=None: _part(a, start, end), 2, 3),
    "contains": _textual(lambda a, b: b in a, 2),
    "starts-with": _textual(lambda a, b: a.startswith(b), 2),
    "ends-with": _textual(lambda a, b: a.endswith(b), 2),
    "normalize-space": _textual(lambda a: _BLANKS.sub(" ", a).strip(" "), 1),
    "today": Function(lambda scope: scope.now.strftime("%Y-%m-%d"), 0, 0),
    "now": Function(lambda scope: scope.now.strftime("%Y-%m-%dT%H:%M"), 0, 0),
    "date": Function(lambda _s, a: _as_date(a), 1, 1),
    "format-date": Function(lambda _s, a, form: _dated(a, form), 2, 2),
    "sum": Function(_sum, 1, MANY),
    "count": Function(lambda _s, *given: float(sum(one != "" for one in given)), 1, MANY),
    "min": Function(lambda _s, *given: _extreme(given, lambda a, b: a < b), 1, MANY),
    "max": Function(lambda _s, *given: _extreme(given, lambda a, b: a > b), 1, MANY),
}
