"""Hostile words in every door that takes them: a clear sentence or a safe text, and nothing lost."""

from __future__ import annotations

import time
from html import unescape

import pytest
from flask import Flask

from tests.boards import Forum
from tests.people import Visitor

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
def test_ten_megabytes_are_refused_in_words(
    app: Flask, forum: Forum, cadre: Visitor, door: str
) -> None:
    thread = forum.start(cadre, board="chat")
    for size in (10 * 1024 * 1024, 1024 * 1024):
        began = time.perf_counter()
        answer = cadre.post(f"/threads/{thread}/{door}", {"body": "x" * size})
        assert time.perf_counter() - began < QUICK
        assert answer.status_code == (413 if size > 2**20 else 422)
        assert "文字太长" in answer.text if size > 2**20 else "太长" in answer.text
        assert "后退" in answer.text if size > 2**20 else "x" * size in answer.text  # it is there
