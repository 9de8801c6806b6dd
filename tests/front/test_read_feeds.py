"""Feeds: what a page lists, for whom it is listed, with ids that never change."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from accounts.models import Person
from core import clock, keys, notices
from core.db import db
from core.feed_tokens import MOST, FeedToken
from core.i18n import _l
from forum.models import Board
from tests.boards import Forum
from tests.conftest import counted
from tests.people import PASSWORD, Cast, Visitor

NEW = "三月的河开了冰 42"
ATOM = "{http://www.w3.org/2005/Atom}"
notices.kind("feed:followed", _l("“%(title)s”有了新回帖。"), sort="follow")


def entries(answer: TestResponse) -> list[dict[str, str]]:
    """Each entry's plain elements, by name."""
    assert answer.status_code == 200, answer.status
    assert answer.mimetype == "application/atom+xml"
    root = ElementTree.fromstring(answer.data)
    return [
        {one.tag.removeprefix(ATOM): one.text or "" for one in entry}
        for entry in root.iter(f"{ATOM}entry")
    ]


def token_of(visitor: Visitor, name: str = "阅读器") -> str:
    answer = visitor.post("/me/feeds", {"name": name})
    assert answer.status_code == 200
    found = re.search(r"token=([\w-]{40,})", answer.text)
    assert found is not None
    return found[1]


def open_board(app: Flask, slug: str) -> None:
    with app.app_context():
        db.session.execute(update(Board).where(Board.slug == slug).values(read_who="everyone"))
        db.session.commit()


@pytest.fixture
def thread(forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor) -> int:
    """A public thread with a public reply, and one that waits."""
    thread = forum.published(cadre, moderator, title="修路 <的> 事", body="开头\x0b说的 & 话。")
    forum.approve(moderator, forum.reply(cadre2, thread, "大家看得到的一句。"))
    forum.reply(cadre2, thread, "还没有公开的一句。")
    return thread


def test_a_thread_a_board_and_all_boards(
    app: Flask, forum: Forum, thread: int, cadre: Visitor, moderator: Visitor
) -> None:
    posts = entries(cadre.get(f"/feeds/thread/{thread}"))
    assert [one["summary"] for one in posts] == ["大家看得到的一句。", "开头 说的 & 话。"]
    assert posts[1]["id"] == f"tag:127.0.0.1,2026:/posts/{forum.post(thread)}"
    for path in ("/feeds/board/dajiatan", "/feeds/boards/all"):
        (one,) = entries(cadre.get(path))
        assert (one["title"], one["id"]) == (
            "修路 <的> 事",
            f"tag:127.0.0.1,2026:/threads/{thread}",
        )
    opening = forum.post(thread)
    data = {"title": "新的标题", "body": "改过，还在等。", "revision": str(forum.latest(opening))}
    cadre.post(f"/posts/{opening}/edit", data)
    assert entries(cadre.get(f"/feeds/thread/{thread}")) == posts  # the public version alone
    forum.approve(moderator, opening)
    changed = entries(cadre.get(f"/feeds/thread/{thread}"))[1]
    assert changed["summary"] == "改过，还在等。"
    assert [changed[name] for name in ("id", "updated")] == [
        posts[1][name] for name in ("id", "updated")
    ]


def test_pages_name_their_feeds(forum: Forum, thread: int, cadre: Visitor) -> None:
    for page, feed in (
        ("/forum", "/feeds/boards/all"),
        ("/forum/dajiatan", "/feeds/board/dajiatan"),
        (f"/threads/{thread}", f"/feeds/thread/{thread}"),
        ("/search?q=修路&_scheme=javascript", "/feeds/search/all?q=%E4%BF%AE%E8%B7%AF"),
        ("/me/following", "/feeds/followed/all"),
    ):
        assert f'type="application/atom+xml" href="{feed}"' in cadre.get(page).text, page


def test_a_search_is_a_feed(forum: Forum, thread: int, cadre: Visitor) -> None:
    found = entries(cadre.get("/feeds/search/all?q=看得到&order=closest"))
    assert [one["id"].rpartition(":")[2] for one in found] == [f"/posts/{forum.post(thread, 2)}"]
    assert "大家看得到的一句。" in found[0]["summary"]
    assert entries(cadre.get("/feeds/search/all?q=还没有公开")) == []
    assert cadre.get("/feeds/search/all").status_code == 404


