"""Names: nothing is called by what holds everything, states have one writer."""

from __future__ import annotations

import ast
import re

from core.db import db
from tests.architecture import tree

EMPTY_WORDS = re.compile(r"(utils?|helpers?|managers?|services?)$", re.IGNORECASE)


def test_no_file_or_class_is_called_by_an_empty_word() -> None:
    wrong = [tree.name(path) for path in tree.python() if EMPTY_WORDS.search(path.stem)]
    wrong += [
        f"{tree.name(path)}: class {node.name}"
        for path in tree.python()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name)
    ]
    wrong += [tree.name(path) for path in tree.scripts() if EMPTY_WORDS.search(path.stem)]
    tree.nothing(wrong)


def test_states_are_called_state() -> None:
    wrong = [
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if "status" in column.name
    ]
    tree.nothing(wrong)


def test_moments_end_in_at_and_days_in_on() -> None:
    from sqlalchemy import Date

    from core.db import UTCDateTime

    wrong = []
    for table in db.metadata.tables.values():
        if table.name.startswith("test_"):
            continue
        for column in table.columns:
            moment = isinstance(column.type, UTCDateTime)
            a_day = isinstance(column.type, Date)
            if (
                moment
                and not column.name.endswith("_at")
                and column.name not in ("at", "leased_until")
            ):
                wrong.append(f"{table.name}.{column.name} is a moment")
            if (
                a_day
                and not column.name.endswith(("_on", "_from", "_until"))
                and column.name not in ("day", "on")
            ):
                wrong.append(f"{table.name}.{column.name} is a day")
    tree.nothing(wrong)


def test_only_advance_writes_state() -> None:
    wrong = []
    for path in tree.python():
        if tree.name(path) == "core/states.py":
            continue
        for node in ast.walk(tree.parsed(path)):
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
                targets = [node.target]
            if any(isinstance(one, ast.Attribute) and one.attr == "state" for one in targets):
                wrong.append(f"{tree.name(path)}:{node.lineno} assigns state")
            if _sets_state_by_call(node) and not tree.name(path).startswith("demo/"):
                wrong.append(f"{tree.name(path)}:{node.lineno} sets state")
    tree.nothing(wrong)


def _sets_state_by_call(node: ast.AST) -> bool:
    """setattr(x, "state", …) or an UPDATE: update(X).values(state=…)."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(one, ast.Constant) and one.value == "state" for one in node.args)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        return any(keyword.arg == "state" for keyword in node.keywords)
    return False


def test_nothing_is_left_to_do() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    files = [*tree.python(), *tree.templates(), *tree.stylesheets(), *tree.scripts()]
    wrong = [
        f"{tree.name(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if word.search(line)
    ]
    tree.nothing(wrong)
