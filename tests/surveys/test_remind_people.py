"""Reminding people of a survey: whom it reaches, how often, and what is noted of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts.models import Person
from core import clock, jobs, journal
from core.db import db
from core.notices import Notice
from surveys import reminding
from surveys.confiding import SurveyParticipant
from surveys.models import Survey
from tests.people import Cast
from tests.surveys.conftest import Desk

Tables = Callable[..., list[Any]]
ASKED = ("cadre", "delegate", "expert")


def reached(app: Flask, cast: Cast) -> set[str]:
    """Who finds a reminder, once the work that waits is done."""
    with app.app_context():
        while jobs.run_one():
            pass
        told = set(
            db.session.scalars(select(Notice.person_id).where(Notice.kind == "surveys:reminder"))
        )
    return {name for name in cast.ids if not name.startswith("unit:") and cast.ids[name] in told}


@pytest.mark.parametrize(
    ("anonymity", "whom"),
    [("named", {"expert"}), ("anonymous", {"cadre", "expert"})],
)
def test_reminder_reaches_whoever_has_not_answered_as_far_as_known(
    desk: Desk, cast: Cast, app: Flask, anonymity: str, whom: set[str]
) -> None:
    for name in (*ASKED, "leader"):
        cast.id(name)
    desk.make(anonymity=anonymity, audience=["cadre", "delegate", "expert"])
    assert desk.fill(cast.visitor("cadre")).status_code == 303
    cast.visitor("delegate").post("/surveys/work/dismiss")
    office = cast.visitor("office")
    page = office.get("/surveys/work/asking").text
    assert f"提醒这 {len(whom)} 人" in page
    assert ("谁也不知道谁答过" in page) == (anonymity == "anonymous")
    assert office.post("/surveys/work/remind").status_code == 303
    assert reached(app, cast) == whom


def test_whoever_answered_in_confidence_is_not_reminded(desk: Desk, cast: Cast, app: Flask) -> None:
    for name in ASKED:
        cast.id(name)
    desk.make(state="draft", anonymity="confidential", audience=list(ASKED))
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        answered = SurveyParticipant(survey_id=survey.id, person_id=cast.ids["delegate"])
        db.session.add(answered)
        db.session.flush()
        found = set(db.session.scalars(reminding.those_reminded(survey)))
    assert found == {cast.ids["cadre"], cast.ids["expert"]}


def test_no_ended_account_is_reminded(desk: Desk, cast: Cast, app: Flask) -> None:
    for name in ASKED:
        cast.id(name)
    desk.make(audience=list(ASKED))
    with app.app_context():
        db.session.execute(update(Person).where(Person.username == "cadre").values(is_active=False))
        db.session.commit()
    cast.visitor("office").post("/surveys/work/remind")
    assert reached(app, cast) == {"delegate", "expert"}


def test_once_a_day_and_without_names(
    desk: Desk, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.id("cadre")
    desk.make()
    office = cast.visitor("office")
    assert office.post("/surveys/work/remind").status_code == 303
    again = office.post("/surveys/work/remind")
    assert again.status_code == 409
    assert "明天才能再提醒" in again.text
    assert "明天才能再提醒" in office.get("/surveys/work/asking").text
    with app.app_context():
        survey = db.session.scalars(select(Survey.id)).one()
        tomorrow = clock.today() + timedelta(days=1)
        events = [one for one in journal.history(Survey.kind, survey) if one.verb == "remind"]
        assert [one.actor_id for one in events] == [cast.ids["office"]]
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert office.post("/surveys/work/remind").status_code == 303


@pytest.mark.parametrize("changes", [{"state": "closed"}, {"state": "paused"}, {"entry": "link"}])
def test_what_cannot_be_answered_by_account_is_not_reminded_of(
    desk: Desk, cast: Cast, tables: Tables, changes: dict[str, Any]
) -> None:
    desk.make(**changes)
    assert cast.visitor("office").post("/surveys/work/remind").status_code == 409
    assert cast.visitor("cadre").post("/surveys/work/remind").status_code in (403, 404)
    assert tables("survey_reminders") == []


def test_reminder_of_what_ended_meanwhile_leads_nowhere(desk: Desk, cast: Cast, app: Flask) -> None:
    cast.id("cadre")
    desk.make(title={"zh": "工作作风", "en": "Work style"})
    cast.visitor("office").post("/surveys/work/remind")
    assert "cadre" in reached(app, cast)
    reader = cast.visitor("cadre")
    assert "请你填问卷《工作作风》" in reader.get("/notices").text
    desk.move("work", "close")
    assert 'href="/surveys/work"' not in reader.get("/notices").text
