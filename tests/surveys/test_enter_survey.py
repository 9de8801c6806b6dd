"""Answering without an account: by the address alone, or by an invitation code."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.db import db, reading
from surveys import qr, rights, signing
from surveys.definition import DefinitionFault, changes, read
from surveys.models import Survey
from tests.conftest import counted
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk, document, hidden

Tables = Callable[..., list[Any]]
CODE = re.compile(r'<code class="invite__code">([^<]+)</code>')


def made(cast: Cast, count: int = 3, slug: str = "work") -> list[str]:
    sent = cast.visitor("office").post(f"/surveys/{slug}/codes", {"count": count, "once": "k"})
    assert sent.status_code == 200, sent.status_code
    return CODE.findall(sent.text)


def enter(visitor: Visitor, code: str = "") -> Any:
    return visitor.client.post("/surveys/work/enter", data={"code": code})


# --- By the address alone ------------------------------------------------------------------


def test_link_is_answered_without_an_account(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(entry="link")
    visitor = cast.visitor()
    assert visitor.get("/surveys/work").location == "/surveys/work/enter"
    page = visitor.get("/surveys/work/enter").text
    assert "每个浏览器一份" in page
    assert "不能当作投票" in page
    assert enter(visitor).location == "/surveys/work"
    assert desk.fill(visitor).location == "/surveys/work/receipt"
    assert "答卷收到了" in visitor.get("/surveys/work/receipt").text
    assert "已经交过" in visitor.get("/surveys/work").text
    assert len(tables("survey_held_responses")) == 1
    assert tables("survey_rights") == []


def test_browser_of_a_link_has_one_right(desk: Desk, cast: Cast) -> None:
    desk.make(entry="link")
    visitor = cast.visitor()
    enter(visitor)
    first = hidden(visitor.get("/surveys/work"))["right"]
    enter(visitor)
    assert hidden(visitor.get("/surveys/work"))["right"] == first


def test_whoever_is_signed_in_gets_no_second_right(
    desk: Desk, cast: Cast, app: Flask, tables: Tables
) -> None:
    desk.make(entry="link")
    with app.app_context(), reading():
        signing.public_keys([db.session.scalars(select(Survey.id)).one()])
    blinded = signing.encoded(b"\1" * signing.SIGNATURE)
    visitor = cast.visitor("delegate")
    assert visitor.get("/surveys/work").location == "/surveys/work/enter"
    assert visitor.get("/surveys/rights").json == []
    assert visitor.post("/surveys/work/rights", {"blinded": blinded}).status_code == 409
    enter(visitor)
    assert desk.fill(visitor).status_code == 303
    assert tables("survey_rights") == []


def test_floods_of_one_source_end_and_leave_no_address(
    desk: Desk, cast: Cast, app: Flask, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make(entry="link")
    monkeypatch.setitem(app.config, "SURVEY_BEGINS_SOURCE", 3)
    codes = [enter(cast.visitor()).status_code for _ in range(4)]
    assert codes == [303, 303, 303, 429]
    kept = {row["digest"] for row in tables("attempts")}
    with app.app_context():
        monkeypatch.setattr(rights, "_memory", b"another server's memory, 32 byte")
    monkeypatch.setitem(app.config, "SURVEY_BEGINS_SOURCE", 1)
    assert enter(cast.visitor()).status_code == 303
    assert {row["digest"] for row in tables("attempts")} > kept, "the mark ends with the server"


@pytest.mark.parametrize("state", ["paused", "closed", "archived"])
def test_shut_survey_lets_nobody_in(desk: Desk, cast: Cast, state: str) -> None:
    desk.make(entry="link", state=state)
    visitor = cast.visitor()
    assert enter(visitor).status_code == 409
    assert visitor.get("/surveys/work/enter").status_code == 200
    assert "name" not in visitor.get("/surveys/work/enter").headers.get("Set-Cookie", "")


@pytest.mark.parametrize("slug", ["draft", "account", "missing", "a\0b", "new"])
def test_only_what_needs_no_account_is_entered(desk: Desk, cast: Cast, slug: str) -> None:
    desk.make(slug="draft", entry="link", state="draft")
    desk.make(slug="account")
    visitor = cast.visitor()
    assert visitor.get(f"/surveys/{slug}/enter").status_code == 404
    assert visitor.client.post(f"/surveys/{slug}/enter").status_code == 404
    assert visitor.get(f"/surveys/{slug}").status_code in (302, 404)


# --- By code -------------------------------------------------------------------------------


def test_code_buys_one_answer(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(entry="codes")
    code, *_others = made(cast)
    visitor = cast.visitor()
    assert visitor.get("/surveys/work").location == "/surveys/work/enter"
    assert enter(visitor, f" {code.lower().replace('-', '')} ").location == "/surveys/work"
    assert desk.fill(visitor).status_code == 303
    refused = enter(cast.visitor(), code)
    assert refused.status_code == 409
    assert "已经用过" in refused.text
    assert code in refused.text, "what was typed is kept"
    assert len(tables("survey_held_responses")) == 1


def test_code_gives_the_same_right_again_until_it_is_used(desk: Desk, cast: Cast) -> None:
    desk.make(entry="codes")
    code = made(cast)[0]
    one, other = cast.visitor(), cast.visitor()
    enter(one, code), enter(other, code)
    assert hidden(one.get("/surveys/work"))["right"] == hidden(other.get("/surveys/work"))["right"]
    assert desk.fill(one).status_code == 303
    assert desk.fill(other).status_code == 409


def test_restarted_server_knows_the_right_of_no_code(
    desk: Desk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make(entry="codes")
    code = made(cast)[0]
    enter(cast.visitor(), code)
    monkeypatch.setattr(rights, "_memory", b"another server's memory, 32 byte")
    assert enter(cast.visitor(), code).status_code == 409


def test_several_people_answer_in_one_browser(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(entry="codes")
    visitor = cast.visitor()
    for code in made(cast, 2):
        assert enter(visitor, code).status_code == 303
        assert desk.fill(visitor).status_code == 303
        assert visitor.get("/surveys/work").location == "/surveys/work/enter"
    assert len(tables("survey_held_responses")) == 2


@pytest.mark.parametrize("typed", ["", "ABCD-EFGH-JKLM", "'; --", "é" * 500, "\0", "０" * 12])
def test_wrong_code_is_told(desk: Desk, cast: Cast, typed: str) -> None:
    desk.make(entry="codes")
    made(cast)
    refused = enter(cast.visitor(), typed)
    assert refused.status_code == 422
    assert "没有这个邀请码" in refused.text


def test_code_of_another_survey_is_none_here(desk: Desk, cast: Cast) -> None:
    desk.make(entry="codes")
    desk.make(slug="other", entry="codes")
    assert enter(cast.visitor(), made(cast, slug="other")[0]).status_code == 422


def test_guessing_ends_and_right_codes_do_not_count(
    desk: Desk, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make(entry="codes")
    codes = made(cast, 4)
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_SOURCE", 2)
    assert [enter(cast.visitor(), one).status_code for one in codes[:3]] == [303] * 3
    wrong = [enter(cast.visitor(), "WRNG-WRNG-WRNG").status_code for _ in range(3)]
    assert wrong == [422, 422, 429]
    assert enter(cast.visitor(), codes[3]).status_code == 429, "a right one tells nothing now"


def test_thirty_two_at_once_buy_one_right(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(entry="codes")
    code = made(cast)[0]
    visitors = [cast.visitor() for _ in range(32)]
    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(lambda one: enter(one, code).status_code, visitors)) == {303}
    assert (
        len({one.client.get_cookie("right", path="/surveys/work").value for one in visitors}) == 1
    )
    assert sum(row["is_exchanged"] for row in tables("survey_codes")) == 1


def test_database_knows_no_code_and_no_right(desk: Desk, cast: Cast, app: Flask) -> None:
    """Of a code the database keeps a keyed digest, of its right nothing that can be read."""
    desk.make(entry="codes")
    code = made(cast)[0]
    visitor = cast.visitor()
    enter(visitor, code)
    right = hidden(visitor.get("/surveys/work"))["right"]
    assert desk.fill(visitor).status_code == 303
    with app.app_context():
        dump = "\n".join(
            str(row)
            for table in db.metadata.sorted_tables
            for row in db.session.execute(table.select())
        )
    for secret in (code, code.replace("-", ""), right, right.partition(".")[0]):
        assert secret not in dump
    desk.move("work", "close")


def test_closing_forgets_the_rights_of_codes(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(entry="codes")
    enter(cast.visitor(), made(cast)[0])
    assert any(row["sealed"] for row in tables("survey_codes"))
    desk.move("work", "close")
    assert not any(row["sealed"] for row in tables("survey_codes"))


# --- The office ----------------------------------------------------------------------------


def test_codes_are_shown_once(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(entry="codes")
    office = cast.visitor("office")
    first = office.post("/surveys/work/codes", {"count": 5, "name": "第三组", "once": "k"})
    assert len(set(CODE.findall(first.text))) == 5
    assert first.headers["Cache-Control"] == "no-store"
    assert first.text.count('class="qr"') == 5
    again = office.post("/surveys/work/codes", {"count": 5, "name": "第三组", "once": "k"})
    assert again.location == "/surveys/work/asking"
    assert len(tables("survey_codes")) == 5
    page = office.get("/surveys/work/asking").text
    assert "第三组" in page
    assert not any(code in page for code in CODE.findall(first.text))


@pytest.mark.parametrize("count", ["0", "501", "x", "", "-1", "9" * 40])
def test_number_of_codes_is_bounded(desk: Desk, cast: Cast, tables: Tables, count: str) -> None:
    desk.make(entry="codes")
    sent = cast.visitor("office").post("/surveys/work/codes", {"count": count, "name": "x" * 10})
    assert sent.status_code == 422
    assert "x" * 10 in sent.text
    assert tables("survey_codes") == []


def test_codes_are_made_for_what_takes_them(desk: Desk, cast: Cast) -> None:
    desk.make(slug="account")
    desk.make(slug="over", entry="codes", state="closed")
    office = cast.visitor("office")
    for slug in ("account", "over"):
        assert office.post(f"/surveys/{slug}/codes", {"count": 1}).status_code == 409
    assert cast.visitor("cadre").post("/surveys/account/codes", {"count": 1}).status_code == 403


@pytest.mark.parametrize("entry", ["account", "link", "codes"])
def test_asking_page_says_how_people_come_in(
    desk: Desk, cast: Cast, entry: str, app: Flask
) -> None:
    desk.make(entry=entry)
    office = cast.visitor("office")
    with counted(app) as statements:
        page = office.get("/surveys/work/asking").text
    assert len(statements) <= 8
    assert ("/surveys/work/enter" in page) == (entry != "account")
    assert 'class="qr"' in page
    assert cast.visitor("cadre").get("/surveys/work/asking").status_code == 403


def test_qr_code_is_read_back() -> None:
    """The drawn path has the modules that the library says, and nothing else."""
    import segno

    words = "https://example.org/surveys/work/enter#ABCD-EFGH-JKMN"
    drawing = qr.drawn(words)
    dark = set()
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawing.path):
        dark |= {(int(row), int(column) + at) for at in range(int(length))}
    grid = list(segno.make_qr(words, error="m").matrix_iter())
    assert dark == {
        (row, column) for row, line in enumerate(grid) for column, one in enumerate(line) if one
    }
    assert drawing.size == len(grid)


# --- What a definition may say -------------------------------------------------------------


def test_only_anonymous_forms_go_without_an_account(desk: Desk, app: Flask) -> None:
    for entry in ("link", "codes"):
        with pytest.raises(DefinitionFault, match="只能匿名"):
            read(document(entry=entry, anonymity="named"))
    slug = desk.make(anonymity="named")
    with app.app_context():
        named = db.session.query(Survey).filter_by(slug=slug).one()
        named.entry = "link"
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()


def test_way_in_is_fixed_once_published() -> None:
    faults = changes(read(document(entry="codes")), read(document(entry="link")))
    assert [one.place for one in faults] == ["entry"]
