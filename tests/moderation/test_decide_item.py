"""Deciding: bound to the version shown, once, with reasons, by those who may."""

from __future__ import annotations

import pytest
from flask import Flask

from accounts.models import Membership
from core import clock
from core.db import db
from moderation.models import Decision
from tests.boards import Forum
from tests.people import Cast, Visitor


def test_return_shows_the_author_why_and_a_way_on(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre))
    answer = forum.decide(moderator, "return", post, explanation="请把数字的来源写上。")
    assert answer.status_code == 302
    page = cadre.get(f"/threads/{thread}").text
    assert "请把数字的来源写上。" in page
    assert f"/posts/{post}/edit" in page


def test_return_without_explanation_is_refused(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    answer = forum.decide(moderator, "return", post, explanation="   ")
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert forum.decide(moderator, "approve", post).status_code == 302


def test_reject_needs_a_known_reason(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(thread := forum.start(cadre))
    for reason in ("", "because", "secret; drop"):
        answer = forum.decide(moderator, "reject", post, reason=reason, explanation="写了很久的话")
        assert answer.status_code == 422
        assert "请选择一个原因。" in answer.text
        assert "写了很久的话" in answer.text
    answer = forum.decide(moderator, "reject", post, reason="off_topic", explanation="请发到茶水间")
    assert answer.status_code == 302
    page = cadre.get(f"/threads/{thread}").text
    assert "与本版主题无关" in page
    assert "请发到茶水间" in page
    assert f"/posts/{post}/appeal" in page


def test_explanation_has_a_limit(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    answer = forum.decide(moderator, "return", post, explanation="长" * 2001)
    assert answer.status_code == 422
    assert "2001" in answer.text


def test_decision_on_an_older_version_is_refused(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(thread := forum.start(cadre, body="先写的话。"))
    read = str(forum.latest(post))
    edit = {"title": "一个像样的标题", "body": "后来加的话。"}
    assert cadre.post(f"/posts/{post}/edit", edit).status_code == 302
    answer = forum.decide(moderator, "return", post, revision=read, explanation="我写的说明")
    assert answer.status_code == 409
    assert "作者刚刚改过" in answer.text
    assert "后来加的话" in answer.text
    assert "我写的说明" in answer.text
    answer = forum.decide(moderator, "approve", post, revision=read)
    assert answer.status_code == 409
    assert cadre2.get(f"/threads/{thread}").status_code == 404


@pytest.mark.parametrize("revision", ["", "x", "-1", "1e3", "²", "9" * 40])
def test_decision_without_a_version_is_refused(
    forum: Forum, cadre: Visitor, moderator: Visitor, revision: str
) -> None:
    post = forum.post(forum.start(cadre))
    assert forum.decide(moderator, "approve", post, revision=revision).status_code == 409


def test_second_decision_names_who_and_what(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    answer = forum.decide(chief, "return", post, explanation="我写的说明")
    assert answer.status_code == 409
    assert "moderator同志" in answer.text
    assert "通过" in answer.text
    assert "我写的说明" in answer.text


def test_withdrawn_cannot_be_decided(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    answer = forum.decide(moderator, "approve", post)
    assert answer.status_code == 409
    assert "撤回" in answer.text


@pytest.mark.parametrize("verb", ["uphold", "overturn"])
def test_verbs_of_an_appeal_do_not_fit_a_new_text(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, verb: str
) -> None:
    post = forum.post(thread := forum.start(cadre))
    answer = forum.decide(moderator, verb, post, explanation="不该有这一招")
    assert answer.status_code == 409
    assert cadre2.get(f"/threads/{thread}").status_code == 404


def test_unknown_verb_is_not_there(forum: Forum, cadre: Visitor, moderator: Visitor) -> None:
    post = forum.post(forum.start(cadre))
    assert forum.decide(moderator, "exempt", post).status_code == 404
    assert forum.decide(moderator, "decide", post).status_code == 404


def test_nobody_decides_on_an_own_text(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, cadre2: Visitor
) -> None:
    post = forum.post(thread := forum.start(moderator))
    for verb in ("approve", "return", "reject", "claim"):
        fields = {"explanation": "我自己审", "reason": "other"}
        assert forum.decide(moderator, verb, post, **fields).status_code == 403
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "你自己写的" in page
    assert f"/moderation/{forum.item(post)}/approve" not in page


def test_reviewers_decide_within_their_unit_alone(
    forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor
) -> None:
    """moderator2 reviews for the prefecture, the boards are the region's."""
    below = cast.visitor("moderator2")
    post = forum.post(thread := forum.start(cadre, title="只有上级能审"))
    assert below.get(f"/moderation/{forum.item(post)}").status_code == 404
    assert forum.decide(below, "approve", post).status_code == 404
    assert "只有上级能审" not in below.get("/moderation").text
    assert below.get(f"/threads/{thread}").status_code == 404
    assert cadre2.get(f"/threads/{thread}").status_code == 404


def test_reviewers_decide_below_their_unit(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    """A board of the county is reviewed by the region's moderator and by the prefecture's."""
    from forum.models import Board

    with app.app_context():
        board = Board(slug="county", title="县里的版块", unit_id=cast.unit_id("county"))
        db.session.add(board)
        db.session.commit()
    thread = forum.start(cadre, board="county")
    forum.approve(cast.visitor("moderator2"), forum.post(thread))
    reply = forum.reply(cadre2, thread)
    forum.approve(moderator, reply)
    assert cadre.get(f"/posts/{reply}").status_code == 302


@pytest.mark.parametrize("username", ["cadre2", "delegate", "admin", "unit_admin", "leader"])
def test_others_have_no_way_in(forum: Forum, cast: Cast, cadre: Visitor, username: str) -> None:
    other = cast.visitor(username)
    post = forum.post(forum.start(cadre))
    item = forum.item(post)
    assert other.get("/moderation").status_code == 403
    assert other.get(f"/moderation/{item}").status_code == 404
    for verb in ("claim", "release", "approve", "return", "reject", "overturn", "uphold"):
        fields = {"explanation": "不是审核员", "reason": "other"}
        assert forum.decide(other, verb, post, **fields).status_code == 404


def test_strangers_are_asked_to_sign_in(forum: Forum, cast: Cast, cadre: Visitor) -> None:
    stranger = cast.visitor()
    item = forum.item(forum.post(forum.start(cadre)))
    for path in ("/moderation", f"/moderation/{item}", "/moderation/log"):
        answer = stranger.get(path)
        assert answer.status_code == 302
        assert "/login" in answer.location
    assert stranger.post(f"/moderation/{item}/approve", {"revision": "1"}).status_code == 401


def test_ended_membership_ends_the_right(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    with app.app_context():
        person_id, unit_id, today = cast.id("moderator"), cast.unit_id("region"), clock.today()
        mine = db.update(Membership).where(Membership.person_id == person_id)
        db.session.execute(mine.values(valid_until=today))
        db.session.add(
            Membership(person_id=person_id, unit_id=unit_id, role="cadre", valid_from=today)
        )
        db.session.commit()
    assert forum.decide(moderator, "approve", post).status_code == 404


def test_after_a_decision_comes_the_next_item(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    first, second = (forum.post(forum.start(cadre, title=f"标题之{n}")) for n in "一二")
    answer = forum.decide(moderator, "approve", first)
    assert answer.location == f"/moderation/{forum.item(second)}"
    assert forum.decide(moderator, "approve", second).location == "/moderation"


def test_next_item_stays_within_the_filter(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    from forum.models import Board

    with app.app_context():
        db.session.add(Board(slug="study", title="组工论坛", unit_id=cast.unit_id("region")))
        db.session.commit()
    first = forum.post(forum.start(cadre, title="标题之一"))
    forum.start(cadre, title="别的版块", board="study")
    third = forum.post(forum.start(cadre, title="标题之三"))
    answer = moderator.post(
        f"/moderation/{forum.item(first)}/approve?place=forum:dajiatan",
        {"revision": str(forum.latest(first))},
    )
    assert answer.location == f"/moderation/{forum.item(third)}?place=forum:dajiatan"


def test_a_decision_is_kept_once_with_who_and_as_what(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.decide(chief, "reject", post, reason="duplicate", explanation="上周已有同样的一帖。")
    forum.decide(chief, "approve", post)
    with app.app_context():
        decision = db.session.execute(db.select(Decision)).scalars().one()
        assert (decision.verb, decision.reason_code) == ("reject", "duplicate")
        assert decision.decided_by_id == cast.id("chief_moderator")
        assert decision.decided_as == "chief_moderator"