def test_what_is_unchanged_is_not_sent_again(forum: Forum, thread: int, cadre: Visitor) -> None:
    etag = cadre.get("/feeds/board/dajiatan").headers["ETag"]
    again = cadre.get("/feeds/board/dajiatan", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert "private" in again.headers["Cache-Control"]


def test_who_is_not_signed_in_reads_public_boards_alone(
    app: Flask, cast: Cast, forum: Forum, thread: int
) -> None:
    nobody = cast.visitor()
    for path in (f"thread/{thread}", "board/dajiatan", "board/none", "followed/all"):
        assert nobody.get(f"/feeds/{path}").status_code == 401
    assert entries(nobody.get("/feeds/boards/all")) == []
    open_board(app, "dajiatan")
    for path in (f"thread/{thread}", "board/dajiatan", "boards/all"):
        assert entries(nobody.get(f"/feeds/{path}")) != []


def test_a_board_of_its_own_has_a_feed_of_its_own(
    app: Flask, cast: Cast, forum: Forum, thread: int, cadre2: Visitor
) -> None:
    token, nobody = token_of(cadre2), cast.visitor()
    with app.app_context():
        db.session.execute(update(Board).values(read_who="roles", read_roles=",office,"))
        db.session.commit()
    for path in (f"thread/{thread}", "board/dajiatan"):
        assert cadre2.get(f"/feeds/{path}").status_code == 404
        assert nobody.get(f"/feeds/{path}?token={token}").status_code == 404
        assert entries(cast.visitor("office").get(f"/feeds/{path}")) != []
    assert entries(cadre2.get("/feeds/boards/all")) == []
    assert entries(cadre2.get("/feeds/search/all?q=看得到")) == []


def test_a_token_reads_what_its_person_may_read_now(
    app: Flask, cast: Cast, forum: Forum, thread: int, cadre2: Visitor
) -> None:
    token, nobody, other = token_of(cadre2), cast.visitor(), cast.visitor("cadre")
    path = f"/feeds/thread/{thread}?token={token}"
    with counted(app) as first:  # whoever else is signed in there
        assert len(entries(other.get(path))) == 2
    # Not what waits, though it is their own.
    with counted(app) as later:
        answer = nobody.get(path)
    assert len(entries(answer)) == 2
    assert len(later) <= 4 < len(first) <= 6
    assert "Set-Cookie" not in answer.headers
    assert token not in answer.text
    with app.app_context():
        row = db.session.scalars(select(FeedToken)).one()
        assert (row.used_on, row.digest) == (clock.today(), keys.digest("feed", token))
    # It opens nothing else, and nothing where it is forged.
    assert nobody.get(f"/threads/{thread}?token={token}").status_code == 302
    assert nobody.get(f"/feeds/thread/{thread}?token={token}x").status_code == 404
    assert cadre2.get(f"/feeds/thread/{thread}?token=x").status_code == 404
    with app.app_context():
        db.session.get_one(Person, cast.id("cadre2")).is_active = False
        db.session.commit()
    assert nobody.get(path).status_code == 404


def test_tokens_are_shown_once_named_and_revoked_by_their_person(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor
) -> None:
    token, other = token_of(cadre, "办公室"), token_of(cadre, "家里")
    page = cadre.get("/me/feeds").text
    assert token not in page
    assert "办公室" in page
    assert "还没有用过" in page
    revoke = f"/me/feeds/{forum.newest(FeedToken) - 1}/revoke"
    assert cast.visitor("admin").post(revoke).status_code == 404
    assert cadre.post(revoke).status_code == 302
    nobody = cast.visitor()
    assert nobody.get(f"/feeds/boards/all?token={token}").status_code == 404
    assert nobody.get(f"/feeds/boards/all?token={other}").status_code == 200
    assert cadre.post("/me/feeds", {"name": ""}).status_code == 422
    for _number in range(MOST - 1):
        token_of(cadre)
    assert cadre.post("/me/feeds", {"name": "太多了"}).status_code == 422


def test_followed_things_as_they_may_be_read_now(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor
) -> None:
    with app.app_context():
        notices.tell(cast.id("cadre"), "feed:followed", "/forum/chat", title="一")
        notices.tell(cast.id("cadre2"), "feed:followed", "/forum/chat", title="别人的")
        db.session.commit()
    assert [one["title"] for one in entries(cadre.get("/feeds/followed/all"))] == [
        "“一”有了新回帖。"
    ]


def test_odd_addresses(app: Flask, forum: Forum, cadre: Visitor) -> None:
    for path in ("none/all", "thread/0", f"thread/{'9' * 30}", "thread/x", "boards/x", "board/%00"):
        assert cadre.get(f"/feeds/{path}").status_code == 404, path


def test_a_feed_asks_the_same_for_many(app: Flask, forum: Forum, cadre: Visitor) -> None:
    def cost() -> int:
        with counted(app) as seen:
            entries(cadre.get("/feeds/board/chat"))
        return len(seen)

    forum.start(cadre, board="chat")
    few = cost()
    for _number in range(3):
        forum.start(cadre, board="chat")
    assert cost() == few <= 4


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/logout/everywhere", {}),
        ("/me/password", {"password": PASSWORD, "new_password": NEW, "repeat": NEW}),
    ],
)
def test_tokens_end_with_every_sign_in(
    forum: Forum, cast: Cast, path: str, data: dict[str, str]
) -> None:
    """Whoever fears that somebody reads along shuts the feed readers out too; others' stay."""
    mine, other = token_of(forum.cast.visitor("cadre")), token_of(cast.visitor("cadre2"))
    assert cast.visitor("cadre").post(path, data).status_code == 302
    reader = cast.visitor()
    assert reader.get(f"/feeds/boards/all?token={mine}").status_code == 404
    assert reader.get(f"/feeds/boards/all?token={other}").status_code == 200
