"""What people type reaches a browser through one door."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import tree

DOOR = {"core/text.py", "core/document.py"}
CLEANERS = {"bleach", "nh3", "html5lib", "lxml", "html_sanitizer"}
# Attributes of elements that load something, and the elements.
LOADS = re.compile(
    r"<(?:script|link|img|iframe|object|embed|source|use|image)\b[^>]*", re.IGNORECASE
)
FOREIGN = re.compile(r"""(?:src|href|data|srcset)\s*=\s*["']\s*(?:https?:)?//""", re.IGNORECASE)


def _while_running(path: Path) -> Iterator[ast.AST]:
    """The nodes of a file, apart from what only type checkers see."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            skipped.update(found for part in node.body for found in ast.walk(part))
        if node not in skipped:
            yield node


def test_markup_and_cleaners_are_the_doors_alone() -> None:
    wrong = []
    for path in tree.python():
        if tree.name(path) in DOOR:
            continue
        for node in _while_running(path):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(alias.name for alias in node.names)]
            parts = {part for one in names for part in one.split(".")}
            if parts & {"Markup", "markupsafe", *CLEANERS}:
                wrong.append(f"{tree.name(path)}:{node.lineno} {names}")  # type: ignore[attr-defined]
    tree.nothing(wrong)


def test_no_template_is_made_of_strings() -> None:
    wrong = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.python()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, (ast.Name, ast.Attribute, ast.alias))
        and "render_template_string"
        in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    ]
    tree.nothing(wrong)


def _lines(paths: list[Path], pattern: str) -> list[str]:
    found = re.compile(pattern, re.IGNORECASE)
    return [
        f"{tree.name(path)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(_without_comments(path).split("\n"), 1)
        if found.search(line)
    ]


def _without_comments(path: Path) -> str:
    """A template without {# #}, a script without its comments; lines stay where they are."""
    text = path.read_text()
    patterns = (
        [r"\{#.*?#\}"]
        if path.suffix in {".html", ".xml", ".svg", ".txt"}
        else [r"/\*.*?\*/", r"(?<![:\"'])//[^\n]*"]
    )
    for pattern in patterns:
        text = re.sub(pattern, lambda gone: "\n" * gone[0].count("\n"), text, flags=re.DOTALL)
    return text


def test_templates_mark_nothing_as_safe() -> None:
    assert _lines(tree.templates(), r"\|\s*(safe|forceescape)\b") == []
    assert _lines(tree.templates(), r"\{%-?\s*autoescape|\bMarkup\(") == []


def test_templates_escape_by_their_names() -> None:
    """Jinja escapes .html, .htm, .xml and .svg; nothing else is rendered for browsers."""
    assert [
        tree.name(one)
        for one in tree.templates()
        if one.suffix not in {".html", ".xml", ".svg", ".txt"}
    ] == []


def test_templates_have_no_inline_style_or_script() -> None:
    assert _lines(tree.templates(), r"<style\b|\sstyle\s*=") == []
    assert _lines(tree.templates(), r"<script\b(?![^>]*\bsrc=)") == []
    assert _lines(tree.templates(), r"<[^>{]*\son[a-z]+\s*=") == []
    assert _lines(tree.templates(), r"javascript:") == []


def test_templates_load_nothing_from_elsewhere() -> None:
    wrong = [
        f"{tree.name(path)}: {found[0][:80]}"
        for path in tree.templates()
        for found in LOADS.finditer(_without_comments(path))
        if FOREIGN.search(found[0])
    ]
    tree.nothing(wrong)
    assert _lines(tree.stylesheets(), r"url\(\s*[\"']?(https?:)?//|@import") == []
    assert _lines(tree.scripts(), r"(import|fetch)\b[^\n]*[\"'`]https?://") == []


def test_scripts_write_html_only_behind_the_purifier() -> None:
    """A sink stands in a file that imports DOMPurify, on a line that says what cleaned it."""
    sinks = r"\.(inner|outer)HTML\s*=[^=]|insertAdjacentHTML|document\.write|createContextualFragment|setHTMLUnsafe|srcdoc"
    wrong = [
        line
        for line in _lines(tree.scripts(), sinks)
        if not re.search("purif|sanitize", line, re.IGNORECASE)
    ]
    tree.nothing(wrong)
    assert _lines(tree.scripts(), r"\beval\(|new Function\(|set(Timeout|Interval)\(\s*[\"'`]") == []
