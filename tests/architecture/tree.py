"""The project's own files, read once: what the rules of the house are checked against."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
AREAS = ("accounts", "moderation", "forum", "surveys", "letters", "campaigns", "front")
SIBLINGS = ("forum", "surveys", "letters", "campaigns")
PACKAGES = ("core", *AREAS, "demo")
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


def name(path: Path) -> str:
    """A file as the messages name it."""
    return path.relative_to(ROOT).as_posix()


def python(*packages: str) -> Iterator[Path]:
    """The Python files of packages (all of the program when none is named), and app.py."""
    if not packages:
        yield ROOT / "app.py"
    for package in packages or PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def stylesheets() -> list[Path]:
    return sorted((STATIC / "css").rglob("*.css"))


def scripts() -> list[Path]:
    return sorted((STATIC / "js").rglob("*.js"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def nothing(wrong: list[str]) -> None:
    """Fail with every place that breaks the rule, one a line."""
    assert not wrong, f"{len(wrong)} places:\n" + "\n".join(wrong)
