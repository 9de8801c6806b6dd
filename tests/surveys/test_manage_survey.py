"""The office's pages, what waits for people, and putting it aside."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core import clock, figures, journal, registry, search
from core.db import db
from surveys import shelves
from surveys.definition import dump
from surveys.models import Survey
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import Desk, document


def state_of(app: Flask, slug: str = "work") -> str:
    with app.app_context():
        return db.session.scalars(select(Survey.state).where(Survey.slug == slug)).one()


def test_office_makes_and_opens_a_survey(cast: Cast, app: Flask) -> None:
    office = cast.visitor("office")
    sent = office.post("/surveys/new", {"source": dump(document()), "once": "k"})
    assert (sent.status_code, sent.location) == (303, "/surveys/work/versions")
    page = office.get(sent.location)
    assert "第 1 版" in page.text
    assert "开放问卷" in page.text
    again = office.post("/surveys/new", {"source": dump(document()), "once": "k"})
    assert again.location == "/surveys/work/versions"
    assert office.post("/surveys/work/open").status_code == 303
    assert state_of(app) == "open"
    with app.app_context():
        events = journal.history("surveys:survey", db.session.scalars(select(Survey.id)).one())
        assert [event.verb for event in events] == ["create", "open"]
    assert cast.visitor("delegate").get("/surveys/work").status_code == 200


def test_office_hands_in_a_file(cast: Cast, app: Flask) -> None:
    office = cast.visitor("office")
    form = dump(document()).encode()
    sent = office.post("/surveys/new", {"file": (io.BytesIO(form), "form.json")})
    assert sent.status_code == 303
    assert state_of(app) == "draft"
    changed = dump(document(minutes=9)).encode()
    sent = office.post("/surveys/work/versions", {"file": (io.BytesIO(changed), "form.json")})
    assert sent.status_code == 303
    assert "约 9 分钟" in office.get("/surveys/work").text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("form.exe", b"PK\x03\x04", "只接收 "),
        ("form.json", b"\x89PNG\r\n\x1a\n", "内容不是 .json"),
        ("form.json", b"", "这个文件是空的"),
        ("form.json", b'{"slug": 7}', "缺少 slug"),
    ],
)
def test_bad_file_is_refused(cast: Cast, app: Flask, name: str, data: bytes, words: str) -> None:
    sent = cast.visitor("office").post("/surveys/new", {"file": (io.BytesIO(data), name)})
    assert sent.status_code == 422
    assert words in sent.text
    with app.app_context():
        assert db.session.scalars(select(Survey)).all() == []


def test_bad_definition_stays_in_the_box(cast: Cast) -> None:
    office = cast.visitor("office")
    sent = office.post("/surveys/new", {"source": dump(document(minutes=0, title={"zh": "<b>"}))})
    assert sent.status_code == 422
    assert "没有存下：有 1 处要改" in sent.text
    assert "&lt;b&gt;" in sent.text
    assert office.post("/surveys/new", {"source": " "}).status_code == 422


def test_slug_in_use_is_told(desk: Desk, cast: Cast) -> None:
    desk.make()
    sent = cast.visitor("office").post("/surveys/new", {"source": dump(document(minutes=9))})
    assert sent.status_code == 422
    assert "已有问卷在用" in sent.text


def test_open_survey_gets_a_new_version(desk: Desk, cast: Cast) -> None:
    desk.make()
    office = cast.visitor("office")
    sent = office.post("/surveys/work/versions", {"source": dump(document(anonymity="named"))})
    assert sent.status_code == 422
    assert "实名、保密还是匿名不能再改" in sent.text
    sent = office.post("/surveys/work/versions", {"source": dump(document(slug="other"))})
    assert "不能改" in sent.text
    sent = office.post("/surveys/work/versions", {"source": dump(document(minutes=9))})
    assert sent.location == "/surveys/manage/work/edit/publish"
    assert office.post(sent.location, {"seen": "2"}).status_code == 303
    page = office.get("/surveys/work/versions").text
    assert "第 2 版" in page
    assert "第 1 版" in page
    first = office.get("/surveys/work/versions/1.json")
    assert first.text == dump(document())
    assert first.headers["Content-Disposition"] == 'attachment; filename="work-1.json"'
    assert office.get("/surveys/work/versions/3.json").status_code == 404


@pytest.mark.parametrize(
    ("start", "verb", "end"),
    [
        ("draft", "open", "open"),
        ("open", "pause", "paused"),
        ("paused", "resume", "open"),
        ("open", "close", "closed"),
        ("paused", "close", "closed"),
        ("closed", "archive", "archived"),
    ],
)
def test_verbs_move_a_survey(
    desk: Desk, cast: Cast, app: Flask, start: str, verb: str, end: str
) -> None:
    desk.make(state=start)
    assert cast.visitor("office").post(f"/surveys/work/{verb}").status_code == 303
    assert state_of(app) == end


@pytest.mark.parametrize(
    ("start", "verb"),
    [("open", "open"), ("draft", "pause"), ("closed", "resume"), ("closed", "open")],
)
def test_verb_that_does_not_fit_is_a_conflict(
    desk: Desk, cast: Cast, app: Flask, start: str, verb: str
) -> None:
    desk.make(state=start)
    assert cast.visitor("office").post(f"/surveys/work/{verb}").status_code == 409
    assert state_of(app) == start


def test_survey_whose_end_is_past_does_not_open(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(state="draft", days=[-9, -2])
    office = cast.visitor("office")
    office.post("/surveys/work/open")
    assert "截止日已经过了" in office.get("/surveys/manage").text
    assert state_of(app) == "draft"


@pytest.mark.parametrize("reader", ["delegate", "leader", "admin"])
def test_managing_is_the_offices(desk: Desk, cast: Cast, app: Flask, reader: str) -> None:
    desk.make()
    visitor = cast.visitor(reader)
    for path in ("manage", "new", "work/versions", "work/versions/1.json", "work/answers"):
        assert visitor.get(f"/surveys/{path}").status_code == 403, path
    assert visitor.post("/surveys/new", {"source": dump(document(slug="x"))}).status_code == 403
    for verb in ("open", "pause", "resume", "close", "archive", "versions"):
        assert visitor.post(f"/surveys/work/{verb}").status_code == 403
    assert state_of(app) == "open"


def test_pages_of_the_office_cost_few_statements(desk: Desk, cast: Cast, app: Flask) -> None:
    for number in range(6):
        desk.make(slug=f"s{number}")
    office = cast.visitor("office")
    for path in ("/surveys/manage", "/surveys/new", "/surveys/s1/versions"):
        with counted(app) as statements:
            assert office.get(path).status_code == 200
        assert len(statements) <= 8, (path, statements)


# --- What waits ----------------------------------------------------------------------------


def waits(app: Flask, cast: Cast, name: str) -> list[str]:
    with app.test_request_context():
        person = cast.person(name)
        return [one.title for source in registry.waiting for one in source(person)]


def test_open_survey_waits_until_it_is_put_aside(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(audience=["delegate"])
    assert waits(app, cast, "delegate") == ["《工作作风》"]
    assert waits(app, cast, "cadre") == []
    visitor = cast.visitor("delegate")
    assert "《工作作风》" in visitor.get("/").text
    assert visitor.post("/surveys/work/dismiss").status_code == 303
    assert visitor.post("/surveys/work/dismiss").status_code == 303
    assert waits(app, cast, "delegate") == []
    assert "工作作风" in visitor.get("/surveys").text, "it can still be found and answered"
    assert desk.fill(visitor).status_code == 303


def test_dismissal_is_for_those_who_are_asked(desk: Desk, cast: Cast, tables: Any) -> None:
    desk.make(audience=["delegate"])
    assert cast.visitor("cadre").post("/surveys/work/dismiss").status_code == 403
    assert tables("survey_dismissals") == []


def test_answered_survey_waits_no_more_in_this_browser(desk: Desk, cast: Cast) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    assert "不再提醒" in visitor.get("/surveys").text
    desk.fill(visitor)
    page = visitor.get("/surveys").text
    assert "已交" in page
    assert "不再提醒" not in page
    assert "《工作作风》" not in visitor.get("/").text
    assert "不再提醒" in cast.visitor("delegate").get("/surveys").text, "the server does not know"


def test_named_survey_waits_no_more_once_answered(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(anonymity="named")
    assert waits(app, cast, "cadre") == ["《工作作风》"]
    desk.fill(cast.visitor("cadre"))
    assert waits(app, cast, "cadre") == []


@pytest.mark.parametrize(
    ("state", "days"), [("draft", [0, 9]), ("paused", [0, 9]), ("open", [2, 9])]
)
def test_shut_survey_does_not_wait(
    desk: Desk, cast: Cast, app: Flask, state: str, days: list[int]
) -> None:
    desk.make(state=state, days=days)
    assert waits(app, cast, "delegate") == []


def test_list_says_what_to_do_when_it_is_empty(cast: Cast, app: Flask) -> None:
    page = cast.visitor("cadre").get("/surveys")
    assert "现在没有请你填的问卷" in page.text
    assert "还没有结束的问卷" in page.text


def test_home_shows_each_open_survey_once(desk: Desk, cast: Cast, app: Flask) -> None:
    """Among what waits; once answered or put aside, and when there are results, in the panel."""
    for number in range(5):
        desk.make(slug=f"s{number}")
    desk.make(slug="over", state="closed")
    cast.id("delegate")
    with app.test_request_context():
        person = cast.person("delegate")
        with counted(app) as statements:
            assert len(shelves.waiting(person)) == 5
            shown = shelves.panel(person)
        assert len(statements) == 1, "what runs and what is over together"
    assert shown is not None
    assert shown["running"] == []
    assert [survey.slug for survey in shown["finished"]] == ["over"]
    visitor = cast.visitor("delegate")
    visitor.post("/surveys/s1/dismiss")
    assert desk.fill(visitor, "s2").status_code == 303
    page = visitor.get("/").text
    for number in range(5):
        assert page.count(f'href="/surveys/s{number}"') == 1
    assert page.count('href="/surveys/over/results"') == 1


def test_home_shows_the_newest_results_first(desk: Desk, cast: Cast, app: Flask) -> None:
    for slug, days in (("oldest", 9), ("newest", 1), ("older", 5)):
        desk.make(slug=slug, state="closed")
        ended = clock.now() - timedelta(days=days)
        period = {"opens_at": ended - timedelta(days=1), "closes_at": ended}
        with app.app_context():
            db.session.execute(update(Survey).where(Survey.slug == slug).values(period))
            db.session.commit()
    cast.id("delegate")
    with app.test_request_context():
        shown = shelves.panel(cast.person("delegate"))
    assert shown is not None
    assert [survey.slug for survey in shown["finished"]] == ["newest", "older"]


def test_search_finds_an_open_survey_in_both_languages(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(state="draft")
    with app.test_request_context():
        assert search.find("工作作风", cast.person("cadre")).total == 0
    desk.move("work", "open")
    with app.test_request_context():
        for words in ("工作作风", "english"):
            (hit,) = search.find(words, cast.person("cadre")).rows
            assert hit.url == "/surveys/work"


def test_figures_count_what_is_released(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make()
    with app.app_context():
        assert figures.read("surveys.open") == 1
        assert figures.read("surveys.responses") == 0
    desk.fill(cast.visitor("delegate"))
    with app.app_context():
        assert figures.read("surveys.responses") == 0, "a held answer does not move the count"
