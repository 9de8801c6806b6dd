"""Who has answered: shown where the form says so, to the office and to each administrator's units."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from accounts.models import Person
from core.db import db
from core.policy import SYSTEM
from surveys import audience, publishing, roster
from surveys.confiding import SurveyParticipant
from surveys.definition import DefinitionFault, read
from surveys.models import Survey
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import Desk, document

ROSTER = "/surveys/work/roster"
ASKED = ("cadre", "cadre2", "delegate", "expert")


@pytest.fixture
def asked(cast: Cast) -> Cast:
    """Cadre and delegate serve in the county, cadre2 in the prefecture, the expert in the region."""
    for name in ASKED:
        cast.id(name)
    return cast


def make(desk: Desk, **changes: Any) -> None:
    given = {"anonymity": "named", "roster": True, "audience": ["cadre", "delegate", "expert"]}
    desk.make(**{**given, **changes})


def names(page: str) -> list[str]:
    rows = page.split('id="people"')[1].split('<div class="row__main">')[1:]
    return [one.split("<")[0] for one in rows]


def test_names_of_those_who_have_not_answered(desk: Desk, asked: Cast) -> None:
    make(desk)
    desk.fill(asked.visitor("cadre"))
    page = asked.visitor("office").get(ROSTER).text
    assert sorted(names(page)) == sorted(_named(desk, "cadre2", "delegate", "expert"))
    for state, whom in (("answered", ["cadre"]), ("all", ASKED)):
        page = asked.visitor("office").get(ROSTER, query_string={"state": state}).text
        assert sorted(names(page)) == sorted(_named(desk, *whom))


def test_units_are_counted(desk: Desk, asked: Cast, app: Flask) -> None:
    make(desk)
    desk.fill(asked.visitor("cadre"))
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        found = roster.tallies(survey, asked.person("office"))
        assert {one.name: (one.asked, one.answered, one.waiting) for one in found} == {
            "region单位": (1, 0, 1),
            "prefecture单位": (1, 0, 1),
            "county单位": (2, 1, 1),
        }


def test_filter_by_unit(desk: Desk, asked: Cast) -> None:
    make(desk)
    office, county = asked.visitor("office"), asked.unit_id("county")
    page = office.get(ROSTER, query_string={"unit": county}).text
    assert sorted(names(page)) == sorted(_named(desk, "cadre", "delegate"))
    assert office.get(ROSTER, query_string={"unit": "", "state": "all"}).status_code == 200
    for wrong in ({"unit": asked.unit_id("office")}, {"state": "late"}, {"unit": 10**15}):
        assert office.get(ROSTER, query_string=wrong).status_code == 404


def test_administrator_sees_the_own_subtree_alone(desk: Desk, asked: Cast) -> None:
    make(desk)
    admin = asked.visitor("unit_admin")  # of the prefecture
    page = admin.get(ROSTER).text
    assert sorted(names(page)) == sorted(_named(desk, "cadre", "cadre2", "delegate"))
    assert "region单位" not in page.split('id="units"')[1]
    assert admin.get(ROSTER, query_string={"unit": asked.unit_id("region")}).status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(admin.get(f"{ROSTER}.xlsx").data))
    told = {cell for sheet in book for row in sheet.values for cell in row}
    assert _named(desk, "expert")[0] not in told
    assert "region单位" not in told
    assert "看名单" in admin.get("/surveys").text


@pytest.mark.parametrize("name", ["cadre", "leader", "moderator", "inspector", None])
def test_nobody_else_sees_it(desk: Desk, asked: Cast, name: str | None) -> None:
    make(desk)
    visitor = asked.visitor(name)
    for url in (ROSTER, f"{ROSTER}.xlsx"):
        assert visitor.get(url).status_code == (403 if name else 302)


@pytest.mark.parametrize(
    ("anonymity", "sentence"),
    [
        ("named", "没有写明有名单"),
        ("confidential", "没有写明有名单"),
        ("anonymous", "程序也不知道"),
    ],
)
def test_without_word_on_the_form_nobody_gets_names(
    desk: Desk, asked: Cast, anonymity: str, sentence: str
) -> None:
    state = "draft" if anonymity == "confidential" else "open"
    make(desk, roster=False, anonymity=anonymity, state=state)
    office = asked.visitor("office")
    page = office.get(ROSTER).text
    assert sentence in page
    assert not [one for one in _named(desk, *ASKED) if one in page]
    assert office.get(f"{ROSTER}.xlsx").status_code == 404
    assert "roster" not in office.get("/surveys/manage").text


def test_confidential_roster_says_that_and_never_when_nor_what(
    desk: Desk, asked: Cast, app: Flask
) -> None:
    make(desk, anonymity="confidential", state="draft")
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        answered = SurveyParticipant(survey_id=survey.id, person_id=asked.ids["delegate"])
        db.session.add(answered)
        db.session.commit()
    page = asked.visitor("office").get(ROSTER, query_string={"state": "answered"}).text
    assert names(page) == _named(desk, "delegate")
    assert "什么时候交的、填了什么，这里没有" in page
    assert "<time" not in page.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize("anonymity", ["named", "confidential"])
def test_form_says_so_before_it_is_answered(desk: Desk, asked: Cast, anonymity: str) -> None:
    make(desk, anonymity=anonymity, state="draft")
    office = asked.visitor("office")
    assert "看得到你交没交" in office.get("/surveys/work").text
    english = office.get("/surveys/work", headers={"Accept-Language": "en"}).text
    assert "see whether you answered" in english


def test_form_without_roster_says_nothing_of_one(desk: Desk, asked: Cast) -> None:
    make(desk, roster=False)
    assert "看得到你交没交" not in asked.visitor("cadre").get("/surveys/work").text


def test_anonymous_form_has_none(app: Flask, asked: Cast) -> None:
    with app.app_context(), pytest.raises(DefinitionFault) as fault:
        read(document(roster=True))
    assert [one.place for one in fault.value.faults] == ["roster"]


def test_database_refuses_one_of_an_anonymous_survey(desk: Desk, app: Flask) -> None:
    desk.make()
    with app.app_context():
        with pytest.raises(IntegrityError):
            db.session.execute(text("UPDATE surveys SET roster = true"))
        db.session.rollback()


def test_cannot_be_added_once_published(desk: Desk, asked: Cast, app: Flask) -> None:
    given = {"anonymity": "named", "audience": ["cadre"]}
    make(desk, roster=False)
    with app.app_context():
        with pytest.raises(DefinitionFault) as fault:
            publishing.bring(read(document(**given, roster=True)), SYSTEM)
        assert "先填的人没有被告知" in fault.value.faults[0].sentence
        survey = db.session.scalars(select(Survey)).one()
        with pytest.raises(ValueError, match="told of before"):
            survey.roster = True


def test_may_be_taken_away_and_not_come_back(desk: Desk, asked: Cast, app: Flask) -> None:
    given = {"anonymity": "named", "audience": ["cadre", "delegate", "expert"]}
    make(desk)
    with app.app_context():
        publishing.bring(read(document(**given)), SYSTEM)
        db.session.commit()
        with pytest.raises(DefinitionFault):
            publishing.bring(read(document(**given, roster=True)), SYSTEM)
    assert "没有写明有名单" in asked.visitor("office").get(ROSTER).text


def test_workbook_holds_no_formula(desk: Desk, asked: Cast, app: Flask) -> None:
    make(desk)
    odd = ["=1+1", "+cmd", "-2", "@SUM(A1)"]
    with app.app_context():
        for name, called in zip(ASKED, odd, strict=True):
            mine = update(Person).where(Person.username == name)
            db.session.execute(mine.values(name=called))
        db.session.commit()
    answer = asked.visitor("office").get(f"{ROSTER}.xlsx")
    assert answer.headers["Cache-Control"] == "no-store"
    people, units = openpyxl.load_workbook(io.BytesIO(answer.data))
    cells = {cell.value: cell.data_type for row in people.iter_rows() for cell in row}
    assert {one: cells[one] for one in odd} == dict.fromkeys(odd, "s")
    assert {row[0]: row[1:] for row in units.values}["county单位"] == (2, 0)


def test_pages_of_names(desk: Desk, asked: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make(desk)
    monkeypatch.setattr(roster, "PAGE", 3)
    office = asked.visitor("office")
    found = [names(office.get(ROSTER, query_string={"page": n}).text) for n in (1, 2)]
    assert [len(one) for one in found] == [3, 1]
    assert sorted(found[0] + found[1]) == sorted(_named(desk, *ASKED))


@pytest.mark.parametrize("who", [["everyone"], ["cadre", "delegate"], ["everyone", "cadre"]])
@pytest.mark.parametrize("units", [[], ["county"], ["prefecture", "office"]])
def test_roster_holds_exactly_those_asked(
    desk: Desk, asked: Cast, app: Flask, who: list[str], units: list[str]
) -> None:
    desk.make(anonymity="named", roster=True, audience=who, **({"units": units} if units else {}))
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        office = asked.person("office")
        total = sum(one.asked for one in roster.tallies(survey, office))
        people = db.session.scalars(audience.people(survey)).all()
        assert total == len(people) > 0
        assert roster.entries(survey, office, "all", None, 1, total).rows


def test_costs_the_same_however_many(desk: Desk, asked: Cast, app: Flask) -> None:
    make(desk)
    for name in ("office", "unit_admin"):
        visitor = asked.visitor(name)
        visitor.get(ROSTER)
        with counted(app) as statements:
            visitor.get(ROSTER)
        assert len(statements) <= 6, statements


def _named(desk: Desk, *usernames: str) -> list[str]:
    with desk.app.app_context():
        return [desk.cast.person(one).name for one in usernames]
