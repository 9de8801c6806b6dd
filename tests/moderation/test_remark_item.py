"""Returned with remarks beside paragraphs: the author sees each, so does the next reviewer."""

from __future__ import annotations

from werkzeug.test import TestResponse

from tests.boards import Forum
from tests.people import Visitor

BODY = "第一段没有问题。\n\n第二段没写出处。\n\n第三段太长。"
SAID = {"remark-2": "请写明数字的出处。", "remark-3": "请分成两段。"}


def remark(forum: Forum, reviewer: Visitor, post: int, **fields: str) -> TestResponse:
    data = {"revision": str(forum.latest(post)), "explanation": "请照各段旁边的意见改。", **fields}
    return reviewer.post(f"/moderation/{forum.item(post)}/remarks", data)


def test_each_paragraph_has_a_box(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, body=BODY))
    item = f"/moderation/{forum.item(post)}"
    assert f'href="{item}/remarks"' in moderator.get(item).text
    page = moderator.get(f"{item}/remarks").text
    assert page.count('name="remark-') == 3


def test_the_author_sees_each_remark_above_the_form(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body=BODY))
    assert remark(forum, moderator, post, **SAID).status_code == 302
    page = cadre.get(f"/posts/{post}/edit").text
    for words in ("第二段没写出处", *SAID.values()):
        assert words in page
    assert SAID["remark-2"] in moderator.get(f"/moderation/{forum.item(post)}").text
    assert page.index(SAID["remark-2"]) < page.index("<textarea")
    assert page.index(">第二段没写出处") < page.index(SAID["remark-2"])
    assert "第一段没有问题" not in page[: page.index("<textarea")]


def test_the_next_reviewer_sees_what_was_said_and_what_changed(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.published(cadre, moderator, body="公开的一版。"))
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": BODY})
    remark(forum, moderator, post, **SAID)
    mended = BODY.replace("第二段没写出处", "第二段出自统计局")
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": mended})
    page = chief.get(f"/moderation/{forum.item(post)}").text
    for words in SAID.values():
        assert words in page
    assert page.count("这一段改了") == 1
    assert page.count("这一段没有改") == 1
    assert "退回以后改了什么" in page
    assert "与第 1 稿相比" in page


def test_nobody_else_reads_them(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.start(cadre, body=BODY)
    post = forum.post(thread)
    remark(forum, moderator, post, **SAID)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "改好了。"})
    forum.approve(chief, post)
    for path in (f"/threads/{thread}", f"/posts/{post}/history", f"/posts/{post}/edit"):
        assert SAID["remark-2"] not in cadre2.get(path, follow_redirects=True).text


def test_what_was_typed_stays_when_it_is_refused(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body=BODY))
    answer = remark(forum, moderator, post, explanation=" ", **SAID)
    assert answer.status_code == 422
    assert SAID["remark-2"] in answer.text
    answer = remark(forum, moderator, post, **{"remark-1": "长" * 501})
    assert answer.status_code == 422
    assert "501" in answer.text
    read = str(forum.latest(post))
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "只剩一段了。"})
    answer = remark(forum, moderator, post, revision=read, **SAID)
    assert answer.status_code == 409
    for words in ("只剩一段了", *SAID.values()):
        assert words in answer.text


def test_what_was_taken_back_is_not_shown(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, title="撤回的标题", body=BODY))
    cadre.post(f"/posts/{post}/withdraw")
    path = f"/moderation/{forum.item(post)}/remarks"
    sent = remark(forum, moderator, post, **SAID)
    assert sent.status_code == 409
    for page in (moderator.get(path, follow_redirects=True).text, sent.text):
        assert "第二段没写出处" not in page
        assert "撤回的标题" not in page


def test_a_paragraph_that_is_not_there_gets_none(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body=BODY))
    assert remark(forum, moderator, post, **{"remark-9": "没有这一段。"}).status_code == 302
    assert "没有这一段" not in cadre.get(f"/posts/{post}/edit").text


def test_undone_remarks_give_way(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, body=BODY))
    remark(forum, moderator, post, **SAID)
    moderator.post(f"/moderation/{forum.item(post)}/undo")
    assert SAID["remark-2"] not in cadre.get(f"/posts/{post}/edit").text
    forum.decide(moderator, "return", post, explanation="再看看。")
    assert SAID["remark-2"] not in cadre.get(f"/posts/{post}/edit").text
