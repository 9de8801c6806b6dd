"""A named form put aside half-filled: kept for its person alone until it is sent or thrown away."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts.models import Person
from core import clock
from core.db import db
from surveys import begun, publishing
from surveys.begun import BegunResponse
from surveys.models import Survey, SurveyVersion
from tests.conftest import counted
from tests.people import Cast, Visitor
from tests.surveys.conftest import GOOD, Desk, document, hidden

FORM = "/surveys/work"
KEEP = f"{FORM}/begun"
Data = dict[str, Any]


@pytest.fixture
def visitor(desk: Desk, cast: Cast) -> Visitor:
    desk.make(anonymity="named")
    return cast.visitor("delegate")


def opened(visitor: Visitor, **filled: Any) -> Data:
    """What a page that was just opened would send, with something filled in."""
    named = {name.replace("_", "-"): value for name, value in filled.items()}
    return {**hidden(visitor.get(FORM)), **named}


def put_aside(visitor: Visitor, data: Data, state: int = 303) -> Any:
    answer = visitor.client.post(KEEP, data=data)
    assert answer.status_code == state, answer.text
    return answer


def quietly(visitor: Visitor, data: Data, state: int = 200) -> Data:
    answer = put_aside(visitor, {**data, "quiet": "yes"}, state)
    assert answer.mimetype == "application/json"
    return dict(answer.json)


# --- Kept ----------------------------------------------------------------------------------


def test_half_filled_form_comes_back(visitor: Visitor, tables: Any) -> None:
    kept = put_aside(visitor, opened(visitor, q_one="b", q_num="七", q_text="写到一半"))
    assert kept.location == "/surveys"
    listed = visitor.get("/surveys").text
    assert "存好了，还没有交" in listed
    assert "填了一半" in listed
    assert f'href="{FORM}#part-2"' in listed, "where it was left"
    home = visitor.get("/").text
    assert "填了一半，实名" in home
    assert f"{FORM}#part-2" in home
    page = visitor.get(FORM).text
    assert "接着上次填" in page
    assert re.search(r'id="q-one-b"[^>]* checked', page)
    assert 'value="七"' in page
    assert "写到一半</textarea>" in page
    assert tables("survey_responses") == []


def test_link_leads_to_what_comes_next(visitor: Visitor) -> None:
    put_aside(visitor, opened(visitor, q_one="b", q_num="7"))
    assert re.search(r'<a class="act" href="#q-when">从“第 5 题”接着</a>', visitor.get(FORM).text)


def test_page_comes_back_where_it_was(desk: Desk, cast: Cast) -> None:
    desk.make(anonymity="named", pages=True)
    visitor = cast.visitor("delegate")
    first = opened(visitor, q_one="a", q_many="a", go="next")
    assert "第 2 部分" in visitor.client.post(FORM, data=first).text
    page = visitor.get(FORM)
    assert hidden(page)["page"] == "1", "a step is kept without being asked"
    assert re.search(r'id="q-one-a"[^>]* checked', page.text)


def test_refused_form_is_kept_meanwhile(visitor: Visitor) -> None:
    data = opened(visitor, q_text="少开会")
    assert visitor.client.post(FORM, data=data).status_code == 422
    assert "少开会</textarea>" in visitor.get(FORM).text


def test_script_saves_quietly(visitor: Visitor) -> None:
    data = opened(visitor, q_one="b")
    told = quietly(visitor, data)
    assert (told["number"], told["answered"]) == (1, "")
    assert "存好了" in told["said"]
    assert quietly(visitor, {**data, "begun": 1})["number"] == 1, "the same again"
    assert quietly(visitor, {**data, "begun": 1, "q-one": "a"})["number"] == 2
    emptied = quietly(visitor, opened(visitor, q_one=""))
    assert emptied["number"] == 0
    assert "接着上次填" not in visitor.get(FORM).text


def test_what_nobody_asks_is_not_kept(visitor: Visitor, tables: Any) -> None:
    put_aside(visitor, {**opened(visitor, q_one="b"), "q-strange": "x", "other": "y"})
    assert tables("survey_begun_responses")[0]["fields"] == {"q-one": ["b"]}


def test_too_much_is_refused_in_words(
    visitor: Visitor, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begun, "LIMIT", 40)
    data = opened(visitor, q_one="b", q_text="字" * 60)
    assert "太长了，存不下" in quietly(visitor, data, 422)["said"]
    page = put_aside(visitor, data, 422).text
    assert "太长了，存不下" in page
    assert "字" * 60 in page
    assert tables("survey_begun_responses") == []


def test_files_are_not_kept_and_earlier_ones_stay(desk: Desk, cast: Cast, tables: Any) -> None:
    asked = [
        {"key": "scan", "type": "file", "label": "材料"},
        {"key": "name", "type": "signature", "label": "签名"},
        {"key": "word", "type": "short", "label": "一句话"},
    ]
    desk.make(anonymity="named", sections=[{"questions": asked}])
    visitor = cast.visitor("delegate")
    page = visitor.get(FORM).text
    assert "上传的文件和签名不存" in page
    file = {"q-scan": (io.BytesIO(b"proof"), "first.txt")}
    data = opened(visitor, q_name="王某", q_word="好")
    assert visitor.client.post(FORM, data={**data, **file}).status_code == 303
    before = len(tables("attachments"))
    file = {"q-scan": (io.BytesIO(b"another"), "second.txt")}
    put_aside(visitor, {**opened(visitor, q_name="李某", q_word="还好"), **file})
    assert tables("survey_begun_responses")[0]["fields"] == {"q-word": ["还好"]}
    assert len(tables("attachments")) == before
    page = visitor.get(FORM).text
    assert "first.txt" in page
    assert 'value="王某"' in page
    assert 'value="还好"' in page


# --- For nobody else -----------------------------------------------------------------------


@pytest.mark.parametrize("anonymity", ["anonymous", "confidential"])
def test_nothing_is_kept_of_a_form_that_promises_otherwise(
    desk: Desk, cast: Cast, app: Flask, tables: Any, anonymity: str
) -> None:
    desk.make(anonymity=anonymity, state="draft")
    with app.app_context():
        survey_id = db.session.scalars(select(Survey.id)).one()
        db.session.execute(update(Survey).values(state="open"))
        db.session.commit()
    visitor = cast.visitor("delegate")
    put = visitor.post(KEEP, {"q-one": "b"})
    assert put.status_code == 404
    assert tables("survey_begun_responses") == []
    row = {
        **{"survey_id": survey_id, "person_id": cast.id("delegate"), "version_number": 1},
        **{"number": 1, "window": "", "section": 0, "fields": {}, "saved_at": clock.now()},
    }
    for said in ("named", anonymity):
        with app.app_context(), pytest.raises(IntegrityError):
            db.session.execute(insert(BegunResponse), [{**row, "anonymity": said}])


def test_nobody_else_meets_it(visitor: Visitor, cast: Cast, app: Flask, tables: Any) -> None:
    events = len(tables("journal_events"))
    put_aside(visitor, opened(visitor, q_one="b", q_text="只有我知道"))
    for name in ("cadre", "office"):
        other = cast.visitor(name)
        for path in (FORM, "/surveys", "/", f"{FORM}/results", f"{FORM}/answers", "/search?q=知道"):
            answer = other.get(path).text
            assert "只有我知道" not in answer, (name, path)
            assert "填了一半" not in answer, (name, path)
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert publishing.answered(survey) == 0
    assert len(tables("journal_events")) == events


def test_it_costs_few_statements(visitor: Visitor, app: Flask, desk: Desk) -> None:
    desk.fill(visitor)
    data = opened(visitor, q_text="改一改")
    with counted(app) as statements:
        quietly(visitor, data)
    assert len(statements) <= 8, statements
    with counted(app) as statements:
        page = visitor.get(FORM).text
    assert len(statements) <= 6, statements
    assert "交过的那一份还在" in page


# --- The end -------------------------------------------------------------------------------


def test_it_goes_when_the_form_is_sent(visitor: Visitor, tables: Any) -> None:
    put_aside(visitor, opened(visitor, q_text="少开会"))
    assert visitor.client.post(FORM, data=opened(visitor, **GOOD)).status_code == 303
    assert tables("survey_begun_responses") == []
    assert "填了一半" not in visitor.get("/surveys").text


def test_it_goes_when_the_survey_ends(visitor: Visitor, desk: Desk, tables: Any) -> None:
    put_aside(visitor, opened(visitor, q_text="少开会"))
    desk.move("work", "pause")
    assert len(tables("survey_begun_responses")) == 1
    assert (
        "暂停" in quietly(visitor, {"csrf_token": visitor.token(), "q-text": "再写"}, 409)["said"]
    )
    desk.move("work", "close")
    assert tables("survey_begun_responses") == []


def test_it_goes_with_its_person(visitor: Visitor, cast: Cast, app: Flask, tables: Any) -> None:
    put_aside(visitor, opened(visitor, q_text="少开会"))
    with app.app_context():
        db.session.execute(delete(Person).where(Person.id == cast.id("delegate")))
        assert db.session.scalars(select(BegunResponse)).all() == []
        db.session.rollback()


def test_it_is_thrown_away(visitor: Visitor, tables: Any) -> None:
    put_aside(visitor, opened(visitor, q_text="少开会"))
    assert visitor.post(f"{KEEP}/discard").location == FORM
    assert tables("survey_begun_responses") == []
    assert visitor.get(f"{KEEP}/discard").location == FORM
    assert visitor.get(KEEP).location == FORM


# --- Two windows ---------------------------------------------------------------------------


def test_later_window_wins_and_nothing_is_lost(visitor: Visitor) -> None:
    one, other = opened(visitor, q_text="这边"), opened(visitor, q_text="那边")
    put_aside(visitor, one)
    told = quietly(visitor, other)
    assert "另一个窗口也存过" in told["said"]
    page = visitor.get(FORM).text
    assert "那边</textarea>" in page
    assert "没有丢" in page
    visitor.post(f"{KEEP}/swap")
    page = visitor.get(FORM).text
    assert "这边</textarea>" in page
    assert "没有丢" in page


def test_one_window_that_saves_twice_is_no_other(visitor: Visitor) -> None:
    data = opened(visitor, q_text="这")
    quietly(visitor, data)
    assert "另一个窗口" not in quietly(visitor, {**data, "q-text": "这边"})["said"]
    assert "没有丢" not in visitor.get(FORM).text


def test_window_that_outlived_the_sending_is_told(visitor: Visitor, tables: Any) -> None:
    stale = opened(visitor, q_text="还在填")
    assert visitor.client.post(FORM, data=opened(visitor, **GOOD)).status_code == 303
    told = quietly(visitor, stale, 409)
    assert "刚才在别处交过" in told["said"]
    page = put_aside(visitor, stale, 409)
    assert "刚才在别处交过" in page.text
    assert "还在填</textarea>" in page.text
    assert tables("survey_begun_responses") == []
    again = {**stale, "answered": told["answered"]}
    assert hidden(page)["answered"] == told["answered"]
    put_aside(visitor, again)
    assert len(tables("survey_begun_responses")) == 1


# --- A form that changed -------------------------------------------------------------------


def revise(app: Flask, cast: Cast, form: Data) -> None:
    from surveys.definition import read

    with app.test_request_context():
        publishing.bring(read(form), cast.person("office"))
        db.session.commit()


def test_it_is_carried_over_to_a_newer_form(
    visitor: Visitor, cast: Cast, app: Flask, tables: Any
) -> None:
    good = {name.replace("-", "_"): value for name, value in GOOD.items()}
    put_aside(visitor, opened(visitor, **good))
    newer = document(anonymity="named")
    gone = newer["sections"][1]["questions"].pop(3)
    assert gone["key"] == "brief"
    newer["sections"][1]["questions"].append({"key": "extra", "type": "short", "label": "新题"})
    revise(app, cast, newer)
    page = visitor.get(FORM)
    assert "问卷在你填写期间改过" in page.text
    assert "不再问“一句话”" in page.text
    assert "少开会。</textarea>" in page.text
    assert hidden(page)["q-brief"] == "周报", "it goes along"
    sent = {**hidden(page), **{k: v for k, v in GOOD.items() if k != "q-brief"}}
    assert visitor.client.post(FORM, data=sent).status_code == 303
    texts = {row["question_key"]: row["text"] for row in tables("survey_open_answers")}
    assert texts == {"brief": "周报", "text": "少开会。"}
    with app.app_context():
        assert sorted(db.session.scalars(select(SurveyVersion.number))) == [1, 2]


def test_it_outlives_a_sign_in_that_ended(visitor: Visitor, cast: Cast) -> None:
    data = opened(visitor, q_text="少开会")
    put_aside(visitor, data)
    with clock.travel(clock.now() + timedelta(days=5)):
        ours = {"Sec-Fetch-Site": "same-origin"}
        late = visitor.client.post(FORM, data={**data, "q-text": "再写一句"}, headers=ours)
        assert late.status_code == 401
        assert "再写一句" in late.text, "and what was typed"
        assert "少开会</textarea>" in cast.visitor("delegate").get(FORM).text
