"""An anonymous survey's database, in the hands of somebody who wants to know who said what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask import session as flask_session
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from accounts import session
from accounts.models import Membership, Person
from accounts.passwords import hashed
from core import clock, keys
from core.db import db, reading
from core.policy import SYSTEM
from surveys import publishing, receipts, responses, rights
from surveys.models import (
    Answer,
    OpenAnswer,
    Survey,
    SurveyResponse,
    SurveyVersion,
    random_id,
)
from surveys.shelves import release_held
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk, action, hidden, label

PEOPLE = 60
TABLES = (
    "survey_responses",
    "survey_answers",
    "survey_open_answers",
    "survey_held_responses",
    "survey_spent_rights",
    "survey_result_snapshots",
)
# Sixty in chance order: a correlation beyond this has one chance in 200,000.
LIMIT = 0.6
QUESTIONS = [
    {"key": "num", "type": "number", "label": label("号"), "required": True},
    {"key": "text", "type": "long", "label": label("话"), "required": True},
]


def correlation(order: list[float]) -> float:
    """Spearman's rank correlation of a list of different numbers with its own order."""
    ranks = {value: rank for rank, value in enumerate(sorted(order))}
    n = len(order)
    distance = sum((ranks[value] - place) ** 2 for place, value in enumerate(order))
    return 1 - 6 * distance / (n * (n * n - 1))


def test_correlation_is_a_correlation() -> None:
    assert correlation([1, 2, 3, 4, 5]) == 1
    assert correlation([5, 4, 3, 2, 1]) == -1
    assert correlation([2, 1, 4, 3, 5]) == pytest.approx(0.8)


class Crowd:
    """People who each open the form and answer at once, one after another."""

    def __init__(self, desk: Desk, count: int) -> None:
        self.desk = desk
        self.slug = desk.make(
            sections=[{"title": label("一"), "questions": QUESTIONS}], audience=["everyone"]
        )
        self.rights: list[str] = []
        self.people: list[int] = []
        self.tokens: list[str] = []
        for number in range(count):
            self.answer(number)

    def answer(self, number: int) -> None:
        visitor = self._sign_in(number)
        page = visitor.get(f"/surveys/{self.slug}")
        sent = {"q-num": str(number), "q-text": f"第{number}个人写的"}
        data = {**hidden(page), **sent}
        assert visitor.client.post(action(page), data=data).status_code == 303
        self.rights.append(data["right"])

    def _sign_in(self, number: int) -> Visitor:
        """A new person with a browser that is signed in."""
        visitor = Visitor(self.desk.app.test_client())
        unit_id = self.desk.cast.unit_id("county")
        with self.desk.app.test_request_context():
            role = Membership(unit_id=unit_id, role="delegate", valid_from=clock.today())
            person = Person(
                username=f"visitor-{number:02d}",
                name=f"访客{number:02d}",
                unit_id=unit_id,
                password_hash=_HASH,
                memberships=[role],
            )
            db.session.add(person)
            db.session.flush()
            session.begin(person.id)
            db.session.commit()
            cookie = dict(flask_session)
            self.people.append(person.id)
        with visitor.client.session_transaction() as fresh:
            fresh.update(cookie)
        self.tokens.append(cookie[session.TOKEN])
        return visitor


_HASH = hashed("a password nobody uses here")


@pytest.fixture
def crowd(desk: Desk) -> Crowd:
    crowd = Crowd(desk, 0)
    for number in range(PEOPLE):
        crowd.answer(number)
        if number % 12 == 11:
            release_daily(desk.app)
    desk.release(crowd.slug)
    return crowd


def release_daily(app: Flask) -> None:
    with app.app_context():
        release_held()
        db.session.commit()


