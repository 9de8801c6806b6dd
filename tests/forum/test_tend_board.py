"""Boards are made, changed and archived by whoever has charge of their unit; rules hold at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from core import journal
from core.db import db
from core.notices import Notice
from forum.models import Board
from tests.boards import Forum
from tests.conftest import counted
from tests.forum.test_follow import inbox, set_level, told, work
from tests.people import Cast, Visitor

RULES = {
    "title": "乡镇的事",
    "order": "3",
    "read_who": "members",
    "start_who": "members",
    "reply_who": "members",
    "review": "post",
}
NEW = {**RULES, "slug": "town", "unit": "prefecture单位"}


def board(app: Flask, slug: str = "town") -> Board | None:
    with app.app_context():
        found = db.session.scalars(db.select(Board).filter_by(slug=slug)).one_or_none()
        if found is not None:
            db.session.expunge(found)
        return found


def edit(app: Flask, visitor: Visitor, slug: str = "town", **fields: Any) -> Any:
    found = board(app, slug)
    assert found is not None
    return visitor.post(f"/forum/{slug}/edit", {**RULES, "version": str(found.version), **fields})


@pytest.fixture
def tender(cast: Cast, forum: Forum) -> Visitor:
    """A unit administrator of the prefecture."""
    visitor = cast.visitor("unit_admin")
    answer = visitor.post("/admin/boards/new", NEW)
    assert answer.location == "/forum/town/rules", answer.text
    return visitor


def test_a_board_is_made_once_below_the_own_unit_and_tells_its_rules(
    app: Flask, cast: Cast, tender: Visitor, cadre: Visitor
) -> None:
    again = {**NEW, "once": "one key"}
    assert tender.post("/admin/boards/new", again).status_code == 422  # the address is taken
    other = {**again, "slug": "village", "title": "村里的事"}
    for _ in range(2):
        assert tender.post("/admin/boards/new", other).location == "/forum/village/rules"
    with app.app_context():
        assert db.session.query(Board).filter_by(slug="village").count() == 1
        made = db.session.query(Board).filter_by(slug="town").one()
        event = journal.history("forum:board", made.id)[0]
    assert (event.verb, event.actor_id) == ("create", cast.id("unit_admin"))
    assert event.facts["read_who"] == "members"
    assert "“乡镇的事”的规则" in cadre.get("/forum/town/rules").text
    with counted(app) as seen:
        cadre.get("/forum/town/rules")
    assert len(seen) <= 6
    for wrong in (
        {"unit": "region单位"},  # above the own
        {"unit": "department单位"},  # beside it
        {"slug": "Ä b"},
        {"read_who": "unit", "read_unit": ""},  # which?
        {"read_who": "roles"},
        {"read_who": "roles", "read_roles": "king"},
        {"start_who": "everyone"},
        {"review": ""},
        {"order": "-1"},
        {"replies_per_hour": "many"},
        {"title": ""},
    ):
        answer = tender.post("/admin/boards/new", {**NEW, "slug": "wrong", **wrong})
        assert answer.status_code == 422, wrong
    assert board(app, "wrong") is None


def test_the_form_as_the_page_gives_it_makes_a_board_for_the_own_unit(
    app: Flask, cast: Cast, forum: Forum
) -> None:
    """Every box is sent, empty ones too, and only what must be said is typed."""
    visitor = cast.visitor("unit_admin")
    page = visitor.get("/admin/boards/new").text
    boxes = re.findall(r"<(?:input|textarea)[^>]*>", page[page.index("novalidate") :])
    names = [
        (re.search(r'name="([^"]*)"', box), re.search(r'value="([^"]*)"', box)) for box in boxes
    ]
    sent = {
        name[1]: value[1] if value else ""
        for box, (name, value) in zip(boxes, names, strict=True)
        if name and (not re.search('type="(radio|checkbox)"', box) or "checked" in box)
    }
    assert {"title", "slug", "unit", "read_unit", "order", "replies_per_hour"} <= set(sent)
    answer = visitor.post(
        "/admin/boards/new", {**sent, "title": "里间", "slug": "inner", "read_who": "unit"}
    )
    assert answer.location == "/forum/inner/rules", answer.text
    assert "prefecture单位及下属单位的人" in visitor.get("/forum/inner/rules").text


@pytest.mark.parametrize("who", ["cadre", "moderator", "unit_admin", "office"])
def test_nobody_tends_a_board_of_a_unit_beyond_the_own(
    app: Flask, forum: Forum, cast: Cast, who: str
) -> None:
    visitor = cast.visitor(who)
    before = board(app, "dajiatan")
    assert before is not None
    for path in ("edit", "archive", "moderators"):
        assert visitor.post(f"/forum/dajiatan/{path}", RULES).status_code == 403
    assert "修改版块规则" not in visitor.get("/forum/dajiatan/rules").text
    after = board(app, "dajiatan")
    assert after is not None
    assert (after.title, after.version, after.archived_at) == (before.title, 1, None)


def test_a_change_holds_at_once_is_journalled_and_shown(
    app: Flask, forum: Forum, tender: Visitor, cadre: Visitor, cadre2: Visitor
) -> None:
    waiting = forum.start(cadre, title="先发的一帖", board="town")
    answer = edit(
        app, tender, review="pre", start_who="roles", start_roles="delegate", topic="基层"
    )
    assert answer.location == "/forum/town/rules"
    found = board(app)
    assert found is not None
    with app.app_context():
        facts = journal.history("forum:board", found.id)[-1].facts
    assert facts["pre_moderated"] == 1 and facts["former_pre_moderated"] == 0
    assert (facts["start_roles"], facts["words"]) == ("delegate", "topic")
    page = cadre2.get("/forum/town/rules").text
    assert "能看本版的人里：担任这些角色的人：两代表一委员" in page
    assert "改了规则" in page
    assert "先发的一帖" in cadre2.get(f"/threads/{waiting}").text  # what was public stays so
    assert "发新帖" not in cadre.get("/forum/town").text
    assert cadre.get("/forum/town/new").status_code == 403
    assert cadre.post("/forum/town/new", {"title": "又一帖", "body": "一句话。"}).status_code == 403
    reply = forum.reply(cadre2, waiting, "先审的一句。")
    assert "先审的一句" not in cadre.get(f"/threads/{waiting}").text
    assert edit(app, tender, version="1").status_code == 409  # an older page
    assert edit(app, tender, review="post").status_code == 302
    assert "先审的一句" not in cadre.get(f"/threads/{waiting}").text  # what waits goes on waiting
    assert forum.item(reply)
    assert "没有改动" in tender.get(edit(app, tender, review="post").location).text


def test_an_archived_board_is_read_and_not_written_to(
    app: Flask, forum: Forum, cast: Cast, tender: Visitor, cadre: Visitor
) -> None:
    thread = forum.start(cadre, title="留下来的一帖", board="town")
    post = forum.post(thread)
    react = f"/posts/{post}/react"
    assert cast.visitor("cadre2").post(react, {"give": "agree"}).status_code == 302
    assert tender.post("/forum/town/archive").status_code == 302
    assert tender.post("/forum/town/archive").status_code == 409
    words = {"title": "再发一帖", "body": "再说一句。"}
    for path in ("/forum/town/new", f"/threads/{thread}/reply", f"/posts/{post}/edit"):
        assert cadre.post(path, words).status_code == 403, path
    assert cast.visitor("delegate").post(react, {"give": "agree"}).status_code == 403
    shown = cast.visitor("cadre2").get(f"/threads/{thread}").text
    assert "有同感 1" in shown and react not in shown
    page = cadre.get("/forum").text
    assert page.index("已存档，只能看") < page.index("乡镇的事")
    page = cadre.get(f"/threads/{thread}").text
    assert "这个版块已经存档" in page and f"/posts/{post}/edit" not in page
    assert "留下来的一帖" in cadre.get("/forum/town").text
    assert tender.post("/forum/town/reopen").status_code == 302
    forum.reply(cadre, thread)
    assert f"/posts/{post}/edit" in cadre.get(f"/threads/{thread}").text


def test_a_board_that_is_closed_is_told_to_nobody_else(
    app: Flask, forum: Forum, cast: Cast, tender: Visitor, cadre: Visitor, moderator: Visitor
) -> None:
    outside = cast.visitor("supervisor")  # of the region, above the unit
    thread = forum.start(cadre, title="关起门来的话", body="芦苇荡边的事。", board="town")
    set_level(outside, "/forum/town", "watch")
    outside.post(f"/threads/{thread}/draft", {"body": "写了一半的。"})
    assert "芦苇荡" in outside.get("/search?q=芦苇荡边").text
    forum.reply(cadre, thread, "第二句话。")
    closed = {"read_who": "unit", "read_unit": "prefecture单位"}
    assert edit(app, tender, **closed).status_code == 302
    work(app)
    forum.start(cadre, title="后来的话", body="@supervisor同志 芦苇荡边的又一件。", board="town")
    work(app)
    assert told(app, cast, "supervisor") == []  # nor of what was on its way
    post = forum.post(thread)
    for path in ("/forum/town", "/forum/town/rules", f"/threads/{thread}", f"/posts/{post}"):
        assert outside.get(path).status_code == 404, path
        assert "prefecture" not in cast.visitor().get(path).text
    for path in (
        "/",
        "/forum",
        "/search?q=芦苇荡边",
        "/me/drafts",
        "/moderation/log",
        "/me/following",
    ):
        page = outside.get(path).text
        assert not {one for one in ("乡镇的事", "关起门", "芦苇荡边的") if one in page}, path
    assert "写了一半的" in outside.get("/me/drafts").text
    for reader in (cadre, moderator, cast.visitor("unit_admin")):
        assert "芦苇荡边" in reader.get(f"/threads/{thread}").text
    assert "关起门" in moderator.get("/search?q=关起门").text
    with app.app_context():
        assert not db.session.query(Notice).filter_by(person_id=cast.id("supervisor")).count()
    assert "乡镇" not in inbox(outside)


def test_whoever_tends_a_board_does_not_read_it_by_that(
    app: Flask, forum: Forum, cast: Cast, tender: Visitor, cadre: Visitor
) -> None:
    thread = forum.start(cadre, title="只给代表看的", board="town")
    only = {"read_who": "roles", "read_roles": "delegate"}
    assert edit(app, tender, **only).status_code == 302
    assert tender.get("/forum/town/rules").status_code == 200
    assert tender.get("/forum/town/edit").status_code == 200
    for path in ("/forum/town", f"/threads/{thread}"):
        assert tender.get(path).status_code == 404
    assert "只给代表看的" in cast.visitor("delegate").get(f"/threads/{thread}").text
    assert cadre.get(f"/threads/{thread}").status_code == 404  # though an own one
    assert "没有找到" in tender.get("/search?q=只给代表看").text
