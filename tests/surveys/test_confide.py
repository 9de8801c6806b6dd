"""Confidential surveys: known who answered, sealed whose an answer is, opened by two together."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from core import clock, codes
from core.db import db
from surveys import confiding, envelopes, publishing, rights
from surveys.confiding import NameOpening, SurveyKeeper
from surveys.models import OpenAnswer, Survey, SurveyResponse, random_id
from tests.conftest import counted
from tests.people import PEOPLE, Cast, Visitor
from tests.surveys.conftest import GOOD, Desk, action, hidden

KEYS = "/surveys/work/keys"
CROWD = ("cadre", "cadre2", "delegate", "expert", "leader")


def half_on(page: str) -> str:
    found = re.search(r'class="survey__half">([^<]+)<', page)
    assert found, "no half on the page"
    return found[1]


@dataclass
class Safe:
    """A confidential survey with its two keepers and their halves."""

    desk: Desk
    keepers: tuple[Visitor, Visitor]
    halves: tuple[str, str]

    def answer(self, *names: str) -> None:
        for name in names:
            words = {"q_text": f"{name}写的话"}
            assert self.desk.fill(self.desk.cast.visitor(name), **words).status_code == 303

    def name_page(self, who: str) -> str:
        """The page at which a person's response may be opened, found by what was written."""
        with self.desk.app.app_context():
            mine = OpenAnswer.text == f"{who}写的话"
            response_id = db.session.scalars(select(OpenAnswer.response_id).where(mine)).one()
        return f"/surveys/work/responses/{response_id}/name"


@pytest.fixture(autouse=True)
def second_officer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steering office has two people here."""
    monkeypatch.setitem(PEOPLE, "office2", PEOPLE["office"])


@pytest.fixture
def safe(desk: Desk, cast: Cast, app: Flask) -> Safe:
    desk.make(anonymity="confidential", state="draft")
    first, second = cast.visitor("office"), cast.visitor("office2")
    halves = [half_on(one.post(KEYS).text) for one in (first, second)]
    desk.move("work", "open")
    return Safe(desk, (first, second), (halves[0], halves[1]))


# --- The halves ----------------------------------------------------------------------------


def test_survey_opens_with_two_keepers(desk: Desk, cast: Cast) -> None:
    desk.make(anonymity="confidential", state="draft")
    with pytest.raises(publishing.NotYet, match="两位保管人"):
        desk.move("work", "open")
    office = cast.visitor("office")
    half_on(office.post(KEYS).text)
    half_on(office.post(KEYS).text)
    with pytest.raises(publishing.NotYet, match="两位保管人"):
        desk.move("work", "open")
    half_on(cast.visitor("office2").post(KEYS).text)
    desk.move("work", "open")


def test_half_is_shown_once_and_kept_nowhere(safe: Safe, tables: Any) -> None:
    for half, keeper in zip(safe.halves, safe.keepers, strict=True):
        assert "survey__half" not in keeper.get(KEYS).text
        private = codes.read(half, 32)
        assert private is not None
        said = str([tables(name) for name in db.metadata.tables])
        assert half not in said
        assert private.hex() not in said
        assert str(private) not in said


def test_new_half_takes_the_place_of_a_lost_one(desk: Desk, cast: Cast, tables: Any) -> None:
    desk.make(anonymity="confidential", state="draft")
    office = cast.visitor("office")
    first = half_on(office.post(KEYS).text)
    second = half_on(office.post(KEYS).text)
    assert first != second
    assert len(tables("survey_keepers")) == 1


def test_third_officer_gets_no_half(
    desk: Desk, cast: Cast, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "office3", PEOPLE["office"])
    desk.make(anonymity="confidential", state="draft")
    for name in ("office", "office2"):
        half_on(cast.visitor(name).post(KEYS).text)
    before = tables("survey_keepers")
    refused = cast.visitor("office3").post(KEYS)
    assert refused.status_code == 409
    assert "不能再领" in refused.text
    assert tables("survey_keepers") == before


def test_no_half_after_the_opening(safe: Safe, cast: Cast, tables: Any) -> None:
    before = tables("survey_keepers")
    assert safe.keepers[0].post(KEYS).status_code == 409
    assert tables("survey_keepers") == before


def test_keys_are_the_offices(safe: Safe, cast: Cast) -> None:
    assert cast.visitor("cadre").get(KEYS).status_code == 403
    assert cast.visitor("cadre").post(KEYS).status_code == 403
    safe.desk.make(slug="other")
    assert safe.keepers[0].get("/surveys/other/keys").status_code == 404


def test_code_of_a_half_is_read_kindly() -> None:
    data = bytes(range(32))
    said = codes.spelled(data)
    assert codes.read(said, 32) == data
    assert codes.read(said.lower().replace("-", " ").replace("0", "o"), 32) == data
    for wrong in ("", said[:-1], said + "0", "Z" * 52, "é" * 52):
        assert codes.read(wrong, 32) is None


# --- Answering -----------------------------------------------------------------------------


def test_form_says_who_keeps_the_halves(safe: Safe, cast: Cast) -> None:
    page = cast.visitor("cadre").get("/surveys/work").text
    assert "保密：姓名锁着" in page
    assert re.search(r"保管人：\S+、\S+", page)


def test_answer_is_taken_once_a_person(safe: Safe, cast: Cast, tables: Any) -> None:
    visitor = cast.visitor("cadre")
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD}
    sent = visitor.client.post(action(page), data=data)
    assert (sent.status_code, sent.location) == (303, "/surveys/work/receipt")
    assert "receipt__code" in visitor.get(sent.location).text
    assert visitor.client.post(action(page), data=data).status_code == 409
    assert "已经交过" in visitor.get("/surveys/work").text
    assert len(tables("survey_held_responses")) == 1
    assert [row["person_id"] for row in tables("survey_participants")] == [cast.id("cadre")]


def test_nobody_answers_as_nobody(safe: Safe, cast: Cast, tables: Any, app: Flask) -> None:
    """A right, however genuine, is no way round one's name."""
    with app.app_context():
        right = rights.mint(db.session.scalars(select(Survey)).one())
    data = {**GOOD, "right": right}
    assert cast.visitor().client.post("/surveys/work/send", data=data).status_code == 404
    assert tables("survey_held_responses") == []


