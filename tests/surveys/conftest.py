"""Surveys for the tests: one with every type of question, named or anonymous, in any state."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.db import db
from core.policy import SYSTEM
from surveys import publishing, responses
from surveys.definition import read
from surveys.models import Survey
from tests.people import Cast, Visitor
from tests.surveys.ledgers import Ledgers


def label(text: str) -> dict[str, str]:
    return {"zh": text, "en": "in English"}


def options(*keys: str) -> list[dict[str, Any]]:
    return [{"key": key, "label": label(f"选项{key}")} for key in keys]


def document(**changes: Any) -> dict[str, Any]:
    """A form with every type of question."""
    return {
        "slug": "work",
        "title": label("工作作风"),
        "intro": label("请按实际情况填写。"),
        "anonymity": "anonymous",
        "audience": ["everyone"],
        "days": [-1, 10],
        "minutes": 6,
        "sections": [
            {
                "title": label("情况"),
                "questions": [
                    {
                        "key": "one",
                        "type": "single",
                        "label": label("单选"),
                        "required": True,
                        "options": [
                            *options("a", "b"),
                            {"key": "c", "label": label("其他"), "other": True},
                        ],
                    },
                    {
                        "key": "many",
                        "type": "multiple",
                        "label": label("多选"),
                        "required": True,
                        "max_choices": 2,
                        "options": [
                            *options("a", "b", "c"),
                            {"key": "none", "label": label("都没有"), "exclusive": True},
                        ],
                    },
                    {
                        "key": "grid",
                        "type": "matrix",
                        "label": label("矩阵"),
                        "options": options("1", "2", "3"),
                        "rows": [
                            {"key": "x", "label": label("第一行")},
                            {"key": "y", "label": label("第二行")},
                        ],
                    },
                ],
            },
            {
                "title": label("数字和文字"),
                "questions": [
                    {"key": "num", "type": "number", "label": label("次数"), "min": 0, "max": 60},
                    {"key": "when", "type": "date", "label": label("哪一天")},
                    {"key": "rate", "type": "rating", "label": label("打分")},
                    {"key": "brief", "type": "short", "label": label("一句话"), "max_length": 20},
                    {"key": "text", "type": "long", "label": label("建议"), "max_length": 100},
                ],
            },
        ],
        **changes,
    }


# An answer that holds.
GOOD = {
    "q-one": "a",
    "q-many": ["a", "c"],
    "q-grid-x": "2",
    "q-num": "12",
    "q-when": "2026-05-20",
    "q-rate": "8",
    "q-brief": "周报",
    "q-text": "少开会。",
}


@dataclass
class Desk:
    """What a test does with surveys; every method works in a context of its own."""

    app: Flask
    cast: Cast

    def make(self, *, state: str = "open", **changes: Any) -> str:
        """A survey in a state; its slug."""
        self.cast.id("office")
        with self.app.app_context():
            survey = publishing.bring(read(document(**changes)), SYSTEM).survey
            office = self.cast.person("office")
            for verb in {
                "draft": (),
                "open": ("open",),
                "paused": ("open", "pause"),
                "closed": ("open", "close"),
                "archived": ("open", "close", "archive"),
            }[state]:
                publishing.move(survey, verb, office)
            db.session.commit()
            return survey.slug

    def move(self, slug: str, verb: str) -> None:
        with self.app.app_context():
            survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
            publishing.move(survey, verb, self.cast.person("office"))
            db.session.commit()

    def release(self, slug: str) -> None:
        """Add what is held to the answers, as closing does."""
        with self.app.app_context():
            survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
            responses.release(survey)
            db.session.commit()

    def fill(self, visitor: Visitor, slug: str = "work", **changes: Any) -> TestResponse:
        """Open the form and send it as a browser would; `q_one="b"` changes a field."""
        page = visitor.get(f"/surveys/{slug}")
        assert page.status_code == 200, page.status_code
        data = {**hidden(page), **GOOD}
        data |= {name.replace("_", "-"): value for name, value in changes.items()}
        return visitor.client.post(action(page), data=data)


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the survey's form."""
    form = re.search(r'<form class="form survey".*?</form>', page.text, re.DOTALL)
    assert form, "no form on the page"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


def action(page: TestResponse) -> str:
    form = re.search(r'<form class="form survey" method="post" action="([^"]+)"', page.text)
    assert form
    return form[1]


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Desk:
    return Desk(app, cast)


@pytest.fixture
def ledgers(app: Flask, cast: Cast) -> Ledgers:
    return Ledgers(app, cast)


@pytest.fixture
def tables(app: Flask) -> Callable[..., list[Any]]:
    """Every row of a table, in the order in which the database gives them."""

    def rows(name: str) -> list[Any]:
        with app.app_context():
            return list(db.session.execute(select(db.metadata.tables[name])).mappings())

    return rows
