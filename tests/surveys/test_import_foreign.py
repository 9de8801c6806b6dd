"""Forms of SurveyJS and LimeSurvey: what comes along, what is told, what is refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import i18n
from core.files import FileFault, Upload
from surveys.definition import DefinitionFault
from surveys.foreign.expressions import Term, Untranslatable, translated
from surveys.interchange import read_file, read_text
from surveys.logic import parse as parse_rule
from tests.people import Cast
from tests.surveys.test_define_survey import json_values


@pytest.fixture(scope="module")
def small() -> Flask:
    app = Flask("app")
    app.config["TIMEZONE"] = "Asia/Shanghai"
    i18n.init_app(app)
    return app


@pytest.fixture(autouse=True)
def _spoken(request: pytest.FixtureRequest, small: Flask) -> Iterator[None]:
    """A request in Chinese; reading a form needs no database."""
    if "app" in request.fixturenames:
        yield
        return
    with small.test_request_context():
        yield


# --- SurveyJS -------------------------------------------------------------------------------

SURVEYJS: dict[str, Any] = {
    "locale": "zh-cn",
    "title": {"default": "食堂意见", "en": "The canteen"},
    "pages": [
        {
            "name": "p1",
            "title": "一",
            "elements": [
                {"type": "boolean", "name": "eats", "title": "在食堂吃饭吗", "isRequired": True},
                {
                    "type": "checkbox",
                    "name": "meals",
                    "title": {"default": "哪几顿", "en": "Which meals"},
                    "choices": ["早饭", {"value": 2, "text": "午饭"}, {"value": "late supper", "text": "夜宵"}],
                    "showNoneItem": True,
                    "hasOther": True,
                    "maxSelectedChoices": 3,
                    "choicesOrder": "random",
                    "visibleIf": "{eats} = true",
                },
                {
                    "type": "panel",
                    "name": "more",
                    "visibleIf": "{meals} contains 2 or {meals} anyof ['早饭', 'late supper']",
                    "elements": [
                        {"type": "rating", "name": "taste", "rateMin": 1, "rateMax": 5, "minRateDescription": "差"},
                        {"type": "comment", "name": "why", "title": "{eats}，为什么", "visibleIf": "{taste} <= 2", "maxLength": 300},
                    ],
                },
            ],
        },
        {
            "visibleIf": "{eats} notempty and not ({taste} > 4)",
            "questionsOrder": "random",
            "elements": [
                {"type": "matrix", "name": "grid", "columns": ["好", "差"], "rows": [{"value": "hot", "text": "热不热"}, "clean"], "isAllRowRequired": True},
                {"type": "ranking", "name": "order", "choices": ["a", "b", "c"]},
                {"type": "text", "name": "people", "inputType": "number", "min": 1, "max": 9, "visibleIf": "{grid.hot} = '差'"},
                {"type": "text", "name": "day", "inputType": "date"},
                {"type": "text", "name": "at", "inputType": "time"},
                {"type": "text", "name": "code", "validators": [{"type": "regex", "regex": "[0-9]{6}", "text": "六位数字"}]},
                {"type": "multipletext", "name": "who", "items": [{"name": "unit", "title": "单位"}, {"name": "room"}]},
                {"type": "html", "name": "thanks", "html": "<p>谢谢<script>x()</script></p>"},
                {"type": "expression", "name": "twice", "expression": "{people} * 2"},
                {"type": "file", "name": "scan"},
                {"type": "text", "name": "last", "visibleIf": "someFunction({people}) = 1", "defaultValue": "x"},
            ],
        },
    ],
    "triggers": [{"type": "complete", "expression": "{eats} = false"}],
}  # fmt: skip


def surveyjs(form: dict[str, Any] | None = None) -> tuple[Any, list[str]]:
    definition, told = read_text(json.dumps(form or SURVEYJS), "canteen form.json")
    return definition, [f"{one.place}：{one.sentence}" for one in told]


def asked(definition: Any) -> dict[str, dict[str, Any]]:
    return {
        question["key"]: question
        for section in definition.document["sections"]
        for question in section["questions"]
    }


def test_a_form_of_surveyjs_comes_along() -> None:
    definition, _told = surveyjs()
    document, questions = definition.document, asked(definition)
    assert document["slug"] == "canteen-form"
    assert document["title"] == {"zh": "食堂意见", "en": "The canteen"}
    assert document["pages"] is True
    assert {key: one["type"] for key, one in questions.items()} == {
        "eats": "single", "meals": "multiple", "taste": "rating", "why": "long", "grid": "matrix",
        "order": "ranking", "people": "number", "day": "date", "at": "time", "code": "short",
        "who_unit": "short", "who_room": "short", "thanks": "note", "twice": "calculated",
        "last": "short", "scan": "file",
    }  # fmt: skip
    assert questions["eats"]["required"] is True
    meals = questions["meals"]
    assert [one["key"] for one in meals["options"]] == ["早饭", "2", "late_supper", "other", "none"]
    assert [one["label"] for one in meals["options"]][:3] == ["早饭", "午饭", "夜宵"]
    assert meals["options"][3]["other"] is meals["options"][4]["exclusive"] is True
    assert (meals["max_choices"], meals["shuffle"]) == (3, True)
    assert meals["label"] == {"zh": "哪几顿", "en": "Which meals"}
    assert questions["taste"]["low_label"] == "差"
    assert questions["why"]["label"] == "${eats}，为什么"
    assert questions["why"]["max_length"] == 300
    assert questions["grid"]["required"] is True
    assert questions["grid"]["rows"][0] == {"key": "hot", "label": "热不热"}
    assert (questions["people"]["min"], questions["people"]["max"]) == (1, 9)
    assert questions["code"]["pattern"] == "[0-9]{6}"
    assert questions["code"]["pattern_message"] == "六位数字"
    assert questions["who_unit"]["label"] == "单位"
    assert questions["thanks"]["label"] == "谢谢"
    assert document["sections"][1]["shuffle"] is True


def test_conditions_of_surveyjs_are_ours() -> None:
    questions = asked(surveyjs()[0])
    panel = "(selected(${meals}, '2') or (selected(${meals}, '早饭') or selected(${meals}, 'late_supper')))"
    assert questions["meals"]["relevant"] == "${eats} = 'true'"
    assert questions["taste"]["relevant"] == panel
    assert questions["why"]["relevant"] == f"{panel} and (${{taste}} <= 2)"
    assert questions["people"]["relevant"] == "${grid.hot} = '差'"
    assert questions["twice"]["calculation"] == "(${people} * 2)"
    section = surveyjs()[0].document["sections"][1]
    assert section["relevant"] == "${eats} != '' and not(${taste} > 4)"


def test_what_surveyjs_loses_is_told_by_place() -> None:
    told = surveyjs()[1]
    assert [one for one in told if "整份问卷" in one and "文件和签名" in one]
    assert [one for one in told if "last" in one and "someFunction" in one]
    assert [one for one in told if "last" in one and "defaultValue" in one]
    assert [one for one in told if "triggers" in one]
    assert len(told) == 4, told


def test_the_own_language_of_a_form_is_kept() -> None:
    form = {"elements": [{"type": "text", "name": "a", "title": "Name"}], "locale": "fr"}
    assert asked(surveyjs(form)[0])["a"]["label"] == {"fr": "Name"}


# --- LimeSurvey -----------------------------------------------------------------------------


def table(name: str, *rows: dict[str, Any]) -> str:
    made = "".join(
        "<row>"
        + "".join(f"<{key}>{escape(str(one))}</{key}>" for key, one in row.items())
        + "</row>"
        for row in rows
    )
    return f"<{name}><rows>{made}</rows></{name}>"


def lss(*tables: str, head: str = "", kind: str = "Survey") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<document>'
        f"<LimeSurveyDocType>{kind}</LimeSurveyDocType><DBVersion>623</DBVersion>"
        f"{''.join(tables)}</document>"
    ).encode()


def question(qid: int, kind: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "qid": qid,
        "parent_qid": 0,
        "gid": 1,
        "type": kind,
        "title": title,
        "question_order": qid,
        **more,
    }


def part(qid: int, parent: int, title: str, **more: Any) -> dict[str, Any]:
    return {"qid": qid, "parent_qid": parent, "title": title, "question_order": qid, **more}


NEWER = (
    table("surveys", {"sid": 9, "language": "zh-Hans", "anonymized": "Y", "format": "G"}),
    table(
        "surveys_languagesettings",
        {"surveyls_language": "zh-Hans", "surveyls_title": "培训需求", "surveyls_description": "<p>请填写。</p>"},
        {"surveyls_language": "en", "surveyls_title": "Training", "surveyls_description": "<p>Please fill in.</p>"},
    ),
    table("groups", {"gid": 1, "group_order": 1}),
    table("group_l10ns", {"gid": 1, "group_name": "情况", "language": "zh-Hans"}, {"gid": 1, "group_name": "About", "language": "en"}),
    table(
        "questions",
        question(1, "Y", "Q1", mandatory="Y", relevance="1"),
        question(2, "M", "Q2", relevance='((Q1.NAOK == "Y"))', other="Y"),
        question(3, "L", "Q3", relevance='Q2_SQ1.NAOK == "Y" and !is_empty(Q1)'),
        question(4, "F", "Q4"),
        question(5, "R", "Q5"),
        question(6, "N", "Q6", relevance='Q4_S1 == "A2" || 9X1X3 == "b 1"'),
        question(7, "S", "Q7", preg="/^[0-9]{6}$/"),
        question(8, "T", "Q8"),
        question(9, "D", "Q9"),
        question(10, "D", "Q10"),
        question(11, "5", "Q11"),
        question(12, "K", "Q12"),
        question(13, "X", "Q13"),
        question(14, "*", "Q14"),
        question(15, ";", "Q15"),
        question(16, "S", "Q16", relevance="unknownFunction(Q1) == 1"),
        question(17, "E", "Q17"),
    ),
    table("question_l10ns", *(
        {"qid": qid, "question": f"<p>题 {qid} <b>粗</b></p>", "help": "提示" if qid == 8 else "", "language": "zh-Hans"}
        for qid in (*range(1, 18), 21, 22, 41, 42, 121, 171)
    ), {"qid": 1, "question": "Have you?", "language": "en"}),
    table("subquestions", part(22, 2, "SQ2"), part(21, 2, "SQ1"), part(41, 4, "S1"), part(42, 4, "S2"), part(121, 12, "A"), part(171, 17, "X1")),
    table("answers", *(
        {"aid": aid, "qid": qid, "code": code, "sortorder": aid}
        for aid, qid, code in ((1, 3, "a"), (2, 3, "b 1"), (3, 4, "A1"), (4, 4, "A2"), (5, 5, "x"), (6, 5, "y"), (7, 5, "z"))
    )),
    table("answer_l10ns", *({"aid": aid, "answer": f"答 {aid}", "language": "zh-Hans"} for aid in range(1, 8))),
    table(
        "question_attributes",
        {"qid": 2, "attribute": "max_answers", "value": "2"},
        {"qid": 2, "attribute": "exclude_all_others", "value": "SQ2"},
        {"qid": 2, "attribute": "random_order", "value": "1"},
        {"qid": 5, "attribute": "max_answers", "value": "2"},
        {"qid": 6, "attribute": "num_value_int_only", "value": "1"},
        {"qid": 6, "attribute": "max_num_value_n", "value": "30"},
        {"qid": 6, "attribute": "em_validation_q", "value": "{self > 2}"},
        {"qid": 6, "attribute": "em_validation_q_tip", "value": "至少 3"},
        {"qid": 9, "attribute": "date_format", "value": "HH:MM"},
        {"qid": 14, "attribute": "equation", "value": "{Q6 * 2}"},
        {"qid": 8, "attribute": "array_filter", "value": "Q2"},
    ),
)  # fmt: skip


def limesurvey(data: bytes) -> tuple[Any, list[str]]:
    definition, told = read_file(Upload("limesurvey_survey_9.lss", "text", data))
    return definition, [f"{one.place}：{one.sentence}" for one in told]


def test_a_form_of_limesurvey_comes_along() -> None:
    definition, _told = limesurvey(lss(*NEWER))
    document, questions = definition.document, asked(definition)
    assert document["title"] == {"zh": "培训需求", "en": "Training"}
    assert document["intro"] == {"zh": "请填写。", "en": "Please fill in."}
    assert (document["anonymity"], document["pages"]) == ("anonymous", True)
    assert document["sections"][0]["title"] == {"zh": "情况", "en": "About"}
    assert {key: one["type"] for key, one in questions.items()} == {
        "Q1": "single", "Q2": "multiple", "Q3": "single", "Q4": "matrix", "Q5": "ranking",
        "Q6": "number", "Q7": "short", "Q8": "long", "Q9": "time", "Q10": "date", "Q11": "rating",
        "Q12_A": "number", "Q13": "note", "Q14": "calculated", "Q16": "short", "Q17": "matrix",
    }  # fmt: skip
    assert questions["Q1"]["label"] == {"zh": "题 1 粗", "en": "Have you?"}
    assert questions["Q1"]["required"] is True
    assert [one["key"] for one in questions["Q2"]["options"]] == ["SQ1", "SQ2", "other"]
    assert questions["Q2"]["options"][1]["exclusive"] is True
    assert (questions["Q2"]["max_choices"], questions["Q2"]["shuffle"]) == (2, True)
    assert [one["key"] for one in questions["Q3"]["options"]] == ["a", "b_1"]
    assert [one["label"] for one in questions["Q5"]["options"]] == ["答 5", "答 6", "答 7"]
    assert (questions["Q6"]["max"], questions["Q6"].get("decimals")) == (30, None)
    assert questions["Q6"]["constraint"] == ". > 2"
    assert questions["Q6"]["constraint_message"] == "至少 3"
    assert questions["Q7"]["pattern"] == "[0-9]{6}"
    assert questions["Q8"]["hint"] == "提示"
    assert [one["key"] for one in questions["Q17"]["options"]] == ["I", "S", "D"]


def test_relevance_of_limesurvey_is_ours() -> None:
    questions = asked(limesurvey(lss(*NEWER))[0])
    assert "relevant" not in questions["Q1"]
    assert questions["Q2"]["relevant"] == "${Q1} = 'Y'"
    assert questions["Q3"]["relevant"] == "selected(${Q2}, 'SQ1') and not(${Q1} = '')"
    assert questions["Q6"]["relevant"] == "${Q4.S1} = 'A2' or ${Q3} = 'b_1'"
    assert questions["Q14"]["calculation"] == "(${Q6} * 2)"


def test_what_limesurvey_loses_is_told_by_place() -> None:
    told = limesurvey(lss(*NEWER))[1]
    assert [one for one in told if "Q15" in one and "还不能问" in one]
    assert [one for one in told if "Q16" in one and "unknownFunction" in one]
    assert [one for one in told if "Q8" in one and "array_filter" in one]
    assert len(told) == 3, told


def test_an_older_version_repeats_its_rows_for_every_language() -> None:
    data = lss(
        table("surveys", {"sid": 9, "language": "en", "anonymized": "N"}),
        table("surveys_languagesettings", {"surveyls_language": "en", "surveyls_title": "Old"}),
        table("groups", *({"gid": 1, "group_name": name, "language": code} for name, code in (("One", "en"), ("一", "zh-Hans")))),
        table("questions", *(question(1, "L", "Q1", question=text, language=code) for text, code in (("How?", "en"), ("怎样", "zh-Hans")))),
        table("answers", *({"qid": 1, "code": "a", "answer": text, "language": code} for text, code in (("Good", "en"), ("好", "zh-Hans")))),
    )  # fmt: skip
    definition, told = limesurvey(data)
    assert definition.anonymity == "named"
    assert asked(definition)["Q1"]["label"] == {"en": "How?", "zh": "怎样"}
    assert asked(definition)["Q1"]["options"] == [{"key": "a", "label": {"en": "Good", "zh": "好"}}]
    assert told == []


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
THIEF = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lss(*NEWER, head=BOMB), "自己定义了实体"),
        (lss(*NEWER, head=THIEF), "自己定义了实体"),
        (lss(*NEWER)[:-20], "不是完整的 XML"),
        (lss(*NEWER, kind="Question"), "不是一份完整的 LimeSurvey 问卷"),
        (lss(*NEWER).replace(b"UTF-8", b"UTF-7"), "不是 UTF-8"),
        (b"<html><body>x</body></html>", "不是 LimeSurvey"),
    ],
)
def test_hostile_xml_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(FileFault) as raised:
        read_file(Upload("x.lss", "text", data))
    assert words in str(raised.value)


def test_a_form_without_questions_is_refused() -> None:
    with pytest.raises(DefinitionFault):
        limesurvey(lss(table("surveys", {"sid": 9})))


# --- Expressions ----------------------------------------------------------------------------


def resolve(name: str) -> Term:
    if name == "many":
        return Term("${many}", "several", {"A": "a"})
    if name in ("one", "other"):
        return Term(f"${{{name}}}", "ref")
    raise Untranslatable(name)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("{one} = 'x' and {other} <> 3", "${one} = 'x' and ${other} != 3"),
        ("({one} = 1 or {one} = 2) and {other} = 3", "(${one} = 1 or ${one} = 2) and ${other} = 3"),
        ("{one} = 1 or {one} = 2 and {other} = 3", "${one} = 1 or ${one} = 2 and ${other} = 3"),
        ("3 < {one}", "${one} > 3"),
        ("{one} % 2 = 1", "(${one} mod 2) = 1"),
        ("{many} allof ['A', 'b']", "(selected(${many}, 'a') and selected(${many}, 'b'))"),
        ("{many} noneof ['A']", "not(selected(${many}, 'a'))"),
        ("{one} contains 'x'", "contains(${one}, 'x')"),
        ("iif({one} empty, 1, 2) = 1", "if(${one} = '', 1, 2) = 1"),
        ("one eq 'it''", None),
        ('one == "it\'s"', '${one} = "it\'s"'),
        ("!(one == 1)", "not(${one} = 1)"),
        ("regexMatch('/[0-9]+/', one)", "regex(${one}, '[0-9]+')"),
        ("{many} = ['A']", None),
        ("{many} = 'A'", None),
        ("{gone} = 1", None),
        ("{one} = ", None),
        ("{one} @ 2", None),
        ("(" * 60 + "{one}" + ")" * 60, None),
        ("{one} = 1 " + "or {one} = 1 " * 500, None),
    ],
)
def test_a_rule_is_ours_or_none(theirs: str, ours: str | None) -> None:
    if ours is None:
        with pytest.raises(Untranslatable):
            translated(theirs, resolve)
    else:
        assert translated(theirs, resolve) == ours
        parse_rule(ours)


# --- Whatever comes -------------------------------------------------------------------------

RULES = st.text(alphabet="{}()[]'\"=!<>&|+-*/% anorteiy19.", max_size=40)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200
)
@given(RULES)
def test_no_rule_breaks_the_reader(rule: str) -> None:
    with contextlib.suppress(Untranslatable):
        translated(rule, resolve)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25
)
@given(st.data())
def test_nothing_in_a_form_of_surveyjs_breaks_the_reader(data: st.DataObject) -> None:
    form = json.loads(json.dumps(SURVEYJS))
    things = [form, *form["pages"], *form["pages"][0]["elements"], *form["pages"][1]["elements"]]
    thing = data.draw(st.sampled_from(things))
    thing[data.draw(st.sampled_from(sorted({*thing, "validators", "elements"})))] = data.draw(
        json_values
    )
    try:
        read_text(json.dumps(form), "x.json")
    except DefinitionFault as fault:
        assert fault.faults


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25
)
@given(st.data())
def test_nothing_in_a_form_of_limesurvey_breaks_the_reader(data: st.DataObject) -> None:
    tables = list(NEWER)
    at = data.draw(st.integers(0, len(tables) - 1))
    old = data.draw(st.sampled_from(["Q1", "Y", "9", "1", "SQ1", "language", "title", "type"]))
    tables[at] = tables[at].replace(
        f">{old}<", f">{data.draw(st.sampled_from(['', '-1', 'x y', '9' * 30, '🙂']))}<"
    )
    with contextlib.suppress(DefinitionFault, FileFault):
        limesurvey(lss(*tables))


# --- The command and the page ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.json", json.dumps(SURVEYJS).encode()), ("b.lss", lss(*NEWER)), ("c.json", lss(*NEWER))],
)
def test_the_command_tells_forms_apart_by_their_content(
    app: Flask, tmp_path: Path, name: str, data: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    said: Result = app.test_cli_runner().invoke(args=["surveys", "import", str(path), "--json"])
    outcome = json.loads(said.output)
    assert said.exit_code == 0, outcome
    assert len(outcome["questions"]) >= 15
    assert all(one["place"] and one["sentence"] for one in outcome["problems"])


def test_the_page_takes_them(cast: Cast) -> None:
    office = cast.visitor("office")
    page = office.post("/surveys/new", {"source": json.dumps(SURVEYJS)}, follow_redirects=True)
    assert page.status_code == 200
    assert "没有原样带过来的" in page.text
    assert "someFunction" in page.text
