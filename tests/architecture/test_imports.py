"""Arrows point down: who may import whom, by the syntax tree."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import moderation
from tests.architecture import tree

MAY_IMPORT = {
    "core": {"core"},
    "accounts": {"core", "accounts"},
    "moderation": {"core", "accounts", "moderation"},
    **{area: {"core", "accounts", "moderation", area} for area in tree.SIBLINGS},
    "front": {"core", "accounts", "front"},
    "app": {"core", "app"},
}
OURS = {*tree.PACKAGES, "app", "migrations", "tests"}


def imports(path: Path) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Line, module and names of every import, wherever in the file it stands."""
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            if node.level:
                package = path.parent.relative_to(tree.ROOT).parts
                base = package[: len(package) - node.level + 1]
                module = ".".join((*base, *([node.module] if node.module else [])))
            else:
                module = node.module or ""
            yield node.lineno, module, names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_down(package: str) -> None:
    files = [tree.ROOT / "app.py"] if package == "app" else list(tree.python(package))
    assert files
    wrong = [
        f"{tree.name(path)}:{line} imports {module}"
        for path in files
        for line, module, _names in imports(path)
        if module.partition(".")[0] in OURS - MAY_IMPORT[package]
    ]
    tree.nothing(wrong)


@pytest.mark.parametrize("area", tree.SIBLINGS)
def test_areas_take_of_moderation_what_it_offers(area: str) -> None:
    wrong = [
        f"{tree.name(path)}:{line} takes {module} {', '.join(names)}"
        for path in tree.python(area)
        for line, module, names in imports(path)
        if module.partition(".")[0] == "moderation"
        and (module != "moderation" or not names or not set(names) <= set(moderation.__all__))
    ]
    tree.nothing(wrong)


def test_what_moderation_offers_is_there() -> None:
    assert all(hasattr(moderation, offered) for offered in moderation.__all__)


def test_only_the_demo_and_tests_know_every_area() -> None:
    """An area loaded by name (importlib) would pass by the other tests."""
    wrong = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.python(*tree.AREAS)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Name) and node.id in ("importlib", "__import__")
    ]
    tree.nothing(wrong)


def test_no_package_hides_the_standard_library() -> None:
    own = {path.parent.name for path in tree.ROOT.glob("*/__init__.py")}
    own |= {path.stem for path in tree.ROOT.glob("*.py")}
    assert own & sys.stdlib_module_names == set()
    assert set(tree.PACKAGES) <= own
