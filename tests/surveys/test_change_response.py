"""A receipt finds the own answer until it is released: to look at, to change, to take back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from core import codes
from core.db import db, scrub_after_commit
from surveys import envelopes, receipts, responses
from surveys.models import HeldResponse
from tests.conftest import counted
from tests.people import Cast, Visitor
from tests.surveys.conftest import GOOD, Desk, action, hidden

HERE = "/surveys/work/receipt"


def receipt_of(page: TestResponse) -> str:
    found = re.search(r'class="receipt__code">([^<]+)<', page.text)
    assert found, "no receipt on the page"
    return found[1]


@pytest.fixture
def visitor(desk: Desk, cast: Cast) -> Visitor:
    desk.make()
    return cast.visitor("delegate")


@pytest.fixture
def code(desk: Desk, visitor: Visitor) -> str:
    sent = desk.fill(visitor)
    return receipt_of(visitor.get(sent.location))


def held(desk: Desk, code: str) -> list[dict[str, Any]] | None:
    with desk.app.app_context():
        found = responses.held_under(responses.open_by("work"), code)  # type: ignore[arg-type]
        return responses.given_in(found) if found is not None else None


def chosen(given: list[dict[str, Any]] | None) -> list[str]:
    return [row["option"] for row in given or [] if row["question"] == "one"]


def test_receipt_is_shown_once(desk: Desk, visitor: Visitor) -> None:
    sent = desk.fill(visitor)
    page = visitor.get(sent.location)
    assert len(codes.normal(receipt_of(page)) or "") * 5 >= 80, "bits"
    assert page.headers["Cache-Control"] == "no-store"
    again = visitor.get(sent.location)
    assert "receipt__code" not in again.text
    assert 'name="receipt"' in again.text


def test_database_keeps_a_digest_that_needs_the_key(
    desk: Desk, code: str, tables: Any, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = tables("survey_held_responses")
    assert codes.normal(code) not in str(row)
    survey_id = row["survey_id"]
    with app.app_context():
        assert row["receipt"] == receipts.digest(survey_id, code)
        monkeypatch.setitem(app.config, "SECRET_KEY", "another key, as long as a key has to be")
        assert row["receipt"] != receipts.digest(survey_id, code)


def test_envelope_tells_nothing_without_the_key(
    desk: Desk, code: str, tables: Any, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = tables("survey_held_responses")
    assert "少开会".encode() not in row["envelope"]
    with app.app_context():
        with pytest.raises(envelopes.CryptoError):
            envelopes.unseal(row["survey_id"] + 1, row["envelope"])
        monkeypatch.setitem(app.config, "SECRET_KEY", "another key, as long as a key has to be")
        with pytest.raises(envelopes.CryptoError):
            envelopes.unseal(row["survey_id"], row["envelope"])


def test_envelopes_come_in_few_sizes(app: Flask) -> None:
    with app.app_context():
        sizes = {len(envelopes.seal(1, {"answers": ["字" * n]})) for n in range(1, 9_000, 97)}
    assert sizes == {size + 48 for size in (8192, 16384, 32768)}


def test_receipt_shows_the_answer(visitor: Visitor, code: str) -> None:
    for typed in (code, code.lower().replace("-", " "), code.replace("0", "o").replace("1", "l")):
        page = visitor.client.post(HERE, data={"receipt": typed})
        assert page.status_code == 200
        assert "少开会。" in page.text
        assert 'value="周报"' in page.text
        assert action(page) == f"{HERE}/change"


def test_changed_answer_takes_the_place_of_the_first(
    desk: Desk, visitor: Visitor, code: str, tables: Any
) -> None:
    page = visitor.client.post(HERE, data={"receipt": code})
    sent = visitor.client.post(action(page), data={**hidden(page), **GOOD, "q-one": "b"})
    assert (sent.status_code, sent.location) == (303, HERE)
    shown = visitor.get(HERE)
    assert "改好了" in shown.text
    assert receipt_of(shown) == code, "the receipt stays the same"
    assert chosen(held(desk, code)) == ["b"]
    desk.move("work", "close")
    assert len(tables("survey_responses")) == 1
    counted = [r["option_key"] for r in tables("survey_answers") if r["question_key"] == "one"]
    assert counted == ["b"]


def test_change_that_does_not_hold_changes_nothing(desk: Desk, visitor: Visitor, code: str) -> None:
    data = {**GOOD, "receipt": code, "q-one": "", "q-text": "新写的一句"}
    refused = visitor.client.post(f"{HERE}/change", data=data)
    assert refused.status_code == 422
    assert "新写的一句" in refused.text
    assert action(refused) == f"{HERE}/change"
    assert chosen(held(desk, code)) == ["a"]


def test_withdrawn_answer_is_gone(desk: Desk, visitor: Visitor, code: str, tables: Any) -> None:
    sent = visitor.client.post(f"{HERE}/withdraw", data={"receipt": code})
    assert (sent.status_code, sent.location) == (303, HERE)
    assert "答卷已经收回" in visitor.get(HERE).text
    assert tables("survey_held_responses") == []
    desk.move("work", "close")
    assert tables("survey_responses") == []


def test_what_is_taken_out_leaves_no_byte(
    desk: Desk, visitor: Visitor, code: str, tables: Any, app: Flask
) -> None:
    """On SQLite not in the file either, nor in its log; PostgreSQL frees the places."""
    (row,) = tables("survey_held_responses")
    visitor.client.post(f"{HERE}/withdraw", data={"receipt": code})
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            dead = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = :name"
            named = {"name": "survey_held_responses"}
            for _attempt in range(20):  # a look at the rows that has just ended keeps them a while
                db.session.execute(text("SELECT pg_stat_force_next_flush()"))
                left = db.session.scalar(text(dead), named)
                if not left:
                    break
                scrub_after_commit("survey_held_responses")
                db.session.commit()
            assert left == 0
            return
        path = Path(str(db.engine.url.database))
    for one in (path, path.with_name(f"{path.name}-wal")):
        there = one.read_bytes() if one.exists() else b""
        assert row["envelope"][:200] not in there, one.name
        assert row["receipt"].encode() not in there, one.name


def test_right_of_a_withdrawn_answer_stays_used(
    desk: Desk, cast: Cast, visitor: Visitor, tables: Any
) -> None:
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD}
    sent = visitor.client.post(action(page), data=data)
    code = receipt_of(visitor.get(sent.location))
    visitor.client.post(f"{HERE}/withdraw", data={"receipt": code})
    assert visitor.client.post(action(page), data=data).status_code == 409
    assert tables("survey_held_responses") == []


@pytest.mark.parametrize("verb", ["", "/change", "/withdraw"])
def test_released_answer_is_found_no_more(
    desk: Desk, visitor: Visitor, code: str, verb: str
) -> None:
    desk.release("work")
    sent = visitor.client.post(HERE + verb, data={**GOOD, "receipt": code})
    assert sent.status_code == (409 if verb else 422)
    assert "谁也找不到了" in sent.text
    assert code in sent.text, "what was typed stays"


@pytest.mark.parametrize("typed", ["", "7", "0" * 20, "é" * 20, "A" * 5_000, "\0", "%"])
def test_wrong_receipt_opens_nothing(visitor: Visitor, code: str, tables: Any, typed: str) -> None:
    before = tables("survey_held_responses")
    for verb in ("", "/change", "/withdraw"):
        sent = visitor.client.post(HERE + verb, data={**GOOD, "receipt": typed})
        assert sent.status_code == (409 if verb else 422)
    assert tables("survey_held_responses") == before


def test_receipt_opens_its_own_survey_alone(
    desk: Desk, cast: Cast, visitor: Visitor, code: str
) -> None:
    desk.make(slug="other")
    assert desk.fill(visitor, "other").status_code == 303
    assert visitor.client.post("/surveys/other/receipt", data={"receipt": code}).status_code == 422


@pytest.mark.parametrize("state", ["pause", "close"])
def test_shut_survey_takes_no_change(desk: Desk, visitor: Visitor, code: str, state: str) -> None:
    desk.move("work", state)
    sent = visitor.client.post(f"{HERE}/change", data={**GOOD, "receipt": code, "q-one": "b"})
    assert sent.status_code == 409


def test_paused_survey_gives_an_answer_back(
    desk: Desk, visitor: Visitor, code: str, tables: Any
) -> None:
    desk.move("work", "pause")
    assert visitor.client.post(f"{HERE}/withdraw", data={"receipt": code}).status_code == 303
    assert tables("survey_held_responses") == []


def test_nobody_is_looked_at(
    desk: Desk, visitor: Visitor, code: str, app: Flask, tables: Any
) -> None:
    """Neither the person nor the sign-in is read, and no other table is written."""
    quiet = ("journal_events", "submissions", "attempts", "jobs", "notices", "sign_ins")
    before = {name: tables(name) for name in quiet}
    with counted(app) as statements:
        visitor.get(HERE)
        visitor.client.post(HERE, data={"receipt": code})
        visitor.client.post(f"{HERE}/change", data={**GOOD, "receipt": code})
        visitor.client.post(f"{HERE}/withdraw", data={"receipt": code})
    assert not [s for s in statements if "sign_ins" in s or "people" in s]
    assert {name: tables(name) for name in quiet} == before


def test_same_form_sent_again_shows_its_receipt(desk: Desk, visitor: Visitor, tables: Any) -> None:
    """Whose line broke before the receipt came sends again and gets it."""
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD}
    sent = visitor.client.post(action(page), data=data)
    code = receipt_of(visitor.get(sent.location))
    again = visitor.client.post(action(page), data=data)
    assert again.status_code == 409
    assert code in again.text
    other = visitor.client.post(action(page), data={**data, "form": "x" * 43})
    assert other.status_code == 409
    assert code not in other.text
    assert len(tables("survey_held_responses")) == 1


def test_reading_back_leads_to_the_receipt(visitor: Visitor, code: str) -> None:
    assert visitor.get(f"{HERE}/change").location == HERE
    assert visitor.get(f"{HERE}/withdraw").location == HERE


def test_named_survey_has_no_receipts(desk: Desk, cast: Cast) -> None:
    desk.make(slug="named", anonymity="named")
    visitor = cast.visitor("delegate")
    for path in ("", "/change", "/withdraw"):
        sent = visitor.client.post(f"/surveys/named/receipt{path}", data={"receipt": "0" * 20})
        assert sent.status_code == 404
    assert visitor.get("/surveys/named/receipt").status_code == 404


def test_changed_rows_do_not_multiply(desk: Desk, visitor: Visitor, code: str) -> None:
    for option in "bab":
        data = {**GOOD, "receipt": code, "q-one": option}
        assert visitor.client.post(f"{HERE}/change", data=data).status_code == 303
    with desk.app.app_context():
        assert db.session.query(HeldResponse).count() == 1
