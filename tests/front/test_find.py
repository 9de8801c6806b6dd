"""Searching: who may, what is found and marked, kinds, pages, and words for finding nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core import clock, search
from core.db import db
from tests.conftest import counted
from tests.people import Cast

KIND = "campaigns:notice"  # a kind whose page is found by a slug


def put(app: Flask, *titles: str, scope: str = "members", body: str = "正文里的话") -> None:
    with app.app_context():
        for number, title in enumerate(titles):
            at = clock.now() - timedelta(minutes=number)
            search.put(KIND, f"slug-{scope}-{number}", title, body, at, scope)
        db.session.commit()


def find(cast: Cast, query: str, username: str = "cadre") -> str:
    return cast.visitor(username).get(f"/search{query}").get_data(as_text=True)


def test_searching_needs_a_sign_in(cast: Cast) -> None:
    answer = cast.visitor().get("/search?q=话")
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_without_words_the_page_says_how(cast: Cast) -> None:
    assert "想找什么？" in find(cast, "")
    assert "想找什么？" in find(cast, "?q=%20%20")


def test_found_words_are_marked_and_led_to(app: Flask, cast: Cast) -> None:
    put(app, "表格怎么减")
    page = find(cast, "?q=怎么减")
    assert "表格<mark>怎么减</mark>" in page
    assert 'href="/campaigns/slug-members-0/notice"' in page
    assert "找到 1 条" in page
    assert 'value="怎么减"' in page


def test_newest_first(app: Flask, cast: Cast) -> None:
    put(app, "调研甲", "调研乙")
    page = find(cast, "?q=调研")
    assert page.index("slug-members-0") < page.index("slug-members-1")


def test_nothing_found_says_what_to_try(cast: Cast) -> None:
    page = find(cast, "?q=没有这个词")
    assert "没有找到“没有这个词”" in page
    assert "可以试试" in page


def test_kind_filters_and_unknown_kinds_do_not(app: Flask, cast: Cast) -> None:
    put(app, "表格怎么减")
    assert "没有找到" in find(cast, "?q=表格&kind=forum:post")
    assert "在全部类别里找" in find(cast, "?q=表格&kind=forum:post")
    assert "找到 1 条" in find(cast, f"?q=表格&kind={KIND}")
    unknown = find(cast, "?q=表格&kind=no:such")
    assert "找到 1 条" in unknown
    assert "no:such" not in unknown[unknown.index("<main") : unknown.index("</main>")]


def test_what_one_may_not_read_is_not_found(app: Flask, cast: Cast) -> None:
    put(app, "内部的话", scope="board:7")
    assert "没有找到" in find(cast, "?q=内部")


def test_pages(app: Flask, cast: Cast) -> None:
    put(app, *[f"材料{n}" for n in range(search.PAGE + 1)])
    first, second = find(cast, "?q=材料"), find(cast, "?q=材料&page=2")
    assert first.count('class="row"') == search.PAGE
    assert second.count('class="row"') == 1
    assert "page=2" in first
    assert "这一页没有结果" in find(cast, "?q=材料&page=9")


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        '"',
        "'",
        "*",
        "a AND b OR NOT c",
        "NEAR(",
        "%",
        "\\",
        "()",
        ":*",
    ],
)
def test_hostile_words_stay_words(app: Flask, cast: Cast, words: str) -> None:
    put(app, "表格")
    answer = cast.visitor("cadre").get("/search", query_string={"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_overlong_words_are_cut(cast: Cast) -> None:
    assert cast.visitor("cadre").get("/search", query_string={"q": "字" * 5000}).status_code == 200


def test_statements(app: Flask, cast: Cast) -> None:
    put(app, *[f"材料{n}" for n in range(30)])
    reader = cast.visitor("cadre")
    with counted(app) as seen:
        reader.get("/search?q=材料")
    assert len(seen) <= 6, seen
