"""Who reads what became of an own text has read the notice about it; a read page writes nothing."""

from __future__ import annotations

import re

from flask import Flask

from core import notices
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


def unread(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return notices.unread_count(cast.person("cadre"))


def test_from_home_and_on_its_page(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="退回来的一帖")
    post = forum.post(thread)
    forum.decide(moderator, "return", post, explanation="请改一改。")
    with counted(app) as seen:
        page = cadre.get(f"/threads/{thread}").text
    assert not [one for one in seen if not one.startswith("SELECT")]
    assert f'data-urls="/posts/{post}"' in page
    assert unread(app, cast) == 1
    row = re.search(r'action="/notices/follow">(.*?)</form>', cadre.get("/").text, re.S)
    assert row is not None
    assert f'value="/posts/{post}"' in row[1]
    answer = cadre.post("/notices/follow", {"url": f"/posts/{post}"})
    assert answer.location == f"/posts/{post}"
    assert unread(app, cast) == 0
    assert "data-urls" not in cadre.get(f"/threads/{thread}").text
    assert f'<a href="/posts/{post}">退回来的一帖</a>' in cadre.get("/").text


def test_whoever_acts_on_it_has_read_it(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    first = forum.post(forum.start(cadre, title="退回来的一帖"))
    other = forum.post(forum.start(cadre, title="另外的一帖"))
    for post in (first, other):
        forum.decide(moderator, "return", post, explanation="请改一改。")
    cadre.post(f"/posts/{first}/edit", {"title": "退回来的一帖", "body": "改好了。"})
    assert unread(app, cast) == 1
    cadre.post(f"/posts/{other}/withdraw")
    assert unread(app, cast) == 0


def test_another_reader_reads_the_own_notices_alone(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.published(cadre, moderator))
    forum.published(cadre2, moderator, title="别人的一帖")
    offered = re.findall('data-urls="([^"]*)"', cadre2.get(f"/threads/{thread}").text)
    assert offered == [f"/posts/{post}"]  # whoever watches the thread may have been told of it
    assert cadre2.post("/notices/follow", {"url": offered[0]}).status_code == 302
    assert unread(app, cast) == 1
