"""What resembles a title: rare pairs weigh more, the title comes first, within reach alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from core import clock, likeness, search
from core.db import db
from core.search import Reach
from tests.conftest import counted

PART = "test:opening"


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    search.parts[PART] = "开头"
    with app.app_context():
        yield
        db.session.rollback()
    del search.parts[PART]


def put(subject: str, title: str, body: str = "", scope: str = "members", *more: str) -> None:
    at = clock.now() - timedelta(minutes=len(subject))
    marks = [search.kind_mark(PART), *more]
    search.put("test:text", subject, title, body, at, scope, marks=marks)


def alike(title: str, limit: int = 5) -> list[str]:
    return likeness.alike(title, Reach({"members"}, {"b7"}), PART, limit)


def test_rare_pairs_weigh_more_than_common_ones(app: Flask) -> None:
    for number in range(30):
        put(f"common{number}", f"会议怎么办第{number}次")
    put("rare", "打印机的会")
    put("both", "打印机坏了怎么办", "会议室里的")
    with counted(app) as seen:
        found = alike("会议室打印机怎么办", limit=3)
    assert len(seen) == 3
    assert found[:2] == ["both", "rare"]


def test_bodies_are_asked_only_where_they_might_have_more_than_the_titles(app: Flask) -> None:
    for number in range(3):
        put(f"same{number}", "会议室的打印机又坏了")
    put("body", "另一件小事", "会议室的打印机又坏了，谁来修")
    with counted(app) as seen:
        found = alike("会议室的打印机坏了", limit=3)
    assert len(seen) == 2
    assert {one[:4] for one in found} == {"same"}
    with counted(app) as seen:
        found = alike("会议室的打印机坏了", limit=4)
    assert len(seen) == 3
    assert found[3] == "body"


def test_of_a_long_title_the_rarest_words_are_looked_for_in_bodies() -> None:
    common = ("开会的事情", "怎么办才好")
    for number in range(2 * likeness.NEWEST):
        put(f"common{number}", f"{common[number % 2]}，{number}")
    put("body", "没有别的话", "把电梯修一修就行")
    assert alike(f"{''.join(common)}电梯修一修")[0] == "body"


def test_the_body_decides_between_equal_titles() -> None:
    put("aa", "报表太多", "别的事")
    put("bb", "报表太多", "县里每周要报")
    assert alike("报表太多，县里每周要") == ["bb", "aa"]


def test_nothing_by_chance_and_nothing_out_of_reach() -> None:
    put("chance", "台账之外的另一件事")
    put("scope", "台账只留一本", "", "board:7")
    put("barred", "台账只留一本", "", "members", "b7")
    search.put("test:text", "reply", "台账只留一本", "", clock.now(), "members")
    assert alike("台账只留一本") == []
    put("open", "台账只留一本")
    assert alike("台账只留一本") == ["open"]
    assert alike("") == alike("，。！") == []
