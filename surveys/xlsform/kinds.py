"""What the cell `type` of a workbook says, in whichever spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .tables import Row

BRACKET = re.compile(r"(begin|end)[ _](group|repeat|loop)", re.IGNORECASE)
_SELECT = re.compile(
    r"(select[_ ]one|select1|select[_ ]multiple|select[_ ]all[_ ]that[_ ]apply|rank)(?:[ _]from)? +"
    r"(?P<list>.+?)(?P<other> +or(?:_| )other)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Choice:
    """A question with options: of which kind, from which list, with a text of one's own."""

    kind: str
    list: str
    with_other: bool


def choice(kind: str) -> Choice | None:
    """What a type says of choosing; None where it is another type."""
    found = _SELECT.fullmatch(kind)
    if found is None:
        return None
    head = found[1].lower()
    one = "ranking" if head == "rank" else "multiple"
    kind = "single" if re.fullmatch(r"select[_ ]one|select1", head) else one
    return Choice(kind, found["list"].strip(), found["other"] is not None)


def matrices(rows: Sequence[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Groups that are tables: the number of the row that begins one, and its questions, which all
    offer the same list and have no rules of their own."""
    for at, row in enumerate(rows):
        bracket = BRACKET.fullmatch(_kind(row))
        if (
            bracket is None
            or bracket[1].lower() != "begin"
            or "table-list" not in row.get("appearance")
        ):
            continue
        inner: list[Row] = []
        for other in rows[at + 1 :]:
            if BRACKET.fullmatch(_kind(other)):
                if _kind(other).lower().startswith("end") and _is_matrix(row, inner):
                    yield row.number, inner
                break
            if _kind(other):
                inner.append(other)


def _kind(row: Row) -> str:
    return " ".join(row.get("type").split())


def _is_matrix(row: Row, inner: Sequence[Row]) -> bool:
    kinds = {choice(_kind(one)) for one in inner}
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    rules = ("relevant", "constraint", "choice_filter")
    return (
        kind is not None
        and kind.kind == "single"
        and not kind.with_other
        and bool(row.get("name"))
        and all(re.fullmatch(r"[\w+-]{1,32}", one.get("name")) for one in inner)
        and not any(one.get(rule) for one in inner for rule in rules)
        and len({one.get("required").lower() for one in inner}) == 1
    )


def type_of(question: Mapping[str, Any]) -> str:
    """The cell `type` of a question of ours that came from no workbook."""
    kind, key = question["type"], question["key"]
    return {
        "single": f"select_one {key}",
        "multiple": f"select_multiple {key}",
        "ranking": f"rank {key}",
        "nps": "range",
        "file": "image" if question.get("accept") == "image" else "file",
        "signature": "image",
        "short": "text",
        "long": "text",
        "number": "decimal" if question.get("decimals") else "integer",
        "rating": "range",
        "calculated": "calculate",
    }.get(kind, kind)


def cells_of(question: Mapping[str, Any]) -> dict[str, str]:
    """What else of a question's kind stands in cells of its own."""
    if question["type"] == "long":
        return {"appearance": "multiline"}
    if question["type"] == "signature":
        return {"appearance": "signature"}
    if question["type"] == "nps":
        return {"parameters": "start=0 end=10 step=1"}
    if question["type"] == "rating" and "min" in question and "max" in question:
        return {"parameters": f"start={question['min']} end={question['max']} step=1"}
    if question.get("shuffle") and question["type"] != "matrix":
        return {"parameters": "randomize=true"}
    return {}


def patterned(question: Mapping[str, Any]) -> dict[str, Any]:
    """The constraint, with its message, that says for other programs what a pattern says for us."""
    pattern, rule = question.get("pattern"), question.get("constraint")
    if not pattern or ("'" in pattern and '"' in pattern):
        return {name: question.get(name) for name in ("constraint", "constraint_message")}
    quote = '"' if "'" in pattern else "'"
    asked = f"regex(., {quote}{pattern}{quote})"
    return {
        "constraint": f"{asked} and ({rule})" if rule else asked,
        "constraint_message": question.get("constraint_message") or question.get("pattern_message"),
    }
