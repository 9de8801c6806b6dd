"""Clearing the words of a rejected or withdrawn text: two people; a legal hold forbids it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from core import journal, notices
from core.db import db
from forum.models import Post
from moderation.models import Decision, Revision
from moderation.purging import Hold, Purge
from tests.boards import Forum
from tests.people import Cast, Visitor

SECRET = "泄露了别人的电话"
WHY = "里面有他人的个人信息。"


@pytest.fixture
def post(forum: Forum, cadre: Visitor, moderator: Visitor) -> int:
    """A rejected opening post."""
    made = forum.post(forum.start(cadre, title=f"标题{SECRET}", body=f"正文{SECRET}。"))
    forum.decide(moderator, "reject", made, reason="private", explanation="有个人信息。")
    return made


def act(reviewer: Visitor, forum: Forum, verb: str, post: int, why: str = WHY) -> int:
    url = f"/moderation/{forum.item(post)}/{verb}"
    return reviewer.post(url, {"explanation": why}).status_code


def purge_id(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(Purge.id).order_by(Purge.id.desc())).first() or 0


def close(reviewer: Visitor, app: Flask, verb: str = "confirm") -> int:
    return reviewer.post(f"/moderation/purges/{purge_id(app)}/{verb}").status_code


def everything(app: Flask) -> str:
    """Every row of every table."""
    with app.app_context():
        tables = (db.session.execute(sa.select(one)).all() for one in db.metadata.sorted_tables)
        return str(list(tables))


def events(app: Flask, kind: str) -> list[tuple[str, int | None]]:
    with app.app_context():
        return [
            (event.verb, event.actor_id)
            for event in db.session.scalars(
                sa.select(journal.JournalEvent)
                .where(journal.JournalEvent.kind == kind)
                .order_by(journal.JournalEvent.id)
            )
        ]


def test_two_people_clear_every_word_and_nothing_else(
    app: Flask,
    forum: Forum,
    cast: Cast,
    post: int,
    cadre: Visitor,
    moderator: Visitor,
    chief: Visitor,
) -> None:
    assert SECRET in everything(app)
    assert act(moderator, forum, "purge", post) == 302
    assert SECRET in everything(app)
    assert WHY in chief.get("/moderation/purges").text
    assert close(chief, app) == 302
    assert SECRET not in everything(app)
    assert events(app, "moderation:purge") == [
        ("ask", cast.id("moderator")),
        ("confirm", cast.id("chief_moderator")),
    ]
    with app.app_context():
        kept = db.session.get_one(Post, post)
        assert kept.number == 1
        decision = db.session.scalars(sa.select(Decision)).one()
        assert (decision.verb, decision.reason_code) == ("reject", "private")
        assert not list(journal.verify())
        mine = notices.Notice.visible_to(cast.person("cadre"))
        assert db.session.scalars(mine).all()
    page = cadre.get(f"/posts/{post}", follow_redirects=True).text
    assert "文字已按规定清除" in page
    assert "泄露他人的个人信息" in page  # the reason stays
    assert f"/posts/{post}/appeal" not in page
    assert cadre.post(f"/posts/{post}/appeal", {"explanation": "我要申诉。"}).status_code == 403
    assert "文字在" in moderator.get(f"/moderation/{forum.item(post)}").text
    assert cadre.get("/moderation/log").status_code == 200
    with app.test_request_context():
        sentences = [one.sentence for one in db.session.scalars(mine)]
    assert any("已按规定清除" in one for one in sentences)


def test_an_administrator_may_be_the_second_without_reading(
    app: Flask, forum: Forum, cast: Cast, post: int, chief: Visitor
) -> None:
    admin = cast.visitor("admin")
    assert act(chief, forum, "purge", post) == 302
    page = admin.get("/moderation/purges").text
    assert WHY in page
    assert SECRET not in page
    assert close(admin, app) == 302
    assert SECRET not in everything(app)


def test_nobody_confirms_an_own_request(
    app: Flask, forum: Forum, post: int, chief: Visitor
) -> None:
    act(chief, forum, "purge", post)
    assert close(chief, app) == 403
    assert SECRET in everything(app)


def test_a_moderator_is_no_second_person(
    app: Flask, forum: Forum, cast: Cast, post: int, moderator: Visitor, chief: Visitor
) -> None:
    act(chief, forum, "purge", post)
    assert close(moderator, app) == 404
    act(moderator, forum, "purge", post)
    assert close(cast.visitor("unit_admin"), app) == 404
    assert close(cast.visitor("cadre"), app) == 404
    assert SECRET in everything(app)


def test_the_author_neither_asks_nor_confirms(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, chief: Visitor
) -> None:
    own = forum.post(forum.start(chief, title="总审核员写的"))
    forum.decide(moderator, "reject", own, reason="other", explanation="不合适。")
    assert act(chief, forum, "purge", own) == 403
    assert act(moderator, forum, "purge", own) == 302
    assert close(chief, app) == 403


def test_a_declined_request_clears_nothing_and_may_be_made_anew(
    app: Flask, forum: Forum, post: int, moderator: Visitor, chief: Visitor
) -> None:
    act(moderator, forum, "purge", post)
    assert close(chief, app, "decline") == 302
    assert SECRET in everything(app)
    assert close(chief, app) == 409
    assert act(moderator, forum, "purge", post) == 302
    assert act(moderator, forum, "purge", post) == 409


def test_a_request_needs_a_reason(forum: Forum, post: int, moderator: Visitor) -> None:
    assert act(moderator, forum, "purge", post, " ") == 422


@pytest.mark.parametrize("state", ["pending", "returned", "published", "hidden", "appealed"])
def test_what_may_still_be_read_or_mended_is_not_cleared(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, state: str
) -> None:
    board = "chat" if state == "hidden" else "dajiatan"
    made = forum.post(forum.start(cadre, title=f"标题{SECRET}", board=board))
    reject = {"reason": "other", "explanation": "不合适。"}
    if state == "returned":
        forum.decide(moderator, "return", made, explanation="改一改。")
    elif state == "published":
        forum.approve(moderator, made)
    elif state == "hidden":
        moderator.post(f"/posts/{made}/hide", reject)
    elif state == "appealed":
        forum.decide(moderator, "reject", made, **reject)
        cadre.post(f"/posts/{made}/appeal", {"explanation": "我认为合适。"})
    assert act(moderator, forum, "purge", made) == 409
    assert SECRET in everything(app)


def test_a_withdrawn_text_may_be_cleared(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    made = forum.post(forum.start(cadre, title=f"标题{SECRET}", body=SECRET))
    edit = {"title": "改过的标题", "body": "改过的正文。"}
    cadre.post(f"/posts/{made}/edit", edit)  # an earlier version goes, too
    cadre.post(f"/posts/{made}/withdraw")
    assert act(moderator, forum, "purge", made) == 302
    assert close(chief, app) == 302
    assert SECRET not in everything(app)
    with app.app_context():
        assert all(one.is_purged for one in db.session.scalars(sa.select(Revision)))


def test_what_was_appealed_after_the_request_is_not_cleared(
    app: Flask, forum: Forum, post: int, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    act(moderator, forum, "purge", post)
    cadre.post(f"/posts/{post}/appeal", {"explanation": "我认为合适。"})
    assert close(chief, app) == 409
    assert SECRET in everything(app)


def test_a_hold_stops_asking(
    app: Flask, forum: Forum, cast: Cast, post: int, moderator: Visitor, chief: Visitor
) -> None:
    assert act(moderator, forum, "hold", post) == 403
    assert act(chief, forum, "hold", post, " ") == 422
    assert act(chief, forum, "hold", post, "纪检要求保留。") == 302
    assert act(chief, forum, "hold", post, "再来一次。") == 409
    assert act(moderator, forum, "purge", post) == 409
    assert events(app, "moderation:hold") == [("place", cast.id("chief_moderator"))]


def test_a_hold_stops_confirming(
    app: Flask, forum: Forum, post: int, moderator: Visitor, chief: Visitor
) -> None:
    act(moderator, forum, "purge", post)
    act(chief, forum, "hold", post)
    assert close(chief, app) == 409
    assert SECRET in everything(app)
    assert act(moderator, forum, "lift", post) == 403
    assert act(chief, forum, "lift", post, "不用再保留。") == 302
    assert act(chief, forum, "lift", post) == 409
    assert close(chief, app) == 302
    assert SECRET not in everything(app)
    with app.app_context():
        hold = db.session.scalars(sa.select(Hold)).one()
        assert (hold.state, hold.closing) == ("lifted", "不用再保留。")


def test_cleared_words_are_not_held_or_cleared_again(
    app: Flask, forum: Forum, post: int, moderator: Visitor, chief: Visitor
) -> None:
    act(moderator, forum, "purge", post)
    close(chief, app)
    assert act(moderator, forum, "purge", post) == 409
    assert act(chief, forum, "hold", post) == 409


def test_what_a_decision_could_put_back_goes_too(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    made = forum.post(forum.start(cadre, title=f"标题{SECRET}", body=SECRET))
    words = {"title": "改过的标题", "body": "改过了。", "explanation": "改了几处。"}
    assert forum.decide(moderator, "amend", made, **words).status_code == 302
    assert moderator.post(f"/moderation/{forum.item(made)}/undo").status_code == 302
    cadre.post(f"/posts/{made}/withdraw")
    assert act(chief, forum, "purge", made) == 302
    assert close(cast.visitor("admin"), app) == 302
    assert SECRET not in everything(app)


def test_what_flags_hid_waits_for_its_decision(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    made = forum.post(forum.published(cadre, moderator, title=f"标题{SECRET}"))
    cadre.post(f"/posts/{made}/edit", {"title": "改过的标题", "body": "改过的正文。"})
    edit = forum.item(made)
    for name in ("cadre2", "delegate", "supervisor"):
        assert (
            cast.visitor(name).post(f"/posts/{made}/flag", {"reason": "abuse"}).status_code == 302
        )
    words = {"reason": "other", "explanation": "不合适。", "revision": str(forum.latest(made))}
    assert moderator.post(f"/moderation/{edit}/reject", words).status_code == 302
    with app.app_context():
        record = db.session.get_one(Post, made)
        assert record.suspended_revision is not None
        assert not record.is_public
    assert act(moderator, forum, "purge", made) == 409
    assert SECRET in everything(app)
