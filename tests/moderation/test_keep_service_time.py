"""The service time of a board: due in office hours, paused while returned, told to the author."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from flask import Flask
from sqlalchemy import text

from accounts.models import Membership
from core import clock, office_hours
from core.db import db
from core.i18n import stamp
from forum.models import Board
from moderation.models import QueueItem
from moderation.standing import usual_wait
from tests.boards import Forum
from tests.people import Cast, Visitor


@contextmanager
def on(app: Flask, written: str) -> Iterator[None]:
    with app.app_context():
        moment = datetime.fromisoformat(written).replace(tzinfo=clock.zone()).astimezone(UTC)
    with clock.travel(moment):
        yield


def item(app: Flask, forum: Forum, post: int) -> QueueItem:
    with app.app_context():
        found = db.session.get_one(QueueItem, forum.item(post))
        db.session.expunge(found)
        return found


def due(app: Flask, forum: Forum, post: int) -> str:
    """When the newest item of a post is due, local time to the minute."""
    found = item(app, forum, post)
    with app.app_context():
        return clock.local(found.due_at).strftime("%m-%d %H:%M")


@pytest.fixture
def people(app: Flask, cast: Cast, forum: Forum) -> dict[str, int]:
    """Roles that held on the days of these tests; everybody signs in on the day itself."""
    with app.app_context():
        for name in ("cadre", "cadre2", "moderator", "chief_moderator"):
            cast.id(name)
        for one in db.session.scalars(db.select(Membership)):
            one.valid_from = datetime(2020, 1, 1, tzinfo=UTC).date()
            one.valid_until = None
        db.session.commit()
    return cast.ids


def test_due_in_eight_office_hours_unless_the_board_says_otherwise(
    app: Flask, forum: Forum, cast: Cast, people: dict[str, int]
) -> None:
    with on(app, "2026-01-12 09:00"):
        post = forum.post(forum.start(cast.visitor("cadre")))
    assert due(app, forum, post) == "01-13 09:00"  # 3 + 4.5 hours on Monday, half an hour more
    with app.app_context():
        db.session.scalars(db.select(Board).filter_by(slug="dajiatan")).one().service_hours = 2
        db.session.commit()
    with on(app, "2026-01-16 17:00"):
        post = forum.post(forum.start(cast.visitor("cadre")))
    assert due(app, forum, post) == "01-19 09:30"


def test_the_clock_stands_still_while_the_author_mends(
    app: Flask, forum: Forum, cast: Cast, people: dict[str, int]
) -> None:
    with on(app, "2026-01-12 09:00"):
        author = cast.visitor("cadre")
        post = forum.post(forum.start(author))
    with on(app, "2026-01-12 12:00"):  # three of eight hours are used
        forum.decide(cast.visitor("moderator"), "return", post, explanation="请改一改。")
    with on(app, "2026-01-14 09:00"):
        edit = {"title": "一个像样的标题", "body": "改好了。"}
        assert cast.visitor("cadre").post(f"/posts/{post}/edit", edit).status_code == 302
    assert due(app, forum, post) == "01-14 15:30"


def test_a_text_that_comes_back_late_still_gets_a_quarter(
    app: Flask, forum: Forum, cast: Cast, people: dict[str, int]
) -> None:
    with on(app, "2026-01-12 09:00"):
        post = forum.post(forum.start(cast.visitor("cadre")))
    with on(app, "2026-01-14 09:00"):
        forum.decide(cast.visitor("chief_moderator"), "return", post, explanation="请改一改。")
    with on(app, "2026-01-15 09:00"):
        edit = {"title": "一个像样的标题", "body": "改好了。"}
        assert cast.visitor("cadre").post(f"/posts/{post}/edit", edit).status_code == 302
    assert due(app, forum, post) == "01-15 11:00"


def test_an_edit_while_it_waits_moves_nothing(
    app: Flask, forum: Forum, cast: Cast, people: dict[str, int]
) -> None:
    with on(app, "2026-01-12 09:00"):
        post = forum.post(forum.start(cast.visitor("cadre")))
    before = due(app, forum, post)
    with on(app, "2026-01-12 16:00"):
        edit = {"title": "一个像样的标题", "body": "又想到一句。"}
        assert cast.visitor("cadre").post(f"/posts/{post}/edit", edit).status_code == 302
    assert due(app, forum, post) == before


def test_reviewers_and_author_see_by_when(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre))
    found = item(app, forum, post)
    with app.test_request_context():
        words = stamp(found.due_at)
    assert f"最迟 {words} 前审完" in cadre.get(f"/threads/{thread}").text
    assert f"{words} 前审完" in moderator.get("/moderation").text
    assert f"{words} 前审完" in moderator.get(f"/moderation/{forum.item(post)}").text
    with clock.travel(found.due_at + timedelta(minutes=1)):
        cadre2 = forum.cast.visitor("cadre")
        assert "已经超过时限" in cadre2.get(f"/threads/{thread}").text
        assert "超过时限" in forum.cast.visitor("moderator").get("/moderation").text


RANKED = """
    SELECT wait FROM (
        SELECT {seconds} AS wait,
               row_number() OVER (ORDER BY {seconds}) AS place, count(*) OVER () AS total
        FROM queue_items WHERE state = 'decided' AND place = 'forum:dajiatan'
    ) AS ranked WHERE place >= 0.9 * total ORDER BY place LIMIT 1
"""
SECONDS = {
    "sqlite": "CAST(round((julianday(closed_at) - julianday(opened_at)) * 86400) AS INTEGER)",
    "postgresql": "CAST(round(extract(epoch FROM closed_at - opened_at)) AS INTEGER)",
}


@pytest.mark.parametrize("count", [1, 9, 10, 11, 21])
def test_the_usual_wait_equals_sql(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, count: int
) -> None:
    for n in range(count):
        post = forum.post(forum.start(cadre, title=f"第 {n} 个标题"))
        with clock.travel(clock.now() + timedelta(minutes=1 + n * 37 % 100)):
            forum.approve(moderator, post)
    with app.app_context():
        seconds = SECONDS[db.engine.dialect.name]
        ninth = db.session.execute(
            text(RANKED.format(seconds=seconds).replace("place >=", "ranked.place >="))
        ).scalar_one()
        waits = db.session.execute(
            text(f"SELECT {seconds} FROM queue_items WHERE state = 'decided'")
        ).scalars()
        found = usual_wait("forum:dajiatan")
        assert found is not None
        assert abs(found.ninth.total_seconds() - ninth) <= 1
        assert abs(found.median.total_seconds() - median(waits)) <= 1


def test_hours_worked_are_those_of_the_region(app: Flask) -> None:
    with app.app_context(), on(app, "2026-01-12 09:00"):
        now = clock.now()
        here = office_hours.due_after(now, 8)
        assert here == office_hours.due_after(now, 8, app.config["REGION"])
        assert here != office_hours.due_after(now, 8, "CN-XJ")
