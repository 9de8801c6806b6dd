"""Every state that a record can be in has a word in both languages, and a known tone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from core.states import Stateful

CHIP = (
    '{% import "macros/state.html" as state %}{{ state.word(value, kind) }}'
    "\n{{ state.chip(value, kind) }}"
)


def machines(cls: type[Stateful] = Stateful) -> Iterator[type[Stateful]]:
    for found in cls.__subclasses__():
        if hasattr(found, "machine") and not found.kind.startswith("test:"):
            yield found
        yield from machines(found)


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_name_every_state(app: Flask, language: str) -> None:
    unnamed = []
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        template = app.jinja_env.from_string(CHIP)
        for model in machines():
            for value in model.machine.states:
                word = template.render(value=value, kind=model.kind).partition("\n")[0]
                right = r"[\u4e00-\u9fff]+" if language == "zh_Hans" else r"[A-Z][a-z ]+"
                if not re.fullmatch(right, word):
                    unnamed.append((model.kind, value, word))
    assert list(machines())
    assert unnamed == []


def test_tone_waits_while_somebody_acts(app: Flask) -> None:
    with app.test_request_context():
        template = app.jinja_env.from_string(CHIP)
        assert "chip--wait" in template.render(value="pending", kind="moderation:revision")
        assert "chip--back" in template.render(value="returned", kind="moderation:revision")
        assert "chip--good" in template.render(value="replied", kind="letters:letter")


def test_detail_follows_the_word(app: Flask) -> None:
    with app.test_request_context():
        chip = app.jinja_env.from_string(
            '{% import "macros/state.html" as state %}{{ state.chip("pending", "post", "<2 小时") }}'
        ).render()
    assert "待审核" in chip
    assert "&lt;2 小时" in chip
