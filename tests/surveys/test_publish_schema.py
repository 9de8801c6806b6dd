"""The JSON Schema of our own format, held against another program that reads such schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core import i18n
from surveys.definition import DefinitionFault, read
from surveys.schema import schema
from tests.people import Cast
from tests.surveys.conftest import document, options
from tests.surveys.test_define_survey import json_values
from tests.surveys.test_import_xlsform import KINDS

CONTENT = sorted((Path(__file__).parents[2] / "demo/content/surveys").glob("*.json"))
VALIDATOR = Draft202012Validator(schema())


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: path.stem)
def test_every_form_of_the_demo_holds(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(json.loads(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("form", [document(), KINDS], ids=["first kinds", "later kinds"])
def test_every_kind_holds(form: dict[str, Any]) -> None:
    assert list(VALIDATOR.iter_errors(form)) == []


def test_what_is_exported_holds(app: Flask, cast: Cast, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    for path in CONTENT:
        assert runner.invoke(args=["surveys", "import", str(path)]).exit_code == 0
        out = tmp_path / path.name
        assert runner.invoke(args=["surveys", "export", path.stem, str(out)]).exit_code == 0
        assert VALIDATOR.is_valid(json.loads(out.read_text(encoding="utf-8")))


def changed(at: int, **changes: Any) -> dict[str, Any]:
    form = document()
    form["sections"][0]["questions"][at] |= changes
    return form


@pytest.mark.parametrize(
    "form",
    [
        [],
        {**document(), "colour": "red"},
        {name: one for name, one in document().items() if name != "sections"},
        document(slug="new"),
        document(slug="Work Style"),
        document(anonymity="secret"),
        document(audience=["king"]),
        document(minutes=0),
        document(days=[0]),
        document(title=7),
        changed(0, type="essay"),
        changed(0, key="1"),
        changed(0, options=[]),
        changed(0, decimals=1),
        changed(0, options=[{"key": "a", "label": "x", "exclusive": True}]),
        changed(1, max_choices=0),
        changed(2, rows=None),
        changed(2, type="ranking"),
    ],
)
def test_what_is_no_form_does_not_hold(form: Any) -> None:
    assert not VALIDATOR.is_valid(form)


def test_the_page_and_the_command_say_the_same(app: Flask, cast: Cast) -> None:
    printed = app.test_cli_runner().invoke(args=["surveys", "schema"]).output
    page = cast.visitor().get("/surveys/schema.json")
    assert page.status_code == 200
    assert page.json == json.loads(printed) == schema()


FORMS = [document(), KINDS]
VALUES = st.one_of(
    json_values,
    st.sampled_from([True, False, 0, 1, 3, "09:30", "2026-05-20", "x", {"zh": "字"}, ["everyone"]]),
    st.just(options("a", "选项")),
)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_is_read_holds(data: st.DataObject) -> None:
    """Somewhere in a form a value is changed, or a key: if our reader takes it, so does the schema."""
    form = json.loads(json.dumps(data.draw(st.sampled_from(FORMS))))
    things = [form, *form["sections"]]
    things += [one for section in form["sections"] for one in section["questions"]]
    things += [one for thing in things[1:] for one in thing.get("options", [])]
    thing = data.draw(st.sampled_from(things))
    names = sorted({*thing, "hint", "min", "max", "pattern", "shuffle", "max_choices", "other"})
    thing[data.draw(st.sampled_from(names))] = data.draw(VALUES)
    with spoken.test_request_context():
        try:
            read(form)
        except DefinitionFault:
            return
    assert list(VALIDATOR.iter_errors(form)) == []


spoken = Flask("app")
spoken.config["TIMEZONE"] = "Asia/Shanghai"
i18n.init_app(spoken)
