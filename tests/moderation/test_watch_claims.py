"""Claims that are renewed, lost and taken over, and what the others see of them."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from core.journal import JournalEvent
from moderation.models import QueueItem
from tests.boards import Forum
from tests.moderation.test_claim_item import later
from tests.people import Cast, Visitor


@pytest.fixture
def item(forum: Forum, cadre: Visitor) -> int:
    return forum.item(forum.post(forum.start(cadre)))


def test_a_heartbeat_lengthens_the_lease_and_leaves_no_event(
    app: Flask, item: int, moderator: Visitor, chief: Visitor
) -> None:
    moderator.post(f"/moderation/{item}/claim")
    with later(minutes=8):
        assert moderator.post(f"/moderation/{item}/renew").status_code == 204
    with later(minutes=17):
        assert chief.post(f"/moderation/{item}/claim").status_code == 409
    with app.app_context():
        verbs = db.session.scalars(
            db.select(JournalEvent.verb).where(JournalEvent.kind == QueueItem.kind)
        ).all()
    assert verbs == ["claim"]


def test_a_heartbeat_tells_of_a_lost_claim(item: int, moderator: Visitor, chief: Visitor) -> None:
    moderator.post(f"/moderation/{item}/claim")
    with later(minutes=11):
        chief.post(f"/moderation/{item}/claim")
        answer = moderator.post(f"/moderation/{item}/renew")
    assert answer.status_code == 409
    assert answer.json == {"changed": "这一条已经不在你手里了。", "now": "chief_moderator同志在审"}


def test_a_heartbeat_tells_of_a_decision_and_of_a_withdrawal(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    posts = [forum.post(forum.start(cadre, title=f"标题之{n}")) for n in "一二"]
    for post in posts:
        moderator.post(f"/moderation/{forum.item(post)}/claim")
    with later(minutes=11):
        forum.approve(chief, posts[0])
    cadre.post(f"/posts/{posts[1]}/withdraw")
    said = [moderator.post(f"/moderation/{forum.item(post)}/renew") for post in posts]
    assert [answer.status_code for answer in said] == [409, 409]
    assert [answer.json["now"] for answer in said if answer.json] == ["已通过", "作者已撤回"]


def test_nobody_renews_what_they_did_not_claim(
    item: int, moderator: Visitor, chief: Visitor
) -> None:
    assert chief.post(f"/moderation/{item}/renew").status_code == 409
    moderator.post(f"/moderation/{item}/claim")
    assert chief.post(f"/moderation/{item}/renew").status_code == 409


def test_take_over_needs_a_reason_and_tells_the_one_who_had_it(
    app: Flask, cast: Cast, item: int, moderator: Visitor, chief: Visitor
) -> None:
    moderator.post(f"/moderation/{item}/claim")
    page = chief.get(f"/moderation/{item}").text
    assert "等不了，我来接手" in page
    answer = chief.post(f"/moderation/{item}/take-over", {"reason": "  "})
    assert answer.status_code == 422
    assert "请写明为什么接手" in answer.text
    answer = chief.post(f"/moderation/{item}/take-over", {"reason": "今天就要答复。"})
    assert answer.status_code == 302
    assert "你在审" in chief.get(f"/moderation/{item}").text
    assert moderator.post(f"/moderation/{item}/claim").status_code == 409
    inbox = moderator.get("/notices").text
    assert "chief_moderator同志接手了你在审的" in inbox
    assert "今天就要答复。" in inbox
    with app.app_context():
        event = db.session.scalars(
            db.select(JournalEvent).where(JournalEvent.verb == "take_over")
        ).one()
        assert event.actor_id == cast.id("chief_moderator")
        assert event.facts == {"previous": cast.id("moderator")}
        assert event.note_digest is not None


def test_take_over_of_what_nobody_holds_is_refused(
    item: int, moderator: Visitor, chief: Visitor
) -> None:
    answer = chief.post(f"/moderation/{item}/take-over", {"reason": "我来。"})
    assert answer.status_code == 409
    assert "我来。" in answer.text
    moderator.post(f"/moderation/{item}/claim")
    assert moderator.post(f"/moderation/{item}/take-over", {"reason": "我来。"}).status_code == 409
    with later(minutes=11):
        answer = chief.post(f"/moderation/{item}/take-over", {"reason": "我来。"})
    assert answer.status_code == 409
    assert "直接领取就可以" in answer.text


def test_nobody_takes_over_an_own_text(forum: Forum, moderator: Visitor, chief: Visitor) -> None:
    item = forum.item(forum.post(forum.start(chief)))
    moderator.post(f"/moderation/{item}/claim")
    assert "等不了，我来接手" not in chief.get(f"/moderation/{item}").text
    assert chief.post(f"/moderation/{item}/take-over", {"reason": "我来。"}).status_code == 403


def test_presence_is_one_conditional_request(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    posts = [forum.post(forum.start(cadre, title=f"标题之{n}")) for n in "一二三"]
    ids = [forum.item(post) for post in posts]
    address = f"/moderation/presence?ids={','.join(map(str, ids))}"
    before = chief.get(address)
    assert before.json == {str(id): ["", ""] for id in ids}
    same = chief.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert same.status_code == 304
    assert same.data == b""
    moderator.post(f"/moderation/{ids[0]}/claim")
    forum.approve(moderator, posts[1])
    after = chief.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json == {
        str(ids[0]): ["moderator同志在审", "wait"],
        str(ids[1]): ["已通过", ""],
        str(ids[2]): ["", ""],
    }
    with later(minutes=11):
        assert chief.get(address).json[str(ids[0])] == ["", ""]  # type: ignore[index]


def test_presence_tells_nothing_out_of_scope(
    cast: Cast, item: int, moderator: Visitor, cadre: Visitor
) -> None:
    moderator.post(f"/moderation/{item}/claim")
    elsewhere = cast.visitor("moderator2")
    assert elsewhere.get(f"/moderation/presence?ids={item}").json == {}
    assert cadre.get(f"/moderation/presence?ids={item}").status_code == 403


@pytest.mark.parametrize("ids", ["", "x", "-1", "1,,2", "9" * 30, "1" * 700, "²", "%00"])
def test_odd_ids_are_no_fault(moderator: Visitor, ids: str) -> None:
    assert moderator.get(f"/moderation/presence?ids={ids}").status_code == 200


def test_the_row_names_who_is_at_it(item: int, moderator: Visitor, chief: Visitor) -> None:
    moderator.post(f"/moderation/{item}/claim")
    page = chief.get("/moderation").text
    assert f'data-presence="{item}" class="chip chip--wait">moderator同志在审<' in page
