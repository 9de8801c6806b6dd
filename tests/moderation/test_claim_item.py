"""Claims: a lease of ten minutes that others see, that ends by the clock or by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from core import clock
from tests.boards import Forum
from tests.people import Visitor


@contextmanager
def later(**delta: float) -> Iterator[None]:
    with clock.travel(clock.now() + timedelta(**delta)):
        yield


@pytest.fixture
def item(forum: Forum, cadre: Visitor) -> int:
    return forum.item(forum.post(forum.start(cadre)))


def test_a_claim_is_seen_by_others(item: int, moderator: Visitor, chief: Visitor) -> None:
    assert moderator.post(f"/moderation/{item}/claim").status_code == 302
    assert "moderator同志在审" in chief.get("/moderation").text
    page = chief.get(f"/moderation/{item}").text
    assert "moderator同志在审" in page
    assert f"/moderation/{item}/approve" not in page
    assert "你在审" in moderator.get(f"/moderation/{item}").text


def test_a_claimed_item_is_not_for_others(
    forum: Forum, item: int, moderator: Visitor, chief: Visitor
) -> None:
    moderator.post(f"/moderation/{item}/claim")
    answer = chief.post(f"/moderation/{item}/claim")
    assert answer.status_code == 409
    assert "moderator同志在审" in answer.text


def test_a_decision_waits_for_the_claim_of_another(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    item = forum.item(post)
    moderator.post(f"/moderation/{item}/claim")
    answer = forum.decide(chief, "return", post, explanation="我写的说明")
    assert answer.status_code == 409
    assert "我写的说明" in answer.text
    assert forum.decide(moderator, "approve", post).status_code == 302


def test_a_lease_ends_after_ten_minutes(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    item = forum.item(post)
    moderator.post(f"/moderation/{item}/claim")
    with later(minutes=9, seconds=50):
        assert chief.post(f"/moderation/{item}/claim").status_code == 409
    with later(minutes=10, seconds=1):
        assert "moderator同志在审" not in chief.get("/moderation").text
        assert chief.post(f"/moderation/{item}/claim").status_code == 302
        assert moderator.post(f"/moderation/{item}/claim").status_code == 409
        assert forum.decide(moderator, "approve", post).status_code == 409
        assert forum.decide(chief, "approve", post).status_code == 302


def test_an_expired_claim_hinders_no_decision(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    moderator.post(f"/moderation/{forum.item(post)}/claim")
    with later(minutes=11):
        assert forum.decide(chief, "approve", post).status_code == 302


def test_claiming_again_lengthens_the_lease(item: int, moderator: Visitor, chief: Visitor) -> None:
    moderator.post(f"/moderation/{item}/claim")
    with later(minutes=8):
        assert moderator.post(f"/moderation/{item}/claim").status_code == 302
    with later(minutes=17):
        assert chief.post(f"/moderation/{item}/claim").status_code == 409


def test_release_gives_it_back(item: int, moderator: Visitor, chief: Visitor) -> None:
    moderator.post(f"/moderation/{item}/claim")
    assert moderator.post(f"/moderation/{item}/release").status_code == 302
    assert chief.post(f"/moderation/{item}/claim").status_code == 302


def test_only_the_claimer_releases(item: int, moderator: Visitor, chief: Visitor) -> None:
    moderator.post(f"/moderation/{item}/claim")
    assert chief.post(f"/moderation/{item}/release").status_code == 409
    assert chief.post(f"/moderation/{item}/claim").status_code == 409


def test_releasing_what_is_not_claimed_is_refused(item: int, moderator: Visitor) -> None:
    assert moderator.post(f"/moderation/{item}/release").status_code == 409


def test_a_decided_item_cannot_be_claimed(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    answer = chief.post(f"/moderation/{forum.item(post)}/claim")
    assert answer.status_code == 409
    assert "moderator同志" in answer.text


def test_the_next_item_is_one_that_nobody_is_at(
    forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    first, second, third = (forum.post(forum.start(cadre, title=f"标题之{n}")) for n in "一二三")
    chief.post(f"/moderation/{forum.item(second)}/claim")
    answer = forum.decide(moderator, "approve", first)
    assert answer.location == f"/moderation/{forum.item(third)}"


def test_the_page_tells_who_did_what(item: int, moderator: Visitor, chief: Visitor) -> None:
    moderator.post(f"/moderation/{item}/claim")
    moderator.post(f"/moderation/{item}/release")
    page = chief.get(f"/moderation/{item}").text
    assert page.index("开始审核") < page.index("放回待审")
    assert "moderator同志" in page
