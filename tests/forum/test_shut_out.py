"""Somebody who took part in every way is shut out of a board: from then on nothing of it reaches
them any more, by whatever they had made before."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from core import clock, feed_tokens
from core.db import db
from forum.models import Board
from forum.tags import Tag
from tests.boards import Forum
from tests.files import bring
from tests.mailing import Mails, address, work
from tests.mailing import words as words_of
from tests.people import Cast, Visitor

SECRETS = ("题中一词", "楼里一词", "版名一词", "缘由一词", "名中一词", "书中一词", "签上一词")


def narrow(app: Flask, cast: Cast) -> None:
    with app.app_context():
        board = db.session.scalars(db.select(Board).filter_by(slug="chat")).one()
        board.read_who, board.read_unit_id = "unit", cast.unit_id("county")
        db.session.commit()


@pytest.fixture
def addresses(
    app: Flask,
    forum: Forum,
    cast: Cast,
    mails: Mails,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
) -> list[str]:
    """What `cadre2` took part in and made; all the addresses where it stood."""
    address(app, cast, "cadre2")
    with app.app_context():
        board = db.session.scalars(db.select(Board).filter_by(slug="chat")).one()
        board.title = "版名一词"
        tag = Tag(board=board, name="签上一词", accepted_at=clock.now())
        db.session.add(tag)
        db.session.commit()
        tag_id = str(tag.id)
        token = feed_tokens.make(cast.person("cadre2"), "读报")
        db.session.commit()
        tomorrow = clock.today() + timedelta(days=1)
    cadre2.post("/forum/chat/follow", {"level": "watch"})
    cadre2.post(f"/tags/{tag_id}/follow", {"level": "watch"})
    file = str(bring(cadre, "书中一词".encode(), "名中一词.txt"))
    said = {"title": "题中一词的标题", "body": "楼里一词 @cadre2同志", "file": file, "tags": tag_id}
    answer = cadre.post("/forum/chat/new", said)
    thread = int(answer.location.rpartition("/")[2])
    mine = forum.reply(cadre2, thread, "我在这里说过一句。")
    post = forum.post(thread)
    cadre2.post(f"/posts/{post}/react", {"give": "agree"})
    cadre2.post(f"/posts/{post}/bookmark", {"remind_on": tomorrow.isoformat()})
    cadre2.post(f"/threads/{thread}/draft", {"body": "写了一半。", "seen": "2"})
    moderator.post(f"/threads/{thread}/feature", {"why": "缘由一词"})
    page = cadre2.get(f"/threads/{thread}").text
    signed = re.search(r"/files/[^\"]+", page)
    assert signed is not None
    feeds = [
        f"/feeds/{one}"
        for one in (
            "boards/all",
            "board/chat",
            f"thread/{thread}",
            "featured/all",
            "board-featured/chat",
        )
    ]
    feeds += ["/feeds/followed/all", "/feeds/search/all?q=一词"]
    return [
        *("/", "/forum", "/forum/chat", "/forum/chat/featured", "/forum/chat/rules"),
        *(f"/threads/{thread}{end}" for end in ("", "/print", "/docx", "/unread", "/reply")),
        *(f"/posts/{one}{end}" for one in (post, mine) for end in ("", "/history", "/react")),
        *(
            "/search?q=一词",
            "/threads/similar?title=题中一词的标题",
            "/threads/tended",
            "/threads/featured",
        ),
        *(f"/live?of=thread-{thread}-0-0", "/moderation/log", signed[0]),
        *("/me/texts", "/me/bookmarks", "/me/bookmarks?only=due", "/me/drafts", "/me/following"),
        *("/tags", f"/tags/{tag_id}", f"/search?tag={tag_id}", f"/search?q=一词&tag={tag_id}"),
        *("/notices", f"/people/{cast.id('cadre')}"),
        *feeds,
        *(f"{one}{'&' if '?' in one else '?'}token={token}" for one in feeds),
    ]


def met(visitor: Visitor, addresses: list[str]) -> dict[str, set[str]]:
    """Where which secret is met; what was asked for is no answer."""
    found: dict[str, set[str]] = {}
    for path in addresses:
        asked = {one for one in SECRETS if one in path}
        answer = visitor.get(path, follow_redirects=True)
        said = answer.get_data().decode(errors="replace")
        found[path] = {one for one in SECRETS if one in said} - asked
    return {path: secrets for path, secrets in found.items() if secrets}


def test_nothing_is_met_any_more(
    app: Flask, cast: Cast, mails: Mails, cadre2: Visitor, addresses: list[str]
) -> None:
    with app.app_context(), clock.travel(clock.now() + timedelta(minutes=2)):
        work(app, clock.now())
    before = met(cadre2, addresses)
    assert set.union(*before.values()) == set(SECRETS) and len(before) > 20
    narrow(app, cast)
    with app.app_context():
        morning = clock.now() + timedelta(days=1, hours=12)
    work(app, morning - timedelta(days=1))
    work(app, morning)  # the digest, and the reminder
    assert met(cadre2, addresses) == {}
    assert met(cast.visitor(), addresses) == {}
    assert not {one for told in mails.to("cadre2") for one in SECRETS if one in words_of(told)}
    assert "我在这里说过一句" in cadre2.get("/me/texts").text
    assert '"news":0' in cadre2.get(addresses[addresses.index("/moderation/log") - 1]).text
