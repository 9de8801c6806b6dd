"""The inbox: own notices alone, newest first, marked as read by a POST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from accounts.models import Person
from core import clock, notices
from core.db import db
from core.i18n import _l
from core.notices import Notice
from front.inbox import PAGE
from tests.conftest import counted
from tests.people import Cast

notices.kind("front:test", _l("“%(title)s”已通过审核，现在大家都能看到。"))
notices.kind("front:called", _l("“%(title)s”里提到了你"), sort="mention")


def tell(app: Flask, cast: Cast, username: str, *titles: str, url: str = "/forum") -> list[int]:
    """Notices for somebody, each a minute older than the one before; gives their ids."""
    person_id = cast.id(username)
    with app.app_context():
        for title in titles:
            notices.tell(person_id, "front:test", url, title=title)
        db.session.flush()
        found = db.session.scalars(
            select(Notice).where(Notice.person_id == person_id).order_by(Notice.id)
        ).all()
        for number, notice in enumerate(found):
            notice.at = clock.now() - timedelta(minutes=number)
        ids = [notice.id for notice in found]
        db.session.commit()
        return ids


def unread(app: Flask, cast: Cast, username: str) -> int:
    with app.app_context():
        return notices.unread_count(cast.person(username))


def test_reading_needs_a_sign_in(cast: Cast) -> None:
    assert cast.visitor().get("/notices").location.startswith("/login")


def test_own_notices_newest_first(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "新的", "旧的")
    tell(app, cast, "cadre2", "别人的")
    page = cast.visitor("cadre").get("/notices").get_data(as_text=True)
    assert page.index("“新的”") < page.index("“旧的”")
    assert "别人的" not in page


def test_none_yet_says_what_will_come(cast: Cast) -> None:
    assert "还没有消息" in cast.visitor("cadre").get("/notices").get_data(as_text=True)


def test_count_of_unread_stands_in_the_head(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "甲", "乙")
    page = cast.visitor("cadre").get("/notices").get_data(as_text=True)
    head = page[: page.index("<main")]
    assert '消息<span class="badge">2</span>' in head


def test_count_comes_with_the_signed_in_person(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "甲")
    visitor = cast.visitor("cadre")
    with counted(app) as seen:
        page = visitor.get("/privacy").get_data(as_text=True)
    assert '消息<span class="badge">1</span>' in page
    assert len(seen) == 1, seen


def test_looking_marks_nothing(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "甲")
    cast.visitor("cadre").get("/notices")
    assert unread(app, cast, "cadre") == 1


def test_all_are_marked_at_once(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "甲", "乙")
    tell(app, cast, "cadre2", "别人的")
    visitor = cast.visitor("cadre")
    assert visitor.post("/notices/read").location == "/notices"
    assert unread(app, cast, "cadre") == 0
    assert unread(app, cast, "cadre2") == 1
    assert "全部标为已读</button>" not in visitor.get("/notices").get_data(as_text=True)


def test_opening_one_marks_it_and_leads_on(app: Flask, cast: Cast) -> None:
    first, _second = tell(app, cast, "cadre", "甲", "乙")
    answer = cast.visitor("cadre").post(f"/notices/{first}/open")
    assert (answer.status_code, answer.location) == (302, "/forum")
    assert unread(app, cast, "cadre") == 1


def test_opening_twice_is_the_same(app: Flask, cast: Cast) -> None:
    (only,) = tell(app, cast, "cadre", "甲")
    visitor = cast.visitor("cadre")
    visitor.post(f"/notices/{only}/open")
    assert visitor.post(f"/notices/{only}/open").location == "/forum"


def test_somebody_elses_does_not_exist(app: Flask, cast: Cast) -> None:
    (theirs,) = tell(app, cast, "cadre2", "别人的")
    for username in ("cadre", "admin", "moderator"):
        assert cast.visitor(username).post(f"/notices/{theirs}/open").status_code == 404
    assert unread(app, cast, "cadre2") == 1


@pytest.mark.parametrize("url", ["//evil.example", "https://evil.example/", "javascript:alert(1)"])
def test_opening_never_leaves_the_house(app: Flask, cast: Cast, url: str) -> None:
    (only,) = tell(app, cast, "cadre", "甲", url=url)
    assert cast.visitor("cadre").post(f"/notices/{only}/open").location == "/notices"


def test_pages_and_statements(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", *[f"第{n}条" for n in range(PAGE + 1)])
    visitor = cast.visitor("cadre")
    with counted(app) as seen:
        first = visitor.get("/notices").get_data(as_text=True)
    assert len(seen) <= 6, seen
    assert first.count("row--unread") == PAGE
    assert visitor.get("/notices?page=2").get_data(as_text=True).count("row--unread") == 1
    assert "这一页没有消息" in visitor.get("/notices?page=9").get_data(as_text=True)


def test_hostile_title_stays_text(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in cast.visitor("cadre").get("/notices").get_data(as_text=True)


def test_notices_leave_with_the_person(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "甲")
    with app.app_context():
        db.session.execute(delete(Person).where(Person.id == cast.ids["cadre"]))
        db.session.commit()
        assert db.session.scalar(select(func.count()).select_from(Notice)) == 0


def test_going_where_a_notice_leads_reads_it(app: Flask, cast: Cast) -> None:
    """From anywhere, not from the inbox alone; others stay unread."""
    tell(app, cast, "cadre", "一", url="/forum/dajiatan")
    tell(app, cast, "cadre", "二", url="/forum/chat")
    tell(app, cast, "cadre2", "三", url="/forum/dajiatan")
    cadre = cast.visitor("cadre")
    answer = cadre.post("/notices/follow", {"url": "/forum/dajiatan"})
    assert answer.location == "/forum/dajiatan"
    assert unread(app, cast, "cadre") == 1
    assert unread(app, cast, "cadre2") == 1
    assert cadre.get("/notices/follow").status_code == 405
    for elsewhere in ("https://example.com/", "//example.com", ""):
        assert cadre.post("/notices/follow", {"url": elsewhere}).location == "/notices"


def test_the_list_is_narrowed_by_sort_and_to_what_is_unread(app: Flask, cast: Cast) -> None:
    tell(app, cast, "cadre", "甲", "乙")
    with app.app_context():
        notices.tell(cast.id("cadre"), "front:called", "/forum", title="丙")
        db.session.commit()
    cadre = cast.visitor("cadre")
    called = cadre.get("/notices?sort=mention").text
    assert "“丙”里提到了你" in called
    assert "“甲”" not in called
    with counted(app) as seen:
        assert "“丙”" not in cadre.get("/notices?sort=decision&unread=yes").text
    assert len(seen) <= 3, seen
    assert cadre.post("/notices/read", {"sort": "mention"}).location == "/notices?sort=mention"
    assert unread(app, cast, "cadre") == 2  # those of the list that was shown
    assert "没有未读的消息" in cadre.get("/notices?sort=mention&unread=yes").text
    assert "这一类还没有消息" in cadre.get("/notices?sort=task").text
    assert "“丙”里提到了你" in cadre.get("/notices?sort=none").text
