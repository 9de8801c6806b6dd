"""Stylesheets: raw values in tokens.css alone, logical properties, layers, no force."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture import tree

LAYERS = {"reset", "tokens", "base", "components", "pages"}
# One declaration: property and value; media conditions and selectors are no declarations.
DECLARATION = re.compile(r"(?<![\w-])(--[\w-]+|-?[a-z][a-z-]*)\s*:\s*([^;{}]+)[;}]")
RAW_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|"
    r"\b(?:white|black|red|green|blue|gr[ae]y|silver|orange|yellow|purple|pink|brown|navy|teal)\b",
    re.IGNORECASE,
)
RAW_SIZE = re.compile(r"(?<![\w-])[\d.]*\.?[1-9]\d*(?:\.\d+)?(?:px|rem|pt|pc|cm|mm|in|ms|s)\b")
PHYSICAL = re.compile(
    r"^(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)(?:-.*)?|"
    r"left|right|top|bottom|(?:min-|max-)?(?:width|height)|"
    r"border-(?:top|bottom)-(?:left|right)-radius|overflow-[xy])$"
)
PHYSICAL_VALUES = re.compile(r"^(?:left|right)$")
# Allowed physical names: what scrolls has no logical name in the oldest browser (Chromium 99).
WITHOUT_LOGICAL_NAME = {"overflow-x", "overflow-y"}


def declarations(path: Path) -> list[tuple[int, str, str]]:
    """Line, property and value of each declaration; comments and @-conditions are left out."""
    text = re.sub(
        r"/\*.*?\*/", lambda gone: "\n" * gone[0].count("\n"), path.read_text(), flags=re.DOTALL
    )
    text = re.sub(r"@(?:media|supports|container)[^{]*", "", text)
    found = []
    for one in DECLARATION.finditer(text):
        before = text[: one.start()]
        if before.count("{") > before.count("}"):
            found.append((before.count("\n") + 1, one[1], one[2].strip()))
    return found


SHEETS = [pytest.param(path, id=tree.name(path)) for path in tree.stylesheets()]


@pytest.mark.parametrize("path", SHEETS)
def test_raw_values_stand_in_tokens_alone(path: Path) -> None:
    if path.name == "tokens.css":
        return
    wrong = [
        f"{line}: {name}: {value}"
        for line, name, value in declarations(path)
        if RAW_COLOUR.search(value) or RAW_SIZE.search(value) or "--if-" in name
    ]
    tree.nothing(wrong)


@pytest.mark.parametrize("path", SHEETS)
def test_properties_are_logical(path: Path) -> None:
    wrong = [
        f"{line}: {name}: {value}"
        for line, name, value in declarations(path)
        if (PHYSICAL.match(name) and name not in WITHOUT_LOGICAL_NAME)
        or (name in ("float", "clear", "text-align") and PHYSICAL_VALUES.match(value))
    ]
    tree.nothing(wrong)


@pytest.mark.parametrize("path", SHEETS)
def test_nothing_is_forced(path: Path) -> None:
    assert "!important" not in path.read_text()


@pytest.mark.parametrize("path", SHEETS)
def test_everything_lies_in_a_layer(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert set(re.findall(r"@layer\s+([a-z, ]+?)\s*[{;]", text)) <= {
        *LAYERS,
        ", ".join(("reset", "tokens", "base", "components", "pages")),
    }
    depth, outside = 0, ""
    for part in re.split(r"([{}])", text):
        if depth == 0 and part not in "{}":
            outside += part
        depth += (part == "{") - (part == "}")
    assert depth == 0
    assert re.sub(r"@layer[^;@]*;?", "", outside).strip() == ""


@pytest.mark.parametrize("path", SHEETS)
def test_variables_that_are_used_exist(path: Path) -> None:
    defined = {
        name
        for sheet in tree.stylesheets()
        for _line, name, _value in declarations(sheet)
        if name.startswith("--")
    }
    used = {
        name
        for _line, _name, value in declarations(path)
        for name in re.findall(r"var\(\s*(--[\w-]+)\s*\)", value)
    }
    assert used - defined == set()


def test_checks_see_what_they_forbid(tmp_path: Path) -> None:
    sheet = tmp_path / "x.css"
    sheet.write_text(
        "/* color: #fff */ @layer pages { @media (min-width: 40rem) { a { color: #fff; margin-left: 1px;"
        " width: 2rem; text-align: left } } }"
    )
    found = declarations(sheet)
    assert [name for _line, name, _value in found] == [
        "color",
        "margin-left",
        "width",
        "text-align",
    ]
    assert RAW_COLOUR.search("#fff")
    assert RAW_SIZE.search("1px")
    assert RAW_SIZE.search("0.5rem")
    assert RAW_SIZE.search(".5rem")
    assert not RAW_SIZE.search("0 1em 50% 2fr 100vh")
