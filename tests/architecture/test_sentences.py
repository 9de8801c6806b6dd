"""Every sentence people read goes through the catalogues, and every catalogue is complete."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import nodes

from core import catalogues
from tests.architecture import tree

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
TRANSLATING = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext"}
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|%%|%")
# Chinese that is read or compared as data and never shown: the names it stands under in its file.
DATA = {
    "surveys/building/pasting/hints.py": {"_HAN_NUMBERS"},
    "surveys/building/pasting/marks.py": {"_HAN"},
    "surveys/xlsform/reading.py": {"_YES", "_NO", "_READ"},
    "surveys/xlsform/tables.py": {"_OWN_NAMES"},
    "core/word/numbering.py": {
        "_DIGITS",
        "_FORMAL",
        "_UNITS",
        "_FORMAL_UNITS",
        "_STEMS",
        "_BRANCHES",
    },
    "core/word/sheet.py": {"BODY", "HEADING", "SUBHEADING", "TITLE", "FOOTER", "_OTHERWISE"},
    "core/word/styles.py": {"_HEADING", "_TITLES", "_CONTENTS", "_QUOTED", "_LINKS", "_CODE"},
    "accounts/importing.py": {"HEADERS", "ROLE_WORDS"},
    "accounts/passwords.py": {"_COMMON"},
    "surveys/recipients.py": {"HEADINGS"},
    "campaigns/dates.py": {
        "NUMERAL",
        "DIGITS",
        "BEGINS",
        "ENDS",
        "FOUNDED",
        "_day_pattern",
        "number",
        "_after",
    },
    "campaigns/notice_text.py": {"_COUNT", "_tail", "_items"},
    "core/characters.py": {"_HAN"},
    "core/i18n.py": {"LANGUAGES", "day", "month", "period", "numeral", "stamp"},
    "core/pinyin.py": {"SURNAMES"},
    "core/settings.py": {"SETTINGS"},
    "core/tokens.py": {"DENSE", "_SAFE"},
    "letters/categories.py": {"SELECTION_WORDS"},
    "surveys/foreign/drafts.py": {"OTHER"},
    "surveys/foreign/lss.py": {"_YES_NO", "_SEXES", "_SAME", "_UNSURE"},
    "surveys/foreign/surveyjs.py": {"NO_ANSWER", "YES_NO"},
    "surveys/kinds/day.py": {"_period"},
}
AREAS = catalogues.AREAS


def _shown_literals(path: Path) -> Iterator[tuple[int, str]]:
    """Chinese literals of a Python file that pass by the catalogues and are no docstrings,
    patterns or data."""
    module = tree.parsed(path)
    quiet: set[ast.AST] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(node.value)
        if isinstance(node, ast.Call) and _called(node) in {*TRANSLATING, "compile"}:
            quiet.update(part for argument in node.args for part in ast.walk(argument))
    for statement in module.body:
        if _named(statement) & DATA.get(tree.name(path), set()):
            quiet.update(ast.walk(statement))
    for node in ast.walk(module):
        if _is_chinese(node) and node not in quiet:
            yield node.lineno, node.value  # type: ignore[attr-defined]


def _is_chinese(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and HAN.search(node.value) is not None  # type: ignore[attr-defined]


def _named(statement: ast.stmt) -> set[str]:
    """What a statement at the top of a file defines."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
    return {one.id for one in targets if isinstance(one, ast.Name)}


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_data_is_where_it_is_said_to_be() -> None:
    for name, names in DATA.items():
        found = {
            defined
            for statement in tree.parsed(tree.ROOT / name).body
            for defined in _named(statement)
            if any(_is_chinese(node) for node in ast.walk(statement))
        }
        assert names <= found, f"{name} has no Chinese data named {names - found}"


@pytest.mark.parametrize("package", [one for one in tree.PACKAGES if one != "demo"])
def test_python_shows_no_chinese_past_the_catalogues(package: str) -> None:
    wrong = [
        f"{tree.name(path)}:{line} {text[:30]}"
        for path in tree.python(package)
        for line, text in _shown_literals(path)
    ]
    tree.nothing(wrong)


