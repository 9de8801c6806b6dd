"""Near-copies: found, shown, and decided together with a result for each."""

from __future__ import annotations

import random
import re

import pytest
from flask import Flask

from core.db import db
from moderation import copies
from moderation.models import CopyMark, Decision, QueueItem
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor

WORDS = "基层的表格太多，一个月要报三十多张，能不能合并成一本台账，上级要什么就从里面取什么。"
HAN = [chr(0x4E00 + number) for number in range(2_000)]


def text(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(HAN, k=length))


def altered(chance: random.Random, words: str, share: float) -> str:
    letters = list(words)
    for _number in range(int(len(letters) * share)):
        letters[chance.randrange(len(letters))] = chance.choice(HAN)
    return "".join(letters)


# --- The marks ----------------------------------------------------------------------------


def test_what_is_alike_shares_a_mark() -> None:
    """Of random pairs that share 80 % and more, at least 98 in 100; whatever the length."""
    chance, alike, found = random.Random(7), 0, 0
    for _number in range(400):
        one = text(chance, chance.randint(15, 700))
        other = altered(chance, one, chance.uniform(0, 0.11))
        if copies.alike(copies.pairs(one), copies.pairs(other)) >= copies.ALIKE:
            alike += 1
            found += bool(set(copies.marks(one)) & set(copies.marks(other)))
    assert alike > 200
    assert found / alike >= 0.98


def test_what_differs_shares_none() -> None:
    chance = random.Random(8)
    marks = [set(copies.marks(text(chance, 200))) for _number in range(200)]
    assert sum(len(one & other) for one in marks for other in marks if one is not other) == 0


def test_width_case_spaces_and_punctuation_make_no_difference() -> None:
    one = "请 把 ABC 表格合并成一本台账！！谢谢大家。"
    other = "请把ａｂｃ表格，合并成一本台账。谢谢大家"
    assert copies.marks(one) == copies.marks(other) != []
    assert copies.alike(copies.pairs(one), copies.pairs(other)) == 1


@pytest.mark.parametrize(
    "words", ["", "同意", "同意！！！！！！！！！！！！", "一二三四五六七八九十一", "，" * 50]
)
def test_short_texts_are_never_grouped(words: str) -> None:
    assert copies.marks(words) == []
    assert copies.alike(copies.pairs(words), copies.pairs(words)) == 0


def test_marks_fit_the_column_and_stay_the_same() -> None:
    """They are kept: another start of the program must make the same ones."""
    found = copies.marks(WORDS)
    assert len(found) == copies.MARKS
    assert all(-(2**63) <= mark < 2**63 for mark in found)
    assert found[0] == -5_501_001_299_563_300_892


# --- In the queue -------------------------------------------------------------------------


@pytest.fixture
def threads(forum: Forum, cadre: Visitor, moderator: Visitor) -> list[int]:
    found = [forum.published(cadre, moderator, title=f"大家来说之{n}") for n in "一二三四五六"]
    cadre.get("/notices")  # reads what was decided
    return found


@pytest.fixture
def three(forum: Forum, threads: list[int], cadre: Visitor, cadre2: Visitor) -> list[int]:
    """Replies: the same twice by one author, and nearly the same by another."""
    return [
        forum.reply(cadre, threads[0], WORDS),
        forum.reply(cadre, threads[1], WORDS),
        forum.reply(cadre2, threads[2], f"{WORDS}同意。"),
    ]


def boxes(page: str) -> dict[str, bool]:
    """The check boxes of the items decided together, and whether each is checked."""
    found = re.findall(r'name="chosen" value="(\d+\.\d+)"( checked)?', page)
    return {value: bool(checked) for value, checked in found}


def value(forum: Forum, post: int) -> str:
    return f"{forum.item(post)}.{forum.latest(post)}"


def test_the_list_and_the_item_name_their_near_copies(
    forum: Forum, cadre: Visitor, three: list[int], moderator: Visitor
) -> None:
    forum.start(cadre, title="别的事情也要说一说", body="食堂的饭菜凉得太快，能不能晚十分钟开门？")
    page = moderator.get("/moderation").text
    assert page.count("另有 2 条几乎相同") == 3
    page = moderator.get(f"/moderation/{forum.item(three[0])}").text
    assert "还有 2 条几乎相同" in page
    first, same, nearly = (value(forum, post) for post in three)
    assert boxes(page) == {first: True, same: True, nearly: False}


def test_marks_go_with_the_decision_and_the_withdrawal(
    app: Flask, forum: Forum, cadre: Visitor, three: list[int], moderator: Visitor
) -> None:
    forum.approve(moderator, three[0])
    cadre.post(f"/posts/{three[1]}/withdraw")
    with app.app_context():
        left = set(db.session.scalars(db.select(CopyMark.item_id)))
    assert left == {forum.item(three[2])}
    assert "几乎相同" not in moderator.get("/moderation").text


