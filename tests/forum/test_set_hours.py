"""A board's chief moderators say within how many office hours it decides."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask

from accounts.models import Membership
from core import journal
from core.db import db
from forum.models import Board
from moderation.models import QueueItem
from tests.boards import Forum
from tests.people import Cast, Visitor

PAGE = "/forum/dajiatan/hours"


def hours(app: Flask) -> int | None:
    with app.app_context():
        return db.session.scalars(db.select(Board).filter_by(slug="dajiatan")).one().service_hours


def due(app: Flask, item: int) -> datetime:
    with app.app_context():
        return db.session.get_one(QueueItem, item).due_at


def test_what_comes_next_is_due_earlier_and_nothing_promised_is_moved(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, chief: Visitor
) -> None:
    before = forum.item(forum.post(forum.start(cadre)))
    promised = due(app, before)
    assert f'href="{PAGE}"' in chief.get("/forum/dajiatan").text
    assert chief.post(PAGE, {"hours": "１", "opened": ""}).status_code == 302
    assert hours(app) == 1
    after = forum.item(forum.post(forum.start(cadre, title="后来的一帖")))
    assert due(app, before) == promised > due(app, after)
    with app.app_context():
        board = db.session.scalars(db.select(Board.id).filter_by(slug="dajiatan")).one()
        event = journal.history("forum:board", board)[-1]
    assert (event.verb, event.actor_id) == ("set_hours", cast.id("chief_moderator"))
    assert event.facts == {"hours": 1, "former": None}


def test_empty_means_what_holds_everywhere(app: Flask, forum: Forum, chief: Visitor) -> None:
    chief.post(PAGE, {"hours": "3", "opened": ""})
    assert chief.post(PAGE, {"hours": "", "opened": "3"}).status_code == 302
    assert hours(app) is None
    assert "（全站通用）" in chief.get(PAGE).text


@pytest.mark.parametrize("typed", ["0", "-1", "2.5", "241", "九", "9" * 19])
def test_an_odd_number_is_refused_and_kept(
    app: Flask, forum: Forum, chief: Visitor, typed: str
) -> None:
    answer = chief.post(PAGE, {"hours": typed, "opened": ""})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert hours(app) is None


def test_another_changed_it_meanwhile(app: Flask, forum: Forum, chief: Visitor) -> None:
    chief.post(PAGE, {"hours": "3", "opened": ""})
    answer = chief.post(PAGE, {"hours": "5", "opened": ""})
    assert answer.status_code == 409
    assert re.search(r'name="hours"[^>]*value="5"', answer.text)
    assert hours(app) == 3
    assert chief.post(PAGE, {"hours": "5", "opened": "3"}).status_code == 302


@pytest.mark.parametrize("who", ["cadre", "moderator"])
def test_others_may_not(forum: Forum, cast: Cast, app: Flask, who: str) -> None:
    visitor = cast.visitor(who)
    assert PAGE not in visitor.get("/forum/dajiatan").text
    assert visitor.get(PAGE).status_code == 403
    assert visitor.post(PAGE, {"hours": "1", "opened": ""}).status_code == 403
    assert hours(app) is None


def test_chiefs_below_the_boards_unit_may_not(app: Flask, forum: Forum, cast: Cast) -> None:
    person, unit = cast.id("chief_moderator"), cast.unit_id("county")
    with app.app_context():
        db.session.scalars(db.select(Membership).filter_by(person_id=person)).one().unit_id = unit
        db.session.commit()
    assert cast.visitor("chief_moderator").get(PAGE).status_code == 403