@pytest.mark.parametrize(
    "path",
    [pytest.param(one, id=tree.name(one)) for one in tree.templates() if one.suffix == ".html"],
)
def test_templates_show_no_chinese_past_the_catalogues(path: Path, house: Flask) -> None:
    template = house.jinja_env.parse(path.read_text())
    quiet: set[nodes.Node] = set()
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATING:
            quiet.update(
                part
                for argument in call.args
                for part in [argument, *argument.find_all(nodes.Node)]
            )
    wrong = [
        f"{one.lineno}: {one.data.strip()[:30]}"
        for one in template.find_all(nodes.TemplateData)
        if HAN.search(one.data)
    ]
    wrong += [
        f"{one.lineno}: {one.value[:30]}"
        for one in template.find_all(nodes.Const)
        if isinstance(one.value, str) and HAN.search(one.value) and one not in quiet
    ]
    tree.nothing(wrong)


def _kept(area: str) -> Catalog:
    path = catalogues.po_path(area)
    if not path.exists():
        return Catalog(locale=catalogues.LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=catalogues.LANGUAGE)


def _key(message_id: str | tuple[str, ...]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _placeholders(text: str) -> set[tuple[str, str]]:
    return {found for found in PLACEHOLDER.findall(text) if found[0]}


@pytest.mark.parametrize("area", AREAS)
def test_catalogue_is_what_the_area_says(area: str) -> None:
    said = {(one.id, one.context) for one in catalogues.extract(area) if one.id}
    kept = {(one.id, one.context) for one in _kept(area) if one.id}
    assert said - kept == set(), f"run make messages AREA={area}"
    assert kept - said == set(), f"run make messages AREA={area}"


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_has_its_english(area: str) -> None:
    assert catalogues.untranslated(_kept(area)) == []


@pytest.mark.parametrize("area", AREAS)
def test_english_has_the_same_placeholders(area: str) -> None:
    wrong = []
    for one in _kept(area):
        if not one.id:
            continue
        forms = one.string if isinstance(one.string, (tuple, list)) else [one.string]
        wanted = _placeholders(_key(one.id))
        for number, form in enumerate(filter(None, forms)):
            may_lack = {("num", "d")} if len(forms) > 1 and number == 0 else set()
            if not wanted - may_lack <= _placeholders(form) <= wanted:
                wrong.append(f"{_key(one.id)} → {form}")
            if wanted and any(found[0] == "%" for found in PLACEHOLDER.finditer(form)):
                wrong.append(f"{form}: a lone % breaks the sentence")
    tree.nothing(wrong)


def test_same_sentence_has_the_same_english_everywhere() -> None:
    """Catalogues are laid over each other when they are read: the last would win."""
    found: dict[tuple[str, str | None], dict[object, set[str]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for area in AREAS:
        for one in _kept(area):
            if one.id:
                english = one.string if isinstance(one.string, str) else tuple(one.string)
                found[(_key(one.id), one.context)][english].add(area)
    wrong = [
        f"{key}: "
        + "; ".join(
            f"{english!r} in {', '.join(sorted(areas))}" for english, areas in forms.items()
        )
        for (key, _context), forms in found.items()
        if len(forms) > 1
    ]
    tree.nothing(wrong)


@pytest.mark.parametrize("area", AREAS)
def test_english_is_english(area: str) -> None:
    """No full-width punctuation, and Chinese only where a term or a sample is quoted."""
    wrong = []
    for one in _kept(area):
        forms = one.string if isinstance(one.string, (tuple, list)) else [one.string]
        for form in forms:
            unquoted = re.sub("[“‘《(（][^”’》)）]*[”’》)）]", "", form)
            if re.search("[，。；：！？（）、]", unquoted) or HAN.search(unquoted):
                wrong.append(form)
    tree.nothing(wrong)
