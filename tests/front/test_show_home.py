"""The home page: what waits, what is on, for whoever comes; at a constant cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from core import clock, registry
from core.registry import Waiting
from front.waiting import SHOWN, Wait, waits
from tests.campaigns.conftest import make
from tests.conftest import counted
from tests.people import Cast

NEWER, OLDER = datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def waiting(app: Flask) -> Iterator[list[Waiting]]:
    """What one more area says waits for whoever is signed in."""
    things: list[Waiting] = []

    def source(actor: object) -> list[Waiting]:
        return list(things) if getattr(actor, "id", None) else []

    registry.waiting.append(source)
    yield things
    registry.waiting.remove(source)


def home(cast: Cast, username: str | None = "cadre") -> str:
    return cast.visitor(username).get("/").get_data(as_text=True)


def titles(page: str) -> list[str]:
    return re.findall(r'<h3 class="row__title"><a href="/w/\d">([^<]+)</a>', page)


def test_stranger_learns_what_this_is_and_where_to_sign_in(cast: Cast) -> None:
    page = home(cast, None)
    assert page.count("<h1") == 1
    assert "button--main" in page
    assert 'href="/login"' in page
    assert "等我的" not in page


def test_stranger_sees_nothing_of_the_campaign(app: Flask, cast: Cast) -> None:
    make(app)
    assert "三件事，一件件办。" not in home(cast, None)


def test_without_a_campaign_the_page_greets(cast: Cast) -> None:
    page = home(cast)
    assert "cadre同志，你好" in page
    assert page.count("<h1") == 1


def test_nothing_waits_says_what_will_come(cast: Cast) -> None:
    assert "现在没有等你办的事" in home(cast)


def test_what_falls_due_first_stands_first(app: Flask, cast: Cast, waiting: list[Waiting]) -> None:
    with app.app_context():
        today = clock.today()
    waiting += [
        Waiting("没有期限，早", "/w/1", at=OLDER),
        Waiting("没有期限，晚", "/w/2", at=NEWER),
        Waiting("十天以后", "/w/3", due_on=today + timedelta(days=10)),
        Waiting("过期两天", "/w/4", due_on=today - timedelta(days=2)),
        Waiting("今天", "/w/5", due_on=today),
    ]
    page = home(cast)
    assert titles(page) == ["过期两天", "今天", "十天以后", "没有期限，晚", "没有期限，早"]
    assert "已超期 2 天" in page
    assert "今天到期" in page
    assert "due--late" in page


def test_more_than_fit_are_folded_not_lost(cast: Cast, waiting: list[Waiting]) -> None:
    waiting += [Waiting(f"第{n}件", f"/w/{n}", at=NEWER) for n in range(SHOWN + 2)]
    page = home(cast)
    assert len(titles(page)) == SHOWN + 2
    assert "还有 2 件" in page


def test_what_waits_shows_its_state(cast: Cast, waiting: list[Waiting]) -> None:
    waiting.append(Waiting("一篇稿子", "/w/1", state="returned", machine="forum:post"))
    assert "已退回" in home(cast)


def test_hostile_title_stays_text(cast: Cast, waiting: list[Waiting]) -> None:
    waiting.append(Waiting("<script>alert(1)</script>", "/w/1", detail="<b>x</b>"))
    page = home(cast)
    assert "<script>alert(1)" not in page
    assert "<b>x</b>" not in page


@pytest.mark.parametrize(
    ("days", "pressing"), [(-1, "late"), (0, "today"), (3, "soon"), (4, ""), (None, "")]
)
def test_how_pressing(context: Flask, days: int | None, pressing: str) -> None:
    today = clock.today()
    due = None if days is None else today + timedelta(days=days)
    assert Wait.of(Waiting("x", "/", due_on=due), today).pressing == pressing


def test_nothing_waits_for_a_stranger(context: Flask, cast: Cast) -> None:
    from accounts.session import Stranger

    assert waits(Stranger()) == []


@pytest.mark.parametrize(
    ("username", "most"),
    [(None, 2), ("cadre", 6), ("moderator", 8), ("mail_office", 8), ("office", 8)],
)
def test_statements(app: Flask, cast: Cast, username: str | None, most: int) -> None:
    make(app)
    visitor = cast.visitor(username)
    visitor.get("/")  # counts what is kept for a minute
    with counted(app) as first:
        visitor.get("/")
    assert len(first) <= most, first
    for n in range(4):
        make(app, slug=f"more-{n}")
    with counted(app) as second:
        visitor.get("/")
    assert len(second) == len(first)
