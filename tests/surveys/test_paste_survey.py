"""Text as offices have it becomes a draft: kinds as meant, nothing breaks, nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from core import i18n
from surveys.building.pasting import read
from surveys.definition import read as define
from tests.surveys.conftest import document

TEXTS = sorted((Path(__file__).parent / "pasted").glob("*.txt"))


@pytest.fixture(scope="module", autouse=True)
def _spoken() -> Iterator[None]:
    app = Flask("app")
    app.config["TIMEZONE"] = "Asia/Shanghai"
    i18n.init_app(app)
    with app.test_request_context():
        yield


def sample(path: Path) -> tuple[list[str], str]:
    kinds, _line, text = path.read_text(encoding="utf-8").partition("\n")
    return kinds.split(), text


def test_nine_in_ten_questions_are_of_the_kind_that_was_meant() -> None:
    right = total = 0
    for path in TEXTS:
        wanted, text = sample(path)
        found = [one["type"] for one in read(text).questions]
        total += len(wanted)
        if len(found) == len(wanted):
            right += sum(one == other for one, other in zip(found, wanted, strict=True))
    assert len(TEXTS) >= 20
    assert right / total >= 0.9, (right, total)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_what_comes_of_a_text_can_be_asked(path: Path) -> None:
    found = read(sample(path)[1])
    made = define(document(sections=found.sections))
    assert len(made.questions) == len(found.questions)
    assert sum("题，" in one.what for one in found.told) >= len(found.questions) - 6


def test_parts_of_a_text_stand_where_they_belong() -> None:
    found = read(sample(TEXTS[1])[1])
    assert found.title == "干部教育培训满意度调查"
    assert [one["title"] for one in found.sections] == ["基本情况", "总体评价", "意见建议"]
    matrix = found.questions[4]
    assert [one["label"] for one in matrix["rows"]] == ["课程内容", "授课教师", "后勤服务"]
    assert [one["label"] for one in matrix["options"]] == ["很满意", "满意", "一般", "不满意"]
    assert any("没有用上" in one.what and "感谢" in one.words for one in found.told)


def test_remarks_become_rules() -> None:
    found = read(
        "1. 您的爱好（多选，最多选2项）（必填）\nA. 读书\nB. 跑步\nC. 其他____\nD. 以上都没有\n"
    ).questions[0]
    assert (found["type"], found["max_choices"], found["required"]) == ("multiple", 2, True)
    assert found["label"] == "您的爱好"
    assert found["options"][2] == {"key": "c", "label": "其他", "other": True}
    assert found["options"][3]["exclusive"] is True


def test_what_was_not_understood_is_told() -> None:
    found = read("1. 您来过吗？（选否请跳至第3题）\nA. 是\nB. 否\n这一行没有编号\n")
    unsure = [one for one in found.told if not one.is_sure]
    assert [one.line for one in unsure] == [4, 1]
    assert "跳转没有带过来" in unsure[1].what
    assert read("").questions == []
    assert read("只有一句话。").told[0].what == "开头的说明。"


def test_number_with_a_decimal_is_no_new_question() -> None:
    found = read("1. 您的身高？\n1.5 米以下\n").questions
    assert len(found) == 1


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            (
                *(
                    "一、",
                    "（一）问？",
                    "1. 问",
                    "A. 甲 B. 乙",
                    "①甲②乙",
                    "□甲 □乙",
                    "____",
                    "\t\t",
                ),
                *(
                    "（单选）",
                    "项目\t好\t差",
                    "甲\t\t",
                    "1 2 3 4 5",
                    "（0-999分）",
                    "第一部分",
                    "|a|b|c|",
                ),
                *("Q1：", "[ ]", "(  )"),
            )
        ),
    ),
    max_size=25,
)


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_a_form_or_nothing(lines: list[str]) -> None:
    found = read("\n".join(lines))
    if found.questions:
        define(document(sections=found.sections))


def test_long_text_is_read_at_once() -> None:
    text = "\n".join(f"{n}. 问题{n}？（多选）\nA. 甲 B. 乙 C. 丙" for n in range(1, 1500))
    assert len(read(text).questions) == 600
    assert read("(" * 200_000).questions == []
    assert read("A" * 2_000_000).questions == []
