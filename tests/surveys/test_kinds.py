"""Every kind of question from its definition to its result, as people and as attackers meet it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from surveys import results
from surveys.definition import DefinitionFault, read
from surveys.kinds import KINDS, Kind, QuestionField
from surveys.tallies import Cell, Counts
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import Desk, action, document, hidden, label, options


def form(*questions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return document(
        **{
            "anonymity": "named",
            "sections": [{"title": "一", "questions": list(questions)}],
            **changes,
        }
    )


def ranking(**changes: Any) -> dict[str, Any]:
    return {
        "key": "order",
        "type": "ranking",
        "label": label("排序"),
        "options": options("a", "b", "c"),
        **changes,
    }


def time(**changes: Any) -> dict[str, Any]:
    return {"key": "at", "type": "time", "label": label("几点"), **changes}


def nps(**changes: Any) -> dict[str, Any]:
    return {"key": "nps", "type": "nps", "label": label("推荐吗"), **changes}


def short(**changes: Any) -> dict[str, Any]:
    return {"key": "code", "type": "short", "label": label("邮编"), **changes}


def multiple(**changes: Any) -> dict[str, Any]:
    return {
        "key": "many",
        "type": "multiple",
        "label": label("多选"),
        "options": [*options("a", "b", "c"), {"key": "no", "label": "都没有", "exclusive": True}],
        **changes,
    }


# --- Definition -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (ranking(options=options("a")), "至少要有两个选项"),
        (ranking(max_choices=4), "max_choices 应是 1 到 3 的整数"),
        (ranking(min_choices=3, max_choices=2), "min_choices 不能大于 max_choices"),
        (ranking(shuffle="yes"), "shuffle 应是 true 或 false"),
        (ranking(options=[{"key": "a", "label": "x", "other": True}, *options("b")]), "other"),
        (multiple(min_choices=0), "min_choices 应是 1 到 4 的整数"),
        (time(min="9:00"), "时间请写成 09:30 这样"),
        (time(min="25:00"), "时间请写成 09:30 这样"),
        (time(max=9), "时间请写成 09:30 这样"),
        (time(min="10:00", max="09:00"), "min 不能大于 max"),
        (nps(min=1), "不认识“min”"),
        (nps(low_label="长" * 41), "最多 40 个字"),
        (short(pattern="(?=x)"), "pattern 第"),
        (short(pattern=""), "pattern 第 1 个字符"),
        (short(pattern=6), "pattern 第 1 个字符"),
    ],
)
def test_fault_is_named_by_its_place(app: Flask, question: dict[str, Any], words: str) -> None:
    with app.test_request_context(), pytest.raises(DefinitionFault) as raised:
        read(form(question))
    place = f"第 1 部分第 1 题（{question['key']}）"
    told = [(one.place, one.sentence) for one in raised.value.faults]
    assert [1 for where, sentence in told if where == place and words in sentence], told


def test_every_kind_says_what_it_is(app: Flask) -> None:
    with app.test_request_context():
        words = [str(kind.word) for kind in KINDS.values()]
    assert all(words)
    assert len(set(words)) == len(words)


def only_promised(made: type) -> set[str]:
    """The methods of a class that say no more than that a class below has them."""
    codes = {name: getattr(getattr(made, name), "__code__", None) for name in dir(made)}
    return {name for name, code in codes.items() if code and "NotImplementedError" in code.co_names}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_what_its_base_promises(kind: Kind) -> None:
    not_asked = {"result"} if not kind.has_result else set()
    if not kind.is_answered or type(kind).values is not Kind.values:
        not_asked |= {"value"}
    assert only_promised(type(kind)) <= not_asked
    if kind.is_answered:
        assert not only_promised(kind.field)


def test_what_is_only_promised_is_seen() -> None:
    assert only_promised(Kind) == {"value", "result"}
    assert only_promised(QuestionField) == {"said", "read"}


# --- Answers --------------------------------------------------------------------------------


def data_name(name: str) -> str:
    return name.replace("_", "-")


@pytest.fixture
def answered(desk: Desk, cast: Cast, tables: Callable[..., list[Any]]) -> Callable[..., Any]:
    """Send an answer to a form of one question: the rows kept, or the sentence of refusal."""

    def answered(question: dict[str, Any], **sent: str) -> Any:
        slug = desk.make(sections=[{"questions": [question]}], anonymity="named")
        visitor = cast.visitor("cadre")
        page = visitor.get(f"/surveys/{slug}")
        data = {**hidden(page), **{data_name(name): one for name, one in sent.items()}}
        back = visitor.client.post(action(page), data=data)
        if back.status_code == 422:
            for name, value in sent.items():  # what was typed is kept; no button says what is none
                is_typed = not re.search(rf'type="radio"[^>]* name="{data_name(name)}"', page.text)
                assert not is_typed or value in back.text, name
            error = re.search(r'class="field__error"[^>]*>(?:<span.*?</span>)?([^<]+)', back.text)
            assert error, back.text
            assert tables("survey_responses") == []
            return error[1]
        assert back.status_code == 303, back.text
        kept = tables("survey_answers") + tables("survey_open_answers")
        return sorted((row.get("option_key"), row.get("number"), row.get("text")) for row in kept)

    return answered


@pytest.mark.parametrize(
    ("question", "sent", "outcome"),
    [
        (ranking(), {"q_order_a": "2", "q_order_b": "１", "q_order_c": "3"}, [("a", 2.0, None), ("b", 1.0, None), ("c", 3.0, None)]),
        (ranking(), {}, []),
        (ranking(required=True), {}, "请排出先后"),
        (ranking(), {"q_order_a": "1", "q_order_b": "1", "q_order_c": "2"}, "都排在第 1"),
        (ranking(), {"q_order_a": "1", "q_order_b": "3"}, "没有哪一项排在第 2"),
        (ranking(), {"q_order_a": "1"}, "还差 2 项没有排"),
        (ranking(), {"q_order_a": "4"}, "请填 1 到 3 的整数"),
        (ranking(), {"q_order_a": "0"}, "请填 1 到 3 的整数"),
        (ranking(), {"q_order_a": "9" * 5000}, "请填 1 到 3 的整数"),
        (ranking(), {"q_order_a": "最前"}, "请填 1 到 3 的整数"),
        (ranking(max_choices=2), {"q_order_c": "1", "q_order_a": "2"}, [("a", 2.0, None), ("c", 1.0, None)]),
        (ranking(max_choices=2), {"q_order_c": "1"}, "还差 1 项没有排"),
        (ranking(max_choices=2, min_choices=1), {"q_order_c": "1"}, [("c", 1.0, None)]),
        (time(), {"q_at": "9点5分"}, [("", 545.0, None)]),
        (time(), {"q_at": "09:05"}, [("", 545.0, None)]),
        (time(), {"q_at": "24:00"}, "请填一个时间，例如 09:30"),
        (time(min="08:00"), {"q_at": "07:59"}, "不能早于 08:00"),
        (time(max="18:00"), {"q_at": "18:01"}, "不能晚于 18:00"),
        (nps(), {"q_nps": "10"}, [("", 10.0, None)]),
        (nps(), {"q_nps": "11"}, "请在 0 到 10 之间选一个"),
        (short(pattern="[0-9]{6}"), {"q_code": "830000"}, [("", None, "830000")]),
        (short(pattern="[0-9]{6}", pattern_message="邮编是六位数字。"), {"q_code": "83000"}, "邮编是六位数字"),
        (short(pattern="[0-9]{6}"), {"q_code": "8300000"}, "写法不合要求"),
        (multiple(min_choices=2), {"q_many": "a"}, "至少选 2 项，现在选了 1 项"),
        (multiple(min_choices=2), {"q_many": "no"}, [("no", None, None)]),
        (multiple(min_choices=2), {}, []),
    ],
)  # fmt: skip
def test_answer_is_kept_or_refused(
    answered: Callable[..., Any], question: dict[str, Any], sent: dict[str, str], outcome: Any
) -> None:
    found = answered(question, **sent)
    if isinstance(outcome, str):
        assert outcome in found
    else:
        assert found == outcome


def test_an_unknown_option_of_a_ranking_is_told(desk: Desk, cast: Cast) -> None:
    slug = desk.make(sections=[{"questions": [ranking()]}], anonymity="named")
    visitor = cast.visitor("cadre")
    page = visitor.get(f"/surveys/{slug}")
    sent = {**hidden(page), "q-order-z": "1"}
    assert "问卷里没有“q-order-z”这一题" in visitor.client.post(action(page), data=sent).text


def test_an_earlier_answer_stands_in_its_place(desk: Desk, cast: Cast) -> None:
    slug = desk.make(sections=[{"questions": [ranking(), time()]}], anonymity="named")
    visitor = cast.visitor("cadre")
    page = visitor.get(f"/surveys/{slug}")
    sent = {"q-order-a": "3", "q-order-b": "1", "q-order-c": "2", "q-at": "7:45"}
    assert visitor.client.post(action(page), data={**hidden(page), **sent}).status_code == 303
    page = visitor.get(f"/surveys/{slug}").text
    assert re.search(r'name="q-order-a" value="3"', page)
    assert re.search(r'name="q-at" value="07:45"', page)


# --- Rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relevant", "sent", "is_asked"),
    [
        ("selected-at(${order}, 0) = 'b'", {"q-order-a": "2", "q-order-b": "1", "q-order-c": "3"}, True),
        ("selected-at(${order}, 0) = 'b'", {"q-order-a": "1", "q-order-b": "2", "q-order-c": "3"}, False),
        ("${at} >= '09:00'", {"q-at": "09:30"}, True),
        ("${at} >= '09:00'", {"q-at": "08:59"}, False),
        ("${nps} <= 6", {"q-nps": "6"}, True),
        ("${nps} <= 6", {"q-nps": "7"}, False),
    ],
)  # fmt: skip
def test_rules_look_at_every_kind(
    desk: Desk, cast: Cast, relevant: str, sent: dict[str, str], is_asked: bool
) -> None:
    why = {"key": "why", "type": "number", "label": "几次", "relevant": relevant, "required": True}
    questions = [ranking(), time(), nps(), why]
    slug = desk.make(sections=[{"questions": questions}], anonymity="named")
    visitor = cast.visitor("cadre")
    page = visitor.get(f"/surveys/{slug}")
    back = visitor.client.post(action(page), data={**hidden(page), **sent})
    assert back.status_code == (422 if is_asked else 303)


# --- Results --------------------------------------------------------------------------------


def shown(app: Flask, question: dict[str, Any], *cells: tuple[str, float, int]) -> Any:
    key = question["key"]
    answered = max(sum(often for one, _n, often in cells if one == cells[0][0]), 5)
    rows = tuple(Cell(key, "", option, number, None, often) for option, number, often in cells)
    with app.test_request_context():
        definition = read(form(question))
        found = results.present([definition], Counts(50, rows, {key: answered}))
        return found[0][1][0]


def test_ranking_tells_first_places_and_mean_places(app: Flask) -> None:
    found = shown(
        app, ranking(),
        ("a", 1.0, 18), ("a", 2.0, 6), ("b", 1.0, 6), ("b", 2.0, 18), ("c", 3.0, 24),
    )  # fmt: skip
    assert found.sentence == "24 人回答。排在第一位最多的是“选项a”：18 人。"
    assert [line.label for line in found.lines] == [
        "选项a：平均第 1.25 位", "选项b：平均第 1.75 位", "选项c：平均第 3 位",
    ]  # fmt: skip
    assert [bar.count for bar in found.lines[0].bars] == [18, 6, 0]


def test_ranking_keeps_back_a_place_that_few_gave_and_what_would_tell_it(app: Flask) -> None:
    found = shown(
        app, ranking(),
        ("a", 1.0, 20), ("a", 2.0, 3), ("b", 1.0, 3), ("b", 2.0, 20), ("c", 3.0, 23),
    )  # fmt: skip
    first = {line.label: [bar.is_hidden for bar in line.bars] for line in found.lines}
    assert first["选项a"] == first["选项b"] == [True, True, False]
    assert found.sentence == "23 人回答。", "which option stood first most often would tell it"


def test_a_place_that_too_few_gave_is_not_shown(app: Flask) -> None:
    found = shown(
        app, ranking(max_choices=1), ("a", 1.0, 6), ("b", 1.0, 4),
    )  # fmt: skip
    assert [line.bars for line in found.lines] == [(), (), ()], "6 of 10 would tell of the other 4"


def test_time_tells_the_median_and_the_hours(app: Flask) -> None:
    found = shown(
        app, time(), ("", 300.0, 1), ("", 545.0, 7), ("", 570.0, 3), ("", 660.0, 6), ("", 900.0, 1)
    )
    assert found.sentence == "18 人回答。中位数在 09:59 及以前。"
    assert [(bar.label, bar.count) for bar in found.bars] == [
        ("09:59 及以前", 11), ("10:00–10:59", 0), ("11:00 及以后", 7),
    ]  # fmt: skip


def test_nought_to_ten_tells_the_three_groups(app: Flask) -> None:
    found = shown(
        app,
        nps(),
        ("", 10.0, 18),
        ("", 9.0, 7),
        ("", 8.0, 6),
        ("", 7.0, 4),
        ("", 6.0, 10),
        ("", 0.0, 5),
    )
    assert "9–10 分的占 50%，7–8 分的占 20%，0–6 分的占 30%；平均" in found.sentence
    assert [(bar.label, bar.count) for bar in found.bars][-4:] == [
        ("6", 10), ("7 到 8", 10), ("9", 7), ("10", 18),
    ]  # fmt: skip


def test_the_three_groups_are_not_told_where_one_is_few(app: Flask) -> None:
    found = shown(app, nps(), ("", 10.0, 20), ("", 8.0, 3), ("", 6.0, 9))
    assert "分的占" not in found.sentence
    assert [bar.count for bar in found.bars if bar.count] == [12, 20]


# --- Order ----------------------------------------------------------------------------------


def test_order_is_shuffled_and_stays_for_one_person(desk: Desk, cast: Cast) -> None:
    many = multiple(options=[*options(*"abcdefgh"), {"key": "z", "label": "其他", "other": True}])
    slug = desk.make(
        sections=[{"shuffle": True, "questions": [time(), nps(), {**many, "shuffle": True}]}],
        anonymity="named",
    )

    def order(name: str) -> tuple[list[str], list[str]]:
        page = cast.visitor(name).get(f"/surveys/{slug}").text
        questions = re.findall(r'data-question="([a-z]+)"', page)
        return questions, re.findall(r'name="q-many" value="([a-z])"', page)

    orders = {name: order(name) for name in ("cadre", "delegate", "supervisor", "expert", "leader")}
    assert all(found[1][-1] == "z" for found in orders.values())
    assert all(sorted(found[1]) == [*"abcdefghz"] for found in orders.values())
    assert len({tuple(found[1]) for found in orders.values()}) > 1
    assert len({tuple(found[0]) for found in orders.values()}) > 1
    assert order("cadre") == orders["cadre"]


def test_order_is_kept_when_the_form_comes_back(desk: Desk, cast: Cast) -> None:
    question = multiple(options=options(*"abcdefgh"), shuffle=True, min_choices=3)
    slug = desk.make(sections=[{"questions": [question]}], anonymity="anonymous")
    visitor = cast.visitor("cadre")
    page = visitor.get(f"/surveys/{slug}")
    back = visitor.client.post(action(page), data={**hidden(page), "q-many": "a"})
    assert back.status_code == 422
    pattern = r'name="q-many" value="([a-z])"'
    assert re.findall(pattern, back.text) == re.findall(pattern, page.text)


def test_order_of_an_anonymous_form_is_drawn_and_stays_in_its_browser(
    desk: Desk, cast: Cast
) -> None:
    """A seed that followed from a person would lead from an answer to whoever sent it."""
    question = multiple(options=options(*"abcdefgh"), shuffle=True)
    slug = desk.make(sections=[{"questions": [question]}], anonymity="anonymous")
    one, other = cast.visitor("cadre"), cast.visitor("cadre")
    seeds = [hidden(visitor.get(f"/surveys/{slug}"))["order"] for visitor in (one, one, other)]
    assert seeds[0] == seeds[1]
    assert seeds[0] != seeds[2]


def test_order_is_kept_nowhere(desk: Desk, cast: Cast, tables: Callable[..., list[Any]]) -> None:
    question = multiple(options=options(*"abcdefgh"), shuffle=True)
    slug = desk.make(sections=[{"questions": [question]}], anonymity="anonymous")
    visitor = cast.visitor("cadre")
    page = visitor.get(f"/surveys/{slug}")
    seed = hidden(page)["order"]
    assert (
        visitor.client.post(action(page), data={**hidden(page), "q-many": "a"}).status_code == 303
    )
    kept = [
        repr(row) for name in ("survey_held_responses", "journal_events") for row in tables(name)
    ]
    assert kept
    assert not [row for row in kept if seed in row]


# --- Pages ----------------------------------------------------------------------------------


PAGES = [
    {"title": "一", "questions": [{"key": "met", "type": "single", "label": "参加过吗", "options": options("yes", "no"), "required": True}]},
    {"title": "二", "relevant": "${met} = 'yes'", "questions": [{"key": "times", "type": "number", "label": "几次", "required": True}]},
    {"title": "三", "questions": [{"key": "rate", "type": "rating", "label": "打分"}]},
]  # fmt: skip


class Filling:
    """Somebody without JavaScript, who sends what stands on the page."""

    def __init__(self, cast: Cast, slug: str) -> None:
        self.visitor = cast.visitor("cadre")
        self.page = self.visitor.get(f"/surveys/{slug}")
        self.typed: dict[str, str] = {}

    def send(self, **sent: str) -> Any:
        self.typed |= {f"q-{name}": one for name, one in sent.items() if name != "go"}
        go = {"go": sent["go"]} if "go" in sent else {}
        data = {**hidden(self.page), **self.typed, **go}
        back = self.visitor.client.post(action(self.page), data=data)
        if back.status_code != 303:
            self.page = back
        return back

    @property
    def step(self) -> str:
        found = re.search(r'id="step"[^>]*>([^<]+)', self.page.text)
        return found[1] if found else ""

    @property
    def shown(self) -> list[str]:
        pages = re.findall(
            r'<div class="survey__page"( hidden)?>(.*?)</section>', self.page.text, re.S
        )
        return re.findall(
            r'data-question="(\w+)"', "".join(one for is_hidden, one in pages if not is_hidden)
        )


@pytest.mark.parametrize("anonymity", ["named", "anonymous"])
def test_pages_come_one_by_one_and_lose_nothing(
    desk: Desk, cast: Cast, tables: Callable[..., list[Any]], anonymity: str
) -> None:
    slug = desk.make(sections=PAGES, pages=True, anonymity=anonymity)
    filling = Filling(cast, slug)
    assert filling.shown == ["met"]
    assert "第 1 部分，大约共 2 部分，还要约 1 分钟" in filling.step
    assert filling.send(go="next").status_code == 422
    assert "请选一项" in filling.page.text
    assert filling.send(met="yes", go="next").status_code == 200
    assert filling.shown == ["times"]
    assert "第 2 部分，共 3 部分" in filling.step
    assert filling.send(times="3", go="next").status_code == 200
    assert filling.shown == ["rate"]
    assert filling.send(go="back").status_code == 200
    assert filling.shown == ["times"]
    assert re.search(r'name="q-times" value="3"', filling.page.text)
    assert tables("survey_responses") == tables("survey_held_responses") == []
    filling.send(go="next")
    assert filling.send(rate="8").status_code == 303
    desk.move(slug, "close")  # an anonymous one is held until then
    assert len(tables("survey_answers")) == 3


def test_steps_say_what_an_answer_changes(desk: Desk, cast: Cast) -> None:
    more = {
        "title": "四",
        "questions": [
            {**ranking(), "relevant": "${rate} > 5", "label": "排一排" * 40},
            {"key": "end", "type": "short", "label": "还有吗"},
        ],
    }
    slug = desk.make(sections=[*PAGES, more], pages=True, anonymity="named")
    filling = Filling(cast, slug)
    assert "第 1 部分，大约共 3 部分" in filling.step
    filling.send(met="yes", go="next")
    assert "第 2 部分，大约共 4 部分" in filling.step
    assert "你的回答多带出 1 部分。" in filling.page.text
    filling.send(times="3", go="next")
    assert "第 3 部分，大约共 4 部分" in filling.step
    assert "你的回答" not in filling.page.text
    filling.send(rate="8", go="next")
    assert "第 4 部分，共 4 部分" in filling.step, "nothing is open any more"
    for _step in range(3):
        filling.send(go="back")
        assert "你的回答" not in filling.page.text
    filling.send(met="no", go="next")
    assert "第 2 部分，大约共 3 部分" in filling.step
    assert "照你的回答，少填 1 部分。" in filling.page.text


def test_minutes_follow_what_remains(desk: Desk, cast: Cast) -> None:
    last = {"key": "end", "type": "short", "label": "还有吗"}
    sections = [
        {"title": "一", "questions": [{"key": "rate", "type": "rating", "label": "打分"}]},
        {
            "title": "二",
            "questions": [
                {**ranking(key=f"r{n}"), "relevant": "${rate} > 5", "label": "排" * 300}
                for n in range(3)
            ]
            + [last],
        },
    ]
    slug = desk.make(sections=sections, pages=True, anonymity="named")
    filling = Filling(cast, slug)
    assert "还要约 1 分钟" in filling.step
    filling.send(rate="8", go="next")
    minutes = int(re.findall(r"还要约 (\d+) 分钟", filling.step)[0])
    assert minutes > 2
    assert "你的回答多带出几题，时间长了一点。" in filling.page.text


def test_a_page_that_no_longer_comes_is_left_out(
    desk: Desk, cast: Cast, tables: Callable[..., list[Any]]
) -> None:
    slug = desk.make(sections=PAGES, pages=True, anonymity="named")
    filling = Filling(cast, slug)
    filling.send(met="yes", go="next")
    filling.send(times="3", go="next")
    filling.send(go="back")
    filling.send(go="back")
    assert filling.send(met="no", go="next").status_code == 200
    assert filling.shown == ["rate"]
    assert filling.send().status_code == 303
    assert [row["question_key"] for row in tables("survey_answers")] == ["met"]


def test_nobody_hands_in_a_form_with_pages_to_come(
    desk: Desk, cast: Cast, tables: Callable[..., list[Any]]
) -> None:
    """The button of the last page, pressed where an answer has brought another page."""
    slug = desk.make(sections=PAGES[:2], pages=True, anonymity="named")
    filling = Filling(cast, slug)
    assert "交问卷" in filling.page.text
    assert filling.send(met="yes").status_code == 200
    assert filling.shown == ["times"]
    assert tables("survey_responses") == []


def test_a_fault_on_another_page_brings_that_page(desk: Desk, cast: Cast) -> None:
    slug = desk.make(sections=PAGES, pages=True, anonymity="named")
    filling = Filling(cast, slug)
    filling.typed = {"page": "2"}
    assert filling.send(met="yes").status_code == 422
    assert filling.shown == ["times"]


# --- Languages ------------------------------------------------------------------------------


def test_the_form_is_read_in_every_language_that_it_has(desk: Desk, cast: Cast) -> None:
    question = {"key": "met", "type": "number", "label": {"zh": "几次", "ug": "قانچە قېتىم"}}
    slug = desk.make(sections=[{"questions": [question]}], anonymity="named")
    filling = Filling(cast, slug)
    assert re.findall(r'name="say" value="(\w+)"', filling.page.text) == ["zh", "en", "ug"]
    filling.typed = {"q-met": "7", "say": "ug"}
    back = filling.send()
    assert back.status_code == 200
    assert "قانچە قېتىم" in back.text
    assert 'lang="ug" dir="rtl"' in back.text
    assert re.search(r'name="q-met" value="7"', back.text)
    filling.typed = {"q-met": "x"}
    assert "قانچە قېتىم" in filling.send().text  # it stays in that language
    filling.typed = {"q-met": "7", "say": "xx"}
    assert "几次" in filling.send().text


def test_a_form_in_the_languages_of_the_site_has_no_switch_of_its_own(
    desk: Desk, cast: Cast
) -> None:
    slug = desk.make(anonymity="named")
    assert 'name="say"' not in cast.visitor("cadre").get(f"/surveys/{slug}").text


def test_a_form_of_sixty_questions_costs_few_statements(desk: Desk, cast: Cast, app: Flask) -> None:
    made = (ranking, time, nps, short, multiple)
    sections = [
        {"questions": [{**made[n % 5](), "key": f"q{n}_{part}"} for n in range(12)]}
        for part in range(5)
    ]
    slug = desk.make(sections=sections, pages=True, anonymity="named")
    visitor = cast.visitor("cadre")
    visitor.get("/surveys")
    with counted(app) as statements:
        assert visitor.get(f"/surveys/{slug}").status_code == 200
    assert len(statements) <= 6, statements
