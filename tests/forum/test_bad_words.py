"""Hostile words in every door that takes them: a clear sentence or a safe text, and nothing lost."""

from __future__ import annotations

import io
import time
from html import unescape
from typing import Any

import pytest
from flask import Flask

from tests.boards import Forum
from tests.people import Cast, Visitor

MEBIBYTE = 2**20
MULTIPART: Any = {"content_type": "multipart/form-data"}
QUICK = 5.0  # seconds that the worst may take on a busy machine
DEEP = "".join(f"{'> ' * depth}第 {depth} 层\n" for depth in range(100, 0, -1))
DEEP_HTML = "<blockquote>" * 100 + "<p>最里面一层</p>" + "</blockquote>" * 100
MARKS = "话" + "\u0301" * 100_000
TURNED = "\u202e前面的话\u202d倒过来\u2066藏起来\u2069"
WORDS = {
    "a hundred quotations deep": (DEEP, "plain", "第 100 层"),
    "a hundred quotations deep in HTML": (DEEP_HTML, "html", "最里面一层"),
    "a hundred thousand marks": (MARKS, "plain", "话"),
    "turned round": (TURNED, "plain", "倒过来"),
}


@pytest.mark.parametrize("what", WORDS)
def test_hostile_words_are_taken_or_given_back(forum: Forum, cadre: Visitor, what: str) -> None:
    words, body_format, told = WORDS[what]
    thread = forum.start(cadre, body=f"开头。{what}", board="chat")
    data = {"body": f"{words}", "body_format": body_format}
    titled = {**data, "title": words if body_format == "plain" else "一个像样的标题"}
    for url, sent in (
        (f"/threads/{thread}/preview", data),
        ("/forum/chat/preview", titled),
        (f"/threads/{thread}/draft", data),
        (f"/threads/{thread}/reply", data),
        ("/forum/chat/new", titled),
    ):
        began = time.perf_counter()
        answer = cadre.post(url, sent)
        assert time.perf_counter() - began < QUICK, (url, what)
        assert answer.status_code in (200, 302, 422), (url, answer.status_code)
        if answer.status_code == 422:
            assert told in unescape(answer.text), url
            assert "要改" in answer.text or "没有存下" in answer.text, url
        page = cadre.get(f"/threads/{thread}").text + cadre.get("/me/drafts").text
        assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(page), url
        assert "\u0301" * 5 not in page, url
        if url.endswith("/reply") and answer.status_code == 302:
            assert told in cadre.get(f"/threads/{thread}").text


@pytest.mark.parametrize("door", ["reply", "draft", "preview"])
def test_ten_megabytes_come_back_in_words(forum: Forum, cadre: Visitor, door: str) -> None:
    thread = forum.start(cadre, board="chat")
    for body in ("x" * MEBIBYTE, "x" * 10 * MEBIBYTE, "话" * (10 * MEBIBYTE // 3)):
        began = time.perf_counter()
        answer = cadre.post(f"/threads/{thread}/{door}", {"body": body}, **MULTIPART)
        assert time.perf_counter() - began < QUICK
        assert answer.status_code == 422
        assert "太长" in answer.text
        assert body in answer.text  # it is there


def test_a_file_that_is_too_large_comes_back_with_the_text(forum: Forum, cadre: Visitor) -> None:
    thread = forum.start(cadre, board="chat")
    data = {"body": "写了很久的一段话。", "file": (io.BytesIO(b"x" * 12 * MEBIBYTE), "大.txt")}
    answer = cadre.post(f"/threads/{thread}/reply", data, **MULTIPART)
    assert answer.status_code == 422
    assert "这个文件太大：最多 8 MB" in answer.text
    assert "写了很久的一段话。</textarea>" in answer.text


def test_more_than_a_page_can_give_back_is_refused_with_the_way_back(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    url = f"/threads/{thread}/reply"
    for visitor, size, limit in ((cadre, 21, 20), (cast.visitor(), 9, 2), (cast.visitor(), 11, 10)):
        answer = visitor.post(url, {"body": "x" * size * MEBIBYTE}, **MULTIPART)
        assert answer.status_code == 413, size
        assert f"{limit} MB" in answer.text
        assert "后退" in answer.text