def test_an_edit_is_marked_anew(
    forum: Forum, cadre2: Visitor, three: list[int], moderator: Visitor
) -> None:
    words = "我想说的其实是另外一件事：下乡的车总是不够，能不能统一派车？"
    cadre2.post(f"/posts/{three[2]}/edit", {"body": words})
    assert moderator.get("/moderation").text.count("另有 1 条几乎相同") == 2


def test_near_copies_out_of_scope_are_not_told(
    app: Flask, forum: Forum, cast: Cast, three: list[int], cadre: Visitor
) -> None:
    with app.app_context():
        item = db.session.get_one(QueueItem, forum.item(three[0]))
        item.unit_id = cast.unit_id("prefecture")
        db.session.commit()
    elsewhere = cast.visitor("moderator2")
    assert "几乎相同" not in elsewhere.get("/moderation").text
    assert "几乎相同" not in elsewhere.get(f"/moderation/{forum.item(three[0])}").text


def test_those_checked_are_decided_each_with_its_own_record(
    app: Flask, forum: Forum, three: list[int], moderator: Visitor
) -> None:
    chosen = [value(forum, post) for post in three]
    answer = moderator.post(
        f"/moderation/{forum.item(three[0])}/together",
        {"chosen": chosen, "verb": "return", "explanation": "请写明是哪三十张表。"},
    )
    assert answer.status_code == 200
    assert answer.text.count("已退回作者") == 3
    with app.app_context():
        items = {forum.item(post) for post in three}
        decisions = db.session.scalars(db.select(Decision).where(Decision.item_id.in_(items))).all()
        assert {one.item_id for one in decisions} == items
        assert {(one.verb, one.explanation) for one in decisions} == {
            ("return", "请写明是哪三十张表。")
        }


def test_each_that_cannot_be_decided_says_why_and_hinders_no_other(
    forum: Forum,
    threads: list[int],
    cadre: Visitor,
    cadre2: Visitor,
    three: list[int],
    moderator: Visitor,
    chief: Visitor,
) -> None:
    gone = forum.reply(cadre, threads[3], WORDS)
    edited = forum.reply(cadre2, threads[4], WORDS)
    own = forum.reply(moderator, threads[5], WORDS)
    chosen = [value(forum, post) for post in (*three, gone, edited, own)]
    forum.approve(chief, three[0])
    chief.post(f"/moderation/{forum.item(three[1])}/claim")
    cadre.post(f"/posts/{gone}/withdraw")
    cadre2.post(f"/posts/{edited}/edit", {"body": f"{WORDS}我也这样想。"})
    answer = moderator.post(
        f"/moderation/{forum.item(three[2])}/together",
        {
            "chosen": [*chosen, "999999.1", "x", "²."],
            "verb": "reject",
            "reason": "duplicate",
            "explanation": "已经有人说过了。",
        },
    )
    assert answer.status_code == 200
    page = answer.text
    assert page.count("未通过</span>") == 1
    assert page.count("没有生效</span>") == 5
    assert "chief_moderator同志在" in page
    assert "另一位审核员正在审这一条" in page
    assert "撤回了这一条" in page
    assert "作者刚刚改过这一条" in page
    assert "这一条你不能决定" in page
    assert "另有 1 条没有找到" in page
    assert "已经有人说过了。" in page  # what was typed is not lost
    again = moderator.post(
        f"/moderation/{forum.item(three[2])}/together",
        {"chosen": [value(forum, three[2])], "verb": "approve"},
    )
    assert again.status_code == 409
    assert "moderator同志在" in again.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"verb": "approve", "chosen": []}, "请至少勾选一条"),
        ({"verb": ""}, "请选择一个决定"),
        ({"verb": "hide"}, "请选择一个决定"),
        ({"verb": "reject", "explanation": "写过的话"}, "请选择一个原因"),
        ({"verb": "reject", "reason": "nonsense", "explanation": "写过的话"}, "请选择一个原因"),
        ({"verb": "return", "explanation": " "}, "请写明理由"),
    ],
)
def test_a_form_that_does_not_hold_keeps_what_was_typed(
    app: Flask,
    forum: Forum,
    three: list[int],
    moderator: Visitor,
    fields: dict[str, object],
    sentence: str,
) -> None:
    chosen = [value(forum, three[2])]
    answer = moderator.post(
        f"/moderation/{forum.item(three[0])}/together", {"chosen": chosen, **fields}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert str(fields.get("explanation", "")).strip() in answer.text
    if "chosen" not in fields:
        assert [one for one, checked in boxes(answer.text).items() if checked] == chosen
    with app.app_context():
        item = db.session.get_one(QueueItem, forum.item(three[0]))
        assert item.state == "open"


def test_a_flood_of_one_text_costs_no_more_than_a_few(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    for number in range(30):
        forum.start(cadre, title=f"一本台账就够了之{number}", body=WORDS)
    with counted(app) as seen:
        page = moderator.get("/moderation").text
    assert page.count("条几乎相同") == 25
    assert len(seen) <= 8, seen
    first = moderator.get(re.findall(r'href="(/moderation/\d+)"', page)[0]).text
    assert len(boxes(first)) == copies.MOST + 1
