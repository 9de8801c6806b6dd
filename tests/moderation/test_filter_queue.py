"""The filters of the queue: what each lists, that they stay, and that each reads a page's worth."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from accounts.models import Person
from core import clock
from core.db import db
from forum.models import Board
from moderation import queueing, reasons
from moderation.filters import AGES, CLAIMS, OVERDUE, Filters
from moderation.models import GROUNDS, QueueItem
from tests.boards import Forum
from tests.conftest import counted
from tests.moderation.test_claim_item import later
from tests.moderation.test_show_queue import fill, headings
from tests.people import Cast, Visitor

INDEX = re.compile(r"ix_queue_items_\w+")


def found(visitor: Visitor, query: str) -> list[str]:
    return headings(visitor.get(f"/moderation?{query}").text)


def change(app: Flask, number: int, **values: object) -> None:
    """Change a row that `fill` made."""
    with app.app_context():
        item = db.session.scalars(
            db.select(QueueItem).where(QueueItem.heading == f"第{number}条")
        ).one()
        for name, value in values.items():
            setattr(item, name, value)
        db.session.commit()


def test_by_age(app: Flask, forum: Forum, cast: Cast, moderator: Visitor) -> None:
    fill(app, cast, 4)
    now = clock.now()
    for number, age in enumerate((0.5, 2, 30, 80)):
        change(app, number, opened_at=now - timedelta(hours=age))
    assert found(moderator, "age=hour") == ["第3条", "第2条", "第1条"]
    assert found(moderator, "age=day") == ["第3条", "第2条"]
    assert found(moderator, "age=three_days") == ["第3条"]
    assert len(found(moderator, "age=nonsense")) == 4


def test_by_what_is_overdue(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest overdue first, paged by key both ways; a run goes on in that order."""
    monkeypatch.setattr(queueing, "PAGE", 2)
    fill(app, cast, 5)
    now = clock.now()
    for number, hours in enumerate((-1, -5, 4, -3, -9)):
        change(app, number, due_at=now + timedelta(hours=hours))
    first = moderator.get("/moderation?age=overdue").text
    assert headings(first) == ["第4条", "第1条"]
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = moderator.get(onward[1].replace("&amp;", "&")).text
    assert headings(second) == ["第3条", "第0条"]
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back is not None
    assert headings(moderator.get(back[1].replace("&amp;", "&")).text) == ["第4条", "第1条"]
    assert found(moderator, "age=overdue&place=forum:chat") == []
    assert found(moderator, "age=overdue&claimed=me") == []
    start = moderator.get("/moderation/next?run=0&age=overdue")
    with app.test_request_context():
        items = db.session.scalars(db.select(QueueItem))
        named = {item.heading: item for item in items}
        assert start.location.startswith(f"/moderation/{named['第4条'].id}?")
        asked = Filters(age=OVERDUE, run=0)
        run = queueing.run(named["第4条"], asked, cast.person("moderator"))
        assert run is not None
        assert (run.following, run.left) == (named["第1条"].id, 3)


@pytest.mark.parametrize("ground", GROUNDS)
def test_by_ground_alone_and_with_the_place(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, ground: str
) -> None:
    """An item is found by each of its grounds, and its row says them all."""
    fill(app, cast, 3)
    change(app, 0, grounds=GROUNDS["spot_check"])
    change(app, 1, grounds=GROUNDS["spot_check"] | GROUNDS[ground])
    change(app, 2, grounds=GROUNDS["edited"] | GROUNDS[ground])
    expected = ["第0条", "第1条", "第2条"] if ground == "spot_check" else ["第1条", "第2条"]
    assert found(moderator, f"reason={ground}") == expected
    assert found(moderator, f"reason={ground}&place=forum:dajiatan") == expected
    assert found(moderator, f"reason={ground}&place=forum:chat") == []


def test_by_claim(app: Flask, forum: Forum, cast: Cast, moderator: Visitor, chief: Visitor) -> None:
    fill(app, cast, 3)
    page = moderator.get("/moderation").text
    ids = re.findall(r'data-presence="(\d+)"', page)
    moderator.post(f"/moderation/{ids[0]}/claim")
    chief.post(f"/moderation/{ids[1]}/claim")
    assert found(moderator, "claimed=me") == ["第0条"]
    assert found(moderator, "claimed=others") == ["第1条"]
    assert found(moderator, "claimed=nobody") == ["第2条"]
    with later(minutes=11):
        assert found(moderator, "claimed=others") == []
        assert len(found(moderator, "claimed=nobody")) == 3


