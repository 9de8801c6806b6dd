"""Reading a definition: every fault is named by its place, and nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from core import i18n
from surveys.definition import DefinitionFault, changes, dump, parse, read
from tests.surveys.conftest import document, label, options

CONTENT = Path(__file__).parents[2] / "demo/content/surveys"


@pytest.fixture(scope="module", autouse=True)
def _spoken() -> Iterator[None]:
    """A request in Chinese; reading a definition needs no database."""
    app = Flask("app")
    app.config["TIMEZONE"] = "Asia/Shanghai"
    i18n.init_app(app)
    with app.test_request_context():
        yield


def faults(given: Any) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionFault) as raised:
        read(given)
    return [(fault.place, fault.sentence) for fault in raised.value.faults]


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.json")), ids=lambda path: path.stem)
def test_demo_forms_travel_unchanged(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert dump(parse(source).document) == source


def test_form_with_every_type_is_read() -> None:
    found = read(document())
    assert [one.key for one in found.questions] == [
        "one", "many", "grid", "num", "when", "rate", "brief", "text",
    ]  # fmt: skip
    assert found.question("rate").scale == range(11)
    assert read(found.document) == found


def test_invisible_characters_are_swept_out() -> None:
    found = read(document(title={"zh": "工作\u200b作风  ", "en": "x"}))
    assert found.title == {"zh": "工作作风", "en": "x"}
    assert found.document["title"]["zh"] == "工作作风"


def question(change: Callable[[dict[str, Any]], Any], at: tuple[int, int] = (0, 0)) -> Any:
    form = document()
    change(form["sections"][at[0]]["questions"][at[1]])
    return form


BAD: list[tuple[Any, str, str]] = [
    ([], "整份问卷", "最外层应是一个 JSON 对象"),
    (document(slug="Work Style"), "整份问卷", "缺少 slug"),
    (document(slug="manage"), "slug", "另有用处"),
    (document(title={"en": ""}), "整份问卷", "缺少 title"),
    (document(title={"zh": "长" * 121}), "整份问卷", "最多 120 个字，现在是 121 个字"),
    (document(title=7), "整份问卷", "应是文字"),
    (document(title={"zh": "\ud83d"}), "整份问卷", "残缺的字符"),
    (document(anonymity="secret"), "整份问卷", "anonymity 只能是：named、confidential、anonymous"),
    (document(audience=[]), "audience", "请列出答卷的人"),
    (document(audience=["king"]), "audience", "请列出答卷的人"),
    (document(audience="everyone"), "audience", "请列出答卷的人"),
    (document(minutes=0), "整份问卷", "minutes 应是 1 到 180 的整数"),
    (document(minutes=True), "整份问卷", "minutes 应是 1 到 180 的整数"),
    (document(days=[3, 1]), "days", "应是两个整数"),
    (document(days=[0, 10**30]), "days", "应是两个整数"),
    (document(opens_on="2026-01-01"), "days", "只能用一种"),
    (document(days=None, opens_on="soon"), "opens_on", "2026-05-20"),
    (document(days=None, opens_on="2026-02-01", closes_on="2026-01-01"), "closes_on", "早于"),
    (document(results_when="never"), "整份问卷", "results_when 只能是"),
    (document(sections=[]), "整份问卷", "sections 应有 1 到 200 项"),
    (document(colour="red"), "整份问卷", "不认识“colour”"),
    (document(sections=["x"]), "第 1 部分", "应是一个 JSON 对象"),
    (document(sections=[{"title": "一", "questions": []}]), "第 1 部分", "questions 应有 1"),
    (question(lambda q: q.pop("key")), "第 1 部分第 1 题", "缺少 key"),
    (question(lambda q: q.update(key="Q 1")), "第 1 部分第 1 题", "缺少 key，或者写法不对"),
    (question(lambda q: q.update(key="num")), "第 2 部分第 4 题（num）", "前面已经用过"),
    (question(lambda q: q.update(type="essay")), "第 1 部分第 1 题（one）", "type 只能是"),
    (question(lambda q: q.update(type=["x"])), "第 1 部分第 1 题（one）", "type 只能是"),
    (question(lambda q: q.pop("label")), "第 1 部分第 1 题（one）", "缺少 label"),
    (question(lambda q: q.update(required="yes")), "第 1 部分第 1 题（one）", "true 或 false"),
    (question(lambda q: q.update(requierd=True)), "第 1 部分第 1 题（one）", "requierd"),
    (question(lambda q: q.update(options=[])), "第 1 部分第 1 题（one）", "1 到 500"),
    (question(lambda q: q.update(options=options("a", "a"))), "第 1 部分第 1 题（one）", "都是“a”"),
    (question(lambda q: q.update(options=["a", "b"])), "第 1 部分第 1 题（one）", "每个选项"),
    (question(lambda q: q["options"][0].update(other=True)), "第 1 部分第 1 题（one）", "只能有一个"),
    (question(lambda q: q["options"][0].update(exclusive=True)), "第 1 部分第 1 题（one）", "exclusive"),
    (question(lambda q: q.update(max_choices=9), (0, 1)), "第 1 部分第 2 题（many）", "1 到 4"),
    (question(lambda q: q.update(rows=[]), (0, 2)), "第 1 部分第 3 题（grid）", "rows 应有"),
    (question(lambda q: q["rows"][1].update(key="x"), (0, 2)), "第 1 部分第 3 题（grid）", "两行的"),
    (question(lambda q: q["rows"].append(1), (0, 2)), "第 1 部分第 3 题（grid）", "每一行"),
    (question(lambda q: q.update(min=61), (1, 0)), "第 2 部分第 4 题（num）", "min 不能大于 max"),
    (question(lambda q: q.update(min="0"), (1, 0)), "第 2 部分第 4 题（num）", "应是数字"),
    (question(lambda q: q.update(min=float("nan")), (1, 0)), "第 2 部分第 4 题（num）", "应是数字"),
    (question(lambda q: q.update(max=10**20), (1, 0)), "第 2 部分第 4 题（num）", "应是数字"),
    (question(lambda q: q.update(decimals=9), (1, 0)), "第 2 部分第 4 题（num）", "decimals"),
    (question(lambda q: q.update(min="明天"), (1, 1)), "第 2 部分第 5 题（when）", "2026-05-20"),
    (question(lambda q: q.update(max=50), (1, 2)), "第 2 部分第 6 题（rate）", "评分用整数"),
    (question(lambda q: q.update(max=9.5), (1, 2)), "第 2 部分第 6 题（rate）", "评分用整数"),
    (question(lambda q: q.update(max_length=0), (1, 3)), "第 2 部分第 7 题（brief）", "max_length"),
    (document(sections=[{"questions": [{"key": f"q{n}", "type": "short", "label": "题"} for n in range(400)]}] * 2), "整份问卷", "最多 600 题"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "place", "words"), BAD)
def test_fault_is_named_by_its_place(given: Any, place: str, words: str) -> None:
    found = faults(given)
    assert [1 for where, sentence in found if where == place and words in sentence], found


def test_all_faults_are_told_at_once() -> None:
    form = document(minutes=0, audience=[])
    form["sections"][0]["questions"][0]["type"] = "essay"
    assert len(faults(form)) == 3


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("", "第 1 行第 1 列", "不合 JSON"),
        ('{\n  "slug": work\n}', "第 2 行第 11 列", "不合 JSON"),
        ('{"slug": "a", "slug": "b"}', "整份文件", "两个“slug”"),
        ("[" * 100_000, "整份文件", "层次太深"),
        (" " * 1_000_001, "整份文件", "文件太大"),
    ],
)
def test_text_that_is_no_form(source: str, place: str, words: str) -> None:
    with pytest.raises(DefinitionFault) as raised:
        parse(source)
    (fault,) = raised.value.faults
    assert fault.place == place
    assert words in fault.sentence


def test_form_cannot_follow_one_with_other_types() -> None:
    old, new = document(), document(anonymity="named")
    new["sections"][1]["questions"][0] = {"key": "num", "type": "short", "label": label("题")}
    found = changes(read(old), read(new))
    assert [fault.place for fault in found] == ["anonymity", "num"]
    assert changes(read(old), read(document(minutes=9))) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=12,
)
KEYS = ["slug", "title", "audience", "days", "minutes", "sections", "anonymity", "opens_on"]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), json_values))
def test_nothing_breaks_the_reader(changes: dict[str, Any]) -> None:
    try:
        found = read(document(**changes))
    except DefinitionFault as fault:
        assert fault.faults
    else:
        assert json.loads(dump(found.document)) == found.document


@settings(deadline=None, max_examples=40)
@given(st.lists(json_values, max_size=3))
def test_nothing_in_a_question_breaks_the_reader(junk: list[Any]) -> None:
    form = document()
    for place, value in enumerate(junk):
        for key in form["sections"][place % 2]["questions"][place]:
            asked = json.loads(json.dumps(form))
            asked["sections"][place % 2]["questions"][place][key] = value
            try:
                read(asked)
            except DefinitionFault as fault:
                assert fault.faults
