"""Parts of pages that are drawn once a minute, and never shown to whom they were not drawn for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from jinja2.runtime import Macro

from core import clock, i18n, parts
from core.parts import drawn

SOURCE = """
{% macro told(name, loud=false) %}{{ tick() }}{{ _("讨论") }} {{ name }}{{ "!" if loud }}{% endmacro %}
{% macro long(count) %}{{ tick() }}{{ "x" * count }}{% endmacro %}
"""


@pytest.fixture
def ticks(app: Flask) -> Iterator[list[int]]:
    """One more entry for each time that a macro of ours is really drawn."""
    found: list[int] = []

    def tick() -> str:
        found.append(1)
        return ""

    app.jinja_env.globals["tick"] = tick
    parts._parts.clear()
    with app.test_request_context("/"):
        yield found
    parts._parts.clear()
    del app.jinja_env.globals["tick"]


def macro(app: Flask, name: str) -> Macro:
    module: Any = app.jinja_env.from_string(SOURCE).module
    return getattr(module, name)


def test_same_values_are_drawn_once(app: Flask, ticks: list[int]) -> None:
    told = macro(app, "told")
    assert drawn(told, "甲") == drawn(told, "甲") == "讨论 甲"
    assert len(ticks) == 1
    assert drawn(told, "乙") == "讨论 乙"
    assert drawn(told, "甲", loud=True) == "讨论 甲!"
    assert len(ticks) == 3


def test_what_is_drawn_stays_escaped(app: Flask, ticks: list[int]) -> None:
    told = macro(app, "told")
    for _again in range(2):
        assert drawn(told, "<b>") == "讨论 &lt;b&gt;"
        assert hasattr(drawn(told, "<b>"), "__html__")


def test_each_language_is_drawn(app: Flask, ticks: list[int]) -> None:
    told = macro(app, "told")
    drawn(told, "甲")
    with i18n.force_locale("en"):
        assert "讨论" not in drawn(told, "甲")


def test_a_minute_later_it_is_drawn_anew(app: Flask, ticks: list[int]) -> None:
    told = macro(app, "told")
    drawn(told, "甲")
    with clock.travel(clock.now() + timedelta(seconds=61)):
        drawn(told, "甲")
    assert len(ticks) == 2


def test_what_is_large_is_not_kept(app: Flask, ticks: list[int]) -> None:
    long = macro(app, "long")
    for _again in range(2):
        drawn(long, parts.LARGEST + 1)
    assert len(ticks) == 2
    assert not parts._parts


def test_no_more_is_kept_than_said(
    app: Flask, ticks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST", 100)
    monkeypatch.setattr(parts, "_size", 0)
    long = macro(app, "long")
    for count in range(60, 70):
        drawn(long, count)
    assert len(parts._parts) == 2


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, {1}])
def test_values_must_be_compared_by_what_they_hold(
    app: Flask, ticks: list[int], value: object
) -> None:
    with pytest.raises(TypeError, match="compared by what it holds"):
        drawn(macro(app, "told"), value)
