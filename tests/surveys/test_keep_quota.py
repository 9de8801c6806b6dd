"""Forms that take so many responses and no more, in all or for an option."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from core import clock
from core.db import db
from surveys.definition import DefinitionFault, read
from surveys.models import Survey
from tests.people import Cast
from tests.surveys.conftest import GOOD, Desk, action, document, hidden

Tables = Callable[..., list[Any]]
FIVE = ("cadre", "cadre2", "delegate", "supervisor", "expert")


@pytest.mark.parametrize("anonymity", ["anonymous", "named"])
def test_full_form_closes_politely(desk: Desk, cast: Cast, anonymity: str, tables: Tables) -> None:
    desk.make(anonymity=anonymity, quota={"most": 2})
    late = cast.visitor("expert")
    page = late.get("/surveys/work")
    for name in FIVE[:2]:
        assert desk.fill(cast.visitor(name)).status_code == 303
    sent = late.post(action(page), {**hidden(page), **GOOD, "q-brief": "还留着"})
    assert sent.status_code == 409
    assert "名额刚刚满了" in sent.text
    assert "还留着" in sent.text, "what was typed is kept"
    assert "名额满了" in late.get("/surveys/work").text
    assert len(tables("survey_responses")) + len(tables("survey_held_responses")) == 2
    assert len(tables("survey_spent_rights")) in (0, 2), "the right that came late stays unused"


def test_whoever_answered_by_name_may_change_it_when_full(desk: Desk, cast: Cast) -> None:
    desk.make(anonymity="named", quota={"most": 1, "question": "one", "options": {"a": 1}})
    visitor = cast.visitor("cadre")
    assert desk.fill(visitor).status_code == 303
    assert desk.fill(visitor, q_brief="改过").status_code == 303


def test_double_click_on_the_last_place_is_told_that_it_came(desk: Desk, cast: Cast) -> None:
    desk.make(quota={"most": 1})
    visitor = cast.visitor("cadre")
    page = visitor.get("/surveys/work")
    data = {**hidden(page), **GOOD}
    assert visitor.client.post(action(page), data=data).status_code == 303
    again = visitor.client.post(action(page), data=data)
    assert again.status_code == 409
    assert "只算一份" in again.text


def test_full_option_asks_for_another(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(anonymity="named", quota={"question": "one", "options": {"a": 1}})
    assert desk.fill(cast.visitor("cadre")).status_code == 303
    refused = desk.fill(cast.visitor("expert"), q_brief="还留着")
    assert refused.status_code == 422
    assert "这一项的名额满了" in refused.text
    assert "还留着" in refused.text
    assert desk.fill(cast.visitor("expert"), q_one="b").status_code == 303
    assert len(tables("survey_responses")) == 2


@pytest.mark.parametrize("anonymity", ["anonymous", "named"])
def test_all_at_once_never_exceed(desk: Desk, cast: Cast, anonymity: str, tables: Tables) -> None:
    from tests.people import PEOPLE

    people = list(PEOPLE)[:16]
    desk.make(anonymity=anonymity, quota={"most": 3})
    visitors = [cast.visitor(name) for name in people for _ in range(2)]
    pages = [one.get("/surveys/work") for one in visitors]

    def send(at: int) -> int:
        data = {**hidden(pages[at]), **GOOD}
        return visitors[at].post(action(pages[at]), data).status_code

    with ThreadPoolExecutor(32) as pool:
        codes = list(pool.map(send, range(32)))
    assert set(codes) <= {303, 409}
    assert len(tables("survey_responses")) + len(tables("survey_held_responses")) == 3


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        (7, "JSON 对象"),
        ({}, "most"),
        ({"most": 0}, "most"),
        ({"most": True}, "most"),
        ({"mots": 3}, "不认识"),
        ({"question": "many", "options": {"a": 1}}, "单选题"),
        ({"question": "one", "options": {"z": 1}}, "只能写它的选项"),
        ({"question": "one", "options": {"a": "x"}}, "quota"),
        ({"question": "one"}, "单选题"),
        ({"question": ["one"], "options": []}, "单选题"),
    ],
)
def test_bad_quota_is_told(quota: Any, words: str) -> None:
    with pytest.raises(DefinitionFault) as fault:
        read(document(anonymity="named", quota=quota))
    assert words in " ".join(f"{one.place} {one.sentence}" for one in fault.value.faults)


@pytest.mark.parametrize("anonymity", ["anonymous", "confidential"])
def test_no_option_of_a_sealed_answer_is_counted(anonymity: str) -> None:
    quota = {"question": "one", "options": {"a": 1}}
    with pytest.raises(DefinitionFault, match="实名"):
        read(document(anonymity=anonymity, quota=quota))


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=20), ""),
        (timedelta(days=3, hours=5), "还剩 3 天"),
        (timedelta(hours=30), "还剩 30 小时"),
        (timedelta(minutes=40), "还剩不到一小时"),
    ],
)
def test_time_that_is_left_is_told(
    desk: Desk, cast: Cast, app: Flask, ahead: timedelta, words: str
) -> None:
    slug = desk.make()
    with app.app_context():
        closes_at = clock.now() + ahead + timedelta(minutes=1)
        db.session.execute(update(Survey).values(closes_at=closes_at))
        db.session.commit()
    page = cast.visitor("cadre").get(f"/surveys/{slug}").text
    assert (words in page) if words else ("还剩" not in page)
