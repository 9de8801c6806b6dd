"""Filling in a form: what is kept, what is refused and how it is said."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from core import clock, csrf
from core.db import db
from core.policy import SYSTEM
from surveys import publishing, responses, rights
from surveys.definition import read
from surveys.models import SpentRight, Survey
from surveys.shelves import release_held
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import GOOD, Desk, action, document, hidden, label

Tables = Callable[..., list[Any]]
CONTENT = Path(__file__).parents[2] / "demo/content/surveys"


def kept(tables: Tables) -> int:
    return len(tables("survey_held_responses")) + len(tables("survey_responses"))


# --- Anonymous -----------------------------------------------------------------------------


def test_anonymous_answer_is_taken(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    sent = desk.fill(visitor)
    assert (sent.status_code, sent.location) == (303, "/surveys/work/receipt")
    assert "答卷收到了" in visitor.get(sent.location).text
    assert kept(tables) == 1
    again = visitor.get("/surveys/work").text
    assert "已经交过" in again
    assert 'class="form survey"' not in again


def test_right_serves_once(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD}
    assert visitor.client.post(action(page), data=data).status_code == 303
    second = visitor.client.post(action(page), data={**data, "q-one": "b"})
    assert second.status_code == 409
    assert "只算一份" in second.text
    assert kept(tables) == 1


def test_right_is_the_same_in_another_browser(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    one, other = cast.visitor("delegate"), cast.visitor("delegate")
    assert hidden(one.get("/surveys/work"))["right"] == hidden(other.get("/surveys/work"))["right"]
    page = other.get("/surveys/work")
    assert desk.fill(one).status_code == 303
    assert other.client.post(action(page), data={**hidden(page), **GOOD}).status_code == 409, (
        "a second browser must not give a second answer"
    )
    assert kept(tables) == 1


def test_two_people_share_a_browser(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    assert desk.fill(visitor).status_code == 303
    visitor.post("/logout")
    cast.id("supervisor")
    visitor.post("/login", {"username": "supervisor", "password": "correct horse battery"})
    assert desk.fill(visitor).status_code == 303
    assert kept(tables) == 2


def test_right_handed_before_a_restart_is_brought_by_code(
    desk: Desk, cast: Cast, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make()
    first, other = cast.visitor("delegate"), cast.visitor("delegate")
    code = hidden(first.get("/surveys/work"))["right"]
    monkeypatch.setattr(rights, "_memory", b"another server's memory, 32 byte")
    page = other.get("/surveys/work", follow_redirects=True)
    assert "答题权已经领过" in page.text
    wrong = other.post("/surveys/work/right", {"right": code[:-1] + "x"})
    assert wrong.status_code == 422
    assert "不是本问卷的答题码" in wrong.text
    assert other.post("/surveys/work/right", {"right": f" {code}\n"}).status_code == 303
    assert desk.fill(other).status_code == 303
    assert "答题权已经领过" not in first.get("/surveys/work").text, "the first still has its own"
    assert desk.fill(first).status_code == 409
    assert kept(tables) == 1


@pytest.mark.parametrize("right", ["", "forged", "0" * 32 + "." + "0" * 32, "é" * 65])
def test_forged_right_is_refused(desk: Desk, cast: Cast, tables: Tables, right: str) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    visitor.client.delete_cookie("right", path="/surveys/work")
    refused = visitor.client.post(action(page), data={**GOOD, "right": right})
    assert refused.status_code == 403
    assert "缺少有效的答题权" in refused.text
    assert kept(tables) == 0
    assert tables("survey_spent_rights") == []


def test_right_of_another_survey_is_refused(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    desk.make(slug="other")
    visitor = cast.visitor("delegate")
    right = hidden(visitor.get("/surveys/other"))["right"]
    assert (
        visitor.client.post("/surveys/work/send", data={**GOOD, "right": right}).status_code == 403
    )
    assert kept(tables) == 0


def test_right_is_not_sent_beyond_the_survey(desk: Desk, cast: Cast) -> None:
    desk.make()
    page = cast.visitor("delegate").get("/surveys/work")
    cookie = next(c for c in page.headers.getlist("Set-Cookie") if c.startswith("right="))
    assert "Path=/surveys/work" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_answer_sent_to_the_named_address_goes_on(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    visitor.get("/surveys/work")
    sent = visitor.post("/surveys/work", GOOD)
    assert (sent.status_code, sent.location) == (307, "/surveys/work/send")
    assert visitor.post(sent.location, GOOD).status_code == 303, "the cookie holds the right"
    assert kept(tables) == 1


def test_sending_looks_at_nobody(
    desk: Desk, cast: Cast, app: Flask, tables: Tables, caplog: pytest.LogCaptureFixture
) -> None:
    """No person or sign-in is read, nothing else is written, nothing is logged."""
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    quiet = ("journal_events", "submissions", "attempts", "jobs", "notices", "sign_ins", "people")
    quiet += ("survey_rights", "survey_dismissals", "surveys")
    before = {name: tables(name) for name in quiet}
    with caplog.at_level(logging.DEBUG), counted(app) as statements:
        sent = visitor.client.post(action(page), data={**hidden(page), **GOOD})
    assert sent.status_code == 303
    assert not [s for s in statements if "sign_ins" in s or "people" in s or "memberships" in s]
    assert {name: tables(name) for name in quiet} == before
    assert caplog.records == []
    cookies = sent.headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["receipt", "answered"]


def test_refused_anonymous_answer_looks_at_nobody(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    with counted(app) as statements:
        sent = visitor.client.post(action(page), data={**hidden(page), **GOOD, "q-one": ""})
    assert sent.status_code == 422
    assert "有意的" in sent.text, "the page says why no name stands in its head"
    assert not [s for s in statements if "sign_ins" in s or "people" in s]


def test_failure_leaves_no_answer_in_the_log(
    desk: Desk, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")

    def held_twice(survey: Survey, receipt: str) -> None:
        row = responses.db.session.scalars(db.select(responses.HeldResponse)).one()
        twin = {"survey_id": row.survey_id, "receipt": receipt, "envelope": row.envelope}
        responses._insert(responses.HeldResponse, [twin])

    monkeypatch.setattr(responses, "_stir", held_twice)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(app, "testing", False)
    with caplog.at_level(logging.DEBUG):
        sent = visitor.client.post(
            action(page), data={**hidden(page), **GOOD, "q-text": "只有我知道的事"}
        )
    assert sent.status_code == 500
    assert "NotStored" in caplog.text
    assert "只有我知道的事" not in caplog.text
    assert "\\u53ea" not in caplog.text
    assert hidden(page)["right"].partition(".")[0] not in caplog.text


def test_parallel_submits_give_one_answer(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD}
    address = action(page)

    def send(_number: int) -> int:
        return desk.app.test_client().post(address, data=data).status_code

    with ThreadPoolExecutor(16) as pool:
        codes = sorted(pool.map(send, range(32)))
    assert codes == [303] + [409] * 31
    assert kept(tables) == 1
    assert len(tables("survey_spent_rights")) == 1


def test_parallel_people_are_all_counted(desk: Desk, cast: Cast, tables: Tables) -> None:
    """Forty-three people at once: none lost, none doubled; five stay behind."""
    slug = desk.make()
    with desk.app.app_context():
        survey = db.session.scalars(db.select(Survey)).one()
        given = [rights.mint(survey) for _ in range(43)]

    def send(right: str) -> int:
        client = desk.app.test_client()
        return client.post(f"/surveys/{slug}/send", data={**GOOD, "right": right}).status_code

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(send, given)) == [303] * 43
    assert len(tables("survey_held_responses")) == 43
    with desk.app.app_context():
        release_held()
        db.session.commit()
    assert len(tables("survey_responses")) == 38
    assert len(tables("survey_held_responses")) == 5
    assert len(tables("survey_answers")) == 38 * 7
    assert tables("survey_result_snapshots")[0]["response_count"] == 38


# --- Named ---------------------------------------------------------------------------------


def test_named_answer_is_kept_and_changed(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("cadre")
    assert desk.fill(visitor).status_code == 303
    (response,) = tables("survey_responses")
    assert response["person_id"] == cast.id("cadre")
    page = visitor.get("/surveys/work")
    assert 'value="周报"' in page.text
    assert desk.fill(visitor, q_one="c", q_one_other="写信", q_brief="").status_code == 303
    (after,) = tables("survey_responses")
    assert after["id"] == response["id"]
    written = [(row["question_key"], row["text"]) for row in tables("survey_open_answers")]
    assert sorted(written) == [("one", "写信"), ("text", "少开会。")]
    chosen = [row["option_key"] for row in tables("survey_answers") if row["question_key"] == "one"]
    assert chosen == ["c"]
    assert 'value="写信"' in visitor.get("/surveys/work").text


def test_named_answer_needs_the_session_token(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("cadre")
    visitor.get("/surveys/work")
    assert visitor.client.post("/surveys/work", data=GOOD).status_code == 400
    assert tables("survey_responses") == []


def test_named_answer_cannot_be_sent_as_nobody(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(anonymity="named")
    assert cast.visitor("cadre").client.post("/surveys/work/send", data=GOOD).status_code == 404
    assert tables("survey_responses") == []


def test_parallel_named_submits_give_one_response(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("cadre")
    data = {**GOOD, csrf.FIELD: visitor.token()}
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None

    def send(_number: int) -> int:
        client = desk.app.test_client()
        client.set_cookie("session", cookie.value)
        return client.post("/surveys/work", data=data).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, range(32))) == {303}
    assert len(tables("survey_responses")) == 1
    assert len(tables("survey_answers")) == 7


# --- Who and when --------------------------------------------------------------------------


def test_stranger_is_asked_to_sign_in(desk: Desk, cast: Cast) -> None:
    desk.make()
    for path in ("/surveys", "/surveys/work", "/surveys/work/results"):
        page = cast.visitor().get(path)
        assert (page.status_code, page.location) == (302, f"/login?next={path}")


@pytest.mark.parametrize("anonymity", ["named", "anonymous"])
def test_those_outside_are_told(desk: Desk, cast: Cast, tables: Tables, anonymity: str) -> None:
    desk.make(audience=["delegate", "expert"], anonymity=anonymity)
    visitor = cast.visitor("cadre")
    page = visitor.get("/surveys/work")
    assert "没有发给你" in page.text
    assert 'class="form survey"' not in page.text
    assert visitor.post("/surveys/work", GOOD).status_code == 403
    assert tables("survey_rights") == [], "no right is handed to those who are not asked"
    assert kept(tables) == 0
    assert "没有发给你" not in cast.visitor("expert").get("/surveys/work").text


@pytest.mark.parametrize("anonymity", ["named", "anonymous"])
@pytest.mark.parametrize(
    ("state", "days", "words"),
    [
        ("open", [3, 10], "还没有开始"),
        ("paused", [-1, 10], "暂停了"),
        ("closed", [-1, 10], "已经截止"),
        ("archived", [-1, 10], "已经截止"),
    ],
)
def test_shut_survey_says_why(
    desk: Desk,
    cast: Cast,
    tables: Tables,
    anonymity: str,
    state: str,
    days: list[int],
    words: str,
) -> None:
    desk.make(state=state, days=days, anonymity=anonymity)
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    assert page.status_code == 200
    assert words in page.text
    assert 'class="form survey"' not in page.text
    data = dict(GOOD)
    if anonymity == "anonymous":
        with desk.app.app_context():
            data["right"] = rights.mint(db.session.scalars(db.select(Survey)).one())
    address = "/surveys/work/send" if anonymity == "anonymous" else "/surveys/work"
    sent = visitor.post(address, data)
    assert sent.status_code == 409
    assert words in sent.text
    assert kept(tables) == 0
    assert tables("survey_spent_rights") == []


def test_form_shuts_at_the_end_of_its_last_day(desk: Desk, cast: Cast) -> None:
    desk.make(days=[0, 0])
    with desk.app.app_context():
        midnight = clock.start_of(clock.today() + timedelta(days=1))
    with clock.travel(midnight - timedelta(seconds=30)):
        visitor = cast.visitor("delegate")
        page = visitor.get("/surveys/work")
        data = {**hidden(page), **GOOD}
        assert desk.fill(visitor).status_code == 303
    with desk.app.app_context():
        db.session.execute(delete(SpentRight))
        db.session.commit()
    with clock.travel(midnight + timedelta(seconds=1)):
        assert "已经截止" in visitor.get("/surveys/work").text
        late = visitor.client.post(action(page), data=data)
    assert late.status_code == 409


def test_drafts_are_the_offices(desk: Desk, cast: Cast) -> None:
    desk.make(state="draft")
    assert cast.visitor("cadre").get("/surveys/work").status_code == 404
    page = cast.visitor("office").get("/surveys/work")
    assert "只有办公室看得到" in page.text
    assert "交问卷" not in page.text


# --- Bad input -----------------------------------------------------------------------------

BAD = [
    ({"q-one": ""}, "one", "请选一项。"),
    ({"q-one": "zzz"}, "one", "请从列出的选项里选。"),
    ({"q-one": ["a", "b"]}, "one", "只能选一项。"),
    ({"q-one": "a", "q-one-other": "又写了字"}, "one", "选的却是另一项"),
    ({"q-one": "c", "q-one-other": "长" * 201}, "one", "最多 200 个字，现在是 201 个字。"),
    ({"q-many": []}, "many", "请至少选一项。"),
    ({"q-many": ["a", "b", "c"]}, "many", "最多选 2 项，现在选了 3 项。"),
    ({"q-many": ["a", "none"]}, "many", "就不能再选别的"),
    ({"q-many": ["a", "<script>"]}, "many", "请从列出的选项里选。"),
    ({"q-grid-x": ["1", "2"]}, "grid", "“第一行”只能选一项。"),
    ({"q-grid-y": "9"}, "grid", "“第二行”请从列出的选项里选。"),
    ({"q-num": "十二"}, "num", "请填一个数字，例如 12。"),
    ({"q-num": "1e5"}, "num", "请填一个数字，例如 12。"),
    ({"q-num": "2.5"}, "num", "请填整数。"),
    ({"q-num": "-1"}, "num", "应在 0 到 60 之间。"),
    ({"q-num": "61"}, "num", "应在 0 到 60 之间。"),
    ({"q-num": "9" * 400}, "num", "请填一个数字，例如 12。"),
    ({"q-when": "昨天"}, "when", "请填一个日期，例如 2026-05-20。"),
    ({"q-when": "2026-02-30"}, "when", "请填一个日期，例如 2026-05-20。"),
    ({"q-when": "0001-01-01"}, "when", "请填一个日期，例如 2026-05-20。"),
    ({"q-rate": "11"}, "rate", "请在 0 到 10 之间选一个。"),
    ({"q-rate": "5.5"}, "rate", "请在 0 到 10 之间选一个。"),
    ({"q-brief": "字" * 21}, "brief", "最多 20 个字，现在是 21 个字。"),
    ({"q-text": "字" * 101}, "text", "最多 100 个字，现在是 101 个字。"),
]


@pytest.mark.parametrize("anonymity", ["named", "anonymous"])
def test_bad_answers_are_named_and_everything_typed_stays(
    desk: Desk, cast: Cast, tables: Tables, anonymity: str
) -> None:
    desk.make(anonymity=anonymity)
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    for changes, key, sentence in BAD:
        data = {**hidden(page), **GOOD, "q-text": "别的都留着 <b>&", **changes}
        sent = visitor.client.post(action(page), data=data)
        assert sent.status_code == 422, changes
        assert f'href="#q-{key}"' in sent.text, changes
        assert sent.text.count(sentence) == 2, (changes, "in the summary and beside the field")
        assert f'id="q-{key}-error"' in sent.text
        if key != "text":
            assert "别的都留着 &lt;b&gt;&amp;" in sent.text
        typed = changes[min(changes)] if key in ("num", "when", "brief") else None
        if typed:
            assert f'value="{typed}"' in sent.text
    assert kept(tables) == 0
    assert tables("survey_spent_rights") == [], "a refused form leaves the right as it was"
    assert desk.fill(visitor).status_code == 303


def test_unknown_question_is_named(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    sent = desk.fill(visitor, q_zzz="1", q_grid_z="1")
    assert sent.status_code == 422
    assert "没有“q-zzz”这一题" in sent.text
    assert "没有“q-grid-z”这一题" in sent.text
    assert kept(tables) == 0


def test_everything_at_once_is_counted(desk: Desk, cast: Cast) -> None:
    desk.make()
    sent = desk.fill(cast.visitor("delegate"), q_one="", q_many=[], q_num="x")
    assert "有 3 处要改" in sent.text


def test_required_matrix_names_a_missing_row(desk: Desk, cast: Cast) -> None:
    form = document()
    form["sections"][0]["questions"][2]["required"] = True
    desk.make(sections=form["sections"])
    visitor = cast.visitor("delegate")
    assert "还有 1 行没有选，例如“第二行”" in desk.fill(visitor).text
    assert desk.fill(visitor, q_grid_y="3").status_code == 303


@pytest.mark.parametrize(
    ("changes", "question", "expected"),
    [
        ({"q-num": "１２"}, "num", [12.0]),
        ({"q-num": " 7 "}, "num", [7.0]),
        ({"q-num": ""}, "num", []),
        ({"q-when": "2026年5月2日"}, "when", ["2026-05-02"]),
        ({"q-when": "2026/5/2"}, "when", ["2026-05-02"]),
        ({"q-one": "", "q-one-other": "写信"}, "one", ["c"]),
        ({"q-many": ["a", "a"]}, "many", ["a"]),
        ({"q-many": "none"}, "many", ["none"]),
    ],
)
def test_answers_are_read_kindly(
    desk: Desk,
    cast: Cast,
    tables: Tables,
    changes: dict[str, Any],
    question: str,
    expected: list[Any],
) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("cadre")
    page = visitor.get("/surveys/work")
    assert (
        visitor.client.post(action(page), data={**hidden(page), **GOOD, **changes}).status_code
        == 303
    )
    rows = [row for row in tables("survey_answers") if row["question_key"] == question]
    found = [
        row["number"]
        if row["number"] is not None
        else row["day"].isoformat()
        if row["day"] is not None
        else row["option_key"]
        for row in rows
    ]
    assert found == expected


def test_odd_addresses_and_hidden_fields_break_nothing(
    desk: Desk, cast: Cast, tables: Tables
) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    for path in ("%00", "work%00", "%ff", "work/nothing", "%00/results"):
        assert visitor.get(f"/surveys/{path}").status_code == 404
    assert visitor.post("/surveys/%00/send", GOOD).status_code == 404
    assert desk.fill(visitor, number="²", q_one="").status_code == 422
    assert desk.fill(visitor, q_text="a\0b").status_code == 303
    assert visitor.get("/surveys/work/send").location == "/surveys/work"
    assert kept(tables) == 1


# --- A form that changes -------------------------------------------------------------------


def test_form_changed_while_filled(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    changed = document()
    del changed["sections"][1]["questions"][3]
    changed["sections"][1]["questions"].append(
        {"key": "new", "type": "short", "label": label("新题"), "required": True}
    )
    with desk.app.app_context():
        publishing.bring(read(changed), SYSTEM)
        db.session.commit()
    sent = visitor.client.post(action(page), data={**hidden(page), **GOOD})
    assert sent.status_code == 422
    assert "在你填写期间改过" in sent.text
    assert "加了“新题”" in sent.text
    assert "不再问“一句话”" in sent.text
    assert "少开会。" in sent.text
    data = {**{k: v for k, v in GOOD.items() if k != "q-brief"}, **hidden(sent), "q-new": "好"}
    assert data["q-brief"] == "周报", "what was answered travels on"
    assert visitor.client.post(action(page), data=data).status_code == 303
    assert kept(tables) == 1


# --- What it costs -------------------------------------------------------------------------


def test_pages_cost_few_statements(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(results_when="always")
    desk.make(slug="mine", anonymity="named")
    desk.make(slug="old", state="closed")
    visitor = cast.visitor("delegate")
    for path in ("/surveys", "/surveys/work", "/surveys/mine", "/surveys/work/results"):
        with counted(app) as statements:
            assert visitor.get(path).status_code == 200
        assert len(statements) <= 6, (path, statements)
    desk.fill(visitor, "mine")
    for path in ("/surveys/mine", "/surveys/work"):
        with counted(app) as statements:
            visitor.get(path)
        assert len(statements) <= 6, (path, statements)


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.json")), ids=lambda path: path.stem)
def test_demo_forms_weigh_little(desk: Desk, cast: Cast, path: Path) -> None:
    form = json.loads(path.read_text(encoding="utf-8"))
    if form["anonymity"] == "confidential":
        form["anonymity"] = "named"  # it weighs the same, and needs no keepers
    asked = {"days": [0, 9], "results_when": "always", "audience": ["everyone"]}
    slug = desk.make(**{**form, **asked})
    visitor = cast.visitor("delegate")
    for page in (f"/surveys/{slug}", f"/surveys/{slug}/results", "/surveys"):
        answer = visitor.get(page)
        assert answer.status_code == 200
        assert len(answer.data) <= 40_000


def test_form_in_english_is_all_english(desk: Desk, cast: Cast) -> None:
    desk.make()
    visitor = cast.visitor("delegate")
    visitor.client.set_cookie("language", "en")
    page = visitor.get("/surveys/work")
    body = page.text.partition("<main")[2].partition("</main>")[0]
    assert not [c for c in body if "\u4e00" <= c <= "\u9fff"], body


def test_anonymity_is_fixed_at_publication(desk: Desk, app: Flask) -> None:
    """The validator and the database hold the anonymity of what is published."""
    desk.make()
    with app.app_context():
        survey = db.session.scalars(db.select(Survey)).one()
        with pytest.raises(ValueError, match="fixed"):
            survey.anonymity = "named"
        with pytest.raises(IntegrityError):
            db.session.execute(update(Survey).values(anonymity="named"))
        db.session.rollback()
