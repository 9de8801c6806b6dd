"""The privacy page tells every table there is, once, in both languages."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask

from core.db import db
from front import kept
from tests.conftest import counted
from tests.people import Cast


def test_every_table_is_told_once(app: Flask) -> None:
    with app.test_request_context():
        told = Counter(
            table for group in kept.groups(app.config) for row in group.rows for table in row.tables
        )
    there = {name for name in db.metadata.tables if not name.startswith("test_")}
    assert there - told.keys() == set(), "say in front/kept.py what these tables keep"
    assert told.keys() - there == set(), "front/kept.py tells of tables that are gone"
    assert [name for name, count in told.items() if count > 1] == []


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "从来不做的事"), ("en", "never done")])
def test_anyone_reads_it_at_no_cost(app: Flask, cast: Cast, language: str, words: str) -> None:
    visitor = cast.visitor()
    visitor.client.set_cookie("language", language)
    with counted(app) as seen:
        answer = visitor.get("/privacy")
    assert answer.status_code == 200
    assert words in answer.get_data(as_text=True)
    assert seen == []
    assert len(answer.data) < 40_000


def test_terms_follow_the_settings(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SIGN_IN_HOURS", 7)
    assert "7 小时后失效" in cast.visitor().get("/privacy").get_data(as_text=True)
