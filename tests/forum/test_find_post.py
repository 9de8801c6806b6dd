"""A post that is found says who wrote it and on which board, in the statements of the search."""

from __future__ import annotations

import re

from flask import Flask

from core import clock, search
from core.db import db
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


def test_author_and_board_stand_beside_the_date(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    """What is of another kind is found by an address that is no number, and has neither."""
    thread = forum.published(cadre, moderator, title="怎么减少表格")
    forum.start(cadre2, "表格再少一些", board="chat")
    forum.approve(moderator, forum.reply(cadre2, thread, "表格合成一张。"))
    with app.app_context():
        search.put("surveys:survey", "forms-2025", "表格问卷", "说说表格", clock.now())
        db.session.commit()
    with counted(app) as seen:
        page = cadre.get("/search?q=表格").text
    assert len(seen) <= 5, "\n\n".join(seen)
    rows = re.findall(r'<div class="row__meta"><p class="meta">(.*?)</p>', page, re.S)
    words = [re.findall(r"<span>([^<]+)</span>", row) for row in rows]
    assert sorted(words) == [
        ["讨论", "大家谈", "cadre2同志"],
        ["讨论", "大家谈", "cadre同志"],
        ["讨论", "茶水间", "cadre2同志"],
        ["问卷"],
    ]
