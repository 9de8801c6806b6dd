"""Names suggested after "@": by their beginning or first letters, to the signed-in, at a pace."""

from __future__ import annotations

import pytest
from flask import Flask

from accounts import suggesting
from accounts.models import Person
from core.db import db
from core.pinyin import initials
from tests.people import Cast, Visitor


def ask(visitor: Visitor, typed: str) -> list[str]:
    answer = visitor.get("/people/suggest", query_string={"q": typed})
    assert answer.status_code == 200
    assert answer.json is not None
    assert all(one.keys() == {"name", "unit", "as"} for one in answer.json["people"])
    return [one["as"] for one in answer.json["people"]]


def test_names_are_suggested(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = cast.visitor("cadre")
    names = {
        "cadre2": "曾小贤",
        "delegate": "张三",
        "expert": "张三",
        "office": "张三丰",
        "leader": "仇和",
    }
    for username in names:
        cast.id(username)
    with app.app_context():
        for username, called in names.items():
            db.session.get_one(Person, cast.id(username)).name = called
        db.session.get_one(Person, cast.id("leader")).is_active = False
        db.session.commit()
    suggesting._asked.clear()
    assert ask(visitor, "张") == ["张三（county单位）", "张三（region单位）", "张三丰"]
    assert ask(visitor, "ZS") == ["张三（county单位）", "张三（region单位）", "张三丰"]
    assert ask(visitor, "zxx") == ["曾小贤"]
    assert ask(visitor, "qh") == []  # has left
    assert ask(visitor, "%") == ask(visitor, "") == ask(visitor, "不存在") == []
    assert cast.visitor(None).get("/people/suggest?q=张").status_code == 302
    monkeypatch.setattr(suggesting, "LIMIT", 6)
    assert visitor.get("/people/suggest?q=张").status_code == 429


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("单雄信", "sxx"),
        ("解缙", "xj"),
        ("查良镛", "zly"),
        ("阿依古丽·买买提", "ayglmmt"),
        ("Li Na", "ln"),
    ],
)
def test_first_letters_of_names(name: str, letters: str) -> None:
    assert initials(name) == letters
