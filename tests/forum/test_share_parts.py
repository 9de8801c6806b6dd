"""Readers share drawn parts of pages; every page is as if it had been drawn for its reader alone."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core import parts
from tests.boards import Forum
from tests.people import Cast, Visitor

ONCE = re.compile(r'name="once" type="hidden" value="[^"]+"|name="once"[^>]*value="[^"]+"')
TIMES = re.compile(r"刚刚|\d+ 分钟前")


def alone(visitor: Visitor, path: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A page of which nothing was drawn for somebody else."""
    with monkeypatch.context() as patch:
        patch.setattr(parts, "MOST", 0)
        parts._parts.clear()
        return shown(visitor, path)


def shown(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    return f"{answer.status_code} {TIMES.sub('', ONCE.sub('', answer.text))}"


def test_every_reader_sees_the_own_page(
    app: Flask,
    cast: Cast,
    forum: Forum,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thread = forum.published(cadre, moderator, body="一句 <b>公开</b> 的话。")
    forum.approve(moderator, forum.reply(cadre2, thread, "通过了的回帖。"))
    forum.reply(cadre2, thread, "还在等的回帖。")
    back = forum.reply(cadre, thread, "退回了的回帖。")
    forum.decide(moderator, "return", back, explanation="请再具体些。")
    foreign = cast.visitor("delegate")
    foreign.client.set_cookie("language", "en")
    foreign.client.set_cookie("theme", "dark")
    readers = [cadre, cadre2, moderator, cast.visitor("chief_moderator"), foreign, cast.visitor()]
    paths = ["/", "/forum", "/forum/dajiatan", f"/threads/{thread}", f"/threads/{thread}?quote=1"]
    for reader in readers:
        reader.get("/")  # shows, once, what came of the last act
    for path in paths:
        pages = [alone(reader, path, monkeypatch) for reader in readers]
        assert len(set(pages)) == len(readers)
        for order in (readers, readers[::-1]):
            parts._parts.clear()
            for reader in order:
                assert shown(reader, path) == pages[readers.index(reader)], path
