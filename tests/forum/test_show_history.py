"""The history of a post: public versions for all, the own ones for the author."""

from __future__ import annotations

from tests.boards import Forum
from tests.people import Visitor


def edit(author: Visitor, post: int, body: str) -> None:
    answer = author.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": body})
    assert answer.status_code == 302


def test_readers_see_versions_that_were_public(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.published(cadre, moderator, body="第一版。"))
    edit(cadre, post, "退回的一稿。")
    forum.decide(moderator, "return", post, explanation="再改。")
    edit(cadre, post, "第二版。")
    forum.approve(moderator, post)
    edit(cadre, post, "还在等的一稿。")
    page = cadre2.get(f"/posts/{post}/history").text
    assert "第一版" in page
    assert "（删去：</span><del>" in page, "said to whom no colour says it"
    assert "第二版" in page
    assert "退回的一稿" not in page
    assert "还在等的一稿" not in page
    assert "再改" not in page
    mine = cadre.get(f"/posts/{post}/history").text
    for words in ("第一版", "退回的一稿", "第二版", "还在等的一稿", "待审核"):
        assert words in mine


def test_what_is_not_public_has_no_history_for_others(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    assert cadre2.get(f"/posts/{post}/history").status_code == 404
    assert cadre.get(f"/posts/{post}/history").status_code == 200


def test_a_withdrawn_or_hidden_version_stays_out(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, body="最早的一版。", board="chat")
    post = forum.post(thread)
    words = {"reason": "private", "explanation": "有别人的电话。"}
    edit(cadre, post, "写了别人的电话。")
    moderator.post(f"/posts/{post}/hide", words)
    assert cadre2.get(f"/posts/{post}/history").status_code == 404
