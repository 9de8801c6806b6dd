"""The ledger from raw sentences to items: verbatim, counted by hand, merged by hand, undone."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core import journal
from core.db import db
from surveys.ledger import acts
from surveys.ledger.models import Ledger, LedgerCorrection, LedgerEntry
from surveys.models import OpenAnswer
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import Desk
from tests.surveys.ledgers import MEETINGS, Ledgers

PEOPLE = ("cadre", "cadre2", "delegate", "supervisor", "expert")


@pytest.fixture
def ledger(ledgers: Ledgers) -> int:
    """A ledger with three sentences from paper and one from a meeting."""
    made = ledgers.open()
    ledgers.enter(made, ledgers.source(made), *MEETINGS)
    ledgers.enter(made, ledgers.source(made, "meeting"), "食堂早一点开门。")
    return made


def test_from_paper_to_an_item(app: Flask, ledgers: Ledgers, ledger: int) -> None:
    office = ledgers.office
    with counted(app) as seen:
        page = office.get(f"/ledgers/{ledger}/work").text
    assert len(seen) <= 8, seen
    for words in MEETINGS:
        assert words in page
    first, second, third = ledgers.keys(ledger, "会太多", "一周五个会", "开会太多")
    item = ledgers.gather(ledger, "会议太多", first, second)
    page = office.get(f"/ledgers/{ledger}/work").text
    assert MEETINGS[0] not in page
    # The program says what it resembles, and by which words; it does nothing by itself.
    assert f'value="{third}:1"' in page
    assert "都说到" in page
    assert office.post(f"/ledgers/{ledger}/place", {"one": f"{third}:1"}).status_code == 303
    row = ledgers.balance(ledger)
    assert (row.total.raw, row.total.merged, row.total.open, row.total.aside) == (4, 3, 1, 0)
    assert (row.channels["paper"].merged, row.channels["meeting"].open) == (3, 1)
    assert row.items == {item: {"paper": 3}}


def test_numbers_beside_the_sentences_merge_a_whole_page(ledgers: Ledgers, ledger: int) -> None:
    first, second, other = ledgers.keys(ledger, "会太多", "一周五个会", "食堂")
    ledgers.gather(ledger, "会议太多", first)
    ledgers.gather(ledger, "食堂时间", other)
    office, third = ledgers.office, ledgers.keys(ledger, "开会太多")[0]
    sent = office.post(f"/ledgers/{ledger}/place", {f"to-{second}": "1", f"to-{third}": "9"})
    assert sent.status_code == 422
    assert "没有第 9 条" in sent.text
    assert f'name="to-{second}" value="1"' in sent.text  # nothing typed is lost
    assert ledgers.balance(ledger).total.merged == 2
    sent = office.post(f"/ledgers/{ledger}/place", {f"to-{second}": "1", f"to-{third}": "1"})
    assert sent.status_code == 303
    assert ledgers.balance(ledger).total.open == 0


def test_what_is_set_aside_is_still_counted(ledgers: Ledgers, ledger: int) -> None:
    key = ledgers.keys(ledger, "食堂")[0]
    office = ledgers.office
    assert office.post(f"/ledgers/{ledger}/aside", {"entry": key}).status_code == 422
    sent = office.post(f"/ledgers/{ledger}/aside", {"entry": key, "aside": "not_opinion"})
    assert sent.status_code == 303
    total = ledgers.balance(ledger).total
    assert (total.raw, total.open, total.aside) == (4, 3, 1)
    assert "不是意见" in office.get(f"/ledgers/{ledger}/work?stand=aside").text
    assert office.post(f"/ledgers/{ledger}/out", {"entry": key}).status_code == 303
    assert ledgers.balance(ledger).total.aside == 0


def test_every_act_is_undone_backwards(app: Flask, ledgers: Ledgers, ledger: int) -> None:
    office = ledgers.office
    first, second, third = ledgers.keys(ledger, "会太多", "一周五个会", "开会太多")
    ledgers.gather(ledger, "会议太多", first, second)
    ledgers.gather(ledger, "下基层", third, second)
    office.post(f"/ledgers/{ledger}/aside", {"entry": first, "aside": "doubled"})

    def stand() -> tuple[int, int, int]:
        total = ledgers.balance(ledger).total
        return total.merged, total.items, total.aside

    def undo() -> int:
        with app.app_context():
            last = acts.last(db.session.get_one(Ledger, ledger))
            assert last is not None
            number = last.id
        return office.post(f"/ledgers/{ledger}/undo", {"act": str(number)}).status_code

    assert stand() == (2, 1, 1)
    assert undo() == 303
    assert stand() == (3, 2, 0)
    assert undo() == 303
    assert stand() == (2, 1, 0)
    assert undo() == 303
    assert stand() == (0, 0, 0)
    assert undo() == 303  # and what was brought in last
    assert ledgers.balance(ledger).total.raw == 3
    # A step that somebody else undid meanwhile is not undone twice.
    assert office.post(f"/ledgers/{ledger}/undo", {"act": "1"}).status_code in (303, 409)


def test_an_old_step_is_not_undone_over_a_newer_one(
    app: Flask, ledgers: Ledgers, ledger: int
) -> None:
    first, second = ledgers.keys(ledger, "会太多", "一周五个会")
    ledgers.gather(ledger, "会议太多", first)
    with app.app_context():
        old = acts.last(db.session.get_one(Ledger, ledger))
        assert old is not None
        number = old.id
    ledgers.gather(ledger, "材料太多", second)
    sent = ledgers.office.post(f"/ledgers/{ledger}/undo", {"act": str(number)})
    assert sent.status_code == 409
    assert ledgers.balance(ledger).total.merged == 2


def test_the_journal_has_ids_and_no_words(app: Flask, ledgers: Ledgers, ledger: int) -> None:
    ledgers.gather(ledger, "会议太多", *ledgers.keys(ledger, "会太多"))
    with app.app_context():
        events = journal.history(Ledger.kind, ledger)
        assert [one.verb for one in events] == ["open", "enter", "enter", "place"]
        assert not [one for one in events if "会" in repr(one.facts)]
        assert list(journal.verify()) == []


def test_what_was_typed_is_counted_twice_and_pointed_out(ledgers: Ledgers, cast: Cast) -> None:
    made = ledgers.open()
    office = ledgers.office
    paper = {"channel": "paper", "title": "征求意见表", "sent_count": "110"}
    for fields, told in (
        ({"returned_count": "63", "again": "64"}, "两遍数的不一样"),
        ({"returned_count": "111", "again": "111"}, "收回的不会比发出的多"),
        ({}, "请写收回了多少份"),
    ):
        sent = office.post(f"/ledgers/{made}/sources/new", {**paper, **fields})
        assert sent.status_code == 422
        assert told in sent.text
    source = ledgers.source(made)
    url = f"/ledgers/{made}/sources/{source}"
    sent = office.post(url, {"body": "第一句。\n\n第二句。", "count": "3"})
    assert sent.status_code == 422
    assert "你数的是 3 条，录入的是 2 条" in sent.text
    assert "第一句。" in sent.text
    cast.id("cadre2")
    sent = office.post(url, {"body": "请找cadre2同志，电话 13800138000。", "count": "1"})
    assert sent.status_code == 422
    assert "手机号码" in sent.text
    assert "像是姓名" in sent.text
    assert ledgers.balance(made).total.raw == 0


def test_a_correction_keeps_the_old_words(app: Flask, ledgers: Ledgers, ledger: int) -> None:
    key = ledgers.keys(ledger, "食堂")[0]
    url = f"/ledgers/{ledger}/entries/{UUID(key)}/correct"
    office = ledgers.office
    assert office.post(url, {"words": "食堂早点开门。"}).status_code == 422  # why?
    sent = office.post(url, {"words": "食堂早点开门。", "reason": "录错一个字"})
    assert sent.status_code == 303
    page = office.get(url).text
    assert "食堂早一点开门。" in page
    assert "录错一个字" in page
    with app.app_context():
        kept = db.session.scalars(select(LedgerCorrection.words)).all()
        assert kept == ["食堂早一点开门。"]


def test_opinions_on_members_are_kept_apart(ledgers: Ledgers) -> None:
    made = ledgers.open(members="王某\n李某")
    source = ledgers.source(made)
    ledgers.enter(made, source, "班子会太多。")
    ledgers.enter(made, source, "王某下去得少。", about="王某")
    body, member = ledgers.keys(made, "班子", "王某")
    office = ledgers.office
    sent = office.post(f"/ledgers/{made}/gather", {"entry": [body, member], "wording": "合并"})
    assert sent.status_code == 422
    assert "要分开" in sent.text
    item = ledgers.gather(made, "下基层少", member)
    sent = office.post(f"/ledgers/{made}/place", {f"to-{body}": "1"})
    assert sent.status_code == 422
    ledgers.answered(item)
    assert ledgers.propose(item).status_code == 409  # never public
    other = ledgers.keys(made, "班子")[0]
    sent = office.post(f"/ledgers/{made}/regard", {"entry": other, "about": "某人"})
    assert sent.status_code == 422
    assert (
        office.post(f"/ledgers/{made}/regard", {"entry": other, "about": "李某"}).status_code == 303
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"aside": "doubled"},  # merged and set aside
        {"about": "某人"},  # in an item about somebody else
        {"item_id": None, "is_quoted": True},
        {"channel": "online"},  # of no answer
        {"words": ""},
    ],
)
def test_the_database_itself_holds_every_entry_in_one_place(
    app: Flask, ledgers: Ledgers, ledger: int, broken: dict[str, object]
) -> None:
    item = ledgers.gather(ledger, "会议太多", *ledgers.keys(ledger, "会太多"))
    with app.app_context(), pytest.raises(IntegrityError):
        db.session.execute(update(LedgerEntry).where(LedgerEntry.item_id == item).values(**broken))


def test_nobody_else_works_there(ledgers: Ledgers, cast: Cast, ledger: int) -> None:
    for name in ("cadre", "leader", "moderator", "admin", "unit_admin"):
        visitor = cast.visitor(name)
        for page in ("", "/work", "/items", "/answers", "/sources/new", "/take.xlsx"):
            assert visitor.get(f"/ledgers/{ledger}{page}").status_code == 404, (name, page)
        assert visitor.get("/ledgers/new").status_code == 403
        assert visitor.post(f"/ledgers/{ledger}/place").status_code == 404


# --- From a survey --------------------------------------------------------------------------

RAW = "会太多。材料报三遍！多下去看看。"


@pytest.fixture
def survey(desk: Desk, cast: Cast) -> str:
    slug = desk.make(publish_words=True)
    for name in PEOPLE:
        words = RAW if name == "cadre" else f"{name}写的另一句话。"
        assert desk.fill(cast.visitor(name), slug, q_text=words, q_brief="").status_code == 303
    return slug


def test_answers_are_cut_word_for_word_and_once(
    app: Flask, desk: Desk, ledgers: Ledgers, survey: str
) -> None:
    desk.move(survey, "close")
    made = ledgers.open(survey)
    office = ledgers.office
    url = f"/ledgers/{made}/answers?question=text"
    page = office.get(url).text
    assert "会太多。\n材料报三遍！\n多下去看看。" in page
    with app.app_context():
        answer = db.session.scalars(select(OpenAnswer.id).where(OpenAnswer.text == RAW)).one()
    name = f"cut-{answer.hex}"
    sent = office.post(url, {name: "会太多了。\n材料报三遍！"})
    assert sent.status_code == 422
    assert "原文里没有“会太多了。”" in sent.text
    assert "材料报三遍！</textarea>" in sent.text
    assert office.post(url, {name: "材料报三遍！\n会太多。"}).status_code == 422  # another order
    assert office.post(url, {name: "会太多。材料报三遍！\n多下去看看。"}).status_code == 303
    assert ledgers.balance(made).total.raw == 2
    assert name not in office.get(url).text
    office.post(url, {name: "会太多。"})  # once
    assert ledgers.balance(made).total.raw == 2
    # Mending a cut stays within the answer.
    key = ledgers.keys(made, "多下去")[0]
    url = f"/ledgers/{made}/entries/{UUID(key)}/correct"
    assert office.post(url, {"words": "多去看看。", "reason": "摘短"}).status_code == 422
    assert office.post(url, {"words": "多下去看看", "reason": "摘短"}).status_code == 303


def test_a_survey_that_runs_is_not_cut(desk: Desk, ledgers: Ledgers, survey: str) -> None:
    """What the office does while answers come in would tell when they came."""
    made = ledgers.open(survey)
    desk.release(survey)
    url = f"/ledgers/{made}/answers?question=text"
    page = ledgers.office.get(url).text
    assert "还没有截止" in page
    assert MEETINGS[0] not in page
    assert ledgers.office.post(url, {"cut-00": "会太多。"}).status_code == 409


def test_an_entry_leads_to_no_response(
    desk: Desk, ledgers: Ledgers, survey: str, tables: object
) -> None:
    """An anonymous sentence knows its answer's random id, and neither moment nor order."""
    desk.move(survey, "close")
    made = ledgers.open(survey)
    office = ledgers.office
    page = office.get(f"/ledgers/{made}/answers?question=text").text
    cuts = dict(re.findall(r'name="(cut-[0-9a-f]{32})"[^>]*>\n([^<]*)</textarea>', page))
    assert len(cuts) == len(PEOPLE)
    assert office.post(f"/ledgers/{made}/answers?question=text", cuts).status_code == 303
    entries = tables("ledger_entries")  # type: ignore[operator]
    responses = {str(one["id"]) for one in tables("survey_responses")}  # type: ignore[operator]
    answers = {str(one["id"]) for one in tables("survey_open_answers")}  # type: ignore[operator]
    for row in entries:
        said = {str(value) for value in dict(row).values()}
        assert not said & responses
        assert len(said & answers) == 1
        assert not [name for name in dict(row) if name.endswith(("_at", "_on"))]
    others = repr([tables(name) for name in ("journal_events", "ledger_acts")])  # type: ignore[operator]
    assert not [one for one in answers if one.replace("-", "") in others.replace("-", "")]


def test_the_seal_of_an_opinion_closes_the_sentence_in_the_ledger(
    app: Flask, cast: Cast, desk: Desk, ledgers: Ledgers, survey: str
) -> None:
    desk.move(survey, "close")
    made = ledgers.open(survey)
    office = ledgers.office
    with app.app_context():
        answer = db.session.scalars(select(OpenAnswer.id).where(OpenAnswer.text == RAW)).one()
    url = f"/ledgers/{made}/answers?question=text"
    assert office.post(url, {f"cut-{answer.hex}": "会太多。\n材料报三遍！"}).status_code == 303
    sent = office.post(f"/surveys/{survey}/answers/{answer}/propose", {"body": RAW})
    assert sent.status_code == 302
    assert "材料报三遍" in office.get(f"/ledgers/{made}/work").text
    sealed = {"explanation": "封存的理由。", "sure": "y"}
    sent = cast.visitor("moderator").post(f"{sent.location}/seal", sealed)
    assert sent.status_code == 302
    assert "材料报三遍" not in office.get(f"/ledgers/{made}/work").text
    assert ledgers.balance(made).total.raw == 2  # and is still counted
