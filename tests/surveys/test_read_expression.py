"""What an expression means, by XPath's rules, and how a wrong one is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from surveys.logic import ExpressionFault, Scope, evaluate, names_in, parse
from surveys.logic.patterns import PatternFault, compiled, matches

SCOPE = Scope(
    {"age": 30.0, "reads": "paper web", "sex": "yes", "day": "2026-05-20", "grid.x": "2"},
    datetime(2026, 12, 1, 9, 5),
    {"sex": {"yes": "是"}},
    "12345-6789",
)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("${age} + 2 * 3", 36.0),
        ("(${age} + 2) * 3", 96.0),
        ("10 - 2 - 3", 5.0),
        ("-${age} mod 7", -2.0),
        ("1 div 0 > 5", True),
        ("${age} >= 18 and ${none} = ''", True),
        ("${none} > 1 or ${none} < 1 or ${none} = 0", False),
        ("selected(${reads}, 'web') and not(selected(${reads}, 'we'))", True),
        ("count-selected(${reads})", 2.0),
        ("selected-at(${reads}, 1)", "web"),
        ("${grid.x} = 2", True),
        ("regex(., '^\\d{5}(-\\d{4})?$')", True),
        ("${day} < today()", True),
        ("date(${day} + 12)", "2026-06-01"),
        ("format-date(today(), '%Y年%n月%e日')", "2026年12月1日"),
        ("jr:choice-name(${sex}, '${sex}')", "是"),
        ("if(${sex} = 'yes', concat('甲', 1), '乙')", "甲1"),
        ("round(2.5) + round(-2.5) + round(1.005, 2)", 2.0),
        ("string(0.0000001)", "0.0000001"),
        ("coalesce(${none}, '无')", "无"),
        ("substr('组织工作', 1, 3)", "织工"),
        ("string-length('𠮷野')", 2.0),
        ("sum(${age}, ${none}, '2')", 32.0),
        ("'true' = true()", True),
        ("normalize-space('  一  二 ')", "一 二"),
    ],
)
def test_meaning(source: str, value: Any) -> None:
    assert evaluate(parse(source), SCOPE) == pytest.approx(value)


@pytest.mark.parametrize(
    ("source", "at", "words"),
    [
        ("${age", 1, "看不懂"),
        ("${age} > ", 10, "没有说完"),
        ("(1 + 2", 7, "这里应有"),
        ("1 2", 3, "多了“2”"),
        ("age > 1", 1, "引号"),
        ("foo(1)", 1, "没有函数 foo"),
        ("once(1)", 1, "不能用"),
        ("if(1, 2)", 1, "3 个参数"),
        ("regex(., '(a')", 1, "第 3 个字符"),
        ("regex(., ${age})", 1, "直接写出来"),
        ("not(" * 60 + "1" + ")" * 60, 165, "太深"),
        ("1" + " + 1" * 300, 803, "太长"),
        ("1" * 5000, 4000, "太长"),
    ],
)
def test_fault_names_its_place(app: Flask, source: str, at: int, words: str) -> None:
    with app.test_request_context(), pytest.raises(ExpressionFault, match=words) as fault:
        parse(source)
    assert fault.value.at == at


def test_names() -> None:
    assert names_in(parse("${a} = 'b' and regex(${c.d}, 'x') or not(.)")) == {"a", "c.d"}


@pytest.mark.parametrize(
    "pattern", ["(?=a)", r"\1", "a**", "[z-a]", "(", ")", "[", r"\p{L}", "x{3,1}"]
)
def test_pattern_outside_the_subset(pattern: str) -> None:
    with pytest.raises(PatternFault):
        compiled(pattern)


def test_unlucky_pattern_keeps_nobody_waiting() -> None:
    """What takes a back-tracking matcher longer than the sun has left."""
    looks = Counting("a" * 5_000 + "!")
    assert not matches(compiled("(a*)*(a|aa)+$"), looks)
    assert looks.count == 5_001


class Counting(str):
    """A text that counts how often its characters are looked at."""

    count = 0

    def __iter__(self) -> Any:
        for character in super().__iter__():
            self.count += 1
            yield character


def test_every_rule_of_real_forms_is_read() -> None:
    """The rules of the workbooks beside the project; one of them is no expression at all."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "xlsforms"
    if not folder.is_dir():
        pytest.skip("../shared/data/xlsforms is absent")
    rules = {rule for file in sorted(folder.glob("*.xlsx")) for rule in _rules(file)}
    refused = set()
    for rule in rules:
        try:
            parse(rule)
        except ExpressionFault:
            refused.add(rule)
    assert len(rules) > 30
    assert refused == {"Ethopia"}


def _rules(file: Path) -> Iterator[str]:
    for name in (book := CalamineWorkbook.from_path(str(file))).sheet_names:
        if name.strip().lower() != "survey":
            continue
        head, *rows = book.get_sheet_by_name(name).to_python()
        columns = [str(one).strip().lower() for one in head]
        for row in rows:
            for column, cell in zip(columns, row, strict=False):
                if column in ("relevant", "constraint", "calculation") and str(cell).strip():
                    yield str(cell)
