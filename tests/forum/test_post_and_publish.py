"""The thin path: a post waits, a reviewer approves, others read."""

from __future__ import annotations

from tests.boards import Forum
from tests.people import Cast


def test_post_is_read_after_approval(forum: Forum, cast: Cast) -> None:
    cadre, cadre2 = cast.visitor("cadre"), cast.visitor("cadre2")
    moderator = cast.visitor("moderator")
    thread = forum.start(cadre, title="表格太多怎么办", body="一年二百张。")
    assert "一年二百张" in cadre.get(f"/threads/{thread}").text
    assert "待审核" in cadre.get(f"/threads/{thread}").text
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    assert "表格太多" in moderator.get("/moderation").text
    item = moderator.get(f"/moderation/{forum.item(forum.post(thread))}")
    assert "一年二百张" in item.text
    forum.approve(moderator, forum.post(thread))
    assert "一年二百张" in cadre2.get(f"/threads/{thread}").text
    assert "表格太多" in cadre2.get("/forum/dajiatan").text
    assert "表格太多" in cadre2.get("/forum").text
    assert "待审核" not in cadre.get(f"/threads/{thread}").text


def test_chat_is_read_at_once(forum: Forum, cast: Cast) -> None:
    thread = forum.start(cast.visitor("cadre"), title="食堂的拉条子", board="chat")
    reader = cast.visitor("cadre2")
    assert "食堂的拉条子" in reader.get(f"/threads/{thread}").text
    post = forum.reply(reader, thread, "我也没吃上。")
    assert "我也没吃上" in cast.visitor("cadre").get(f"/posts/{post}", follow_redirects=True).text
