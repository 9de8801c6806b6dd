"""A local moderator reviews one board, until a day, and nothing else: role × board × act."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import Membership, Person
from core import clock
from core.db import db
from core.notices import Notice
from forum.models import Board, Post
from moderation.drawing import draw_among
from moderation.models import Decision
from tests.boards import Forum
from tests.people import Cast, Visitor

BOARDS = ("dajiatan", "chat", "far")
# Who reviews where; the last but one by a board, the last by the boards of a unit.
REVIEWS = {
    "moderator": set(BOARDS),
    "chief_moderator": set(BOARDS),
    "moderator2": {"far"},
    "cadre2": set(),
    "expert": {"chat"},
    "supervisor": {"far"},
}
LOCAL = {"expert", "supervisor"}


@pytest.fixture
def until(app: Flask, cast: Cast, forum: Forum) -> str:
    """All boards are reviewed first; `expert` moderates `chat`, `supervisor` what is in the
    prefecture. The last day of `expert`."""
    person, unit = cast.id("supervisor"), cast.unit_id("prefecture")
    with app.app_context():
        db.session.add(Board(slug="far", title="远处", unit_id=unit, order=3))
        db.session.execute(db.update(Board).values(pre_moderated=True))
        today = clock.today()
        db.session.add(
            Membership(
                person_id=person,
                unit_id=unit,
                role="local_moderator",
                valid_from=today,
            )
        )
        db.session.commit()
        day = f"{today + timedelta(days=5)}"
    appoint(cast, "expert", day)
    return day


def appoint(cast: Cast, username: str, day: str, by: str = "chief_moderator") -> int:
    cast.id(username)
    fields = {"username": username, "until": day}
    return cast.visitor(by).post("/forum/chat/moderators", fields).status_code


def waiting(forum: Forum, author: Visitor, board: str) -> tuple[int, int]:
    """A post that waits on a board, and its item."""
    with forum.app.app_context():
        count = db.session.query(Post).count()
    body = f"第 {count} 帖。"  # the same words twice would be one thread
    post = forum.post(forum.start(author, title=f"等审的一帖在{board}", body=body, board=board))
    return post, forum.item(post)


def test_everyone_reviews_where_they_may_and_nowhere_else(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, until: str
) -> None:
    chief = cast.visitor("chief_moderator")
    public, items = {}, {}
    for board in BOARDS:
        public[board] = forum.start(cadre, title=f"公开的一帖在{board}", board=board)
        forum.approve(chief, forum.post(public[board]))
        items[board] = waiting(forum, cadre, board)[1]
    for who, where in REVIEWS.items():
        visitor = cast.visitor(who)
        queue = visitor.get("/moderation")
        assert queue.status_code == (200 if where else 403), who
        for board in BOARDS:
            told = (who, board)
            thread, item = public[board], f"/moderation/{items[board]}"
            post = forum.post(thread)
            may, wide = board in where, board in where and who not in LOCAL
            page = visitor.get(f"/threads/{thread}").text
            assert (f"等审的一帖在{board}" in queue.text) == may, told
            assert visitor.get(item).status_code == (200 if may else 404), told
            assert visitor.post(f"{item}/claim").status_code == (302 if may else 404), told
            if may:
                assert visitor.post(f"{item}/release").status_code == 302, told
            code = 200 if may else 403
            for path in (f"/posts/{post}/hide", f"/posts/{post}/redact", f"/threads/{thread}/move"):
                assert visitor.get(path).status_code == code, (told, path)
            assert (f"/posts/{post}/hide" in page) == may, told
            assert (f"/posts/{post}/seal" in page) == wide, told
            assert visitor.get(f"/posts/{post}/seal").status_code == (200 if wide else 403), told
            if who in LOCAL:
                words = {"explanation": "不该留着。"}
                for act in ("purge", "hold", "seal"):
                    assert visitor.post(f"{item}/{act}", words).status_code in (403, 404), told
        if who in LOCAL:
            for path in ("second", "purges", "seals", "terms", "inquiries"):
                assert visitor.get(f"/moderation/{path}").status_code == 403, (who, path)
            assert visitor.post("/moderation/templates", {"title": "a"}).status_code == 403
            assert "二次盲审" not in queue.text


def test_threads_move_only_between_boards_one_moderates(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, until: str
) -> None:
    thread = forum.start(cadre, board="chat")
    local = cast.visitor("expert")
    forum.approve(local, forum.post(thread))
    with app.app_context():
        ids = dict(db.session.execute(select(Board.slug, Board.id)).all())
    move = {"board": str(ids["dajiatan"]), "why": "放错了。"}
    assert local.post(f"/threads/{thread}/move", move).status_code == 422
    unit, person = cast.unit_id("region"), cast.id("expert")
    with app.app_context():
        role = Membership(person_id=person, unit_id=unit, role="local_moderator")
        role.place, role.valid_from = "forum:dajiatan", clock.today()
        db.session.add(role)
        db.session.commit()
    assert local.post(f"/threads/{thread}/move", move).status_code == 302
    page = cadre.get("/forum/chat").text
    assert "版块审核员" in page[page.index("移走的主题") :]


def test_a_decision_of_a_local_moderator_is_like_any_other(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, until: str
) -> None:
    local, chief = cast.visitor("expert"), cast.visitor("chief_moderator")
    own, _item = waiting(forum, local, "chat")
    assert forum.decide(local, "approve", own).status_code == 403
    post, item = waiting(forum, cadre, "chat")
    assert "等审的一帖在chat" in local.get("/moderation?place=forum:chat").text
    forum.approve(local, post)
    with app.app_context():
        decision = db.session.scalars(select(Decision).where(Decision.item_id == item)).one()
        assert decision.decided_as == "local_moderator"
        draw_among([decision.id])  # chance draws it, and others judge it
        db.session.commit()
    assert "版块审核员" in cadre.get("/moderation/log").text
    assert "等审的一帖" in cast.visitor("moderator").get("/moderation/second").text
    assert local.post(f"/moderation/{item}/undo").status_code == 302
    raised, above = waiting(forum, cadre, "chat")
    words = {"explanation": "请总审核员看。"}
    assert local.post(f"/moderation/{above}/escalate", words).status_code == 302
    assert forum.decide(local, "approve", raised).status_code == 403  # it lies on another desk
    forum.approve(chief, raised)
    fields = {"reason": "other", "explanation": "先看一看。"}
    assert local.post(f"/posts/{raised}/hide", fields).status_code == 302


def test_it_ends_by_the_day_or_by_hand_and_is_told(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, until: str
) -> None:
    local = cast.visitor("expert")
    page = cadre.get("/forum/chat/rules").text
    assert "expert同志" in page and "版块审核员" in page
    assert "expert同志" not in cast.visitor().get("/forum/chat/rules").text
    _post, item = waiting(forum, cadre, "chat")
    with app.app_context():
        held = db.session.scalars(select(Membership).filter_by(place="forum:chat")).one()
        number = held.id
        last = clock.start_of(held.last_on)
    with clock.travel(last + timedelta(hours=23)):
        assert cast.visitor("expert").get(f"/moderation/{item}").status_code == 200
    with clock.travel(last + timedelta(hours=25)):
        assert cast.visitor("expert").get(f"/moderation/{item}").status_code == 404
    end = f"/forum/chat/moderators/{number}/end"
    assert local.post(end).status_code == 403
    assert cast.visitor("chief_moderator").post("/forum/far/moderators/1/end").status_code == 404
    assert cast.visitor("chief_moderator").post(end).status_code == 302
    assert local.get(f"/moderation/{item}").status_code == 404
    assert local.get("/moderation").status_code == 403
    with app.app_context():
        found = select(Notice.kind).where(Notice.person_id == cast.id("expert"))
        assert set(db.session.scalars(found)) == {"forum:appoint", "forum:dismiss"}


def test_nobody_appoints_beyond_the_own_rights(
    app: Flask, cast: Cast, forum: Forum, until: str
) -> None:
    with app.app_context():
        day = clock.today() + timedelta(days=20)
    longer = f"{day + timedelta(days=300)}"  # the cast's roles last for a hundred days
    assert appoint(cast, "delegate", longer) == 422
    assert appoint(cast, "chief_moderator", f"{day}") == 422  # oneself
    assert appoint(cast, "expert", f"{day}") == 422  # already
    assert appoint(cast, "delegate", "2020-01-01") == 422
    unknown = {"username": "nobody-here", "until": f"{day}"}
    chief = cast.visitor("chief_moderator")
    assert chief.post("/forum/chat/moderators", unknown).status_code == 422
    assert appoint(cast, "delegate", f"{day}", by="unit_admin") == 403  # a unit below the board's
    assert appoint(cast, "delegate", f"{day}", by="moderator") == 403
    assert appoint(cast, "delegate", f"{day}", by="expert") == 403
    assert appoint(cast, "delegate", f"{day}") == 302


def test_one_is_appointed_by_name_where_nobody_else_bears_it(
    app: Flask, cast: Cast, forum: Forum, until: str
) -> None:
    chief = cast.visitor("chief_moderator")
    with app.app_context():
        names = {cast.id("leader"): "同名", cast.id("handler"): "同名", cast.id("signer"): "leader"}
        for number, name in names.items():
            db.session.get_one(Person, number).name = name
        db.session.commit()
    named = {"username": "同名", "until": until}
    assert "有几位叫这个名字" in chief.post("/forum/chat/moderators", named).text
    assert chief.post("/forum/chat/moderators", {**named, "username": "leader"}).status_code == 302
    supervisor = {**named, "username": "supervisor同志"}
    cast.id("supervisor")
    assert chief.post("/forum/chat/moderators", supervisor).status_code == 302
    with app.app_context():
        held = select(Membership.person_id).where(Membership.place == "forum:chat")
        found = set(db.session.scalars(held))
    assert found == {cast.id(name) for name in ("expert", "leader", "supervisor")}
