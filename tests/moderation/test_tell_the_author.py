"""Where authors meet their own texts: notices, what waits for them, the usual wait."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

import pytest
from flask import Flask

from core import clock, notices, registry
from core.db import db
from moderation.models import QueueItem
from moderation.standing import usual_wait
from tests.boards import Forum
from tests.people import Cast, Visitor


def sentences(app: Flask, cast: Cast, username: str) -> list[str]:
    with app.test_request_context():
        person = cast.person(username)
        return [one.sentence for one in db.session.scalars(notices.Notice.visible_to(person))]


def waiting(app: Flask, cast: Cast, username: str) -> list[registry.Waiting]:
    with app.test_request_context():
        person = cast.person(username)
        return [one for source in registry.waiting for one in source(person)]


@pytest.mark.parametrize(
    ("verb", "words"),
    [("approve", "已通过审核"), ("return", "被退回修改"), ("reject", "未通过审核")],
)
def test_the_author_is_told(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, verb: str, words: str
) -> None:
    post = forum.post(forum.start(cadre, title="等回音的一帖"))
    forum.decide(moderator, verb, post, reason="other", explanation="理由只写在原处。")
    (sentence,) = sentences(app, cast, "cadre")
    assert words in sentence
    assert "等回音的一帖" in sentence
    assert "理由只写在原处" not in sentence
    assert sentences(app, cast, "cadre2") == []


def test_returned_texts_wait_for_their_author_until_mended(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, title="要改的一帖"))
    assert waiting(app, cast, "cadre") == []
    forum.decide(moderator, "return", post, explanation="改一改。")
    (one,) = waiting(app, cast, "cadre")
    assert (one.title, one.url, one.state) == ("要改的一帖", f"/posts/{post}", "returned")
    assert waiting(app, cast, "cadre2") == []
    cadre.post(f"/posts/{post}/edit", {"title": "要改的一帖", "body": "改好了。"})
    assert waiting(app, cast, "cadre") == []
    forum.decide(moderator, "return", post, explanation="再改一改。")
    assert len(waiting(app, cast, "cadre")) == 1


def test_the_queue_waits_for_reviewers(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    assert waiting(app, cast, "moderator") == []
    forum.start(cadre)
    (one,) = waiting(app, cast, "moderator")
    assert "1" in one.title
    assert one.url == "/moderation"


def test_the_usual_wait_is_the_median_of_the_last_fifty(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="先等一等")
    page = cadre.get(f"/threads/{thread}").text
    assert "待审核" in page
    assert "本版通常" not in page
    minutes = [3, 5, 8, 90, 150]
    for number, wait in enumerate(minutes):
        post = forum.post(forum.start(cadre, title=f"第 {number} 个标题"))
        with clock.travel(clock.now() + timedelta(minutes=wait)):
            forum.approve(moderator, post)
    gone = forum.post(forum.start(cadre, title="等了很久又撤回"))
    with clock.travel(clock.now() + timedelta(hours=9)):
        cadre.post(f"/posts/{gone}/withdraw")
    with app.app_context():
        rows = db.session.execute(
            db.select(QueueItem.opened_at, QueueItem.closed_at).where(QueueItem.state == "decided")
        )
        waits = [(closed - opened).total_seconds() for opened, closed in rows]
        found = usual_wait("forum:dajiatan")
        assert found is not None
        assert found.median.total_seconds() == median(waits)
        assert found.ninth.total_seconds() == max(waits)  # nine in ten of five are all five
        assert usual_wait("forum:chat") is None
    assert (
        "本版通常 9 分钟内审完，十条里有九条不超过 3 小时" in cadre.get(f"/threads/{thread}").text
    )
