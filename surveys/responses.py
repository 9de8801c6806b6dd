"""Taking in filled forms: a named one stands beside its person, an anonymous one in a crowd.

An anonymous response is held until THRESHOLD others are there. Then all are released in one
transaction: shuffled, under new random keys, what was chosen apart from what was written. On
PostgreSQL the survey's rows are written anew in random order each time, since the place of a
row and the number of its transaction would tell when it came; SQLite keeps the rows by their
random keys and has neither.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import db

from . import results, rights
from .definition import SLUG
from .models import (
    Answer,
    HeldResponse,
    OpenAnswer,
    ResultSnapshot,
    Survey,
    SurveyResponse,
    random_id,
)

# What a field gives for a question: its key and, where they apply, row, option, number, day, text.
Given = dict[str, Any]

_shuffler = random.SystemRandom()


class NotStored(RuntimeError):
    """An anonymous answer that the database refused; it says how, and nothing of the answer."""


@contextmanager
def unlogged() -> Iterator[None]:
    """What goes wrong inside leaves no answer in the log: databases quote rows in their errors."""
    try:
        yield
    except SQLAlchemyError as fault:
        raise NotStored(type(fault).__name__) from None


def open_by(slug: str) -> Survey | None:
    """A published survey, its row locked: answers come in one after another."""
    if not SLUG.fullmatch(slug):
        return None
    return db.session.scalar(
        select(Survey)
        .where(Survey.slug == slug, Survey.state != "draft")
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


# --- Named ---------------------------------------------------------------------------------


def put(survey: Survey, person_id: int, version_number: int, given: list[Given]) -> None:
    """Keep a person's answers in place of earlier ones, in the caller's transaction."""
    response = db.session.scalar(
        select(SurveyResponse).where(
            SurveyResponse.survey_id == survey.id, SurveyResponse.person_id == person_id
        )
    )
    if response is None:
        response = SurveyResponse(
            survey_id=survey.id,
            anonymity=survey.anonymity,
            person_id=person_id,
            version_number=version_number,
            answered_at=clock.now(),
        )
        db.session.add(response)
    else:
        response.version_number = version_number
        response.answered_at = clock.now()
        for kept in (Answer, OpenAnswer):
            db.session.execute(delete(kept).where(kept.response_id == response.id))
    db.session.flush()
    _insert(Answer, [_closed(survey, response.id, one) for one in given if "text" not in one])
    _insert(OpenAnswer, [_open(survey, response.id, one) for one in given if "text" in one])
    if survey.results_when == "always":
        results.snapshot(survey)


def given_by(survey: Survey, person_id: int) -> list[Given]:
    """A person's named answers as the form gave them, for the same person to change."""
    response_id = (
        select(SurveyResponse.id)
        .where(SurveyResponse.survey_id == survey.id, SurveyResponse.person_id == person_id)
        .scalar_subquery()
    )
    closed = db.session.scalars(select(Answer).where(Answer.response_id == response_id))
    opened = db.session.scalars(select(OpenAnswer).where(OpenAnswer.response_id == response_id))
    found: list[Given] = [
        {
            "question": one.question_key,
            "row": one.row_key,
            "option": one.option_key,
            "number": one.number,
            "day": one.day,
        }
        for one in closed
    ]
    found += [
        {"question": one.question_key, "option": one.option_key, "text": one.text} for one in opened
    ]
    return found


# --- Anonymous -----------------------------------------------------------------------------


def cast(survey: Survey, right: str, given: list[Given]) -> bool:
    """Take in an anonymous response and use its right up; False when the right was used before.

    Both happen in the caller's transaction, or neither.
    """
    if not rights.spend(survey, right):
        return False
    _insert(HeldResponse, [{"survey_id": survey.id, "id": random_id(), "answers": _plain(given)}])
    held = db.session.scalar(
        select(func.count()).select_from(HeldResponse).where(HeldResponse.survey_id == survey.id)
    )
    if (held or 0) >= batch_size(survey):
        release(survey)
    else:
        _stir_held(survey)
    return True