@pytest.fixture
def dump(app: Flask, crowd: Crowd) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Every table, each row in the order in which it lies."""
    with app.app_context():
        yield {
            name: [dict(row) for row in db.session.execute(select(table)).mappings()]
            for name, table in db.metadata.tables.items()
        }


def test_answers_of_sixty_lead_to_nobody(
    crowd: Crowd, dump: dict[str, list[dict[str, Any]]], app: Flask
) -> None:
    assert len(dump["survey_responses"]) == PEOPLE
    assert dump["survey_held_responses"] == []
    _names_nobody(crowd, dump)
    _tells_no_order(dump)
    _right_is_nowhere_beside_a_name(crowd, dump)
    _attackers_do_no_better_than_chance(crowd, dump)
    if app.extensions["sqlalchemy"].engine.dialect.name == "postgresql":
        _rows_lie_in_no_order()


def _names_nobody(crowd: Crowd, dump: dict[str, list[dict[str, Any]]]) -> None:
    for row in dump["survey_responses"]:
        assert (row["person_id"], row["version_number"], row["answered_at"]) == (None, None, None)
    answers = json.dumps([dump[name] for name in TABLES], default=str, ensure_ascii=False)
    secrets = [*crowd.rights, *crowd.tokens]
    secrets += [right.partition(".")[0] for right in crowd.rights]
    secrets += [hashlib.sha256(token.encode()).hexdigest() for token in crowd.tokens]
    secrets += ["visitor-", "访客"]
    assert not [secret for secret in secrets if secret in answers]
    for name in TABLES:
        columns = db.metadata.tables[name].columns
        assert not [
            c.name for c in columns if "time" in str(c.type).lower() and c.nullable is False
        ]
        assert name == "survey_responses" or not [c for c in columns if "person" in c.name]


def _tells_no_order(dump: dict[str, list[dict[str, Any]]]) -> None:
    """Neither where rows lie nor their keys say who came first."""
    numbers = {row["response_id"]: row["number"] for row in dump["survey_answers"]}
    texts = [int(row["text"][1:-4]) for row in dump["survey_open_answers"]]
    orders = {
        "answers as they lie": [row["number"] for row in dump["survey_answers"]],
        "responses as they lie": [numbers[row["id"]] for row in dump["survey_responses"]],
        "answers by key": [numbers[key] for key in sorted(numbers)],
        "texts as they lie": texts,
        "texts by key": [
            int(row["text"][1:-4])
            for row in sorted(dump["survey_open_answers"], key=lambda row: row["id"])
        ],
    }
    for name, order in orders.items():
        assert sorted(order) == list(range(PEOPLE)), name
        assert abs(correlation(order)) < LIMIT, name


def _rows_lie_in_no_order() -> None:
    """On PostgreSQL: the place of a row, and the transaction that wrote it."""
    for table, what in (("survey_answers", "number"), ("survey_open_answers", "text")):
        rows = db.session.execute(text(f"SELECT {what}, xmin FROM {table} ORDER BY ctid")).all()
        order = [float(v) if what == "number" else int(v[1:-4]) for v, _xmin in rows]
        assert abs(correlation(order)) < LIMIT, table
        assert len({xmin for _value, xmin in rows}) == 1, "one transaction wrote them all"
    assert len(set(db.session.scalars(text("SELECT xmin::text FROM survey_responses")))) == 1


def _right_is_nowhere_beside_a_name(crowd: Crowd, dump: dict[str, list[dict[str, Any]]]) -> None:
    """Rights were handed to all; what was used is a digest that no other table holds."""
    handed = {row["person_id"]: row["sealed"] for row in dump["survey_rights"]}
    assert sorted(handed) == sorted(crowd.people)
    spent = {row["digest"] for row in dump["survey_spent_rights"]}
    numbers = [right.partition(".")[0] for right in crowd.rights]
    assert spent == {hashlib.sha256(number.encode()).hexdigest() for number in numbers}
    others = json.dumps(
        [rows for name, rows in dump.items() if name != "survey_spent_rights"], default=str
    )
    assert not [digest for digest in spent if digest in others]
    assert not [number for number in numbers if number in others]


def _attackers_do_no_better_than_chance(
    crowd: Crowd, dump: dict[str, list[dict[str, Any]]]
) -> None:
    """Pair people with answers by every order that the database holds of each."""
    mine = {person: number for number, person in enumerate(crowd.people)}
    people = [
        [row["person_id"] for row in dump["survey_rights"]],
        [row["person_id"] for row in sorted(dump["sign_ins"], key=lambda r: r["began_at"])],
        sorted(mine),
        [
            row["person_id"]
            for row in sorted(
                dump["survey_rights"], key=lambda r: hashlib.sha256(r["sealed"].encode()).digest()
            )
        ],
    ]
    answers = [
        [int(row["number"]) for row in dump["survey_answers"]],
        [int(row["text"][1:-4]) for row in dump["survey_open_answers"]],
    ]
    answers += [list(reversed(order)) for order in answers]
    for one in people:
        one = [person for person in one if person in mine]
        for other in answers:
            right = sum(mine[person] == answer for person, answer in zip(one, other, strict=True))
            assert right <= 8, "one in 60 is right by chance; 9 of 60 has one chance in 900,000"


def test_another_server_cannot_read_what_lies_beside_the_name(
    desk: Desk, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sealed right opens with the running server's memory, and with nothing at rest."""
    desk.make()
    right = hidden(cast.visitor("delegate").get("/surveys/work"))["right"]
    with app.app_context(), reading():
        survey = db.session.scalars(select(Survey)).one()
        assert rights.hand_out(survey, cast.id("delegate")) == right
        monkeypatch.setattr(rights, "_memory", b"what a thief with all files has.")
        assert rights.hand_out(survey, cast.id("delegate")) is None


