"""Numbered pages: the arithmetic, the links, and what odd addresses ask for."""

from __future__ import annotations

import pytest
from flask import Flask

from core.paging import Pager, asked_page


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3)])
def test_number_of_pages(total: int, pages: int) -> None:
    assert Pager(1, 20, total).pages == pages


@pytest.mark.parametrize(
    ("number", "pages", "window"),
    [
        (1, 1, [1]),
        (1, 5, [1, 2, 3, 4, 5]),
        (5, 10, [1, 2, 3, 4, 5, 6, 7, None, 10]),
        (6, 20, [1, None, 4, 5, 6, 7, 8, None, 20]),
        (20, 20, [1, None, 18, 19, 20]),
        (99, 3, [1, 2, 3]),
    ],
)
def test_window(number: int, pages: int, window: list[int | None]) -> None:
    assert Pager(number, 1, pages).window == window


def test_gap_of_one_page_is_that_page() -> None:
    assert Pager(5, 1, 9).window == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_before_and_after() -> None:
    assert not Pager(1, 20, 41).has_previous
    assert Pager(1, 20, 41).has_next
    assert Pager(3, 20, 41).has_previous
    assert not Pager(3, 20, 41).has_next


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("", 1),
        ("?page=3", 3),
        ("?page=0", 1),
        ("?page=-1", 1),
        ("?page=x", 1),
        ("?page=", 1),
        ("?page=1.5", 1),
        ("?page=99999999999999999999", 1),
        ("?page=2&page=5", 2),
        ("?page=1e9", 1),
    ],
)
def test_odd_pages_are_the_first(app: Flask, query: str, page: int) -> None:
    with app.test_request_context(f"/search{query}"):
        assert asked_page() == page


@pytest.mark.parametrize(
    ("path", "number", "url"),
    [
        ("/search?q=%E8%A1%A8&page=3", 4, "/search?q=%E8%A1%A8&page=4"),
        ("/search?q=a&page=3", 1, "/search?q=a"),
        ("/search", 1, "/search"),
        ("/campaigns/ask/notice?version=2", 2, "/campaigns/ask/notice?version=2&page=2"),
        ("/search?q=a&q=b", 2, "/search?q=a&q=b&page=2"),
    ],
)
def test_link_keeps_the_rest_of_the_address(app: Flask, path: str, number: int, url: str) -> None:
    with app.test_request_context(path):
        assert Pager(1, 20, 100).url(number) == url


@pytest.mark.parametrize(
    "query",
    [
        "_scheme=javascript&_external=1",
        "_external=1",
        "_anchor=x",
        "_method=POST",
        "endpoint=front.home",
        "values=1",
        "self=1",
        "q=a%0d%0ab",
    ],
)
def test_link_stays_here_whatever_the_query_says(app: Flask, query: str) -> None:
    with app.test_request_context(f"/search?{query}"):
        url = Pager(1, 20, 100).url(2)
    assert url.startswith("/search?")
    assert "#" not in url
    assert "\r" not in url


def test_query_cannot_change_the_path(app: Flask) -> None:
    with app.test_request_context("/campaigns/ask/notice?slug=other"):
        assert Pager(1, 20, 100).url(2).startswith("/campaigns/ask/notice?")
