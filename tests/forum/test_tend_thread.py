"""Locking, pinning and featuring: by the board's reviewers alone, once, with why, and told to all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core import clock, journal
from forum.models import Board
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor

VERBS = ("lock", "unlock", "pin", "unpin", "feature", "unfeature")
FEATURED = (
    *("/forum/chat/featured", "/threads/featured"),
    *("/feeds/board-featured/chat", "/feeds/featured/all"),
)
SAME = {"Sec-Fetch-Site": "same-origin"}
WHY = {"why": "已经有结果了，见第 9 楼。"}


def tend(visitor: Visitor, thread: int, verb: str, **words: str) -> int:
    return visitor.post(f"/threads/{thread}/{verb}", {**WHY, **words}).status_code


def test_a_locked_thread_says_by_whom_when_and_why_until_it_is_opened_again(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="修路的事", board="chat")
    assert "请写明原因" in moderator.post(f"/threads/{thread}/lock").text
    assert f'action="/threads/{thread}/reply"' in cadre2.get(f"/threads/{thread}").text
    assert tend(moderator, thread, "lock") == 302
    page = cadre2.get(f"/threads/{thread}").text
    told = page.partition('id="tended"')[2].partition("</ul>")[0]
    assert "锁定" in told
    assert "审核员moderator同志" in told
    assert "已经有结果了，见第 9 楼。" in told
    assert "刚刚" in told
    assert f'action="/threads/{thread}/reply"' not in page
    assert "已锁定" in cadre2.get("/forum/chat").text
    assert cadre2.post(f"/threads/{thread}/reply", {"body": "晚了一步"}).status_code == 403
    assert "你的主题“修路的事”锁定了" in cadre.get("/notices").text
    assert tend(moderator, thread, "unlock", why="有了新情况。") == 302
    assert 'id="tended"' not in cadre2.get(f"/threads/{thread}").text
    assert cadre2.post(f"/threads/{thread}/reply", {"body": "赶上了。"}).status_code == 302
    record = cadre2.get("/threads/tended").text
    assert "已锁定：修路的事" in record
    assert "：有了新情况。" in record


def test_a_pin_stands_on_top_until_its_day_is_over_with_nothing_run(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    older = forum.start(cadre, title="先发的一帖", board="chat")
    forum.start(cadre, title="后发的一帖", board="chat")
    with app.app_context():
        today = clock.today()
    day = {"until": (today + timedelta(days=2)).isoformat()}
    for wrong in ("2020-01-01", "2999-01-01", "后天"):
        assert tend(moderator, older, "pin", until=wrong) == 422
    assert moderator.post(f"/threads/{older}/pin", day).status_code == 302, "no reason is needed"
    page = cadre.get("/forum/chat").text
    assert page.index("先发的一帖") < page.index("后发的一帖")
    assert page.count(f'href="/threads/{older}"') == 1
    assert "已置顶" in page
    assert "置顶到" in cadre.get(f"/threads/{older}").text
    for later, stands in ((2, True), (3, False)):
        with clock.travel(clock.now() + timedelta(days=later)):
            reader = cast.visitor("cadre2")
            page = reader.get("/forum/chat").text
            assert ("已置顶" in page) is stands
            assert (page.index("先发的一帖") < page.index("后发的一帖")) is stands
            assert page.count(f'href="/threads/{older}"') == 1
            assert ("置顶到" in reader.get(f"/threads/{older}").text) is stands
    with clock.travel(clock.now() + timedelta(days=3)):
        moderator = cast.visitor("moderator")
        assert tend(moderator, older, "unpin") == 409
        assert tend(moderator, older, "pin") == 302, "without a day: until it is unpinned"
    with clock.travel(clock.now() + timedelta(days=60)):
        assert "已置顶" in cast.visitor("cadre2").get("/forum/chat").text
        assert tend(cast.visitor("moderator"), older, "unpin") == 302
    assert "已置顶" not in cadre.get("/forum/chat").text


def test_a_lock_holds_what_was_said_and_says_why(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    mine = forum.reply(moderator, thread, "审核员自己也说一句。")
    said, back = (forum.reply(cadre2, thread, words) for words in ("说过的话。", "要改的话。"))
    forum.approve(moderator, said)
    forum.decide(moderator, "return", back, explanation="请写清楚一点。")
    page = f"/threads/{thread}"
    assert f'"/posts/{said}/edit"' in cadre2.get(page).text
    assert tend(moderator, thread, "lock") == 302
    shown = cadre2.get(page).text
    assert (f'"/posts/{said}/edit"' in shown, f'"/posts/{back}/edit"' in shown) == (False, True)
    long = {"body": "改了又改的一段话。" * 20}
    for path in ("edit", "draft", "preview", "word"):
        answer = cadre2.post(f"/posts/{said}/{path}", long, headers=SAME)
        assert answer.status_code == 409, path
        for words_ in ("主题已经锁定", WHY["why"], "moderator同志", long["body"]):
            assert words_ in answer.text, (path, words_)
    assert cadre2.get(f"/posts/{said}/edit").status_code == 409
    assert cadre2.post(f"/posts/{back}/edit", {"body": "写清楚了。"}).status_code == 302
    assert moderator.post(f"/posts/{mine}/edit", {"body": "审核员改了。"}).status_code == 302
    late = cadre2.post(f"{page}/reply", long, headers=SAME)
    assert (late.status_code, long["body"] in late.text) == (403, True)
    assert tend(moderator, thread, "unlock") == 302
    assert cadre2.post(f"/posts/{said}/edit", long).status_code == 302


def test_featured_threads_are_listed_with_who_and_why(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    good = forum.start(cadre, title="这一帖值得读", board="chat")
    hidden = forum.start(cadre, title="后来隐藏的", board="chat")
    forum.start(cadre, title="平常的一帖", board="chat")
    for thread in (good, hidden):
        assert tend(moderator, thread, "feature", why="把账算清楚了。") == 302
    words = {"reason": "other", "explanation": "先收起来。"}
    moderator.post(f"/posts/{forum.post(hidden)}/hide", words)
    page = cadre2.get("/forum/chat/featured").text
    assert "这一帖值得读" in page
    assert "moderator同志：把账算清楚了。" in page
    assert "后来隐藏的" not in page
    assert "平常的一帖" not in page
    assert "精选</span>" in cadre2.get("/forum/chat").text
    record = cadre2.get("/threads/tended?board=chat").text
    assert "后来隐藏的" not in record
    assert "（主题现在不公开）" in record
    assert "这一帖值得读" not in cadre2.get("/threads/tended?board=dajiatan").text
    for path in ("/forum/chat/featured", "/threads/featured"):
        with counted(app) as seen:
            cadre2.get(path)
        assert len(seen) <= 4, (path, seen)
    assert "茶水间" in cadre2.get("/threads/featured").text
    for path in FEATURED:
        page = cadre2.get(path).text
        assert ("这一帖值得读" in page, "后来隐藏的" in page) == (True, False), path
        assert "把账算清楚了。" in page, path
        assert "平常的一帖" not in page, path
    assert tend(moderator, good, "unfeature") == 302
    for path in FEATURED:
        assert "这一帖值得读" not in cadre2.get(path).text, path


def test_what_is_chosen_last_comes_first_in_list_and_feed(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    old, new = (forum.start(cadre, title=f"一篇{one}文章", board="chat") for one in ("旧", "新"))
    for days, thread in ((1, new), (2, old)):
        with clock.travel(clock.now() + timedelta(days=days)):
            assert tend(forum.cast.visitor("moderator"), thread, "feature", why="好。") == 302
    for path in FEATURED:
        page = cadre.get(path).text
        assert page.index("一篇旧文章") < page.index("一篇新文章"), path


def test_a_pinned_thread_that_moves_is_pinned_no_more(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="先置顶后移走")
    tend(moderator, thread, "pin")
    board = forum.newest(Board)
    assert (
        moderator.post(f"/threads/{thread}/move", {"board": str(board), **WHY}).status_code == 302
    )
    assert "已置顶" not in cadre.get("/forum/chat").text
    assert "取消" in cadre.get("/threads/tended").text


@pytest.mark.parametrize("username", ["cadre", "cadre2", "moderator2", "admin"])
def test_others_may_not(forum: Forum, cast: Cast, cadre: Visitor, username: str) -> None:
    thread = forum.start(cadre, board="chat")
    for verb in VERBS:
        assert tend(cast.visitor(username), thread, verb) == 403
    assert f"/threads/{thread}/lock" not in cadre.get(f"/threads/{thread}").text


def test_doing_it_again_is_a_conflict_that_names_who(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    assert tend(moderator, thread, "lock") == 302
    answer = chief.post(f"/threads/{thread}/lock", WHY)
    assert answer.status_code == 409
    assert "moderator同志" in answer.text
    assert chief.get(f"/threads/{thread}/lock").status_code == 409
    assert tend(chief, thread, "unpin") == 409
    with app.app_context():
        (event,) = journal.history("forum:thread", thread)
        assert (event.verb, event.note_digest is not None) == ("lock", True)


def test_what_waits_is_not_tended(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    thread = forum.start(cadre)
    for verb in VERBS:
        assert tend(moderator, thread, verb) == 409
    assert not forum.thread(thread).is_tended
