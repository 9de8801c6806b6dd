"""Narrowing a search: by board, author, unit, day and answers, without a way to probe."""

from __future__ import annotations

from flask import Flask

from core.db import db
from forum.models import Board
from tests.boards import Forum, work
from tests.conftest import counted
from tests.people import Cast, Visitor


def find(reader: Visitor, query: str) -> str:
    answer = reader.get(f"/search{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_filters_by_the_address_with_chips_that_come_off(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    asked = forum.published(cadre, moderator, title="材料怎么减", body="题外的话")
    other = forum.published(cadre2, moderator, title="材料太多", board="chat")
    here, there = (f"/posts/{forum.post(one)}" for one in (asked, other))
    for query, hits in {
        "?q=材料": (1, 1),
        "?q=材料&board=dajiatan": (1, 0),
        "?q=材料&board=nowhere": (1, 1),
        "?q=材料&author=cadre2同志": (0, 1),
        "?author=cadre2同志": (0, 1),
        "?q=材料&author=无此人": (0, 0),
        "?q=材料&unit=county单位": (1, 0),
        "?q=材料&unit=prefecture单位": (1, 1),  # and below it
        "?q=材料&unit=无此单位": (0, 0),
        "?q=题外": (1, 0),
        "?q=题外&title=1": (0, 0),
        "?q=怎么减&title=1": (1, 0),
        "?q=材料&to=2020-01-01": (0, 0),
        "?q=材料&from=2020-01-01": (1, 1),
        "?q=材料&from=昨天": (1, 1),
        "?q=材料&kind=forum:thread": (1, 1),
        "?q=材料&answered=1": (0, 0),
        "?q=材料&order=closest": (1, 1),
    }.items():
        page = find(cadre, query)
        assert (f'"{here}"' in page, f'"{there}"' in page) == hits, query
    page = find(cadre, "?q=材料&board=chat&unit=county单位")
    assert "去掉上面的一个范围" in page
    assert 'aria-label="去掉“版块：茶水间”"' in page
    assert 'href="/search?q=%E6%9D%90%E6%96%99&amp;board=chat"' in page  # without the unit

    reply = forum.reply(cadre2, asked)
    assert here not in find(cadre, "?q=材料&answered=1")  # an answer that waits is none
    forum.approve(moderator, reply)
    work(app)
    assert here in find(cadre, "?q=材料&answered=1")
    assert f"/posts/{reply}" not in find(cadre, "?q=材料&kind=forum:thread")
    moderator.post(f"/posts/{reply}/hide", {"reason": "off_topic", "explanation": "跑题了。"})
    work(app)
    assert here not in find(cadre, "?q=材料&answered=1")


def test_what_waits_is_found_by_no_filter(cadre: Visitor, cadre2: Visitor, forum: Forum) -> None:
    waiting = forum.post(forum.start(cadre, "没有审的材料"))
    for query in ("?author=cadre同志", "?unit=county单位", "?board=dajiatan", "?q=材料&title=1"):
        for order in ("", "&order=closest"):
            assert f"/posts/{waiting}" not in find(cadre2, query + order)


def test_a_thread_that_moved_is_found_where_it_is(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="材料怎么减")
    with app.app_context():
        board = db.session.scalars(db.select(Board.id).where(Board.slug == "chat")).one()
    answer = moderator.post(f"/threads/{thread}/move", {"board": str(board), "why": "放错了地方"})
    assert answer.status_code == 302
    url = f"/posts/{forum.post(thread)}"
    assert url in find(cadre, "?q=材料&board=chat")
    assert url not in find(cadre, "?q=材料&board=dajiatan")


def test_six_statements_with_every_filter(app: Flask, forum: Forum, cadre: Visitor) -> None:
    forum.start(cadre, "材料怎么减", board="chat")
    query = "?q=材料&author=cadre同志&unit=county单位&board=chat&title=1&from=2020-01-01"
    for order in ("", "&order=closest"):
        with counted(app) as seen:
            page = find(cadre, query + order)
        assert "<mark>材料</mark>" in page
        assert len(seen) <= 6, seen
