"""Taking in filled forms: a named one stands beside its person, all others in a crowd.

An anonymous or confidential response is held in its envelope. Once a day, and when the survey closes, what is
held is released in one transaction: shuffled, under new random keys, what was chosen apart from
what was written. A daily release leaves THRESHOLD behind that chance draws, so that no batch is
ever smaller and nobody can say from the day of a batch on which day an answer in it came. On
PostgreSQL the survey's rows are written anew in random order each time, since the place of a
row and the number of its transaction would tell when it came; SQLite keeps the rows by their
random keys and has neither.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, true
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from core import clock, codes
from core.db import db, scrub_after_commit

from . import confiding, envelopes, receipts, results, rights
from .definition import SLUG
from .models import (
    Answer,
    HeldResponse,
    OpenAnswer,
    Survey,
    SurveyResponse,
    SurveyVersion,
    random_id,
)

# What a field gives for a question: its key and, where they apply, row, option, number, day, text.
Given = dict[str, Any]

HELD = "survey_held_responses"
RELEASED = ("survey_responses", "survey_answers", "survey_open_answers")
STIRRED = 8  # held responses that are written anew with each that comes

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


def published(slug: str) -> Survey | None:
    """A published survey, for nobody in particular."""
    if not SLUG.fullmatch(slug):
        return None
    return db.session.scalar(_published(slug))


def open_by(slug: str) -> Survey | None:
    """The same, its row locked: answers come in one after another."""
    if not SLUG.fullmatch(slug):
        return None
    locked = _published(slug).with_for_update(key_share=True)
    return db.session.scalar(locked.execution_options(populate_existing=True))


def _published(slug: str) -> Select[Survey]:
    return select(Survey).where(Survey.slug == slug, Survey.state != "draft")


# --- Named ---------------------------------------------------------------------------------


def put(survey: Survey, person_id: int, version: SurveyVersion, given: list[Given]) -> None:
    """Keep a person's answers in place of earlier ones, in the caller's transaction. What was
    answered to questions that the version no longer asks stays."""
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
            version_number=version.number,
            answered_at=clock.now(),
        )
        db.session.add(response)
    else:
        response.version_number = version.number
        response.answered_at = clock.now()
        anew = {one.key for one in version.definition.questions}
        anew |= {one["question"] for one in given}
        for kept in (Answer, OpenAnswer):
            of_it = (kept.response_id == response.id, kept.question_key.in_(anew))
            db.session.execute(delete(kept).where(*of_it))
    db.session.flush()
    _insert(Answer, [_closed(survey, response.id, one) for one in given if "text" not in one])
    _insert(OpenAnswer, [_open(survey, response.id, one) for one in given if "text" in one])
    if survey.results_when == "always" or results.response_count(survey) > results.AT_ONCE:
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


def cast(survey: Survey, right: str, form_key: str, given: list[Given]) -> bool:
    """Take in an anonymous response and use its right up; False when the right was used before.

    Both happen in the caller's transaction, or neither.
    """
    if not rights.spend(survey, right):
        return False
    _hold(survey, form_key, {"answers": _plain(given)})
    return True


def confide(survey: Survey, person_id: int, form_key: str, given: list[Given]) -> bool:
    """Take in a confidential response, once a person; False when there was one before."""
    if not confiding.participate(survey, person_id):
        return False
    box = confiding.lock(survey, person_id).hex()
    _hold(survey, form_key, {"answers": _plain(given), "box": box})
    return True


def _hold(survey: Survey, form_key: str, contents: dict[str, Any]) -> None:
    receipt = receipts.digest(survey.id, receipts.code_for(form_key))
    envelope = envelopes.seal(survey.id, contents)
    row = {"survey_id": survey.id, "receipt": receipt, "envelope": envelope}
    _insert(HeldResponse, [row])
    _stir(survey, receipt)


def held_under(survey: Survey, code: str) -> HeldResponse | None:
    """The response of a receipt, as long as it is not released."""
    if codes.normal(code) is None:
        return None
    return db.session.get(HeldResponse, (survey.id, receipts.digest(survey.id, code)))


def given_in(held: HeldResponse) -> list[Given]:
    """What a held response says, as the form gave it."""
    return [_read(one) for one in envelopes.unseal(held.survey_id, held.envelope)["answers"]]


def change(survey: Survey, held: HeldResponse, given: list[Given]) -> None:
    """Put other answers into the envelope, in the caller's transaction."""
    contents = envelopes.unseal(survey.id, held.envelope) | {"answers": _plain(given)}
    held.envelope = envelopes.seal(survey.id, contents)
    db.session.flush()
    _stir(survey, held.receipt)
    scrub_after_commit(HELD)