def test_released_response_names_nobody(safe: Safe, cast: Cast, tables: Any, app: Flask) -> None:
    safe.answer(*CROWD)
    safe.desk.release("work")
    rows = tables("survey_responses")
    assert len(rows) == 5
    for row in rows:
        assert (row["person_id"], row["version_number"], row["answered_at"]) == (None, None, None)
        assert len(row["name_box"]) == 2 * confiding.PART + 24 + 16 + confiding.NAME
    assert {row["response_id"] for row in tables("survey_open_answers")} == {
        row["id"] for row in rows
    }
    assert len(tables("survey_result_snapshots")) == 1, "results count without any name"


def test_no_box_opens_with_what_the_server_has(safe: Safe, tables: Any, app: Flask) -> None:
    """SECRET_KEY opens envelopes; the boxes in them need both keepers."""
    safe.answer("cadre")
    (row,) = tables("survey_held_responses")
    with app.app_context():
        contents = envelopes.unseal(row["survey_id"], row["envelope"])
    assert contents.keys() == {"answers", "box"}
    box = bytes.fromhex(contents["box"])
    for half in safe.halves:
        private = codes.read(half, 32)
        assert private is not None
        opened = []
        for at in (0, confiding.PART):
            try:
                key = confiding.SealedBox(confiding.PrivateKey(private)).decrypt(
                    box[at : at + confiding.PART]
                )
                opened.append(key)
            except confiding.CryptoError:
                continue
        assert len(opened) == 1, "a half opens its own part"
        with pytest.raises(confiding.CryptoError):
            confiding.SecretBox(opened[0]).decrypt(box[2 * confiding.PART :])


def test_receipt_changes_a_confidential_answer(safe: Safe, cast: Cast, tables: Any) -> None:
    visitor = cast.visitor("cadre")
    page = visitor.get(safe.desk.fill(visitor).location)
    code = re.search(r'receipt__code">([^<]+)<', page.text)
    assert code
    found = visitor.client.post("/surveys/work/receipt", data={"receipt": code[1]})
    assert "收回这份答卷" in found.text
    data = {**GOOD, "receipt": code[1], "q-text": "cadre写的话"}
    assert visitor.client.post("/surveys/work/receipt/change", data=data).status_code == 303
    safe.answer(*CROWD[1:])
    safe.desk.release("work")
    url = safe.name_page("cadre")
    assert open_by_both(safe, url).status_code == 303, "the box went along"
    assert opened(safe.desk.app) == cast.id("cadre")


# --- Opening a name ------------------------------------------------------------------------


def open_by_both(safe: Safe, url: str) -> Any:
    asked = {"half": safe.halves[0], "reason": "答卷里说到有人要出事。"}
    assert safe.keepers[0].post(url, asked).status_code == 303
    return safe.keepers[1].post(url, {"half": safe.halves[1]})


def opened(app: Flask) -> int | None:
    with app.app_context():
        return db.session.scalars(select(NameOpening.person_id)).one()


@pytest.fixture
def url(safe: Safe) -> str:
    safe.answer(*CROWD)
    safe.desk.release("work")
    return safe.name_page("expert")


