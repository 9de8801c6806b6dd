"""Mail about posts: 0 words of what its reader may not read at the moment when it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from accounts.models import Membership
from core import clock, jobs, mail
from core.db import db
from core.mail import Mail
from forum.models import Board
from tests.boards import Forum
from tests.conftest import counted
from tests.mailing import Mails, address, words, work
from tests.people import Cast, Visitor

SECRET = "只此一词"


def lies_in_the_outbox(app: Flask) -> None:
    """Gather what waits now, and send nothing yet."""
    with app.app_context(), clock.travel(clock.now() + timedelta(minutes=4)):
        while jobs.run_one():
            pass
    with app.app_context(), clock.travel(clock.now() + timedelta(minutes=9)):
        mail.gather_news()
        db.session.commit()
        assert db.session.scalars(select(Mail)).all() != []


@pytest.fixture
def watched(
    app: Flask, cast: Cast, forum: Forum, mails: Mails, cadre: Visitor, cadre2: Visitor
) -> int:
    """A thread of `cadre` under a telling title that `cadre2` and `delegate` heard of, whose mail
    lies in the outbox; the id of its post."""
    address(app, cast, "cadre", "cadre2", "delegate")
    with app.app_context():
        for name in ("cadre2", "delegate"):
            mail.choose(cast.id(name), {"follow": "instant"})
        db.session.commit()
    cast.visitor("delegate").post("/forum/chat/follow", {"level": "watch"})
    thread = forum.start(cadre, f"{SECRET}的标题", "说几句 @cadre2同志 看看。", board="chat")
    forum.reply(cadre2, thread, "我在这里回过。")
    lies_in_the_outbox(app)
    return forum.post(thread)


def test_mail_tells_of_what_is_public(app: Flask, watched: int, mails: Mails) -> None:
    work(app, clock.now() + timedelta(minutes=10))
    (told,) = mails.to("delegate")
    assert f"新主题：“{SECRET}的标题”" in words(told)
    assert f"https://dajiatan.example/posts/{watched}" in words(told)
    assert "说几句" not in words(told)  # the way there, and no text
    (spoken_to,) = mails.to("cadre2")
    assert "在一条帖子里提到了你" in words(spoken_to)


@pytest.mark.parametrize("act", ["seal", "hide", "withdraw", "close the board", "end the roles"])
def test_what_was_taken_away_meanwhile_takes_its_mail_along(
    app: Flask,
    cast: Cast,
    forum: Forum,
    watched: int,
    mails: Mails,
    moderator: Visitor,
    act: str,
) -> None:
    why = {"explanation": "先看一看。", "reason": "other", "sure": "y"}
    if act in ("seal", "hide"):
        assert moderator.post(f"/posts/{watched}/{act}", why).status_code == 302
    elif act == "withdraw":
        cast.visitor("cadre").post(f"/posts/{watched}/edit", {"title": "新", "body": "改了。"})
        assert moderator.post(f"/posts/{watched}/hide", why).status_code == 302
    elif act == "close the board":
        with app.app_context():
            closed = {"read_who": "roles", "read_roles": ",office,"}
            db.session.execute(update(Board).values(closed))
            db.session.commit()
    else:
        with app.app_context():
            own = Membership.person_id.in_([cast.id("cadre2"), cast.id("delegate")])
            db.session.execute(delete(Membership).where(own))
            db.session.commit()
    work(app, clock.now() + timedelta(minutes=10))
    assert mails.to("delegate") == []
    assert mails.to("cadre2") == []
    assert all(SECRET not in words(one) for one in mails.all() if "cadre@" not in one["To"])
    with app.app_context():
        sent = select(Mail.sent_at).where(Mail.person_id == cast.id("delegate"))
        assert db.session.scalars(sent).all() == [None]


def test_a_seal_leaves_no_word_in_the_mail_of_anybody(
    app: Flask, cast: Cast, forum: Forum, mails: Mails, cadre: Visitor, moderator: Visitor
) -> None:
    """Those who decide and those who wrote are told under titles, too."""
    address(app, cast, "cadre", "chief_moderator")
    with app.app_context():
        mail.choose(cast.id("chief_moderator"), {"task": "instant"})
        db.session.commit()
    post = forum.post(forum.start(cadre, f"{SECRET}的标题"))
    words_of = {"explanation": "请总审核员看。", "sure": "y"}
    moderator.post(f"/moderation/{forum.item(post)}/escalate", words_of)
    forum.decide(cast.visitor("chief_moderator"), "approve", post)
    lies_in_the_outbox(app)
    assert moderator.post(f"/posts/{post}/seal", words_of).status_code == 302
    work(app, clock.now() + timedelta(minutes=20))
    assert mails.to("cadre@") != []
    assert mails.to("chief_moderator") != []
    assert all(SECRET not in words(one) for one in mails.all())


def test_who_wrote_below_a_hidden_title_is_not_told_the_title(
    app: Flask, cast: Cast, forum: Forum, mails: Mails, cadre: Visitor, moderator: Visitor
) -> None:
    address(app, cast, "cadre2")
    thread = forum.published(cadre, moderator, title=f"{SECRET}的标题")
    reply = forum.reply(cast.visitor("cadre2"), thread)
    forum.approve(moderator, reply)
    lies_in_the_outbox(app)
    why = {"explanation": "先看一看。", "reason": "other"}
    assert moderator.post(f"/posts/{forum.post(thread)}/hide", why).status_code == 302
    work(app, clock.now() + timedelta(minutes=10))
    (sent,) = mails.to("cadre2")
    assert "已通过审核" in words(sent)
    assert SECRET not in words(sent)
    assert SECRET not in cast.visitor("cadre2").get("/notices").text


def test_who_reviews_no_more_is_not_mailed_titles(
    app: Flask, cast: Cast, forum: Forum, mails: Mails, cadre: Visitor, moderator: Visitor
) -> None:
    address(app, cast, "chief_moderator")
    with app.app_context():
        mail.choose(cast.id("chief_moderator"), {"task": "instant"})
        db.session.commit()
    post = forum.post(forum.start(cadre, f"{SECRET}的标题"))
    moderator.post(f"/moderation/{forum.item(post)}/escalate", {"explanation": "请看。"})
    lies_in_the_outbox(app)
    with app.app_context():
        own = update(Membership).where(Membership.person_id == cast.id("chief_moderator"))
        db.session.execute(own.values(role="cadre"))
        db.session.commit()
    work(app, clock.now() + timedelta(minutes=10))
    assert mails.to("chief_moderator") == []


def test_an_inbox_of_every_sort_asks_no_more(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    chief = cast.visitor("chief_moderator")
    chief.post("/forum/chat/follow", {"level": "watch"})
    forum.start(cadre, "茶水间的事", "@chief_moderator同志 请看。", board="chat")
    forum.approve(moderator, forum.post(forum.start(chief, "总审核员写的")))
    post = forum.post(forum.start(cadre, "要上报的"))
    moderator.post(f"/moderation/{forum.item(post)}/escalate", {"explanation": "请看。"})
    work(app)
    with counted(app) as seen:
        page = chief.get("/notices").text
    assert all(one in page for one in ("茶水间的事", "提到了你", "总审核员写的", "要上报的"))
    assert len(seen) <= 6, "\n\n".join(seen)
