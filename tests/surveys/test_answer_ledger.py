"""Items of a ledger: asked of a unit, answered with a reason, reviewed, read by everybody."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.db import db
from core.files import Upload
from core.sheets import read
from core.states import IllegalMove
from moderation.seal import Seal
from surveys.ledger import counting
from surveys.ledger.coded import OUTCOMES
from surveys.ledger.counting import THRESHOLD, shown
from surveys.ledger.items import LedgerItem
from surveys.ledger.models import LedgerEntry, LedgerReply
from surveys.models import OpenAnswer
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import Desk
from tests.surveys.ledgers import MEETINGS, REASON, Ledgers

PEOPLE = ("cadre", "cadre2", "delegate", "supervisor", "expert")
WHY = {"explanation": "写明的理由。"}


@pytest.fixture
def ledger(ledgers: Ledgers) -> int:
    """Nine sentences: five on meetings from paper, three others, one more from a meeting."""
    made = ledgers.open()
    lines = [*MEETINGS, "会多。", "再少开些会。", "食堂早一点开门。", "路灯坏了。", "表太多。"]
    ledgers.enter(made, ledgers.source(made), *lines)
    ledgers.enter(made, ledgers.source(made, "meeting", is_told=""), "会上少念稿子。")
    return made


def on_meetings(ledgers: Ledgers, ledger: int) -> list[str]:
    return ledgers.keys(ledger, "会太多", "一周五个会", "开会太多", "会多", "再少开些会")


def in_days(count: int) -> str:
    return (clock.now() + timedelta(days=count)).date().isoformat()


def test_from_an_item_to_the_public_page_and_back(
    app: Flask, cast: Cast, ledgers: Ledgers, ledger: int
) -> None:
    office, reader, leader = ledgers.office, cast.visitor("cadre2"), cast.visitor("leader")
    assert reader.get(f"/ledgers/{ledger}").status_code == 404
    assert "会太多" not in reader.get("/ledgers").text
    item = ledgers.gather(ledger, "会议太多，下不去基层", *on_meetings(ledgers, ledger))
    url = f"/ledgers/items/{item}"
    assert leader.get(url).status_code == 404  # not asked yet
    unit = str(cast.unit_id("county"))
    assert office.post(f"{url}/assign", {"unit": unit}).status_code == 303
    assert "会议太多" in leader.get("/").text
    with counted(app) as seen:
        page = leader.get(url).text
    assert len(seen) <= 8, seen
    assert "会议太多" in page
    assert MEETINGS[0] not in page  # raw sentences stay with the office
    for outcome, day in (("promised", ""), ("promised", "2020-01-01"), ("", "")):
        data = {"outcome": outcome, "promised_on": day, "reason": REASON}
        assert leader.post(f"{url}/answer", data).status_code == 422
    sent = leader.post(f"{url}/answer", {"outcome": "done", "reason": ""})
    assert sent.status_code == 422
    day = in_days(30)
    data = {"outcome": "promised", "promised_on": day, "reason": REASON}
    assert leader.post(f"{url}/answer", data).status_code == 303
    assert office.post(f"{url}/return", {"explanation": ""}).status_code == 422
    assert office.post(f"{url}/return", {"explanation": "请写明谁来办。"}).status_code == 303
    assert "请写明谁来办。" in leader.get(url).text
    assert (
        leader.post(f"{url}/answer", {**data, "reason": f"{REASON}办公室主任负责。"}).status_code
        == 303
    )
    assert REASON not in reader.get("/ledgers").text
    sent = ledgers.propose(item, "会太多，下不去基层。\n一周五个会，材料都要报三遍。")
    assert sent.status_code == 422
    assert "不是这一条里的原话" in sent.text
    assert ledgers.propose(item, "会太多，[…]\n一周五个会，材料还要报三遍。").status_code == 303
    assert reader.get(f"/ledgers/{ledger}").status_code == 404
    assert ledgers.decide(item) == 302
    with counted(app) as seen:
        page = reader.get(f"/ledgers/{ledger}").text
    assert len(seen) <= 6, seen
    for words in (
        "会太多，[…]",
        "材料还要报三遍",
        "办公室主任负责",
        "county单位",
        "限期办",
        "5 人次",
    ):
        assert words in page, words
    assert "office同志" not in page
    assert "leader同志" not in page
    assert "材料还要报三遍" in reader.get("/search?q=会议太多").text
    assert reader.get(url).location.endswith(f"/ledgers/{ledger}#item-1")
    assert office.post(f"{url}/withdraw").status_code == 303
    assert reader.get(f"/ledgers/{ledger}").status_code == 404
    assert "材料还要报三遍" not in reader.get("/search?q=会议太多").text
    assert ledgers.item(item).state == "answered"


def test_what_is_quoted_stays_where_it_is(ledgers: Ledgers, ledger: int) -> None:
    keys = on_meetings(ledgers, ledger)
    item = ledgers.published(ledger, "会议太多", *keys, quotes=MEETINGS[0])
    office = ledgers.office
    sent = office.post(f"/ledgers/{ledger}/out", {"entry": keys[0]})
    assert sent.status_code == 409
    assert office.post(f"/ledgers/{ledger}/out", {"entry": keys[1]}).status_code == 303
    assert office.post(f"/ledgers/items/{item}/withdraw").status_code == 303
    assert office.post(f"/ledgers/{ledger}/out", {"entry": keys[0]}).status_code == 303


def test_only_the_unit_asked_answers_and_only_in_turn(
    app: Flask, cast: Cast, ledgers: Ledgers, ledger: int
) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    data = {"outcome": "done", "reason": REASON}
    url = f"/ledgers/items/{item}/answer"
    leader = cast.visitor("leader")
    assert leader.post(url, data).status_code == 404  # nobody was asked
    unit = {"unit": str(cast.unit_id("department"))}
    assert ledgers.office.post(f"/ledgers/items/{item}/assign", unit).status_code == 303
    assert leader.post(url, data).status_code == 404  # another unit was
    for name in ("office", "cadre", "admin"):
        assert cast.visitor(name).post(url, data).status_code in (403, 404), name
    assert cast.visitor("minister").post(url, data).status_code == 303  # above it
    assert cast.visitor("minister").post(url, data).status_code == 409
    with app.app_context(), pytest.raises(IllegalMove):
        LedgerItem.for_review(item).assign(1, cast.person("office"))


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_told(cast: Cast, ledgers: Ledgers, ledger: int, outcome: str) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    day = in_days(3) if outcome == "promised" else ""
    ledgers.answered(item, outcome, promised_on=day)
    assert ledgers.propose(item).status_code == 303
    assert ledgers.decide(item) == 302
    label = str(OUTCOMES[outcome].label)
    page = cast.visitor("cadre2").get(f"/ledgers/{ledger}?outcome={outcome}").text
    assert label in page
    assert "会议太多" in page


def test_a_promise_is_answered_again_and_the_old_reply_stands_until_then(
    cast: Cast, ledgers: Ledgers, ledger: int
) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    ledgers.answered(item, "promised", promised_on=in_days(3))
    assert ledgers.propose(item).status_code == 303
    waiting = {"outcome": "done", "reason": "办好了。"}
    leader = cast.visitor("leader")
    url = f"/ledgers/items/{item}/answer"
    assert leader.post(url, waiting).status_code == 409  # a version is with the reviewers
    assert ledgers.decide(item) == 302
    assert ledgers.propose(item, MEETINGS[0]).status_code == 303  # another beside the public one
    assert leader.post(url, waiting).status_code == 409
    assert ledgers.decide(item) == 302
    with clock.travel(clock.now() + timedelta(days=5)):
        reader, leader = cast.visitor("cadre2"), cast.visitor("leader")
        assert "说好的日子到了" in reader.get(f"/ledgers/{ledger}").text
        assert leader.post(url, waiting).status_code == 303
        page = reader.get(f"/ledgers/{ledger}").text
        assert REASON in page
        assert "办好了" not in page
        assert ledgers.propose(item).status_code == 303
        assert ledgers.decide(item) == 302
        page = reader.get(f"/ledgers/{ledger}").text
        assert "办好了" in page
        assert "已经办了" in page


def test_overdue_is_told(cast: Cast, ledgers: Ledgers, ledger: int) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    unit = {"unit": str(cast.unit_id("county"))}
    ledgers.office.post(f"/ledgers/items/{item}/assign", unit)
    assert "已逾期" not in ledgers.office.get(f"/ledgers/{ledger}/items").text
    with clock.travel(clock.now() + timedelta(days=40)):
        assert "已逾期" in cast.visitor("office").get(f"/ledgers/{ledger}/items").text


# --- Whose words are quoted -----------------------------------------------------------------


def test_words_of_a_source_that_was_not_told_are_not_quoted(ledgers: Ledgers, ledger: int) -> None:
    item = ledgers.gather(ledger, "会风", *ledgers.keys(ledger, "会上少念"))
    ledgers.answered(item)
    page = ledgers.office.get(f"/ledgers/items/{item}/propose").text
    assert "没有被告知" in page
    assert re.search(r'<textarea[^>]*name="quotes"[^>]*>\s*</textarea>', page)
    sent = ledgers.propose(item, "会上少念稿子。")
    assert sent.status_code == 422
    assert "不能引用" in sent.text


@pytest.mark.parametrize(
    ("told", "writers", "why"),
    [(False, 5, "没有被告知"), (True, 4, "不足 5 人"), (True, 5, "")],
)
def test_words_of_answers_need_a_warning_and_five_writers(
    app: Flask, desk: Desk, cast: Cast, ledgers: Ledgers, told: bool, writers: int, why: str
) -> None:
    slug = desk.make(publish_words=told)
    for number, name in enumerate(PEOPLE):
        words = f"第{number}句话。" if number < writers else ""
        assert desk.fill(cast.visitor(name), slug, q_text=words).status_code == 303
    desk.move(slug, "close")
    made = ledgers.open(slug)
    with app.app_context():
        answer = db.session.scalars(
            select(OpenAnswer.id).where(OpenAnswer.text == "第0句话。")
        ).one()
    url = f"/ledgers/{made}/answers?question=text"
    assert ledgers.office.post(url, {f"cut-{answer.hex}": "第0句话。"}).status_code == 303
    item = ledgers.gather(made, "一句话", *ledgers.keys(made))
    ledgers.answered(item)
    sent = ledgers.propose(item, "第0句话。")
    assert sent.status_code == (422 if why else 303)
    assert why in sent.text


def test_numbers_are_pointed_out_before_they_go(cast: Cast, ledgers: Ledgers, ledger: int) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    unit = {"unit": str(cast.unit_id("county"))}
    ledgers.office.post(f"/ledgers/items/{item}/assign", unit)
    data = {"outcome": "done", "reason": "请打 13800138000。"}
    sent = cast.visitor("leader").post(f"/ledgers/items/{item}/answer", data)
    assert sent.status_code == 422
    assert "手机号码" in sent.text
    assert "请打 13800138000。" in sent.text


# --- Numbers in public ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "total", "channels"),
    [
        ({"online": 4}, None, {}),
        ({"online": 2, "paper": 2}, None, {}),
        ({"online": 5}, 5, {"online": 5}),
        ({"online": 5, "paper": 7}, 12, {"online": 5, "paper": 7}),
        # One channel too small: none is told, or it would be what is left over.
        ({"online": 3, "paper": 7}, 10, {}),
        ({"online": 9, "paper": 7, "meeting": 1}, 17, {}),
        ({}, None, {}),
    ],
)
def test_no_number_below_the_threshold_and_none_to_subtract(
    counts: dict[str, int], total: int | None, channels: dict[str, int]
) -> None:
    assert shown(counts) == counting.Shown(total, channels)


def test_small_items_come_in_the_order_of_their_numbers(
    cast: Cast, ledgers: Ledgers, ledger: int
) -> None:
    """An order by their counts would tell the counts."""
    one = ledgers.keys(ledger, "食堂")
    two = ledgers.keys(ledger, "路灯", "表太多")
    ledgers.gather(ledger, "会风", *ledgers.keys(ledger, "会上少念"))
    ledgers.published(ledger, "食堂开门早些", *one)
    ledgers.published(ledger, "路灯和表格", *two)
    ledgers.published(ledger, "会议太多", *on_meetings(ledgers, ledger))
    page = cast.visitor("cadre2").get(f"/ledgers/{ledger}").text
    assert "已公布答复</dt><dd>3" in page  # what is not published is not among them
    places = [page.index(f"{title}</h2>") for title in ("会议太多", "食堂开门早些", "路灯和表格")]
    assert places == sorted(places)
    assert f"不足 {THRESHOLD} 人次" in page
    assert not re.search(r"\b[1-4] 人次", page)


# --- Moderation -----------------------------------------------------------------------------


def test_every_decision_and_what_follows(
    app: Flask, cast: Cast, ledgers: Ledgers, ledger: int
) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    ledgers.answered(item)
    office, moderator, reader = ledgers.office, cast.visitor("moderator"), cast.visitor("cadre2")
    url, page = f"/ledgers/items/{item}", f"/ledgers/{ledger}"
    ledgers.propose(item, MEETINGS[0])
    assert "会议太多" in moderator.get("/moderation?kind=surveys%3Aledger_item").text
    assert ledgers.decide(item, "return", **WHY) == 302
    assert WHY["explanation"] in office.get(url).text
    assert ledgers.propose(item, MEETINGS[1]).status_code == 303
    assert ledgers.decide(item, "reject", reason="private", **WHY) == 302
    assert office.post(f"{url}/appeal", WHY).status_code == 302
    assert reader.get(page).status_code == 404
    assert office.post(f"{url}/withdraw").status_code == 303
    assert ledgers.propose(item, MEETINGS[1]).status_code == 303
    assert ledgers.decide(item) == 302
    assert MEETINGS[1] in reader.get(page).text
    for name in ("cadre2", "delegate", "supervisor"):
        assert cast.visitor(name).post(f"{url}/flag", {"reason": "private"}).status_code == 302
    assert reader.get(page).status_code == 404  # until somebody looked at it
    assert ledgers.decide(item, "harmless") == 302
    assert MEETINGS[1] in reader.get(page).text
    assert ledgers.item(item).state == "published"
    shown = re.search(r'name="revision"[^>]*value="(\d+)"', moderator.get(f"{url}/redact").text)
    assert shown is not None
    sent = {"revision": shown[1], "passages": "一周五个会", **WHY}
    assert moderator.post(f"{url}/redact", sent).status_code == 302
    assert "一周五个会" not in reader.get(page).text
    sealed = moderator.post(f"{url}/seal", {"explanation": "封存的理由。", "sure": "y"})
    assert sealed.status_code == 302, sealed.text
    for there in (page, url, f"{page}/work?stand=merged", f"{page}/items"):
        assert MEETINGS[1] not in office.get(there).text, there
        assert REASON not in office.get(there).text, there
    with app.app_context():
        assert REASON not in db.session.scalars(select(LedgerReply.reason)).all()
        number = db.session.scalars(select(Seal.id).order_by(Seal.id.desc())).first()
    chief = cast.visitor("chief_moderator")
    assert chief.post(f"/moderation/seals/{number}/unseal", WHY).status_code == 302
    assert MEETINGS[1] in office.get(f"{page}/work?stand=merged").text


def test_the_office_does_not_decide_on_its_own(ledgers: Ledgers, ledger: int) -> None:
    item = ledgers.gather(ledger, "会议太多", *on_meetings(ledgers, ledger))
    ledgers.answered(item)
    ledgers.propose(item)
    for verb in ("hide", "redact", "seal"):
        assert ledgers.office.post(f"/ledgers/items/{item}/{verb}", WHY).status_code == 403


@pytest.mark.parametrize(
    ("model", "broken"),
    [
        (LedgerReply, {"promised_on": None, "outcome": "promised"}),
        (LedgerReply, {"reason": ""}),
        (LedgerItem, {"about": "某人"}),  # public, about a member
        (LedgerItem, {"owning_unit_id": None}),
    ],
)
def test_the_database_itself_holds_what_is_promised(
    app: Flask, ledgers: Ledgers, ledger: int, model: type, broken: dict[str, object]
) -> None:
    ledgers.published(ledger, "会议太多", *on_meetings(ledgers, ledger))
    with app.app_context():
        db.session.execute(update(LedgerEntry).values(item_id=None, is_quoted=False))
        with pytest.raises(IntegrityError):
            db.session.execute(update(model).values(**broken))


# --- To take along --------------------------------------------------------------------------


def test_what_one_takes_along_adds_up_and_holds_no_formula(ledgers: Ledgers) -> None:
    made = ledgers.open()
    lines = ["=1+1", "+86", "-不用开会", "@所有人", "会太多，下不去基层。"]
    ledgers.enter(made, ledgers.source(made), *lines, sure="")
    item = ledgers.gather(made, "=HYPERLINK(1)", *ledgers.keys(made, "=1", "会太多"))
    ledgers.answered(item)
    office = ledgers.office
    book = office.get(f"/ledgers/{made}/take.xlsx")
    assert book.status_code == 200
    with zipfile.ZipFile(io.BytesIO(book.data)) as parts:
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]
    totals, items, entries = read(Upload("ledger.xlsx", "xlsx", book.data))
    assert totals.rows[-1][1:6] == [5, 2, 3, 0, 1]
    assert items.rows[1][2] == "=HYPERLINK(1)"
    assert items.rows[1][-1] == REASON
    assert {row[-1] for row in entries.rows[1:]} == set(lines)
    file = office.get(f"/ledgers/{made}/take.docx")
    with zipfile.ZipFile(io.BytesIO(file.data)) as parts:
        words = parts.read("word/document.xml").decode()
    for said in (*lines, REASON, "原话 5 条，归并成 1 条"):
        assert said in words