def batch_size(survey: Survey) -> int:
    """How many are released together: a tenth of those that are there, at least THRESHOLD.

    The tenth keeps the writing anew on PostgreSQL in proportion to the answers.
    """
    counted = db.session.scalar(
        select(ResultSnapshot.response_count).where(ResultSnapshot.survey_id == survey.id)
    )
    return max(results.THRESHOLD, (counted or 0) // 10)


def release(survey: Survey) -> None:
    """Move what is held to the answers, shuffled, and count anew where the rule allows it."""
    held = list(
        db.session.scalars(
            delete(HeldResponse)
            .where(HeldResponse.survey_id == survey.id)
            .returning(HeldResponse.answers)
        )
    )
    responses, closed, opened = [], [], []
    for answers in held:
        response = {
            "id": random_id(),
            "survey_id": survey.id,
            "anonymity": "anonymous",
            "person_id": None,
            "version_number": None,
            "answered_at": None,
        }
        responses.append(response)
        for one in map(_read, answers):
            if "text" in one:
                opened.append(_open(survey, None, one))
            else:
                closed.append(_closed(survey, response["id"], one))
    _insert(SurveyResponse, responses)
    _insert(Answer, closed)
    _insert(OpenAnswer, opened)
    if responses and db.engine.dialect.name == "postgresql":
        _write_anew(survey)
    results.snapshot(survey)


def _stir_held(survey: Survey) -> None:
    """On PostgreSQL, write the held responses anew in random order, as if come together."""
    if db.engine.dialect.name != "postgresql":
        return
    held = list(
        db.session.scalars(
            delete(HeldResponse)
            .where(HeldResponse.survey_id == survey.id)
            .returning(HeldResponse.answers)
        )
    )
    _shuffler.shuffle(held)
    _insert(
        HeldResponse,
        [{"survey_id": survey.id, "id": random_id(), "answers": answers} for answers in held],
    )


def _write_anew(survey: Survey) -> None:
    """Give every answer of the survey a new place and one common transaction (PostgreSQL)."""
    connection = db.session.connection()
    tables = ("survey_responses", "survey_answers", "survey_open_answers")
    for table in tables:
        connection.execute(
            sql(
                f"CREATE TEMPORARY TABLE anew_{table} ON COMMIT DROP AS "
                f"SELECT * FROM {table} WHERE survey_id = :survey"
            ),
            {"survey": survey.id},
        )
    for table in reversed(tables):
        connection.execute(
            sql(f"DELETE FROM {table} WHERE survey_id = :survey"), {"survey": survey.id}
        )
    for table in tables:
        connection.execute(sql(f"INSERT INTO {table} SELECT * FROM anew_{table} ORDER BY random()"))
        connection.execute(sql(f"DROP TABLE anew_{table}"))


# --- Rows ----------------------------------------------------------------------------------


def _closed(survey: Survey, response_id: Any, one: Given) -> dict[str, Any]:
    return {
        "survey_id": survey.id,
        "response_id": response_id,
        "question_key": one["question"],
        "row_key": one.get("row", ""),
        "option_key": one.get("option", ""),
        "number": one.get("number"),
        "day": one.get("day"),
    }


def _open(survey: Survey, response_id: Any, one: Given) -> dict[str, Any]:
    return {
        "survey_id": survey.id,
        "question_key": one["question"],
        "id": random_id(),
        "option_key": one.get("option", ""),
        "anonymity": survey.anonymity,
        "response_id": response_id,
        "text": one["text"],
    }


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows)


def _plain(given: Iterable[Given]) -> list[Given]:
    """As JSON keeps it: a day is a string."""
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in one.items()
        }
        for one in given
    ]


def _read(one: Given) -> Given:
    day = one.get("day")
    return {**one, "day": date.fromisoformat(day)} if day else one
