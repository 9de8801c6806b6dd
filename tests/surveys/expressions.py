"""Random expressions and answers: what the two evaluators are compared on."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from surveys.logic import Scope, as_text, evaluate, parse

NAMES = ("age", "sex", "reads", "day", "words", "ok", "none")
TEXTS = (
    *(
        "",
        "yes",
        "no",
        "paper",
        "web",
        "paper web",
        " paper  web ",
        "组织工作",
        "𠮷野家 好",
        "0",
        "1",
    ),
    *(
        "-2.5",
        "3.",
        ".5",
        "12345-6789",
        "2026-02-29",
        "2024-02-29",
        "1900-02-29",
        "2026-12-01T09:05",
        "09:30",
        "24:00",
        "23:59",
    ),
    *("0001-01-01", "true", "false", "NaN", "1e5", "١٢", "a\u00a0b", "%Y年%n月%e日", "0012"),
)
PATTERNS = (
    *(
        r"\d{5}(-\d{4})?",
        r"[一-龥]{2,4}",
        r"(a|b)*c?",
        r"^1[3-9]\d{9}$",
        r"[^\d\s]+",
        r".*",
        r"\w+\s?\w*",
    ),
    *(r"(yes|no)", r"(a*)*b", r"[A-Za-z_][\w.-]{0,5}", r"\D{1,3}", r"(?:pa)?per( web)?", r"𠮷.+"),
)


class Maker:
    """Expressions and answers of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self) -> str:
        one = self.random
        return one.choice(
            [
                str(one.randint(0, 12)),
                f"{one.random() * 10 ** one.randint(-8, 8):.{one.randint(0, 12)}f}",
                "0.1",
                str(one.randint(0, 10**16)),
            ]
        )

    def leaf(self) -> str:
        kind = self.random.randrange(6)
        if kind < 3:
            return f"${{{self.random.choice(NAMES)}}}"
        if kind == 3:
            return self.number()
        if kind == 4:
            return f"'{self.random.choice(TEXTS)}'"
        return self.random.choice(("true()", "false()", "today()", "now()", "."))

    def expression(self, depth: int = 0) -> str:
        if depth > 4 or self.random.random() < 0.15:
            return self.leaf()
        one = lambda: self.expression(depth + 1)  # noqa: E731
        made = [
            lambda: f"({one()} {self.random.choice(OPERATORS)} {one()})",
            lambda: f"{self.random.choice(UNARY)}({one()})",
            lambda: f"{self.random.choice(BINARY)}({one()}, {one()})",
            lambda: f"if({one()}, {one()}, {one()})",
            lambda: f"substr({one()}, {one()}, {one()})",
            lambda: (
                f"{self.random.choice(MANY)}({', '.join(one() for _ in range(self.random.randint(2, 4)))})"
            ),
            lambda: f"regex({one()}, '{self.random.choice(PATTERNS)}')",
            lambda: f"-{one()}",
            lambda: f"round({one()}, {self.random.randint(0, 4)})",
            lambda: f"jr:choice-name({one()}, '${{sex}}')",
            lambda: f"format-date({one()}, '%Y/%m/%d %n%e %%x')",
        ]
        return self.random.choice(made)()

    def scope(self) -> Scope:
        def value() -> Any:
            one = self.random.randrange(4)
            if one == 0:
                return float(self.number())
            if one == 1:
                return self.random.random() < 0.5
            return self.random.choice(TEXTS)

        at = datetime(1999, 12, 31, 23, 58) + timedelta(minutes=self.random.randrange(20_000_000))
        labels = {"sex": {"yes": "是", "no": "否", "0": "零"}}
        return Scope({name: value() for name in NAMES[:-1]}, at, labels, value())


OPERATORS = ("and", "or", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod")
UNARY = (
    *("not", "boolean", "number", "string", "int", "round", "count-selected", "string-length"),
    *("normalize-space", "date"),
)
BINARY = (
    *("selected", "selected-at", "contains", "starts-with", "ends-with", "coalesce", "substr"),
)
MANY = ("concat", "join", "sum", "count", "min", "max")


def pairs(count: int, seed: int) -> list[tuple[str, dict[str, Any], str]]:
    """Expressions, what the browser is given, and what this side says: "boolean:true"."""
    maker, found = Maker(seed), []
    for _ in range(count):
        source, scope = maker.expression(), maker.scope()
        tree = parse(source)
        said = evaluate(tree, scope)
        kind = {bool: "boolean", float: "number", str: "string"}[type(said)]
        asked = {
            "tree": tree,
            "scope": {
                "values": scope.values,
                "today": scope.now.strftime("%Y-%m-%d"),
                "now": scope.now.strftime("%Y-%m-%dT%H:%M"),
                "labels": scope.labels,
                "own": scope.own,
            },
        }
        found.append((source, asked, f"{kind}:{as_text(said)}"))
    return found
