"""Before personal numbers go out their writer is asked once; the words are kept, nothing else is."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.db import db
from forum.models import Post, Thread
from letters.models import Letter
from tests.boards import Forum
from tests.people import Cast, Visitor

NUMBER = "110101199003077774"
BODY = f"我的身份证号是{NUMBER}，电话138-0013-8000。"
TITLE = "一个像样的标题"


def count(app: Flask, model: type[Post] | type[Thread] | type[Letter]) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def sure(page: str) -> str:
    found = re.search(r'name="sure" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_a_thread_with_numbers_is_asked_about_once(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    words = {"title": TITLE, "body": BODY, "once": "k" * 40}
    asked = cadre.post("/forum/chat/new", words)
    assert asked.status_code == 422
    assert f"<mark>{NUMBER}</mark>" in asked.text
    assert "<mark>138-0013-8000</mark>" in asked.text
    assert BODY in asked.text  # in the box, as typed
    assert count(app, Thread) == 0
    sent = cadre.post("/forum/chat/new", {**words, "sure": sure(asked.text)})
    assert sent.status_code == 302
    assert count(app, Thread) == 1


def test_the_answer_holds_for_these_words_alone(app: Flask, forum: Forum, cadre: Visitor) -> None:
    words = {"title": TITLE, "body": BODY}
    key = sure(cadre.post("/forum/chat/new", words).text)
    for other in (BODY + "另一个13900139000", BODY.replace("8000", "8001")):
        asked = cadre.post("/forum/chat/new", {**words, "body": other, "sure": key})
        assert asked.status_code == 422
        assert sure(asked.text) != key
    for forged in ("on", "yes", "0" * 64, "确定"):
        assert cadre.post("/forum/chat/new", {**words, "sure": forged}).status_code == 422
    assert count(app, Thread) == 0


def test_mended_words_go_without_a_question(app: Flask, forum: Forum, cadre: Visitor) -> None:
    assert cadre.post("/forum/chat/new", {"title": TITLE, "body": BODY}).status_code == 422
    assert cadre.post("/forum/chat/new", {"title": TITLE, "body": "不写了。"}).status_code == 302


@pytest.mark.parametrize(
    "words",
    [
        {"title": "电话１３８００１３８０００", "body": "见标题。"},
        {"title": TITLE, "body": "<p>138<b>0013</b><i>8000</i></p>", "body_format": "html"},
        {"title": TITLE, "body": "卡号 6222 0212 3456 7890 128"},
    ],
)
def test_titles_rich_text_and_spaced_numbers_are_read_as_people_read_them(
    forum: Forum, cadre: Visitor, words: dict[str, str]
) -> None:
    asked = cadre.post("/forum/chat/new", words)
    assert asked.status_code == 422
    assert sure(asked.text)


def test_replies_and_edits_are_asked_about_too(app: Flask, forum: Forum, cadre: Visitor) -> None:
    thread = forum.start(cadre, board="chat")
    asked = cadre.post(f"/threads/{thread}/reply", {"body": BODY})
    assert asked.status_code == 422
    data = {"body": BODY, "sure": sure(asked.text)}
    form = asked.text.partition(f'action="/threads/{thread}/reply"')[2].partition("</form>")[0]
    assert 'name="sure"' in form  # without script, too, the box goes with the reply
    assert cadre.post(f"/threads/{thread}/reply", data).status_code == 302
    post = forum.post(thread)
    assert cadre.post(f"/posts/{post}/edit", {"title": TITLE, "body": BODY}).status_code == 422
    assert count(app, Post) == 2


def test_other_faults_are_told_first(forum: Forum, cadre: Visitor) -> None:
    asked = cadre.post("/forum/chat/new", {"title": "", "body": BODY})
    assert asked.status_code == 422
    assert "请写一个标题" in asked.text
    assert 'name="sure"' not in asked.text


@pytest.mark.parametrize("named", [True, False])
def test_letters_are_asked_about_too(app: Flask, cast: Cast, named: bool) -> None:
    visitor = cast.visitor("cadre" if named else None)
    words = {"title": "一件事", "body": BODY, "anonymous": "no" if named else "yes"}
    words["once"] = "a form's own random key, of more than forty characters"
    asked = visitor.post("/letters/new", words)
    assert asked.status_code == 422
    assert f"<mark>{NUMBER}</mark>" in asked.text
    assert count(app, Letter) == 0
    sent = visitor.post("/letters/new", {**words, "sure": sure(asked.text)})
    assert sent.status_code in (200, 302)
    assert count(app, Letter) == 1
