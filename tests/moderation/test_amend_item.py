"""Approve with edits: a signed, public version that the author accepts or takes back."""

from __future__ import annotations

import pytest
from flask import Flask

from core import journal
from core.db import db
from core.notices import Notice
from moderation.models import Revision
from tests.boards import Forum
from tests.people import Cast, Visitor

OWN = "原来写的錯字独一份。"
MENDED = "原来写的错字独一份。"
WHY = "改正了一个错字。"


def amend(forum: Forum, reviewer: Visitor, post: int, **fields: str) -> int:
    words = {"title": "一个像样的标题", "body": MENDED, "explanation": WHY, **fields}
    return forum.decide(reviewer, "amend", post, **words).status_code


@pytest.fixture
def mended(forum: Forum, cadre: Visitor, moderator: Visitor) -> int:
    """The id of a post that was approved with edits."""
    post = forum.post(forum.start(cadre, body=OWN))
    assert amend(forum, moderator, post) == 302
    return post


def test_the_form_has_the_words_in_it(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, body=OWN))
    item = f"/moderation/{forum.item(post)}"
    assert f'href="{item}/amend"' in moderator.get(item).text
    page = moderator.get(f"{item}/amend").text
    assert page.count(OWN) >= 2
    assert 'name="title"' in page
    assert (
        'name="title"'
        not in moderator.get(
            f"/moderation/{forum.item(forum.reply(cadre, forum.published(cadre, moderator)))}/amend"
        ).text
    )


def test_readers_see_the_mended_words_and_who_mended_them(
    forum: Forum, mended: int, cadre2: Visitor
) -> None:
    page = cadre2.get(f"/posts/{mended}", follow_redirects=True).text
    assert MENDED in page
    assert "审核员改过" in page
    history = cadre2.get(f"/posts/{mended}/history").text
    assert "moderator同志" in history
    for text in (page, history, cadre2.get("/search?q=独一份").text):
        assert "錯" not in text  # the author's own words were never public


def test_the_author_sees_the_difference_and_is_told(
    app: Flask, forum: Forum, cast: Cast, mended: int, cadre: Visitor
) -> None:
    page = cadre.get(f"/posts/{mended}/history").text
    assert "<del>錯</del>" in page
    assert "<ins>错</ins>" in page
    assert "moderator同志" in page
    assert WHY in page
    assert "审核员改了几处" in cadre.get(f"/posts/{mended}", follow_redirects=True).text
    with app.test_request_context():
        kinds = [one.kind for one in db.session.scalars(Notice.visible_to(cast.person("cadre")))]
    assert kinds == ["moderation:amend"]


def test_the_author_accepts_once(
    app: Flask, forum: Forum, mended: int, cadre: Visitor, cadre2: Visitor
) -> None:
    assert cadre2.post(f"/posts/{mended}/accept").status_code == 403
    assert cadre.post(f"/posts/{mended}/accept").status_code == 302
    assert cadre.post(f"/posts/{mended}/accept").status_code == 409
    assert cadre.post(f"/posts/{mended}/revert").status_code == 409
    assert "作者已接受" in cadre2.get(f"/posts/{mended}/history").text
    latest = forum.latest(mended)
    with app.app_context():
        verbs = [one.verb for one in journal.history(Revision.kind, latest)]
        assert verbs == ["amend", "accept"]


def test_the_author_takes_the_own_words_back(
    forum: Forum, mended: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    assert cadre2.post(f"/posts/{mended}/revert").status_code == 403
    assert cadre.post(f"/posts/{mended}/revert").status_code == 302
    assert cadre2.get(f"/posts/{mended}").status_code == 404
    assert "独一份" not in cadre2.get("/search?q=错字").text
    assert OWN in chief.get(f"/moderation/{forum.item(mended)}").text
    assert forum.decide(moderator, "approve", mended).status_code == 403
    forum.approve(chief, mended)
    for path in (f"/posts/{mended}", f"/posts/{mended}/history"):
        page = cadre2.get(path, follow_redirects=True).text
        assert OWN in page
        assert MENDED not in page


def test_the_version_that_was_public_before_comes_back(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body="最早公开的话。")
    post = forum.post(thread)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": OWN})
    assert amend(forum, moderator, post) == 302
    history = cadre2.get(f"/posts/{post}/history").text
    assert "最早公开" in history  # the difference is against what everybody could read
    assert "錯" not in history
    cadre.post(f"/posts/{post}/revert")
    page = cadre2.get(f"/threads/{thread}").text
    assert "最早公开的话" in page
    assert MENDED not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"explanation": " "}, "请写明理由"),
        ({"body": " "}, "请写正文"),
        ({"body": OWN}, "一个字也没有改"),
        ({"title": ""}, "请写一个标题"),
        ({"title": "长" * 81}, "最多 80"),
    ],
)
def test_what_does_not_hold_is_refused_and_kept(
    forum: Forum, cadre: Visitor, moderator: Visitor, fields: dict[str, str], words: str
) -> None:
    post = forum.post(forum.start(cadre, body=OWN))
    typed = {"title": "一个像样的标题", "body": MENDED, "explanation": WHY, **fields}
    answer = forum.decide(moderator, "amend", post, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "explanation" in fields or WHY in answer.text


def test_an_older_version_is_not_mended(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, body=OWN))
    read = str(forum.latest(post))
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "全都改了。"})
    words = {"title": "一个像样的标题", "body": MENDED, "explanation": WHY}
    answer = forum.decide(moderator, "amend", post, revision=read, **words)
    assert answer.status_code == 409
    assert MENDED in answer.text
    assert "全都改了" in answer.text


def test_what_was_taken_back_is_not_shown(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, title="撤回的标题", body=OWN))
    cadre.post(f"/posts/{post}/withdraw")
    for verb in ("amend", "redact"):
        path = f"/moderation/{forum.item(post)}/{verb}"
        sent = moderator.post(path, {"explanation": WHY})
        assert sent.status_code == 409
        for page in (moderator.get(path, follow_redirects=True).text, sent.text):
            assert "独一份" not in page
            assert "撤回的标题" not in page


def test_an_appeal_and_an_own_text_are_not_mended(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.decide(moderator, "reject", post, reason="other", explanation="不合适。")
    cadre.post(f"/posts/{post}/appeal", {"explanation": "我觉得合适。"})
    assert amend(forum, chief, post) == 409
    own = forum.post(forum.start(moderator))
    assert amend(forum, moderator, own) == 403


def test_mending_is_undone(
    forum: Forum, mended: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    assert moderator.post(f"/moderation/{forum.item(mended)}/undo").status_code == 302
    assert cadre2.get(f"/posts/{mended}").status_code == 404
    assert OWN in moderator.get(f"/moderation/{forum.item(mended)}").text
    assert cadre.post(f"/posts/{mended}/accept").status_code == 409
    forum.approve(moderator, mended)
    assert OWN in cadre2.get(f"/posts/{mended}", follow_redirects=True).text
    assert MENDED not in cadre2.get(f"/posts/{mended}/history").text