def test_day_beside_a_right_is_everybodys(desk: Desk, cast: Cast, tables: Any) -> None:
    """Not the day on which somebody opened the form."""
    desk.make(days=[-3, 10])
    cast.visitor("delegate").get("/surveys/work")
    with clock.travel(clock.now() + timedelta(days=2)):
        cast.visitor("expert").get("/surveys/work")
    with desk.app.app_context():
        first_day = db.session.scalars(select(Survey)).one().first_day
    assert [row["issued_on"] for row in tables("survey_rights")] == [first_day] * 2


def test_sealed_rights_are_gone_when_the_survey_closes(desk: Desk, cast: Cast, tables: Any) -> None:
    desk.make()
    cast.visitor("delegate").get("/surveys/work")
    assert tables("survey_rights")[0]["sealed"]
    desk.move("work", "close")
    assert tables("survey_rights")[0]["sealed"] is None


def test_few_held_answers_lie_in_no_order(desk: Desk, app: Flask) -> None:
    """Of those that wait, PostgreSQL cannot tell which came last."""
    Crowd(desk, 4)
    with app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM survey_held_responses")) == 4
        if db.engine.dialect.name == "postgresql":
            assert (
                len(set(db.session.scalars(text("SELECT xmin::text FROM survey_held_responses"))))
                == 1
            )
        assert db.session.scalar(text("SELECT count(*) FROM survey_answers")) == 0


def test_newest_held_answer_has_no_place_of_its_own(desk: Desk, app: Flask) -> None:
    """On PostgreSQL the newest of four must not lie last each time; SQLite keeps no places."""
    desk.make()
    last = []
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            assert "WITHOUT ROWID" in db.session.scalar(
                text("SELECT sql FROM sqlite_master WHERE name = 'survey_held_responses'")
            )
            return
        survey = db.session.scalars(select(Survey)).one()
        for _ in range(16):
            forms = [keys.token() for _ in range(4)]
            for form in forms:
                assert responses.cast(survey, rights.mint(survey), form, [])
            newest = receipts.digest(survey.id, receipts.code_for(forms[-1]))
            placed = "SELECT receipt FROM survey_held_responses ORDER BY ctid"
            last.append(db.session.scalars(text(placed)).all()[-1] == newest)
            db.session.execute(text("DELETE FROM survey_held_responses"))
    assert not all(last), "by chance once in four thousand million"


# --- What the database itself refuses ------------------------------------------------------


def row(survey: Survey, **changes: Any) -> dict[str, Any]:
    nobody = {"person_id": None, "version_number": None, "answered_at": None}
    base = {"id": random_id(), "survey_id": survey.id, "anonymity": survey.anonymity}
    return {**base, **nobody, **changes}


@pytest.fixture
def survey(desk: Desk, app: Flask) -> Iterator[Survey]:
    desk.make()
    with app.app_context():
        yield db.session.scalars(select(Survey)).one()


@pytest.mark.parametrize("what", ["person_id", "version_number", "answered_at"])
def test_anonymous_response_that_names_anything_is_refused(
    survey: Survey, cast: Cast, what: str
) -> None:
    value = {"person_id": cast.ids["office"], "version_number": 1, "answered_at": clock.now()}[what]
    with pytest.raises(IntegrityError):
        db.session.execute(insert(SurveyResponse), [row(survey, **{what: value})])


