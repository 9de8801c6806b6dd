"""Who is asked: roles within units, the same of one person as of all of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts import tree
from accounts.models import Membership, Person, Unit
from accounts.roles import ROLES
from accounts.session import PERSON_OPTIONS
from core import clock
from core.db import db
from core.files import Upload
from core.policy import SYSTEM
from surveys import audience, publishing
from surveys.definition import EVERYONE, DefinitionFault, read
from surveys.models import Survey
from surveys.xlsform import workbook
from surveys.xlsform.reading import read_workbook
from tests.conftest import counted
from tests.people import PEOPLE, TREE, Cast, Visitor
from tests.surveys.conftest import Desk, document

HEAD = "/surveys/manage/work/edit/form"
DAY = timedelta(days=1)


@pytest.fixture
def everybody(app: Flask, cast: Cast) -> Iterator[list[Person]]:
    """The cast, some of whom serve twice, no more, not yet, for one board alone, or nowhere."""
    for name in PEOPLE:
        cast.id(name)
    chance = random.Random(5)
    with app.app_context():
        today = clock.today()
        ids = [cast.ids[name] for name in PEOPLE]
        units = [cast.ids[f"unit:{key}"] for key in TREE]
        spans = [(-9, None), (-9, 0), (-9, 1), (0, None), (1, None), (-9, 9)]
        for person in ids:
            for since, until in chance.sample(spans, chance.randrange(4)):
                db.session.add(
                    Membership(
                        person_id=person,
                        unit_id=chance.choice(units),
                        role=chance.choice([*ROLES]),
                        valid_from=today + since * DAY,
                        valid_until=None if until is None else today + until * DAY,
                        place=chance.choice([None, None, "board"]),
                    )
                )
        ended = (Membership.person_id == cast.ids["expert"], Membership.valid_until.is_(None))
        db.session.execute(update(Membership).where(*ended).values(valid_until=today))
        county = db.session.get_one(Unit, cast.ids["unit:county"])
        tree.place(county, db.session.get_one(Unit, cast.ids["unit:department"]), today)
        db.session.flush()
        yield list(db.session.scalars(select(Person).options(*PERSON_OPTIONS)).unique())


def test_what_is_asked_of_one_is_asked_of_all(everybody: list[Person], cast: Cast) -> None:
    """The predicate and the query say the same, of every set of roles and units."""
    units = [cast.ids[f"unit:{key}"] for key in TREE]
    roles = [[EVERYONE], [EVERYONE, "cadre"], *([one] for one in ROLES), ["cadre", "leader"]]
    sizes: set[int] = set()
    for who, where in itertools.product(roles, [[], *([one] for one in units), units[1:3]]):
        survey = Survey(audience=who, unit_ids=where)
        found = list(db.session.scalars(audience.people(survey)))
        assert len(found) == len(set(found))
        assert set(found) == {one.id for one in everybody if survey.is_for(one)}, (who, where)
        sizes.add(len(found))
    assert {0, 1, 2, len(everybody)} <= sizes


def test_role_and_unit_go_together(everybody: list[Person], cast: Cast, app: Flask) -> None:
    """A cadre of the county who leads elsewhere is no leader of the county."""
    one = next(one for one in everybody if one.username == "cadre")
    for membership in one.memberships[:]:
        db.session.delete(membership)
    today = clock.today() - DAY
    for unit, role in (("county", "cadre"), ("office", "leader")):
        made = Membership(unit_id=cast.ids[f"unit:{unit}"], role=role, valid_from=today)
        db.session.add(made)
        made.person_id = one.id
    db.session.flush()
    db.session.expire(one)
    person = cast.person("cadre")
    county = [cast.ids["unit:county"]]
    assert audience.asks(["cadre"], county, person)
    assert not audience.asks(["leader"], county, person)
    department = [cast.ids["unit:department"]]  # where the county has stood since today
    assert audience.asks(["cadre"], department, person)
    assert not audience.asks(["cadre"], [cast.ids["unit:prefecture"]], person)


def test_survey_reaches_its_units_alone(desk: Desk, cast: Cast) -> None:
    for name in ("cadre", "cadre2", "expert", "unit_admin"):
        cast.id(name)
    desk.make(units=["prefecture"], audience=["cadre", "expert"], anonymity="named")
    assert desk.fill(cast.visitor("cadre")).status_code == 303
    for name in ("cadre", "cadre2"):
        assert "工作作风" in cast.visitor(name).get("/surveys").text
    for name in ("expert", "unit_admin"):  # the role elsewhere; another role there
        outside = cast.visitor(name)
        assert "工作作风" not in outside.get("/surveys").text
        assert "没有发给你" in outside.get("/surveys/work").text
        assert outside.post("/surveys/work").status_code == 403
    assert "提醒这 1 人" in cast.visitor("office").get("/surveys/work/asking").text


def test_right_is_handed_within_the_units_alone(desk: Desk, cast: Cast, tables: Any) -> None:
    desk.make(units=["county"])
    assert [one["issued"] for one in cast.visitor("cadre").get("/surveys/rights").json] == [False]
    outside = cast.visitor("expert")
    assert outside.get("/surveys/rights").json == []
    assert outside.post("/surveys/work/rights", {"blinded": "A" * 342}).status_code == 403
    outside.get("/surveys/work")
    assert tables("survey_rights") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "发给：在county单位及下属单位担任这些角色的人：组工干部"),
        ("en", "Asked: In county单位 and the units below it, whoever is: "),
    ],
)
def test_form_says_whom_it_asks(desk: Desk, cast: Cast, language: str, said: str) -> None:
    desk.make(units=["county"], audience=["cadre"])
    page = cast.visitor("cadre").get("/surveys/work", headers={"Accept-Language": language})
    assert said in page.text
    assert "发给" in cast.visitor("office").get("/surveys/work/asking").text


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        (["nowhere"], "没有代号是“nowhere”的单位"),
        (["county"], "今天不在组织架构里"),
        ([], "请列出单位的代号"),
        (["单位"], "请列出单位的代号"),
        (["region"] * 2, "写了两遍"),
        ([f"u{number}" for number in range(101)], "请列出单位的代号"),
        ("county", "请列出单位的代号"),
        ([7], "请列出单位的代号"),
    ],
)
def test_no_such_unit(app: Flask, cast: Cast, units: Any, sentence: str) -> None:
    """Unknown, dissolved, named twice, too many; the survey is not made."""
    cast.unit_id("county")
    with app.app_context():
        db.session.execute(update(Unit).where(Unit.key == "county").values(path=""))
        with pytest.raises(DefinitionFault) as fault:
            publishing.bring(read(document(units=units)), SYSTEM)
    assert sentence in str(fault.value.faults[0].sentence)
    assert fault.value.faults[0].place == "units"


def test_workbook_keeps_the_units(app: Flask) -> None:
    asked = document(units=["county", "office"])
    with app.test_request_context():
        found, _told = read_workbook(Upload("work.xlsx", "xlsx", workbook(asked)))
    assert found.units == ("county", "office")
    assert found.document == read(asked).document


def sent(**changes: Any) -> dict[str, Any]:
    """The head as the workshop sends it."""
    return {
        **{"seen": "0", "do": "done", "title-zh": "工作作风", "audience": "cadre"},
        **{"anonymity": "anonymous", "minutes": "6", "results_when": "closed"},
        **changes,
    }


def test_workshop_takes_units_by_name_or_key(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(state="draft")
    office = cast.visitor("office")
    typed = [" county单位 ", "", "office", "county"]
    assert office.post(HEAD, sent(units=typed)).status_code == 303
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert survey.unit_ids == sorted([cast.ids["unit:county"], cast.ids["unit:office"]])
        assert publishing.latest_version(survey).document["units"] == ["county", "office"]
    page = office.get(HEAD)
    assert 'name="units" value="county单位"' in page.text
    assert page.text.count('name="units" value=""') == 3
    now = {"seen": page.text.split('name="seen" value="')[1].split('"')[0]}
    assert office.post(HEAD, sent(**now, units=["", ""])).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Survey.unit_ids)).one() == []


@pytest.mark.parametrize(
    ("typed", "sentence"), [("天上", "没有叫“天上”的单位"), ("county", "今天不在组织架构里")]
)
def test_workshop_says_which_unit_is_none(
    desk: Desk, cast: Cast, app: Flask, typed: str, sentence: str
) -> None:
    desk.make(state="draft")
    with app.app_context():
        db.session.execute(update(Unit).where(Unit.key == "county").values(path=""))
        db.session.commit()
    page = cast.visitor("office").post(HEAD, sent(units=[typed, "office"]))
    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{typed}"' in page.text


def test_units_cost_no_statement_a_survey(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(units=["county"])
    visitor = cast.visitor("cadre")
    one = _costs(app, visitor)
    desk.make(slug="second", units=["region"], audience=["cadre"])
    desk.make(slug="third", units=["county", "office"])
    assert _costs(app, visitor) == one
    with counted(app) as statements:
        visitor.get("/surveys/work")
    assert len(statements) <= 6, statements


def _costs(app: Flask, visitor: Visitor) -> list[int]:
    found = []
    for page in ("/", "/surveys"):
        assert visitor.get(page).status_code == 200
        with counted(app) as statements:
            visitor.get(page)
        found.append(len(statements))
    return found
