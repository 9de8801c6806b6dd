"""The queue: what it lists, in which order, page by page, at what cost."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count as numbers

import pytest
from flask import Flask

from core import clock, registry
from core.db import db
from forum.models import Board, Post
from moderation.models import QueueItem, Revision
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


def fill(app: Flask, cast: Cast, count: int, place: str = "forum:dajiatan") -> None:
    """Waiting items of texts that nobody opens here."""
    unit_id, author_id, now = cast.unit_id("region"), cast.id("cadre"), clock.now()
    with app.app_context():
        revisions = [
            Revision(
                subject_kind=Post.kind,
                subject_id=10_000 + n,
                number=1,
                author_id=author_id,
                body="正文",
                body_format="plain",
                body_html="<p>正文</p>",
                cleaner=1,
                digest="0" * 64,
            )
            for n in range(count)
        ]
        db.session.add_all(revisions)
        db.session.flush()
        db.session.add_all(
            QueueItem(
                subject_kind=Post.kind,
                subject_id=revision.subject_id,
                revision_id=revision.id,
                author_id=author_id,
                unit_id=unit_id,
                place=place,
                heading=f"第{n}条",
                excerpt="正文",
                reason="pre_moderated",
                opened_at=now - timedelta(hours=5) + timedelta(seconds=n // 3),
                due_at=now + timedelta(hours=5),
            )
            for n, revision in enumerate(revisions)
        )
        db.session.commit()


def headings(page: str) -> list[str]:
    return re.findall(r">(第\d+条)</a>", page)


def test_pages_by_key_miss_nothing_and_repeat_nothing(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor
) -> None:
    """Three items share each second: the key is the moment and the id."""
    fill(app, cast, 60)
    seen: list[str] = []
    url: str | None = "/moderation"
    while url:
        page = moderator.get(url).text
        seen += headings(page)
        onward = re.search(r'href="(/moderation\?after=[^"]+)"', page)
        url = onward[1].replace("&amp;", "&") if onward else None
    assert seen == [f"第{n}条" for n in range(60)]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "1",
        "1.x",
        "-1.-1",
        "9" * 30 + ".1",
        "99999999999999999.1",
        "1.9999999999",
        "9999999999",
        "²3.1",
    ],
)
def test_an_odd_key_is_no_fault(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, after: str
) -> None:
    fill(app, cast, 2)
    assert moderator.get(f"/moderation?after={after}").status_code == 200
    assert moderator.get(f"/moderation?decided=1&after={after}").status_code == 200
    assert moderator.get(f"/moderation/log?after={after}").status_code == 200


def test_filters(app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor) -> None:
    with app.app_context():
        db.session.add(Board(slug="study", title="组工论坛", unit_id=cast.unit_id("region")))
        db.session.commit()
    one = forum.post(forum.start(cadre, title="大家谈的一帖"))
    other = forum.post(forum.start(cadre, title="论坛里的一帖", board="study"))
    forum.approve(moderator, one)
    cadre.post(f"/posts/{one}/edit", {"title": "大家谈的一帖", "body": "改过的话。"})
    moderator.get("/moderation")  # reads the word about the decision
    page = moderator.get("/moderation?place=forum:study").text
    assert "论坛里的一帖" in page
    assert "大家谈的一帖" not in page
    page = moderator.get("/moderation?reason=edited").text
    assert "大家谈的一帖" in page
    assert "论坛里的一帖" not in page
    moderator.post(f"/moderation/{forum.item(other)}/claim")
    page = moderator.get("/moderation?claimed=me").text
    assert "论坛里的一帖" in page
    assert "大家谈的一帖" not in page
    assert "没有符合条件的" in moderator.get("/moderation?reason=appeal").text
    assert moderator.get("/moderation?reason=nonsense&place=nowhere").status_code == 200


def test_decided_items_stay(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre, title="审过的一帖"))
    gone = forum.post(forum.start(cadre, title="撤回的一帖"))
    forum.approve(moderator, post)
    cadre.post(f"/posts/{gone}/withdraw")
    moderator.get("/moderation")  # reads the word about the decision
    page = moderator.get("/moderation").text
    assert "审过的一帖" not in page
    assert "撤回的一帖" not in page
    page = moderator.get("/moderation?decided=1").text
    assert "审过的一帖" in page
    assert "作者已撤回" in page
    assert "通过" in moderator.get(f"/moderation/{forum.item(post)}").text


def test_an_empty_queue_says_so(forum: Forum, moderator: Visitor) -> None:
    assert "都审完了" in moderator.get("/moderation").text


@pytest.mark.parametrize("count", [0, 3, 60])
def test_statements_do_not_grow(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, count: int
) -> None:
    fill(app, cast, count)
    moderator.get("/moderation")
    with counted(app) as seen:
        assert moderator.get("/moderation").status_code == 200
    assert len(seen) <= 8, (len(seen), "\n\n".join(seen))


def test_statements_of_an_item(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    for n in range(4):
        forum.approve(moderator, forum.reply(cadre2, thread, f"第 {n} 条。"))
    post = forum.reply(cadre, thread, "要审的一条。")
    forum.decide(moderator, "return", post, explanation="再具体些。")
    cadre.post(f"/posts/{post}/edit", {"body": "要审的一条，具体些。"})
    moderator.post(f"/moderation/{forum.item(post)}/claim")
    item = forum.item(post)
    with app.app_context():
        unit = db.session.get_one(QueueItem, item).unit_id
    app.config["REVIEW_OWN_UNIT"] = False
    try:
        for asked in ("", "?run=2", f"?run=2&unit={unit}"):
            moderator.get(f"/moderation/{item}{asked}")
            with counted(app) as seen:
                page = moderator.get(f"/moderation/{item}{asked}").text
            assert "再具体些" in page
            assert len(seen) <= 8, (asked, len(seen), "\n\n".join(seen))
    finally:
        app.config["REVIEW_OWN_UNIT"] = True


MOST = 20  # statements of a decision, whatever it is


def test_statements_of_every_decision(app: Flask, forum: Forum, cast: Cast, cadre: Visitor) -> None:
    moderator, chief = cast.visitor("moderator"), cast.visitor("chief_moderator")
    thread = forum.published(cadre, moderator)
    speaks = "> cadre同志 #1\n> 开头说的话。\n\n@cadre2同志 请看，@delegate同志 也请看。"
    for name in ("cadre2", "delegate", "supervisor"):
        cast.id(name)

    def sends(visitor: Visitor, url: str, **fields: str) -> None:
        with counted(app) as seen:
            assert visitor.post(url, fields).status_code == 302
        assert len(seen) <= MOST, (url, len(seen), "\n".join(seen))

    def decides(verb: str, post: int, visitor: Visitor = moderator, **fields: str) -> int:
        url = f"/moderation/{forum.item(post)}/{verb}"
        sends(visitor, url, revision=str(forum.latest(post)), **fields)
        return post

    said = numbers(1)

    def reply(body: str = "要审的一句。") -> int:
        return forum.reply(cadre, thread, f"{body}之{next(said)}")

    why = {"explanation": "写明的理由。"}
    decides("approve", forum.post(forum.start(cadre, "另一个主题", speaks)))
    edited = decides("approve", reply(speaks))
    cadre.post(f"/posts/{edited}/edit", {"body": f"{speaks}又改了一遍。"})
    decides("approve", edited)
    decides("return", reply(), **why)
    for answer in ("overturn", "uphold"):
        rejected = decides("reject", reply(), reason="abuse", **why)
        assert cadre.post(f"/posts/{rejected}/appeal", why).status_code == 302
        decides(answer, rejected, chief, **why)
    decides("amend", reply("写错的字。"), body="写对的字。", **why)
    decides("redact", reply("请找老王同志。"), passages="老王同志", **why)
    for verb in ("harmless", "hide"):
        flagged = decides("approve", reply())
        for name in ("cadre2", "delegate", "supervisor"):
            cast.visitor(name).post(f"/posts/{flagged}/flag", {"reason": "abuse"})
        decides(verb, flagged, **({} if verb == "harmless" else {"reason": "abuse", **why}))
    sends(moderator, f"/posts/{edited}/hide", reason="abuse", **why)
    sends(moderator, f"/moderation/{forum.item(edited)}/undo")


def test_the_menu_counts_for_reviewers_alone(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    fill(app, cast, 3)
    place = next(one for one in registry.account_menu if one.endpoint == "moderation.show_queue")
    with app.test_request_context():
        assert place.count is not None
        assert place.count(cast.person("moderator")) == 3
    with app.test_request_context():
        assert place.count(cast.person("cadre")) == 0
    with app.test_request_context():
        assert place.count(cast.person("moderator2")) == 0
    assert "/moderation" in moderator.get("/forum").text
    assert 'href="/moderation"' not in cadre.get("/forum").text
