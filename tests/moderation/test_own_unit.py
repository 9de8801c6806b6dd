"""By setting, nobody decides on a text by somebody of the own unit."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from moderation.escalation import chiefs_for
from moderation.models import QueueItem
from tests.boards import Forum
from tests.people import Cast, Visitor

WORDS = {"reason": "other", "explanation": "因为这样。"}


@pytest.fixture
def neighbour(cast: Cast, forum: Forum) -> Visitor:
    """Of the region, as `moderator` and `chief_moderator` are."""
    return cast.visitor("supervisor")


def test_with_the_setting_others_must_decide(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    forum: Forum,
    neighbour: Visitor,
    cadre: Visitor,
    moderator: Visitor,
) -> None:
    monkeypatch.setitem(app.config, "REVIEW_OWN_UNIT", False)
    post = forum.post(thread := forum.start(neighbour))
    for verb in ("claim", "approve", "return", "reject", "amend", "redact", "remarks"):
        assert forum.decide(moderator, verb, post, **WORDS).status_code == 403
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "同一个单位" in page
    assert f"/moderation/{forum.item(post)}/approve" not in page
    assert cadre.get(f"/threads/{thread}").status_code == 404
    other = forum.post(forum.start(cadre))
    third = forum.post(forum.start(cadre, title="接下来的一条"))
    answer = forum.decide(moderator, "approve", other)
    assert answer.location == f"/moderation/{forum.item(third)}"  # past the neighbour's


def test_nor_hide_what_is_public(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    forum: Forum,
    neighbour: Visitor,
    cadre: Visitor,
    moderator: Visitor,
) -> None:
    monkeypatch.setitem(app.config, "REVIEW_OWN_UNIT", False)
    post = forum.post(thread := forum.start(neighbour, board="chat"))
    assert moderator.post(f"/posts/{post}/hide", WORDS).status_code == 403
    cover = {**WORDS, "passages": "开头", "revision": str(forum.latest(post))}
    assert moderator.post(f"/posts/{post}/redact", cover).status_code == 403
    assert "开头" in cadre.get(f"/threads/{thread}").text


def test_without_it_they_may(
    app: Flask, forum: Forum, neighbour: Visitor, cadre: Visitor, moderator: Visitor
) -> None:
    assert app.config["REVIEW_OWN_UNIT"] is True
    post = forum.post(thread := forum.start(neighbour))
    forum.approve(moderator, post)
    assert cadre.get(f"/threads/{thread}").status_code == 200


@pytest.mark.parametrize("everybody", [True, False])
def test_what_is_overdue_goes_to_a_chief_who_may_decide_it(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    forum: Forum,
    cast: Cast,
    neighbour: Visitor,
    cadre: Visitor,
    everybody: bool,
) -> None:
    monkeypatch.setitem(app.config, "REVIEW_OWN_UNIT", everybody)
    chief = cast.id("chief_moderator")
    posts = [forum.post(forum.start(author)) for author in (neighbour, cadre)]
    items = [forum.item(post) for post in posts]
    with app.app_context():
        found = [chiefs_for(db.session.get_one(QueueItem, item)) for item in items]
    assert found == [[chief] if everybody else [], [chief]]
