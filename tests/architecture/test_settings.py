"""Settings are documented, permissions are used, and both ways round."""

from __future__ import annotations

import ast
import os
import re

from flask import Flask

from core import policy
from core.settings import SETTINGS
from core.states import Stateful
from tests.architecture import tree

README = tree.ROOT / "README.md"
ROW = re.compile(r"^\|\s*`([A-Z][A-Z0-9_]+)`\s*\|(.*)\|\s*$", re.MULTILINE)


def test_readme_documents_every_setting_and_no_other() -> None:
    assert README.exists(), "the README is missing"
    documented = dict(ROW.findall(README.read_text()))
    assert set(documented) == set(SETTINGS)
    for name, setting in SETTINGS.items():
        if setting.default:
            assert setting.default in documented[name], f"README gives {name} another default"


def test_environment_is_read_in_one_place() -> None:
    wrong = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.python()
        if tree.name(path) != "core/settings.py"
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in ("environ", "getenv")
    ]
    tree.nothing(wrong)
    assert os.environ is not None


def test_config_is_asked_for_settings_that_there_are() -> None:
    known = {*SETTINGS, "DEMO", "TESTING", "SQLALCHEMY_DATABASE_URI", "PROPAGATE_EXCEPTIONS"}
    wrong = [
        f"{tree.name(path)}:{node.lineno} {node.slice.value}"
        for path in tree.python(*tree.AREAS)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "config"
        and node.slice.value not in known
    ]
    tree.nothing(wrong)


def _said() -> str:
    """Everything outside the tables of rules: where a permission is asked for."""
    files = [path for path in tree.python() if path.name != "policy.py"]
    return "\n".join(path.read_text() for path in (*files, *tree.templates()))


def _verbs() -> set[str]:
    """The permissions that advance() asks for: one for each verb of each machine."""
    return {
        f"{model.kind}:{verb}"
        for model in _below(Stateful)
        if hasattr(model, "machine") and not model.__module__.startswith("tests.")
        for verb in model.machine.moves
    }


def _below(model: type) -> set[type]:
    found = set(model.__subclasses__())
    return found.union(*(_below(one) for one in found)) if found else found


def test_every_verb_of_a_machine_has_its_rule() -> None:
    assert _verbs() - policy.table().keys() == set()


def test_every_permission_is_asked_for(house: Flask) -> None:
    said, verbs = _said(), _verbs()
    gates = {getattr(view, "permission", None) for view in house.view_functions.values()}
    built = re.compile(r'f"([a-z_]+:[a-z_]+):\{(\w+)\}"')
    prefixes = {found[0] for found in built.findall(said)}
    unused = [
        name
        for name in policy.table()
        if not name.startswith("test:")
        and name not in verbs | gates
        and f'"{name}"' not in said
        and f"'{name}'" not in said
        and name.rpartition(":")[0] not in prefixes
    ]
    assert unused == []


def test_permissions_belong_to_their_area() -> None:
    areas = {name.partition(":")[0] for name in policy.table()}
    assert areas - {"test"} == set(tree.AREAS)