def test_by_unit_and_all_below_it(app: Flask, forum: Forum, cast: Cast, moderator: Visitor) -> None:
    fill(app, cast, 3)
    for number, unit in enumerate(("region", "prefecture", "county")):
        change(app, number, unit_id=cast.unit_id(unit))
    assert found(moderator, f"unit={cast.unit_id('region')}") == ["第0条", "第1条", "第2条"]
    assert found(moderator, f"unit={cast.unit_id('prefecture')}") == ["第1条", "第2条"]
    assert found(moderator, f"unit={cast.unit_id('county')}") == ["第2条"]
    assert found(moderator, "unit=999999") == []
    page = moderator.get(f"/moderation?unit={cast.unit_id('county')}").text
    assert f'<option value="{cast.unit_id("county")}" selected>' in page


def test_a_unit_that_is_not_ones_own_lists_nothing(app: Flask, forum: Forum, cast: Cast) -> None:
    fill(app, cast, 2)
    change(app, 1, unit_id=cast.unit_id("county"))
    visitor = cast.visitor("moderator2")
    assert found(visitor, "") == ["第1条"]
    assert found(visitor, f"unit={cast.unit_id('region')}") == []
    page = visitor.get("/moderation").text
    assert "region单位" not in page


def test_by_kind(app: Flask, forum: Forum, cast: Cast, moderator: Visitor) -> None:
    fill(app, cast, 2)
    assert len(found(moderator, "kind=forum:post")) == 2
    assert len(found(moderator, "kind=nonsense")) == 2


def test_pages_go_both_ways_and_keep_the_filters(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor
) -> None:
    fill(app, cast, 60)
    seen: list[list[str]] = []
    url = "/moderation?place=forum:dajiatan&age=hour"
    for rel in ("next", "next", "prev", "prev", ""):
        page = moderator.get(url).text
        seen.append(headings(page))
        if rel:
            onward = re.search(rf'rel="{rel}" href="([^"]+)"', page)
            assert onward is not None
            url = onward[1].replace("&amp;", "&")
            assert "place=forum:dajiatan" in url
            assert "age=hour" in url
    assert [len(one) for one in seen] == [25, 25, 10, 25, 25]
    assert seen[0] == seen[4]
    assert seen[1] == seen[3]
    assert [*seen[0], *seen[1], *seen[2]] == [f"第{number}条" for number in range(60)]