def test_anonymous_response_cannot_pass_for_a_named_one(survey: Survey, cast: Cast) -> None:
    """Calling it named does not help: its survey is anonymous, and a foreign key says so."""
    named = row(
        survey,
        anonymity="named",
        person_id=cast.ids["office"],
        version_number=1,
        answered_at=clock.now(),
    )
    with pytest.raises(IntegrityError):
        db.session.execute(insert(SurveyResponse), [named])


def test_anonymous_text_stands_alone(survey: Survey) -> None:
    response = row(survey)
    db.session.execute(insert(SurveyResponse), [response])
    with pytest.raises(IntegrityError):
        db.session.execute(
            insert(OpenAnswer),
            [
                {
                    "survey_id": survey.id,
                    "question_key": "text",
                    "id": random_id(),
                    "option_key": "",
                    "anonymity": "anonymous",
                    "response_id": response["id"],
                    "text": "谁写的",
                }
            ],
        )


def test_what_is_chosen_and_what_is_written_part(desk: Desk, app: Flask) -> None:
    Crowd(desk, 5)
    desk.release("work")
    with app.app_context():
        assert set(db.session.scalars(select(OpenAnswer.response_id))) == {None}
        ids = set(db.session.scalars(select(Answer.response_id)))
        assert not ids & set(db.session.scalars(select(OpenAnswer.id)))


def test_draft_may_change_its_anonymity_and_a_published_form_may_not(
    desk: Desk, app: Flask
) -> None:
    desk.make(state="draft", slug="early")
    desk.make(slug="late")
    with app.app_context():
        early, late = db.session.scalars(select(Survey).order_by(Survey.slug)).all()
        early.anonymity = "named"
        db.session.flush()
        with pytest.raises(ValueError, match="published"):
            late.anonymity = "named"
        db.session.rollback()
        with pytest.raises(IntegrityError):
            db.session.execute(text("UPDATE surveys SET anonymity = 'named' WHERE slug = 'late'"))
        db.session.rollback()
        assert db.session.scalars(
            select(SurveyVersion.published_as).order_by(SurveyVersion.survey_id)
        ).all() == [None, "anonymous"]


def test_daily_release_leaves_five_behind(desk: Desk, app: Flask, tables: Any) -> None:
    """No batch is smaller than five, the last one neither; fewer than ten wait for others."""
    crowd = Crowd(desk, 9)
    release_daily(app)
    assert (len(tables("survey_held_responses")), tables("survey_responses")) == (9, [])
    crowd.answer(9)
    before = {row["receipt"] for row in tables("survey_held_responses")}
    release_daily(app)
    assert len(tables("survey_responses")) == 5
    assert {row["receipt"] for row in tables("survey_held_responses")} < before
    crowd.answer(10)
    release_daily(app)
    assert len(tables("survey_responses")) == 5
    desk.move("work", "close")
    assert len(tables("survey_responses")) == 11


def test_who_stays_behind_is_chance(desk: Desk, app: Flask) -> None:
    """Of ten that came one after another, neither the first nor the last five stay each time."""
    desk.make()
    stayed = []
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        for _ in range(12):
            forms = [keys.token() for _ in range(10)]
            for form in forms:
                assert responses.cast(survey, rights.mint(survey), form, [])
            responses.release_daily(survey)
            codes = [receipts.code_for(form) for form in forms]
            stayed.append(tuple(responses.held_under(survey, code) is not None for code in codes))
            db.session.execute(text("DELETE FROM survey_held_responses"))
    assert {sum(one) for one in stayed} == {5}
    assert len(set(stayed)) > 6


def test_closing_takes_in_what_is_held(desk: Desk, app: Flask, tables: Any) -> None:
    Crowd(desk, 7)
    assert len(tables("survey_held_responses")) == 7
    desk.move("work", "close")
    assert len(tables("survey_responses")) == 7
    assert tables("survey_held_responses") == []
    with app.app_context():
        assert publishing.latest_version(db.session.scalars(select(Survey)).one()).number == 1
    assert SYSTEM.id is None
