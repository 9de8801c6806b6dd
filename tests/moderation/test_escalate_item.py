"""Escalation: what is overdue, or handed up, lies with the chief moderators; once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from accounts.models import Membership
from core import clock, journal, notices
from core.db import db
from moderation.escalation import escalate_overdue
from moderation.models import QueueItem
from tests.boards import Forum
from tests.people import Cast, Visitor

WORDS = "拿不准是不是涉密，请总审核员看看。"


@pytest.fixture
def post(forum: Forum, cadre: Visitor) -> int:
    return forum.post(forum.start(cadre, title="等得太久的一帖"))


def run(app: Flask) -> None:
    with app.app_context():  # as the worker does: no request is there
        escalate_overdue()
        db.session.commit()


def overdue(app: Flask, forum: Forum, post: int):
    with app.app_context():
        return db.session.get_one(QueueItem, forum.item(post)).due_at + timedelta(seconds=1)


def told(app: Flask, cast: Cast, name: str) -> list[str]:
    with app.test_request_context():
        mine = notices.Notice.visible_to(cast.person(name))
        return [one.sentence for one in db.session.scalars(mine)]


def events(app: Flask, item: int) -> list[journal.JournalEvent]:
    with app.app_context():
        found = journal.history("moderation:item", item)
        return [event for event in found if event.verb == "escalate"]


def test_what_is_overdue_goes_to_the_chief_once(
    app: Flask, forum: Forum, cast: Cast, post: int, moderator: Visitor, chief: Visitor
) -> None:
    run(app)
    assert events(app, forum.item(post)) == []
    with clock.travel(overdue(app, forum, post)):
        for _again in range(3):
            run(app)
    (event,) = events(app, forum.item(post))
    assert event.actor_id is None
    assert event.facts["place"] == "forum:dajiatan"
    assert told(app, cast, "chief_moderator") == ["“等得太久的一帖”超过了审核时限，转到你这里。"]
    assert told(app, cast, "moderator") == []
    assert "请总审核员审" in moderator.get("/moderation").text
    assert forum.decide(moderator, "approve", post).status_code == 403
    assert moderator.post(f"/moderation/{forum.item(post)}/claim").status_code == 403
    assert "自动转来" in chief.get(f"/moderation/{forum.item(post)}").text
    assert forum.decide(chief, "approve", post).status_code == 302


def test_after_an_outage_everything_overdue_goes_once(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, chief: Visitor
) -> None:
    posts = [forum.post(forum.start(cadre, title=f"第 {n} 个标题")) for n in range(3)]
    with clock.travel(overdue(app, forum, posts[-1]) + timedelta(days=9)):
        run(app)
        run(app)
    assert [len(events(app, forum.item(one))) for one in posts] == [1, 1, 1]
    assert len(told(app, cast, "chief_moderator")) == 3


def test_a_claim_in_force_is_left_until_it_ends(
    app: Flask, forum: Forum, cast: Cast, post: int, chief: Visitor
) -> None:
    moment = overdue(app, forum, post)
    with clock.travel(moment):
        reviewer = cast.visitor("moderator")
        assert reviewer.post(f"/moderation/{forum.item(post)}/claim").status_code == 302
        run(app)
    assert events(app, forum.item(post)) == []
    with clock.travel(moment + timedelta(minutes=11)):
        run(app)
    assert len(events(app, forum.item(post))) == 1


def test_where_no_chief_could_decide_it_stays(
    app: Flask, forum: Forum, cast: Cast, post: int, moderator: Visitor
) -> None:
    """Nobody holds the role; then only the author does; then somebody whose role has ended."""
    moment = overdue(app, forum, post)
    region, today = cast.unit_id("region"), clock.now().date()
    for name, until in (("cadre", None), ("cadre2", today)):
        with app.app_context():
            since = today - timedelta(days=50)
            person = cast.id(name)
            row = Membership(
                person_id=person,
                unit_id=region,
                role="chief_moderator",
                valid_from=since,
                valid_until=until,
            )
            db.session.add(row)
            db.session.commit()
        with clock.travel(moment):
            run(app)
        assert events(app, forum.item(post)) == []
    answer = moderator.post(f"/moderation/{forum.item(post)}/escalate", {"explanation": WORDS})
    assert answer.status_code == 409
    assert WORDS in answer.text
    assert forum.decide(moderator, "approve", post).status_code == 302


def test_a_chief_below_the_unit_is_not_told(
    app: Flask, forum: Forum, cast: Cast, post: int, chief: Visitor
) -> None:
    with app.app_context():
        below = Membership(
            person_id=cast.id("cadre2"),
            unit_id=cast.unit_id("prefecture"),
            role="chief_moderator",
            valid_from=clock.today() - timedelta(days=9),
        )
        db.session.add(below)
        db.session.commit()
    with clock.travel(overdue(app, forum, post)):
        run(app)
    assert told(app, cast, "cadre2") == []
    assert len(told(app, cast, "chief_moderator")) == 1


def test_a_reviewer_hands_up_with_a_reason(
    app: Flask, forum: Forum, cast: Cast, post: int, moderator: Visitor, chief: Visitor
) -> None:
    url = f"/moderation/{forum.item(post)}/escalate"
    answer = moderator.post(url, {"explanation": " "})
    assert answer.status_code == 422
    assert "请写明为什么要请总审核员来审" in answer.text
    moderator.post(f"/moderation/{forum.item(post)}/claim")
    assert moderator.post(url, {"explanation": WORDS}).status_code == 302
    (event,) = events(app, forum.item(post))
    assert event.actor_id == cast.id("moderator")
    assert WORDS not in str(event.facts)
    assert event.note_digest
    page = chief.get(f"/moderation/{forum.item(post)}").text
    assert WORDS in page
    assert url not in page
    assert told(app, cast, "chief_moderator") == ["审核员请你来审“等得太久的一帖”。"]
    assert moderator.post(url, {"explanation": WORDS}).status_code == 409
    assert forum.decide(moderator, "reject", post, reason="other").status_code == 403
    assert forum.decide(chief, "approve", post).status_code == 302
    with clock.travel(clock.now() + timedelta(days=30)):
        run(app)
    assert len(events(app, forum.item(post))) == 1


def test_who_may_not_hand_up(
    forum: Forum, cast: Cast, post: int, cadre: Visitor, chief: Visitor, moderator: Visitor
) -> None:
    url = f"/moderation/{forum.item(post)}/escalate"
    words = {"explanation": WORDS}
    assert cadre.post(url, words).status_code == 404
    assert cast.visitor("moderator2").post(url, words).status_code == 404  # of another unit
    assert chief.post(url, words).status_code == 403  # is there already
    forum.approve(moderator, post)
    assert moderator.post(url, words).status_code == 409


def test_what_another_reads_is_not_handed_up(
    app: Flask, forum: Forum, post: int, moderator: Visitor, chief: Visitor
) -> None:
    chief.post(f"/moderation/{forum.item(post)}/claim")
    answer = moderator.post(f"/moderation/{forum.item(post)}/escalate", {"explanation": WORDS})
    assert answer.status_code == 409
    assert WORDS in answer.text
    assert events(app, forum.item(post)) == []


def test_the_next_item_is_never_one_on_the_chiefs_desk(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    first, second, third = (forum.post(forum.start(cadre, title=f"标题之{n}")) for n in "一二三")
    moderator.post(f"/moderation/{forum.item(second)}/escalate", {"explanation": WORDS})
    answer = forum.decide(moderator, "approve", first)
    assert answer.location == f"/moderation/{forum.item(third)}"
    assert forum.decide(chief, "approve", third).location == f"/moderation/{forum.item(second)}"