def test_decided_ones_go_both_ways(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    def titles(page: str) -> list[str]:
        return re.findall(r">(审过的第\d+帖)</a>", page)

    for number in range(27):
        post = forum.post(forum.start(cadre, title=f"审过的第{number}帖"))
        forum.approve(moderator, post)
    moderator.get("/moderation")  # reads the words about the decisions
    first = moderator.get("/moderation?decided=1").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = moderator.get(onward[1].replace("&amp;", "&")).text
    assert titles(second) == ["审过的第1帖", "审过的第0帖"]
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back is not None
    assert titles(moderator.get(back[1].replace("&amp;", "&")).text) == titles(first)


def test_a_new_members_text_says_so(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    """Few texts passed and not here for long: both, as it was when the item was opened."""
    with app.app_context():
        old = db.session.get_one(Person, cast.id("cadre2"))
        old.created_at = clock.now() - timedelta(days=31)
        db.session.commit()
    forum.start(cadre, title="新人说的话")
    forum.start(cadre2, title="老人说的话")
    page = moderator.get("/moderation?reason=new_member").text
    assert "新人说的话" in page
    assert "老人说的话" not in page
    assert "先审后发、新成员" in page
    for number in range(5):
        forum.start(cadre, title=f"茶水间的话之{number}", board="chat")
    forum.start(cadre, title="第六条说的话")
    assert "第六条说的话" not in moderator.get("/moderation?reason=new_member").text
    item = re.search(r'href="(/moderation/\d+)\?reason', page)
    assert item is not None
    assert "作者来这里不久" in moderator.get(item[1]).text


def test_one_after_another(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    posts = [forum.post(forum.start(cadre, title=f"标题之{n}")) for n in "一二三"]
    first = moderator.get("/moderation/next?run=0&place=forum:dajiatan")
    assert first.location == f"/moderation/{forum.item(posts[0])}?place=forum:dajiatan&run=0"
    page = moderator.get(first.location).text
    assert "这一轮已审 0 条" in page
    assert "后面还有 2 条" in page
    assert f"/moderation/{forum.item(posts[1])}" in page  # loaded before it is asked for
    answer = moderator.post(
        f"/moderation/{forum.item(posts[0])}/approve?place=forum:dajiatan&run=0",
        {"revision": str(forum.latest(posts[0]))},
    )
    assert answer.location == f"/moderation/{forum.item(posts[1])}?place=forum:dajiatan&run=1"
    assert "这一轮已审 1 条" in moderator.get(answer.location).text
    for post in posts[1:]:
        forum.approve(moderator, post)
    assert moderator.get("/moderation/next?run=0").location == "/moderation"


def test_the_author_is_shown_with_the_last_decisions_in_scope(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    for number in range(6):
        post = forum.post(forum.start(cadre, title=f"以前的话之{number}"))
        forum.decide(moderator, "return", post, explanation="再具体些。") if number == 5 else (
            forum.approve(moderator, post)
        )
    with app.app_context():
        db.session.add(Board(slug="far", title="远处", unit_id=cast.unit_id("prefecture")))
        db.session.commit()
    there = forum.post(forum.start(cadre, title="远处说的话", board="far"))
    moderator.get("/moderation")  # reads the words about the decisions
    page = moderator.get(f"/moderation/{forum.item(there)}").text
    assert "作者最近的审核结果" in page
    assert "已通过 4" in page
    assert "已退回作者 1" in page
    assert "以前的话之0" not in page
    page = cast.visitor("moderator2").get(f"/moderation/{forum.item(there)}").text
    assert "作者最近的审核结果" not in page


def test_posts_before_and_after_are_context(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    forum.approve(moderator, forum.reply(cadre2, thread, "前面说过的话。"))
    waiting = forum.reply(cadre, thread, "正在等审核的话。")
    forum.approve(moderator, forum.reply(cadre2, thread, "后面说过的话。"))
    page = moderator.get(f"/moderation/{forum.item(waiting)}").text
    assert (
        page.index("前面说过的话。") < page.index("正在等审核的话。") < page.index("后面说过的话。")
    )
    assert "后面的 1 条" in page


CASES = {
    "": "ix_queue_items_waiting",
    "place": "ix_queue_items_waiting_place",
    "kind": "ix_queue_items_waiting_kind",
    "unit": "ix_queue_items_waiting_unit",
    **{ground: f"ix_queue_items_waiting_{ground}" for ground in GROUNDS},
    **{f"place {ground}": f"ix_queue_items_waiting_{ground}_place" for ground in GROUNDS},
    **dict.fromkeys(
        ("overdue", "overdue place", "overdue kind", "overdue unit", "overdue pre_moderated"),
        "ix_queue_items_waiting_due",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_filter_reads_from_its_index(app: Flask, forum: Forum, cast: Cast, case: str) -> None:
    """SQLite, which plans without statistics, must not sort the queue."""
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
    fill(app, cast, 3)
    words = case.split()
    filters = Filters(
        place="forum:dajiatan" if "place" in words else "",
        kind="forum:post" if "kind" in words else "",
        unit=cast.unit_id("region") if "unit" in words else None,
        reason=next((one for one in words if one in GROUNDS), ""),
        age=OVERDUE if OVERDUE in words else "",
        after="0.0",
    )
    with app.test_request_context(), clock.travel(clock.now() + timedelta(days=30)):
        actor = cast.person("moderator")
        scope = queueing.scope(actor)
        with counted(app) as seen:
            assert len(queueing.page(filters, scope, actor).rows) == (
                3 if not filters.reason or filters.reason == "pre_moderated" else 0
            )
        (statement,) = seen
        marks = db.session.connection().engine.raw_connection()
        plan = marks.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", [0] * statement.count("?"))
        used = [one for row in plan.fetchall() for one in INDEX.findall(row[3])]
        marks.close()
    assert used == [CASES[case]]


def test_filters_are_known_by_their_words() -> None:
    assert set(reasons.GROUNDS) == set(reasons.GROUNDS_IN_FULL) == set(GROUNDS)
    assert set(reasons.AGES) == set(AGES)
    assert set(reasons.CLAIMS) == set(CLAIMS)
    assert len(set(GROUNDS.values())) == len(GROUNDS)
