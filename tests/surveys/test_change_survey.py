"""A published form changes: the difference in sentences, and no answer lost or shifted."""

from __future__ import annotations

import random
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.policy import SYSTEM
from surveys import publishing, responses, results
from surveys.building import acts, drafting, steps
from surveys.building.difference import difference, set_apart
from surveys.definition import DefinitionFault, read
from surveys.kinds import KINDS
from surveys.models import Survey, SurveyVersion
from tests.people import Cast, Visitor
from tests.surveys.conftest import GOOD, Desk, action, document, hidden
from tests.surveys.test_build_survey import EDIT, act, save, seen
from tests.surveys.test_change_response import held, receipt_of

PUBLISH = f"{EDIT}/publish"


def publish(office: Visitor, **more: str) -> Any:
    return office.post(PUBLISH, {"seen": seen(office), **more})


def versions(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        found = db.session.scalars(select(SurveyVersion).order_by(SurveyVersion.number))
        return [one.document for one in found]


PEOPLE = ("delegate", "supervisor", "expert", "cadre", "leader", "cadre2", "inspector")


def filled(desk: Desk, people: tuple[str, ...] = PEOPLE[:5]) -> None:
    for name in people:
        assert desk.fill(desk.cast.visitor(name)).status_code == 303


@pytest.fixture
def office(cast: Cast) -> Visitor:
    return cast.visitor("office")


# --- The difference ------------------------------------------------------------------------

Edit = Any
CASES: list[tuple[str, Edit, str, str, str]] = [
    ("added", lambda d: d["sections"][0]["questions"].append({"key": "new", "type": "short", "label": "新题"}), "added", "加了“新题”", ""),
    ("removed", lambda d: d["sections"][1]["questions"].pop(), "removed", "不再问“建议”", ""),
    ("retyped", lambda d: d["sections"][1]["questions"][3].update(key="new", type="long"), "retyped", "“一句话”从", ""),
    ("reworded", lambda d: d["sections"][0]["questions"][0].update(label="请选一个"), "reworded", "“单选”改成了“请选一个”", "decide"),
    ("translated", lambda d: d["sections"][0]["questions"][0]["label"].update(en="Choose"), "reworded", "“单选”改了译文", "decide"),
    ("option added", lambda d: d["sections"][0]["questions"][0]["options"].append({"key": "z", "label": "新项"}), "option_added", "“单选”多了选项“新项”", "same"),
    ("option removed", lambda d: d["sections"][0]["questions"][0]["options"].pop(0), "option_removed", "“单选”少了选项“选项a”", "same"),
    ("option renamed", lambda d: d["sections"][0]["questions"][0]["options"][0].update(label="甲"), "option_renamed", "选项“选项a”改成了“甲”", "decide"),
    ("row renamed", lambda d: d["sections"][0]["questions"][2]["rows"][0].update(label="乙"), "row_renamed", "改成了“乙”", "decide"),
    ("moved", lambda d: d["sections"][0]["questions"].insert(0, d["sections"][0]["questions"].pop(1)), "moved", "换了位置", "same"),
    ("required", lambda d: d["sections"][0]["questions"][0].pop("required"), "rules", "“单选”改了：必须回答", "same"),
    ("condition", lambda d: d["sections"][1]["questions"][0].update(relevant="${one} = 'a'"), "rules", "改了：什么时候问", "same"),
    ("scale", lambda d: d["sections"][1]["questions"][2].update(min=1, max=5), "rules", "最小、最大", "apart"),
    ("head", lambda d: d.update(minutes=9), "head", "大约几分钟", ""),
    ("section", lambda d: d["sections"][0].update(title="别的"), "section", "有了部分“别的”", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "sort", "words", "verdict"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_difference_is_said(app: Flask, edit: Edit, sort: str, words: str, verdict: str) -> None:
    old, new = document(), document()
    edit(new)
    with app.test_request_context():
        found = difference(old, new)
        assert words in "".join(one.sentence for one in found.changes if one.sort == sort)
        assert {one.sort for one in found.changes} <= {sort, "section"}
        told = {one.verdict for one in found.compared} - {"same"}
        assert told == ({verdict} if verdict not in ("", "same") else set())
        assert not difference(old, document())


# --- Publishing ----------------------------------------------------------------------------


def test_places_among_other_options_are_not_the_same_places(app: Flask) -> None:
    choices = [{"key": key, "label": key} for key in "abc"]
    asked = {"key": "r", "type": "ranking", "label": "排一排", "options": choices}
    old = document(sections=[{"title": "", "questions": [asked]}])
    new = deepcopy(old)
    new["sections"][0]["questions"][0]["options"].pop()
    with app.test_request_context():
        read(deepcopy(new))
        assert difference(old, new).apart == ["r"]


def test_draft_of_an_open_form_waits_for_publishing(
    desk: Desk, app: Flask, office: Visitor
) -> None:
    desk.make(anonymity="named")
    filled(desk)
    act(office, "add short 1")
    save(office, "q1", label__zh="新来的一题")
    assert "新来的一题" not in office.get("/surveys/work").text
    page = office.get(PUBLISH).text
    assert "加了“新来的一题”，从现在起才有人答" in page
    assert "其余 8 题前后的回答照旧一起统计" in page
    assert publish(office).status_code == 303
    assert len(versions(app)) == 2
    assert "新来的一题" in office.get("/surveys/work").text
    assert office.get(PUBLISH).status_code == 302, "nothing waits any more"
    filled(desk, PEOPLE[:1])
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert results.count(survey).responses == 5


def test_reworded_question_goes_on_or_begins_anew(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(anonymity="named", days=[-9, 30])
    filled(desk)
    save(office, "one", label__zh="换个说法")
    save(office, "num", label__zh="别的意思", relevant="${one} = 'a'")
    page = office.get(PUBLISH).text
    assert "“换个说法”改了说法。前后的回答还能一起统计吗？" in page
    more = {"apart": "num", "as-num": "apart", "as-one": "same"}
    assert publish(office, **more).status_code == 303
    newest = versions(app)[-1]
    assert "num" not in acts.keys(newest)
    assert acts.question(newest, "one")["label"]["zh"] == "换个说法"
    shown = office.get("/surveys/work/results").text
    assert "“单选”改成了“换个说法”" in shown
    assert "不再提问" in shown
    assert "为止。" in shown
    old = shown[shown.index('id="q-num"') :]
    assert "5 人回答" in old, "its answers and results stay"


def test_reference_follows_a_question_that_begins_anew(app: Flask) -> None:
    form = document(anonymity="named", quota={"question": "one", "options": {"a": 5}})
    form["sections"][1]["questions"][0] |= {"relevant": "${one} = 'a'", "hint": "你选了 ${ one }"}
    made = set_apart(form, ["one"], {"q1", "q7"})
    asked = acts.question(made, "num")
    assert acts.keys(made) == (acts.keys(form) - {"one"}) | {"q8"}
    assert asked["relevant"] == "${q8} = 'a'"
    assert asked["hint"] == "你选了 ${q8}"
    assert made["quota"]["question"] == "q8"
    with app.test_request_context():
        read(made)


def test_retyped_question_is_a_new_one(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(anonymity="named")
    filled(desk)
    act(office, "retype brief", kind="long")
    assert "从零算起" in office.get(PUBLISH).text
    publish(office)
    assert "brief" not in acts.keys(versions(app)[-1])
    assert acts.question(versions(app)[-1], "q1")["type"] == "long"


def test_key_never_comes_back_as_something_else(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(anonymity="named")
    act(office, "delete brief")
    publish(office)
    changed = versions(app)[-1]
    changed["sections"][1]["questions"].append({"key": "brief", "type": "number", "label": "数"})
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        with pytest.raises(DefinitionFault, match="题型变了"):
            publishing.revise(survey, read(changed), SYSTEM)
    act(office, "add single 1")
    save(office, "one", options__new="又一个")
    assert "brief" not in acts.keys(versions(app)[-1])


def test_option_key_is_not_given_twice(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make(anonymity="named")
    save(office, "one", do="without options c")
    publish(office)
    save(office, "one", options__new="新的一项", do="")
    publish(office)
    found = acts.question(versions(app)[-1], "one")["options"]
    assert [one["key"] for one in found] == ["a", "b", "d"]


def test_few_early_answers_to_an_anonymous_form_are_not_set_apart(
    desk: Desk, app: Flask, office: Visitor
) -> None:
    desk.make()
    act(office, "add short 1")
    assert publish(office).status_code == 303, "nobody has answered"
    filled(desk, PEOPLE[:2])
    act(office, "add short 1")
    refused = publish(office)
    assert refused.status_code == 422
    assert "还不足 5 份" in refused.text
    assert len(versions(app)) == 2
    act(office, "undo")
    save(office, "one", label__zh="只改说法")
    assert publish(office).status_code == 303, "a wording does not show in an answer"
    act(office, "delete brief")
    assert publish(office).status_code == 422, "two before, counted over the wording"
    act(office, "undo")
    filled(desk, PEOPLE[2:])
    act(office, "delete brief")
    assert publish(office).status_code == 303


def test_draft_is_discarded(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make()
    act(office, "delete brief")
    now = seen(office)
    assert office.post(f"{EDIT}/discard", {"seen": now}).status_code == 303
    assert office.post(f"{EDIT}/discard", {"seen": now}).status_code == 409
    assert "一句话" in office.get(EDIT).text
    assert len(versions(app)) == 1


def test_late_publisher_is_told_what_came_between(desk: Desk, app: Flask, cast: Cast) -> None:
    desk.make()
    one, other = cast.visitor("office"), cast.visitor("office")
    act(one, "delete brief")
    old = seen(one)
    act(other, "delete num")
    late = one.post(PUBLISH, {"seen": old})
    assert late.status_code == 409
    assert "删去了“次数”" in late.text
    assert len(versions(app)) == 1


def test_file_for_an_open_form_is_looked_at_first(desk: Desk, app: Flask, office: Visitor) -> None:
    from surveys.definition import dump

    desk.make()
    sent = office.post("/surveys/work/versions", {"source": dump(document(minutes=9))})
    assert sent.location == PUBLISH
    assert len(versions(app)) == 1
    assert "大约几分钟" in office.get(PUBLISH).text
    publish(office)
    assert versions(app)[-1]["minutes"] == 9


def test_command_brings_its_version_before_a_draft(desk: Desk, app: Flask, office: Visitor) -> None:
    desk.make()
    act(office, "delete brief")
    with app.app_context():
        publishing.bring(read(document(minutes=9)), SYSTEM)
        db.session.commit()
    page = office.get(EDIT).text
    assert "一句话" in page
    act(office, "delete num")
    assert "次数" not in {q["label"]["zh"] for q in acts.questions(_draft(app))}


def _draft(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return drafting.draft_of(db.session.scalars(select(Survey)).one()).document


# --- Who opened the old form ---------------------------------------------------------------


def test_answer_to_the_old_form_is_taken_where_it_holds(
    desk: Desk, app: Flask, cast: Cast, office: Visitor, tables: Any
) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    act(office, "delete brief")
    act(office, "add short 1")
    publish(office)
    sent = visitor.client.post(action(page), data={**hidden(page), **GOOD})
    assert sent.status_code == 303
    texts = {row["question_key"]: row["text"] for row in tables("survey_open_answers")}
    assert texts == {"brief": "周报", "text": "少开会。"}
    again = visitor.get("/surveys/work")
    data = {**hidden(again), **{k: v for k, v in GOOD.items() if k != "q-brief"}}
    assert visitor.client.post(action(again), data={**data, "q-text": "改了"}).status_code == 303
    texts = {row["question_key"]: row["text"] for row in tables("survey_open_answers")}
    assert texts == {"brief": "周报", "text": "改了"}, "changing an answer loses no other"


def test_option_that_is_gone_is_told_and_the_rest_stays(
    desk: Desk, cast: Cast, office: Visitor
) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    save(office, "one", do="without options a")
    publish(office)
    sent = visitor.client.post(action(page), data={**hidden(page), **GOOD})
    assert sent.status_code == 422
    assert "“单选”少了选项“选项a”" in sent.text
    assert "少开会。" in sent.text
    data = {**GOOD, **hidden(sent), "q-one": "b"}
    assert visitor.client.post(action(page), data=data).status_code == 303


def test_receipt_after_a_change_loses_no_answer(desk: Desk, cast: Cast, office: Visitor) -> None:
    """What an anonymous person answered to a question that is gone stays, when the rest changes."""
    desk.make()
    filled(desk, PEOPLE[1:5])
    visitor = cast.visitor("delegate")
    code = receipt_of(visitor.get(desk.fill(visitor).location))
    act(office, "delete brief")
    assert publish(office).status_code == 303
    page = visitor.client.post("/surveys/work/receipt", data={"receipt": code})
    given = {name: value for name, value in GOOD.items() if name != "q-brief"}
    data = {**hidden(page), **given, "q-text": "改了。"}
    assert visitor.client.post(action(page), data=data).status_code == 303
    texts = {row["question"]: row["text"] for row in held(desk, code) or [] if "text" in row}
    assert texts == {"brief": "周报", "text": "改了。"}


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "", "9" * 30])
def test_number_that_names_no_version_is_the_newest(desk: Desk, cast: Cast, number: str) -> None:
    desk.make(anonymity="named")
    visitor = cast.visitor("delegate")
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD, "number": number, "q-gone": "x"}
    sent = visitor.client.post(action(page), data=data)
    assert sent.status_code == 422
    assert "没有“q-gone”这一题" in sent.text


# --- No answer lost or shifted -------------------------------------------------------------


def edited(draw: random.Random, draft: drafting.Draft) -> tuple[str, dict[str, Any]]:
    """The document after an act that chance chooses; the same where the act does not fit."""
    from surveys.building.doing import do

    keys = sorted(acts.keys(draft.document))
    key = draw.choice(keys)
    sections = len(draft.document["sections"])
    section = draw.randint(1, sections)
    kind = draw.choice(sorted(KINDS))
    asked = draw.choice(
        [f"{verb} {key}" for verb in ("up", "down", "copy", "delete", "put")]
        + [f"add {kind} {section}", f"retype {key}", f"add-section {section}"]
        + [f"{verb} {section}" for verb in ("section-up", "delete-section")]
        + ["reword", "reword", "less", "more"]
    )
    document = deepcopy(draft.document)
    if asked == "reword":
        acts.question(document, key)["label"] = draw.choice(["甲", "乙", "丙"]) + key
    elif asked == "less" and len(acts.question(document, key).get("options", [])) > 1:
        acts.question(document, key)["options"].pop(0)
    elif asked == "more" and "options" in acts.question(document, key):
        new = acts.fresh_option(draft.taken_in(key, "options"))
        acts.question(document, key)["options"].append({"key": new, "label": f"选项{new}"})
    elif " " in asked:
        with suppress(acts.Refused):
            document = do(draft, asked, {"kind": kind, "section": str(section)}).document
    return asked, document


@pytest.mark.parametrize("seed", range(10))
def test_no_edit_loses_or_shifts_an_answer(app: Flask, cast: Cast, seed: int) -> None:
    """Random answers, then random edits, published one by one: every row stays as it was given."""
    draw = random.Random(seed)
    cast.id("office")
    person = cast.id("delegate")
    with app.app_context():
        form = document(slug=f"s{seed}", anonymity="named")
        survey = publishing.bring(read(form), SYSTEM).survey
        publishing.move(survey, "open", cast.person("office"))
        rows = [
            {"question": "one", "option": draw.choice("abc")},
            {"question": "many", "option": draw.choice("ab")},
            {"question": "num", "number": float(draw.randint(0, 60))},
            {"question": "brief", "text": draw.choice("甲乙丙")},
        ]
        responses.put(survey, person, publishing.latest_version(survey), rows)
        before = responses.given_by(survey, person)
        meant = {one["key"]: one["type"] for one in acts.questions(form)}
        for _step in range(12):
            draft = drafting.draft_of(survey)
            asked, changed = edited(draw, draft)
            if changed == draft.document:
                continue
            drafting.write(draft, "edit", asked, changed, SYSTEM)
            if draw.random() < 0.5:
                continue
            draft = drafting.draft_of(survey)
            try:
                apart = [one.key for one in draft.difference().to_decide if draw.random() < 0.5]
                drafting.publish(draft, apart, SYSTEM)
            except DefinitionFault:
                steps.undo(survey, SYSTEM)
                continue
            for one in acts.questions(publishing.latest_version(survey).document):
                assert meant.setdefault(one["key"], one["type"]) == one["type"], "one key, one kind"
        after = responses.given_by(survey, person)
        assert sorted(map(str, after)) == sorted(map(str, before))
        found = [one.definition for one in publishing.versions(survey)]
        merged = {one.key for part in results.merged(found) for one in part.questions}
        assert {"one", "many", "num", "brief"} <= merged
        db.session.rollback()
