"""The workshop: every act on a form, undone and redone, by two people at once, without scripts."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.db import db
from surveys.building import drafting
from surveys.building.question_form import PARTS
from surveys.definition import read
from surveys.kinds import KINDS
from surveys.models import Survey, SurveyVersion
from tests.conftest import counted
from tests.core.word_files import docx
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk, document, label

EDIT = "/surveys/manage/work/edit"


def seen(visitor: Visitor) -> str:
    page = visitor.get(EDIT)
    assert page.status_code == 200
    return re.findall(r'name="seen" value="(\d+)"', page.text)[0]


def act(visitor: Visitor, do: str, **more: str) -> TestResponse:
    return visitor.post(EDIT, {"seen": seen(visitor), "do": do, **more})


def draft(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return drafting.draft_of(db.session.scalars(select(Survey)).one()).document


def order(app: Flask) -> list[list[str]]:
    return [[one["key"] for one in part["questions"]] for part in draft(app)["sections"]]


FIRST = ["one", "many", "grid"]
SECOND = ["num", "when", "rate", "brief", "text"]


def question(app: Flask, key: str) -> dict[str, Any]:
    asked = (one for part in draft(app)["sections"] for one in part["questions"])
    return next(one for one in asked if one["key"] == key)


def save(visitor: Visitor, key: str, **fields: str) -> TestResponse:
    """Send a question's form as its page has it, some fields changed."""
    page = visitor.get(f"{EDIT}/questions/{key}").text
    form = re.search(r'<form class="workshop__form".*?</form>', page, re.DOTALL)
    assert form
    sent = dict(
        re.findall(r'<input class="[^"]*" id="[^"]*" name="([^"]+)" value="([^"]*)"', form[0])
    )
    sent |= dict(
        re.findall(r'name="([^"]+)" value="y" checked', form[0])
        and dict.fromkeys(re.findall(r'name="([^"]+)" value="y" checked', form[0]), "y")
    )
    sent["seen"] = re.findall(r'name="seen" value="(\d+)"', form[0])[0]
    sent |= {name.replace("__", "-"): value for name, value in fields.items()}
    sent = {name: value for name, value in sent.items() if value != "\0"}
    return visitor.post(f"{EDIT}/questions/{key}", sent)


@pytest.fixture
def office(cast: Cast) -> Visitor:
    return cast.visitor("office")


@pytest.mark.parametrize(
    ("do", "wanted"),
    [
        ("down one", [["many", "one", "grid"], SECOND]),
        ("up many", [["many", "one", "grid"], SECOND]),
        ("down grid", [["one", "many"], ["grid", *SECOND]]),
        ("up num", [["one", "many", "grid", "num"], SECOND[1:]]),
        ("copy one", [["one", "q1", "many", "grid"], SECOND]),
        ("delete many", [["one", "grid"], SECOND]),
        ("add long 1", [[*FIRST, "q1"], SECOND]),
        ("add single one", [["one", "q1", "many", "grid"], SECOND]),
        ("take recommend 2", [FIRST, [*SECOND, "q1"]]),
        ("add-section 2", [FIRST, SECOND, ["q1"]]),
        ("section-down 1", [SECOND, FIRST]),
        ("delete-section 1", [SECOND]),
    ],
)
def test_each_act_is_done_and_undone(
    desk: Desk, app: Flask, office: Visitor, do: str, wanted: list[list[str]]
) -> None:
    desk.make(state="draft")
    assert act(office, do).status_code == 303
    assert order(app) == wanted
    now = draft(app)
    with app.app_context():
        version = db.session.scalars(select(SurveyVersion)).one()
        assert version.document == now, "what others see of the draft follows"
    assert act(office, "undo").status_code == 303
    assert order(app) == [FIRST, SECOND]
    assert act(office, "redo").status_code == 303
    assert order(app) == wanted