def test_two_halves_open_a_name(safe: Safe, url: str, cast: Cast, tables: Any) -> None:
    assert open_by_both(safe, url).status_code == 303
    assert opened(safe.desk.app) == cast.id("expert")
    with safe.desk.app.app_context():
        name = cast.person("expert").name
    for keeper in safe.keepers:
        assert name in keeper.get(url).text
    verbs = [row["verb"] for row in tables("journal_events")]
    assert verbs.count("ask_name") == 1
    assert verbs.count("open_name") == 1
    told = [row for row in tables("notices") if row["kind"] == "surveys.name_opened"]
    assert [row["person_id"] for row in told] == [cast.id("expert")]
    assert "答卷里说到有人要出事" in str(told[0]["params"])
    assert tables("survey_name_openings")[0]["part"] is None
    assert safe.keepers[1].post(url, {"half": safe.halves[1]}).status_code == 422


def test_one_half_opens_nothing(safe: Safe, url: str) -> None:
    first, _second = safe.keepers
    asked = {"half": safe.halves[0], "reason": "写明的理由。"}
    assert first.post(url, asked).status_code == 303
    again = first.post(url, {"half": safe.halves[0]})
    assert again.status_code == 422
    assert "不能自己确认" in again.text
    both = first.post(url, {"half": safe.halves[1]})
    assert both.status_code == 422, "nor with the other one's half in the same hands"
    assert opened(safe.desk.app) is None


@pytest.mark.parametrize("half", ["", "7K3QX", "0" * 52, "x" * 500, "é"])
def test_wrong_half_is_refused(safe: Safe, url: str, tables: Any, half: str) -> None:
    sent = safe.keepers[0].post(url, {"half": half, "reason": "写明的理由。"})
    assert sent.status_code == 422
    assert "写明的理由。" in sent.text, "what was typed stays"
    assert tables("survey_name_openings") == []
    other = safe.keepers[0].post(url, {"half": safe.halves[1], "reason": "写明的理由。"})
    assert "不是你那一半" in other.text


def test_no_reason_no_opening(safe: Safe, url: str, tables: Any) -> None:
    sent = safe.keepers[0].post(url, {"half": safe.halves[0], "reason": " "})
    assert sent.status_code == 422
    assert tables("survey_name_openings") == []


def test_others_do_not_come_near(safe: Safe, url: str, cast: Cast) -> None:
    for name in ("cadre", "moderator", "admin"):
        visitor = cast.visitor(name)
        assert visitor.get(url).status_code == 403
        assert visitor.post(url, {"half": safe.halves[0], "reason": "想看。"}).status_code == 403
    assert safe.keepers[0].get(url.replace("-", "0", 1)).status_code == 404
    missing = f"/surveys/work/responses/{uuid.uuid4()}/name"
    assert safe.keepers[0].get(missing).status_code == 404


def test_answers_page_leads_to_the_opening(safe: Safe, url: str) -> None:
    assert url in safe.keepers[0].get("/surveys/work/answers?question=text").text


# --- What the database itself refuses ------------------------------------------------------


@pytest.mark.parametrize("anonymity", ["named", "confidential", "anonymous"])
def test_box_is_there_exactly_where_it_belongs(
    safe: Safe, cast: Cast, app: Flask, anonymity: str
) -> None:
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        person = {"person_id": cast.ids["office"], "version_number": 1, "answered_at": clock.now()}
        nobody = dict.fromkeys(person)
        box = {"name_box": b"x"} if anonymity == "confidential" else {"name_box": None}
        wrong = {"name_box": None} if anonymity == "confidential" else {"name_box": b"x"}
        base = {"id": random_id(), "survey_id": survey.id, "anonymity": anonymity}
        for values in (
            {**nobody, **wrong},
            {**person, **wrong},
            {**(nobody if anonymity == "named" else person), **box},
        ):
            with pytest.raises(IntegrityError):
                db.session.execute(insert(SurveyResponse), [{**base, **values}])
            db.session.rollback()


@pytest.mark.parametrize("level", ["named", "anonymous"])
def test_level_is_fixed_when_it_is_open(safe: Safe, app: Flask, level: str) -> None:
    with app.app_context(), pytest.raises(IntegrityError):
        db.session.execute(text(f"UPDATE surveys SET anonymity = '{level}'"))


def test_pages_cost_few_statements(safe: Safe, url: str, cast: Cast, app: Flask) -> None:
    for visitor, path, limit in (
        (cast.visitor("supervisor"), "/surveys/work", 5),  # a reviewer's head asks once more
        (cast.visitor("supervisor"), "/surveys", 6),
        (safe.keepers[0], url, 8),
        (safe.keepers[0], KEYS, 8),
    ):
        with counted(app) as statements:
            assert visitor.get(path).status_code == 200
        assert len(statements) <= limit, (path, statements)


def test_keepers_are_two(safe: Safe, app: Flask) -> None:
    with app.app_context():
        assert db.session.query(SurveyKeeper).count() == 2
