"""A form with rules: what is asked, what is refused, what is calculated, what is told beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from surveys.definition import DefinitionFault, read
from surveys.rules import look
from tests.people import Cast
from tests.surveys.conftest import GOOD, Desk, document, label

Tables = Callable[..., list[Any]]


def ruled(**changes: Any) -> dict[str, Any]:
    """A form whose second question hangs on its first, the third on the second."""
    return {
        **document(anonymity="named"),
        "sections": [
            {
                "questions": [
                    {
                        "key": "met",
                        "type": "single",
                        "label": label("参加过座谈会吗"),
                        "required": True,
                        "options": [
                            {"key": "yes", "label": label("参加过")},
                            {"key": "no", "label": label("没有")},
                        ],
                    },
                    {
                        "key": "times",
                        "type": "number",
                        "label": label("几次"),
                        "required": True,
                        "relevant": "${met} = 'yes'",
                        "constraint": ". mod 2 = 0",
                        "constraint_message": label("请填双数。"),
                    },
                    {
                        "key": "worth",
                        "type": "rating",
                        "label": label("打分"),
                        "relevant": "${times} > 2",
                    },
                    {
                        "key": "score",
                        "type": "calculated",
                        "label": label("合计"),
                        "calculation": "${times} * 10 + ${worth}",
                        "relevant": "${worth} != ''",
                    },
                    {
                        "key": "told",
                        "type": "note",
                        "label": "你${met}，合计 ${score}。",
                        **changes,
                    },
                ]
            },
            {
                "relevant": "${met} = 'no'",
                "questions": [{"key": "why", "type": "short", "label": label("为什么没有")}],
            },
        ],
    }


def fill(desk: Desk, cast: Cast, **answers: str) -> Any:
    visitor = cast.visitor("cadre")
    left_out: dict[str, Any] = {key: [] for key in GOOD}
    return desk.fill(visitor, **left_out, **{f"q-{key}": value for key, value in answers.items()})


def test_only_what_is_asked_is_required(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(**ruled())
    assert fill(desk, cast, met="no", why="出差").status_code == 303
    assert {one["question_key"] for one in tables("survey_answers")} == {"met"}
    missing = fill(desk, cast, met="yes")
    assert missing.status_code == 422
    assert "这一题需要回答。" in missing.text


def test_numbers_follow_and_are_kept(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(**ruled())
    assert fill(desk, cast, met="yes", times="4", worth="8").status_code == 303
    numbers = {one["question_key"]: one["number"] for one in tables("survey_answers")}
    assert numbers == {"met": None, "times": 4, "worth": 8, "score": 48}


def test_a_constraint_says_its_own_words(desk: Desk, cast: Cast) -> None:
    desk.make(**ruled())
    refused = fill(desk, cast, met="yes", times="3")
    assert refused.status_code == 422
    assert "请填双数。" in refused.text
    assert 'value="3"' in refused.text


def test_a_forged_answer_is_refused_by_name(desk: Desk, cast: Cast, tables: Tables) -> None:
    """Also what somebody without JavaScript filled in and need not have: the next try holds."""
    desk.make(**ruled())
    refused = fill(desk, cast, met="no", times="44", worth="9")
    assert refused.status_code == 422
    assert refused.text.count("这一题不用答") >= 2
    assert 'value="44"' not in refused.text
    assert tables("survey_responses") == []


def test_a_chain_falls_with_its_first_link(desk: Desk, cast: Cast) -> None:
    """`times` is not asked, so that `worth` sees no answer to it, whatever was sent."""
    desk.make(**ruled())
    refused = fill(desk, cast, met="no", times="4", worth="9")
    assert "q-worth" in refused.text and "q-times" in refused.text


def test_answers_stand_in_sentences(desk: Desk, cast: Cast) -> None:
    desk.make(**ruled())
    fill(desk, cast, met="yes", times="4", worth="8")
    page = cast.visitor("cadre").get("/surveys/work").text
    assert '你<span data-said="met">参加过</span>，合计 <span data-said="score">48</span>。' in page


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("${gone} = 1", "没有 ${gone} 这一题"),
        ("${met} = 'maybe'", "没有选项“maybe”"),
        ("selected(${met}, 'maybe')", "没有选项“maybe”"),
        ("${told2} = ''", "没有 ${told2} 这一题"),
        (". = 1", "只能用在 constraint 里"),
        ("${met", "第 1 个字符"),
    ],
)
def test_a_wrong_rule_is_told(app: Flask, rule: str, words: str) -> None:
    with app.test_request_context(), pytest.raises(DefinitionFault) as fault:
        read(ruled(relevant=rule))
    assert words in str(fault.value)


def test_rules_that_go_round_are_told(app: Flask) -> None:
    form = ruled()
    form["sections"][0]["questions"][0]["relevant"] = "${worth} > 1"
    with app.test_request_context(), pytest.raises(DefinitionFault, match="互相等着对方"):
        read(form)


def test_an_anonymous_form_looks_at_no_words(app: Flask) -> None:
    form = ruled(relevant="${why} = ''") | {"anonymity": "anonymous"}
    with app.test_request_context(), pytest.raises(DefinitionFault, match="不放在一起"):
        read(form)


@pytest.mark.parametrize("level", ["confidential", "anonymous"])
@pytest.mark.parametrize("clock", ["number(substr(now(), 11, 13))", "if('', 1, today()) > ''"])
@pytest.mark.parametrize("rule", ["relevant", "calculation"])
def test_no_answer_tells_when_it_came_but_a_named_one(
    app: Flask, level: str, clock: str, rule: str
) -> None:
    """The minute would stand among the answers, or the day follow from what was asked."""
    form = ruled()
    form["sections"][0]["questions"][3][rule] = clock
    with app.test_request_context():
        read(form)
        with pytest.raises(DefinitionFault, match="什么时候交的"):
            read(form | {"anonymity": level})


def test_a_constraint_may_look_at_the_day(app: Flask) -> None:
    form = ruled() | {"anonymity": "anonymous"}
    form["sections"][0]["questions"][1]["constraint"] = "today() > '2026-01-01'"
    with app.test_request_context():
        read(form)


def test_a_look_finds_what_is_never_asked(app: Flask) -> None:
    form = ruled(relevant="${times} > 9 and ${times} < 5")
    with app.test_request_context():
        found = look(read(form))
        assert [one.key for one in found.never] == ["told"]
        assert found.longest == 3
        assert [one.key for one in look(read(ruled())).never] == []


def test_the_office_is_told_before_opening(desk: Desk, cast: Cast) -> None:
    desk.make(state="draft", **ruled(relevant="${times} > 9 and ${times} < 5"))
    page = cast.visitor("office").get("/surveys/work").text
    assert "最长的一条路 3 题" in page
    assert "told：试了各种回答" in page