def withdraw(held: HeldResponse) -> None:
    """Take a held response out, in the caller's transaction. Its right stays used."""
    db.session.delete(held)
    scrub_after_commit(HELD)


def release_daily(survey: Survey) -> None:
    """Release what is held but THRESHOLD that chance draws; nothing while there are few."""
    held = db.session.scalar(
        select(func.count()).select_from(HeldResponse).where(HeldResponse.survey_id == survey.id)
    )
    if (held or 0) >= 2 * results.THRESHOLD:
        release(survey, but=results.THRESHOLD)


def release(survey: Survey, but: int = 0) -> None:
    """Move what is held to the answers, shuffled, and count anew where the rule allows it."""
    held = _taken_out(survey)
    _insert(HeldResponse, held[:but])
    responses, closed, opened = [], [], []
    for row in held[but:]:
        contents = envelopes.unseal(survey.id, row["envelope"])
        box = contents.get("box")
        response = {
            "id": random_id(),
            "survey_id": survey.id,
            "anonymity": survey.anonymity,
            "name_box": bytes.fromhex(box) if box else None,
            "person_id": None,
            "version_number": None,
            "answered_at": None,
        }
        responses.append(response)
        for one in map(_read, contents["answers"]):
            if "text" in one:
                opened.append(_open(survey, response["id"] if box else None, one))
            else:
                closed.append(_closed(survey, response["id"], one))
    _insert(SurveyResponse, responses)
    _insert(Answer, closed)
    _insert(OpenAnswer, opened)
    if responses and db.engine.dialect.name == "postgresql":
        _write_anew(survey)
    results.snapshot(survey)
    scrub_after_commit(HELD, *RELEASED)


def _taken_out(survey: Survey, *receipts: str) -> list[dict[str, Any]]:
    """The held responses (those of some receipts, or all), in random order and no longer held."""
    chosen = HeldResponse.receipt.in_(receipts) if receipts else true()
    held = db.session.execute(
        delete(HeldResponse)
        .where(HeldResponse.survey_id == survey.id, chosen)
        .returning(HeldResponse.receipt, HeldResponse.envelope)
    )
    rows = [{"survey_id": survey.id, **row} for row in held.mappings()]
    _shuffler.shuffle(rows)
    return rows


def _stir(survey: Survey, receipt: str) -> None:
    """On PostgreSQL, write a held response and some others anew, as if they had come together."""
    if db.engine.dialect.name != "postgresql":
        return
    ring = (
        select(HeldResponse.receipt)
        .where(HeldResponse.survey_id == survey.id)
        .order_by(HeldResponse.receipt)
        .limit(STIRRED)
    )
    after = db.session.scalars(ring.where(HeldResponse.receipt > secrets.token_hex(32)))
    others = [*after, *db.session.scalars(ring)][:STIRRED]
    _insert(HeldResponse, _taken_out(survey, receipt, *others))


def _write_anew(survey: Survey) -> None:
    """Give every answer of the survey a new place and one common transaction (PostgreSQL)."""
    connection = db.session.connection()
    for table in RELEASED:
        connection.execute(
            sql(
                f"CREATE TEMPORARY TABLE anew_{table} ON COMMIT DROP AS "
                f"SELECT * FROM {table} WHERE survey_id = :survey"
            ),
            {"survey": survey.id},
        )
    for table in reversed(RELEASED):
        connection.execute(
            sql(f"DELETE FROM {table} WHERE survey_id = :survey"), {"survey": survey.id}
        )
    for table in RELEASED:
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