def test_question_is_dragged(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    act(office, "put text", before="one", section="1")
    assert order(app) == [["text", *FIRST], SECOND[:-1]]
    act(office, "put one", section="2")
    assert order(app) == [["text", "many", "grid"], [*SECOND[:-1], "one"]]


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ("up one", "已经在最前面了"),
        ("down text", "已经在最后面了"),
        ("delete gone", "没有这一题"),
        ("add song 1", "没有这种题型"),
        ("take song 1", "题库里没有这一题"),
        ("section-up 1", "已经在最前面了"),
        ("delete-section 9", "没有这一部分"),
        ("delete-section -1", "没有这一部分"),
        ("sing", "没有这个操作"),
        ("", "没有这个操作"),
    ],
)
def test_act_that_does_not_fit_says_why(
    desk: Desk, app: Flask, office: Visitor, do: str, words: str
) -> None:
    desk.make(state="draft")
    answer = act(office, do)
    assert answer.status_code == 422
    assert words in answer.text
    assert order(app) == [FIRST, SECOND]


def test_last_question_of_a_section_stays(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    act(office, "add-section 2")
    for do in ("delete q1", "up q1", "put q1"):
        assert "这一部分只有这一题" in act(office, do, section="1").text
    assert order(app)[2] == ["q1"]


def test_undo_goes_back_step_by_step(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    for do in ("down one", "down one", "delete one"):
        act(office, do)
    for wanted in (["many", "grid", "one"], ["many", "one", "grid"], FIRST):
        act(office, "undo")
        assert order(app)[0] == wanted
    act(office, "undo")
    assert order(app)[0] == FIRST
    act(office, "redo")
    act(office, "up num")
    assert order(app)[0] == ["many", "one", "grid", "num"]
    act(office, "redo")
    assert order(app)[0] == ["many", "one", "grid", "num"], "a new act leaves nothing to redo"


# --- A question's form ---------------------------------------------------------------------


def test_every_kind_of_question_is_saved_as_it_stands(
    desk: Desk, app: Flask, office: Visitor
) -> None:
    desk.make(state="draft")
    before = draft(app)
    for key in [*FIRST, *SECOND]:
        assert save(office, key).status_code == 303, key
    assert draft(app) == before


def test_question_is_reworded_in_two_languages(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    sent = save(
        office,
        "one",
        label__zh="您怎么看？",
        label__en="What do you think?",
        required="\0",
        do="done",
    )
    assert sent.location.endswith("/edit#q-one")
    asked = question(app, "one")
    assert asked["label"] == {"zh": "您怎么看？", "en": "What do you think?"}
    assert "required" not in asked
    assert "您怎么看？" in office.get("/surveys/work").text


def test_options_keep_their_keys(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    save(office, "one", **{"options__a__zh": "改过的", "options__new": "新一\n\n新二 ", "do": ""})
    found = question(app, "one")["options"]
    assert [one["key"] for one in found] == ["a", "b", "c", "d", "e"]
    assert found[0]["label"]["zh"] == "改过的"
    assert [one["label"] for one in found[3:]] == ["新一", "新二"]
    save(office, "one", do="without options b")
    save(office, "one", do="first options d")
    assert [one["key"] for one in question(app, "one")["options"]] == ["a", "d", "c", "e"]
    save(office, "one", options__new="又一")
    assert question(app, "one")["options"][-1]["key"] == "f"


def test_option_that_the_question_needs_is_not_taken_out(
    desk: Desk, app: Flask, office: Visitor
) -> None:
    desk.make(state="draft", anonymity="named", quota={"question": "one", "options": {"a": 5}})
    save(office, "many", max_choices="4")
    before = draft(app)
    told = save(office, "many", label__zh="改过的题", do="without options a")
    assert told.status_code == 422
    assert "max_choices 应是 1 到 3" in told.text
    assert "改过的题" in told.text
    assert 'name="options-a-zh"' in told.text
    assert "名额按选项限" in save(office, "one", do="without options a").text
    for do in ("without label a", "without gone a", "sing options a"):
        assert save(office, "one", do=do).status_code == 303
    assert draft(app) == before


def test_emptied_option_is_deleted(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    empty = {"options__b__zh": "", "options__b__en": ""}
    assert save(office, "one", **empty).status_code == 422
    assert save(office, "one", **empty, do="without options b").status_code == 303
    assert [one["key"] for one in question(app, "one")["options"]] == ["a", "c"]


def test_new_options_come_back_as_they_were_typed(desk: Desk, cast: Cast, office: Visitor) -> None:
    desk.make(state="draft")
    old = seen(office)
    act(cast.visitor("office"), "copy grid")
    sent = {"seen": old, "label-zh": "题", "options-new": "新一\n新二"}
    late = office.post(f"{EDIT}/questions/one", sent)
    wrong = office.post(
        f"{EDIT}/questions/one", {**sent, "seen": seen(office), "label-zh": "", "label-en": ""}
    )
    for page, code in ((late, 409), (wrong, 422)):
        assert page.status_code == code
        assert re.search(r'name="options-new"[^>]*>\n新一\n新二</textarea>', page.text)
        assert 'name="options-d-zh"' not in page.text, "lines and boxes would be two of each"


@pytest.mark.parametrize(
    ("key", "fields", "words"),
    [
        ("one", {"label__zh": " ", "label__en": ""}, "缺少 label"),
        ("one", {"options__a__zh": "", "options__a__en": ""}, "不能是空的"),
        ("num", {"max": "很多"}, "min 和 max 应是数字"),
        ("num", {"min": "99"}, "min 不能大于 max"),
        ("num", {"decimals": "两位"}, "请填整数"),
        ("num", {"relevant": "${one} = "}, "relevant 第"),
        ("num", {"relevant": "${gone} = 'a'"}, "没有 ${gone} 这一题"),
        ("num", {"constraint": "nan("}, "constraint 第"),
        ("many", {"max_choices": "9"}, "max_choices 应是"),
    ],
)
def test_fault_stands_beside_its_part_and_what_was_typed_stays(
    desk: Desk, app: Flask, office: Visitor, key: str, fields: dict[str, str], words: str
) -> None:
    desk.make(state="draft")
    before = draft(app)
    page = save(office, key, **{"hint__zh": "留着的提示", **fields})
    assert page.status_code == 422
    assert words in page.text
    assert "留着的提示" in page.text
    assert draft(app) == before


@pytest.mark.parametrize(
    ("key", "fields", "beside"),
    [
        ("num", {"max": "很多"}, ["max"]),
        ("num", {"min": "99"}, ["min"]),
        ("when", {"min": "昨天"}, ["min"]),
        ("rate", {"max": "99"}, ["min"]),
        ("brief", {"hint__zh": "长" * 401}, ["hint-zh"]),
        ("one", {"options__new": "长" * 401}, ["options-new"]),
        ("one", {"options__a__zh": "", "options__a__en": ""}, ["options-a-zh", "options-new"]),
        ("grid", {"rows__new": "长" * 401}, ["rows-new"]),
        ("many", {"min_choices": "3"}, ["min_choices"]),
    ],
)
def test_every_fault_leads_to_its_box(
    desk: Desk, office: Visitor, key: str, fields: dict[str, str], beside: list[str]
) -> None:
    desk.make(state="draft")
    page = save(office, key, **fields)
    assert page.status_code == 422
    summary = page.text[page.text.index("wrong-title") :]
    found = re.findall(r'<a href="#([^"]+)"', summary[: summary.index("</ul>")])
    assert found == beside
    for name in beside:
        part = name.removesuffix("-zh").removesuffix("-new")
        assert f'id="{part}-error"' in page.text


def test_fault_of_another_question_stands_beside_that(
    desk: Desk, app: Flask, office: Visitor
) -> None:
    desk.make(state="draft")
    save(office, "num", relevant="${one} = 'a'")
    assert act(office, "delete one").status_code == 303
    page = office.get(EDIT).text
    there = page[page.index('id="q-num"') :]
    assert "没有 ${one} 这一题" in there[: there.index("</li>")]
    assert "有 1 处条件不对" in page
    office.post("/surveys/work/open")
    assert "草稿里还有不对的地方" in office.get("/surveys/manage").text
    act(office, "undo")
    assert office.post("/surveys/work/open").status_code == 303
    assert office.get("/surveys/work").status_code == 200


def test_question_that_nobody_is_asked_is_named(desk: Desk, office: Visitor) -> None:
    desk.make(state="draft")
    save(office, "num", relevant="${one} = 'a' and ${one} = 'b'")
    assert "“次数”谁也不会被问到" in office.get(EDIT).text


def test_retyped_draft_question_keeps_its_key(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft", anonymity="named")
    act(office, "retype one", kind="multiple")
    asked = question(app, "one")
    assert asked["type"] == "multiple"
    assert [one["key"] for one in asked["options"]] == ["a", "b", "c"]
    for kind in [*KINDS, "single"]:
        assert act(office, "retype one", kind=kind).status_code == 303, kind
        read(draft(app))


# --- Head and sections ---------------------------------------------------------------------


def test_kind_that_an_anonymous_form_cannot_have_is_refused(desk: Desk, office: Visitor) -> None:
    desk.make(state="draft")
    assert act(office, "retype one", kind="file").status_code == 422
    assert act(office, "add file 1").status_code == 422
    assert office.get(EDIT).status_code == 200


def test_question_for_files_is_saved_as_it_stands(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft", anonymity="named")
    act(office, "retype one", kind="file")
    assert save(office, "one", max_files="2", accept="image").status_code == 303
    asked = question(app, "one")
    assert (asked["max_files"], asked["accept"]) == (2, "image")


def test_every_part_of_every_kind_has_a_place_in_the_form() -> None:
    shown = {one.name for one in PARTS} | {"key", "type", "xlsform"}
    assert set().union(*(one.keys for one in KINDS.values())) <= shown


def fields_of(page: str, start: str) -> dict[str, str]:
    form = re.search(rf"<form class=\"workshop__form\"[^>]*{start}.*?</form>", page, re.DOTALL)
    assert form
    sent = dict(re.findall(r'id="[^"]*" name="([^"]+)"[^>]*? value="([^"]*)"', form[0]))
    boxes = {"audience", "roster", "anonymity", "results_when", "publish_words", "pages", "shuffle"}
    sent = {name: value for name, value in sent.items() if name not in boxes}
    sent |= dict(re.findall(r'name="([^"]+)" value="([^"]*)" checked', form[0]))
    sent |= dict(re.findall(r'name="([^"]+-\w+)"[^>]*>\n([^<]*)</textarea>', form[0]))
    sent["seen"] = re.findall(r'name="seen" value="(\d+)"', form[0])[0]
    return sent


def test_head_is_changed(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    before = draft(app)
    sent = fields_of(office.get(f"{EDIT}/form").text, "")
    assert office.post(f"{EDIT}/form", sent).status_code == 303
    assert draft(app) == before
    wrong = office.post(f"{EDIT}/form", {**sent, "minutes": "0", "title-zh": "", "title-en": ""})
    assert wrong.status_code == 422
    assert "minutes 应是" in wrong.text
    assert "缺少 title" in wrong.text
    days = {"opens_on": "2026-06-01", "closes_on": "2026-05-01"}
    assert "截止日不能早于开始日" in office.post(f"{EDIT}/form", {**sent, **days}).text
    days["closes_on"] = "2026-06-30"
    office.post(f"{EDIT}/form", {**sent, **days, "title-zh": "新题目", "audience": "delegate"})
    found = draft(app)
    assert (found["title"]["zh"], found["audience"]) == ("新题目", ["delegate"])
    assert "days" not in found
    assert found["closes_on"] == "2026-06-30"


def test_head_says_by_what_one_answers(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    sent = fields_of(office.get(f"{EDIT}/form").text, "") | {"entry": "codes"}
    wrong = office.post(f"{EDIT}/form", sent | {"anonymity": "named"})
    assert wrong.status_code == 422
    assert 'id="entry-error"' in wrong.text
    assert "只能匿名" in wrong.text
    assert office.post(f"{EDIT}/form", sent).status_code == 303
    assert draft(app)["entry"] == "codes"
    sent["seen"] = seen(office)
    assert office.post(f"{EDIT}/form", sent | {"entry": "account"}).status_code == 303
    assert "entry" not in draft(app)


def test_entry_of_a_published_form_stays(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make()
    page = office.get(f"{EDIT}/form").text
    assert 'name="entry"' not in page
    assert office.post(f"{EDIT}/form", fields_of(page, "") | {"entry": "link"}).status_code == 303
    assert "entry" not in draft(app)


def test_quota_in_all_is_set_and_printed(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    sent = fields_of(office.get(f"{EDIT}/form").text, "")
    assert 'name="quota-question"' not in office.get(f"{EDIT}/form").text
    for typed in ("0", "很多", "1.5"):
        wrong = office.post(f"{EDIT}/form", sent | {"quota-most": typed})
        assert wrong.status_code == 422
        assert 'id="quota-most-error"' in wrong.text
        assert re.findall(r'<a href="#(quota-[^"]+)"', wrong.text) == ["quota-most"]
        assert f'name="quota-most" value="{typed}"' in wrong.text
    assert office.post(f"{EDIT}/form", sent | {"quota-most": " 30 "}).status_code == 303
    assert draft(app)["quota"] == {"most": 30}
    assert "<span>收满 30 份为止</span>" in office.get("/surveys/work").text
    sent = fields_of(office.get(f"{EDIT}/form").text, "")
    assert sent["quota-most"] == "30"
    assert office.post(f"{EDIT}/form", sent | {"quota-most": ""}).status_code == 303
    assert "quota" not in draft(app)


def test_quota_of_options_is_set_and_printed(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft", anonymity="named")
    chosen = fields_of(office.get(f"{EDIT}/form").text, "") | {"quota-question": "one"}
    listed = office.post(f"{EDIT}/form", chosen | {"do": "list", "title-zh": "留着"})
    assert listed.status_code == 200
    assert "留着" in listed.text
    assert re.findall(r'name="(quota-one-\w)"', listed.text) == [
        f"quota-one-{key}" for key in "abc"
    ]
    wrong = office.post(f"{EDIT}/form", chosen | {"quota-one-a": "x", "quota-one-b": ""})
    assert 'id="quota-one-a-error"' in wrong.text
    assert 'id="quota-question-error"' in office.post(f"{EDIT}/form", chosen).text
    places = {"quota-one-a": "20", "quota-one-b": "", "quota-many-a": "9"}
    assert office.post(f"{EDIT}/form", chosen | places).status_code == 303
    assert draft(app)["quota"] == {"question": "one", "options": {"a": 20}}
    assert "名额：“选项a” 20 份。" in office.get("/surveys/work").text
    before = draft(app)
    sent = fields_of(office.get(f"{EDIT}/form").text, "") | {"quota-question": "one"}
    assert office.post(f"{EDIT}/form", sent).status_code == 303
    assert draft(app) == before, "saved as it stands"
    told = office.post(f"{EDIT}/form", {**sent, "seen": seen(office), "anonymity": "anonymous"})
    assert "只能用在实名问卷" in told.text


def test_section_is_renamed_and_asked_on_a_condition(
    desk: Desk, app: Flask, office: Visitor
) -> None:
    desk.make(state="draft")
    at = f"{EDIT}/sections/2"
    sent = fields_of(office.get(at).text, "")
    assert "没有 ${gone}" in office.post(at, {**sent, "relevant": "${gone} = 1"}).text
    assert (
        office.post(at, {**sent, "title-zh": "第二", "relevant": "${one} = 'a'"}).status_code == 303
    )
    part = draft(app)["sections"][1]
    assert (part["title"]["zh"], part["relevant"]) == ("第二", "${one} = 'a'")
    assert office.get(f"{EDIT}/sections/9").status_code == 302


# --- Two at once ---------------------------------------------------------------------------


def test_second_editor_is_told_who_did_what(desk: Desk, app: Flask, cast: Cast) -> None:
    desk.make(state="draft")
    one, other = cast.visitor("office"), cast.visitor("office")
    old = seen(one)
    act(other, "delete many")
    late = one.post(EDIT, {"seen": old, "do": "delete one"})
    assert late.status_code == 409
    assert "删去了“多选”" in late.text
    with app.app_context():
        assert cast.person("office").name in late.text
    assert order(app)[0] == ["one", "grid"]
    late = one.post(
        f"{EDIT}/questions/one", {"seen": old, "label-zh": "我写了很久", "options-a-zh": "甲"}
    )
    assert late.status_code == 409
    assert "我写了很久" in late.text
    assert question(app, "one")["label"]["zh"] == "单选"
    late = one.post(f"{EDIT}/questions/many", {"seen": old, "label-zh": "写给没了的题"})
    assert late.status_code == 409
    assert "写给没了的题" in late.text
    for path in ("form", "sections/1"):
        late = one.post(f"{EDIT}/{path}", {"seen": old, "title-zh": "我的标题"})
        assert late.status_code == 409
        assert "我的标题" in late.text


def test_twice_sent_is_done_once(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    now = seen(office)
    for code in (303, 409):
        assert office.post(EDIT, {"seen": now, "do": "copy one"}).status_code == code
    assert order(app)[0] == ["one", "q1", "many", "grid"]


# --- Trying, and who may -------------------------------------------------------------------


def test_trying_keeps_nothing(desk: Desk, office: Visitor, tables: Any) -> None:
    desk.make(state="draft", audience=["delegate"])
    act(office, "add short 1")
    page = office.get("/surveys/manage/work/try?as=delegate")
    assert "新的" in page.text
    assert "交问卷" in page.text
    assert "没有发给你" in office.get("/surveys/manage/work/try?as=cadre").text
    sent = office.post("/surveys/manage/work/try?as=delegate", {"q-one": "a"})
    assert sent.status_code == 422
    sent = office.post(
        "/surveys/manage/work/try?as=delegate", {"q-one": "a", "q-many": "a", "q-grid-x": "2"}
    )
    assert sent.status_code == 200
    assert "这样填会收下" in sent.text
    for name in ("survey_responses", "survey_held_responses", "survey_rights", "survey_answers"):
        assert tables(name) == []


def test_trying_keeps_no_file(desk: Desk, office: Visitor, tables: Any) -> None:
    asked = {"key": "f", "type": "file", "label": "材料"}
    sections = [{"title": "", "questions": [asked]}]
    desk.make(state="draft", anonymity="named", sections=sections)
    sent = {"q-f": (io.BytesIO(b"%PDF-1.4 x"), "x.pdf")}
    assert office.post("/surveys/manage/work/try", sent).status_code in (200, 422)
    assert tables("attachments") == []


def test_only_the_preview_stands_in_a_frame(desk: Desk, office: Visitor) -> None:
    desk.make(state="draft")
    preview = office.get("/surveys/manage/work/try").headers
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    workshop = office.get(EDIT).headers
    assert "frame-src 'self'" in workshop["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in workshop["Content-Security-Policy"]
    assert workshop["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("reader", ["delegate", "leader", "admin", None])
def test_workshop_is_the_offices(desk: Desk, app: Flask, cast: Cast, reader: str | None) -> None:
    desk.make(state="open")
    visitor = cast.visitor(reader)
    refused = (403,) if reader else (302, 401)
    for path in ("edit", "edit/form", "edit/questions/one", "edit/publish", "edit/paste", "try"):
        assert visitor.get(f"/surveys/manage/work/{path}").status_code in refused, path
    for path in ("edit", "edit/questions/one", "edit/publish", "edit/discard", "edit/paste"):
        sent = visitor.post(f"/surveys/manage/work/{path}", {"seen": "0", "do": "delete one"})
        assert sent.status_code in refused, path
    assert order(app) == [FIRST, SECOND]


@pytest.mark.parametrize("state", ["closed", "archived"])
def test_survey_that_is_over_is_not_changed(
    desk: Desk, app: Flask, office: Visitor, state: str
) -> None:
    desk.make(state=state)
    assert "问卷已经截止，不能再改" in office.get(EDIT).text
    assert act(office, "delete one").status_code == 409
    for path in ("questions/one", "form", "sections/1"):
        assert office.post(f"{EDIT}/{path}", {"seen": "0", "title-zh": "x"}).status_code == 409
    assert order(app) == [FIRST, SECOND]


def test_workshop_costs_few_statements(desk: Desk, app: Flask, office: Visitor) -> None:
    asked = [
        {
            "key": f"k{n}",
            "type": "single",
            "label": label(f"第 {n} 问：去年下半年，您参加过几次这样的会？"),
            "options": [{"key": "a", "label": "甲"}],
        }
        for n in range(60)
    ]
    desk.make(state="draft", sections=[{"title": "x", "questions": asked}])
    act(office, "down k1")
    for path in (EDIT, f"{EDIT}/questions/k7", "/surveys/manage/work/try"):
        with counted(app) as statements:
            answer = office.get(path)
        assert answer.status_code == 200
        assert len(statements) <= 8, (path, statements)
        if path != "/surveys/manage/work/try":
            assert len(answer.data) <= 40_000, (path, len(answer.data))


def test_what_is_done_with_a_question_leaves_it_open(desk: Desk, office: Visitor) -> None:
    desk.make(state="draft")
    closed = office.get(EDIT).text
    assert 'value="down one"' not in closed
    page = office.get(f"{EDIT}/questions/one").text
    assert 'value="down one"' in page
    assert '<input type="hidden" name="open" value="one">' in page
    data = {"seen": seen(office), "open": "one"}
    down = office.post(EDIT, {**data, "do": "down one"})
    assert down.location == f"{EDIT}/questions/one#q-one"
    data["seen"] = seen(office)
    assert office.post(EDIT, {**data, "do": "down many"}).location == f"{EDIT}#q-many"
    data["seen"] = seen(office)
    assert "/questions/" not in office.post(EDIT, {**data, "do": "delete one"}).location


# --- Beginning -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["blank", "satisfaction", "opinions", "needs", "meeting"])
def test_form_begins_from_a_template(cast: Cast, app: Flask, office: Visitor, name: str) -> None:
    sent = office.post("/surveys/new/from", {"template": name, "once": "k"})
    assert sent.status_code == 303
    again = office.post("/surveys/new/from", {"template": name, "once": "k"})
    assert again.location == sent.location
    assert office.get(sent.location).status_code == 200
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert survey.state == "draft"
        read(db.session.scalars(select(SurveyVersion)).one().document)


def test_template_that_is_not_there_is_none(office: Visitor) -> None:
    assert office.post("/surveys/new/from", {"template": "song"}).status_code == 404


PASTED = "小调查\n1. 您来过吗？（必填）\nA. 来过\nB. 没有\n2. 您有什么建议？\n"


def test_form_begins_from_text(app: Flask, office: Visitor) -> None:
    looked = office.post("/surveys/new/paste", {"source": PASTED, "once": "k", "do": "look"})
    assert looked.status_code == 200
    assert "认出 2 题" in looked.text
    assert "您来过吗" in looked.text
    with app.app_context():
        assert db.session.scalars(select(Survey)).all() == []
    for _time in range(2):
        taken = office.post("/surveys/new/paste", {"source": PASTED, "once": "k", "do": "take"})
        assert taken.status_code == 303
    found = draft(app)
    assert found["title"] == "小调查"
    assert [one["type"] for one in found["sections"][0]["questions"]] == ["single", "long"]


@pytest.mark.parametrize(
    ("source", "words"),
    [("", "请把题目粘贴"), ("没有题", "没有看出题目"), ("a" * 200_001, "文字太长")],
)
def test_text_without_questions_is_told(office: Visitor, source: str, words: str) -> None:
    sent = office.post("/surveys/new/paste", {"source": source, "do": "take"})
    assert sent.status_code == 422
    assert words in sent.text


def test_word_table_becomes_a_form(app: Flask, office: Visitor) -> None:
    rows = [["项目", "满意", "一般", "不满意"], ["会议", "", "", ""], ["文件", "", "", ""]]
    cells = "".join(
        f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>' for c in row)}</w:tr>"
        for row in rows
    )
    asked = "<w:p><w:r><w:t>1. 您对下列各项满意吗？</w:t></w:r></w:p>"
    file = (io.BytesIO(docx(f"{asked}<w:tbl>{cells}</w:tbl>")), "form.docx")
    looked = office.post("/surveys/new/paste", {"file": file, "do": "look"})
    assert "认出 1 题" in looked.text
    assert "矩阵题" in looked.text
    file = (io.BytesIO(b"PK"), "form.docx")
    assert office.post("/surveys/new/paste", {"file": file, "do": "look"}).status_code == 422


def test_text_is_added_to_a_draft_once(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(state="draft")
    sent = {"source": PASTED, "do": "take", "seen": seen(office)}
    assert office.post(f"{EDIT}/paste", sent).status_code == 303
    assert order(app) == [FIRST, SECOND, ["q1", "q2"]]
    assert office.post(f"{EDIT}/paste", sent).status_code == 409
    assert order(app) == [FIRST, SECOND, ["q1", "q2"]]


def test_file_becomes_the_draft_and_can_be_undone(desk: Desk, app: Flask, office: Visitor) -> None:
    from surveys.definition import dump

    desk.make(state="draft")
    act(office, "delete one")
    sent = office.post("/surveys/work/versions", {"source": dump(document(minutes=9))})
    assert sent.status_code == 303
    assert order(app) == [FIRST, SECOND]
    act(office, "undo")
    assert order(app) == [FIRST[1:], SECOND]
