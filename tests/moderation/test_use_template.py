"""Ready-made explanations: kept by chief moderators, put into a decision's box for everybody."""

from __future__ import annotations

import pytest
from flask import Flask

from core import journal
from core.db import db
from forum.models import Post
from moderation.models import Revision
from moderation.templates import ExplanationTemplate
from tests.boards import Forum
from tests.people import Cast, Visitor

WORDS = "请写明数字的出处，再提交一次。"
FIELDS = {
    "title": "写明出处",
    "title_en": "Name the source",
    "words": WORDS,
    "words_en": "Please name the source.",
    "verb": "return",
}


@pytest.fixture
def template(app: Flask, chief: Visitor) -> int:
    assert chief.post("/moderation/templates", FIELDS).status_code == 302
    with app.app_context():
        return db.session.scalars(db.select(ExplanationTemplate.id)).one()


def test_it_is_offered_where_it_fits(
    forum: Forum, template: int, cadre: Visitor, moderator: Visitor
) -> None:
    item = forum.item(forum.post(forum.start(cadre)))
    page = moderator.get(f"/moderation/{item}").text
    assert page.count(f'data-words="{WORDS}"') == 1
    assert f'formaction="/moderation/{item}/fill/return"' in page
    moderator.post("/preferences", {"language": "en"})
    assert "Please name the source." in moderator.get(f"/moderation/{item}").text


def test_without_javascript_the_page_comes_back_filled(
    forum: Forum, template: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre))
    item = forum.item(post)
    asked = {"template": str(template), "explanation": "先说一句。", "revision": "1"}
    answer = moderator.post(f"/moderation/{item}/fill/return", asked)
    assert answer.status_code == 200
    assert f"先说一句。\n{WORDS}" in answer.text
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    assert forum.decide(moderator, "return", post, explanation=WORDS).status_code == 302


def test_a_reason_is_chosen_with_it(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    chief.post("/moderation/templates", {**FIELDS, "verb": "reject", "reason_code": "private"})
    with app.app_context():
        made = db.session.scalars(db.select(ExplanationTemplate.id)).one()
    item = forum.item(forum.post(forum.start(cadre)))
    page = moderator.post(f"/moderation/{item}/fill/reject", {"template": str(made)}).text
    choice = page[page.index('value="private"') - 120 : page.index('value="private"') + 20]
    assert "checked" in choice


def test_chief_moderators_alone_keep_them(
    forum: Forum, cast: Cast, template: int, moderator: Visitor, cadre: Visitor
) -> None:
    assert WORDS in moderator.get("/moderation/templates").text
    assert "添加模板" not in moderator.get("/moderation/templates").text
    assert cadre.get("/moderation/templates").status_code == 403
    for path in ("", f"/{template}/edit", f"/{template}/retire"):
        assert moderator.post(f"/moderation/templates{path}", FIELDS).status_code == 403


def test_editing_and_retiring(
    app: Flask, forum: Forum, template: int, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    path = f"/moderation/templates/{template}"
    assert 'value="写明出处"' in chief.get(f"{path}/edit").text
    words = {**FIELDS, "words": "换了一种说法。", "version": "1"}
    assert chief.post(f"{path}/edit", words).status_code == 302
    answer = chief.post(f"{path}/edit", {**words, "words": "晚了一步的说法。"})
    assert answer.status_code == 409
    assert "晚了一步的说法" in answer.text
    item = forum.item(forum.post(forum.start(cadre)))
    assert "换了一种说法" in moderator.get(f"/moderation/{item}").text
    assert chief.post(f"{path}/retire").status_code == 302
    again = chief.post(f"{path}/retire")
    assert again.status_code == 409
    assert "已经停用" in again.text
    assert "chief_moderator同志" in again.text
    assert "换了一种说法" not in moderator.get(f"/moderation/{item}").text
    asked = {"template": str(template), "explanation": "写到一半。"}
    answer = moderator.post(f"/moderation/{item}/fill/return", asked)
    assert answer.status_code == 409
    with app.app_context():
        verbs = [one.verb for one in journal.history("moderation:template", template)]
        assert verbs == ["create", "edit", "retire"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "请写一个名称"),
        ({"words": " "}, "请写说明的文字"),
        ({"words": "长" * 1001}, "1001"),
        ({"verb": "exempt"}, "请从列表里选"),
        ({"reason_code": "because"}, "请从列表里选"),
    ],
)
def test_what_does_not_hold_is_refused(
    forum: Forum, chief: Visitor, fields: dict[str, str], words: str
) -> None:
    answer = chief.post("/moderation/templates", {**FIELDS, **fields})
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("page", ["remarks", "amend", "redact", "hide", "redact_public"])
def test_wherever_a_reason_is_written(
    app: Flask,
    forum: Forum,
    template: int,
    cadre: Visitor,
    moderator: Visitor,
    chief: Visitor,
    page: str,
) -> None:
    """The words come into the box, what else was typed stays, nothing is decided."""
    edited = {**FIELDS, "verb": "", "version": "1"}
    assert chief.post(f"/moderation/templates/{template}/edit", edited).status_code == 302
    if page in ("hide", "redact_public"):
        post = forum.reply(cadre, forum.published(cadre, moderator))
        forum.approve(moderator, post)
        path = f"/posts/{post}/{page.removesuffix('_public')}"
    else:
        post = forum.post(forum.start(cadre))
        path = f"/moderation/{forum.item(post)}/{page}"
    assert f'data-words="{WORDS}"' in moderator.get(path).text
    typed = {
        "explanation": "先说一句。",
        "passages": "抄下的话",
        "body": "改过的话",
        "remark-1": "这段",
    }
    answer = moderator.post(path, {**typed, "template": str(template)})
    assert answer.status_code == 200
    assert f"先说一句。\n{WORDS}" in answer.text
    kept = {"remarks": "这段", "amend": "改过的话", "redact": "抄下的话", "hide": WORDS}
    assert kept[page.removesuffix("_public")] in answer.text
    chief.post(f"/moderation/templates/{template}/retire")
    answer = moderator.post(path, {**typed, "template": str(template)})
    assert answer.status_code == 422
    assert "已经停用" in answer.text
    with app.app_context():
        revision = db.session.get_one(Post, post).latest_revision_id
        state = db.session.get_one(Revision, revision).state
    assert state == ("published" if page in ("hide", "redact_public") else "pending")
