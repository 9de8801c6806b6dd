"""Counting attempts: to the limit and no further, and without knowing who."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, throttle
from core.db import db
from core.errors import TooMany
from core.throttle import Attempt

PER = timedelta(minutes=15)


def spend(key: str = "me", purpose: str = "test", limit: int = 3) -> list[int]:
    return throttle.spend(purpose, key, limit=limit, per=PER)


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(Attempt)) or 0


def test_limit_is_reached_and_not_passed(context: Flask) -> None:
    for _ in range(3):
        spend()
    with pytest.raises(TooMany) as refused:
        spend()
    assert 0 < refused.value.retry_after <= 900
    assert rows() == 3


def test_refused_attempts_do_not_prolong_the_wait(context: Flask) -> None:
    for _ in range(3):
        spend()
    with clock.travel(clock.now() + timedelta(minutes=14)), pytest.raises(TooMany):
        spend()
    with clock.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        spend()


def test_wait_tells_when_the_next_is_allowed(context: Flask) -> None:
    assert throttle.wait("test", "me", limit=1, per=PER) == 0
    spend()
    with clock.travel(clock.now() + timedelta(minutes=5)):
        assert 590 <= throttle.wait("test", "me", limit=1, per=PER) <= 600


@pytest.mark.parametrize(("key", "purpose"), [("you", "test"), ("me", "other")])
def test_keys_and_purposes_are_counted_apart(context: Flask, key: str, purpose: str) -> None:
    for _ in range(3):
        spend()
    spend(key, purpose)


def test_honest_attempt_is_taken_back(context: Flask) -> None:
    attempts = [*spend(), *spend()]
    throttle.take_back(*attempts)
    assert rows() == 0
    for _ in range(3):
        spend()


def test_forgetting_leaves_others_alone(context: Flask) -> None:
    spend("me"), spend("you")
    throttle.forget("test", "me")
    assert rows() == 1
    assert throttle.wait("test", "you", limit=1, per=PER) > 0


def test_note_counts_like_spend(context: Flask) -> None:
    throttle.note("test", "me")
    assert throttle.wait("test", "me", limit=1, per=PER) > 0


def test_midnight_forgives_nothing(context: Flask) -> None:
    """The digest changes with the day; yesterday's attempts of the window count all the same."""
    late = datetime(2026, 4, 15, 23, 55, tzinfo=UTC)
    with clock.travel(late):
        for _ in range(3):
            spend()
    with clock.travel(late + timedelta(minutes=10)), pytest.raises(TooMany):
        spend()
    with clock.travel(late + timedelta(minutes=16)):
        spend()


def test_rows_do_not_tell_whose_they_are(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither name nor address; not the same on two days, nor under another key."""
    spend("203.0.113.9")
    with clock.travel(clock.now() + timedelta(days=1)):
        spend("203.0.113.9")
    monkeypatch.setitem(context.config, "SECRET_KEY", "another key of more than 32 characters!")
    spend("203.0.113.9")
    digests = db.session.scalars(select(Attempt.digest)).all()
    assert len(set(digests)) == 3
    assert {column.key for column in Attempt.__table__.columns} == {"id", "digest", "at"}


def test_old_attempts_are_deleted(context: Flask) -> None:
    spend()
    with clock.travel(clock.now() + timedelta(days=1)):
        throttle.tidy()
        assert rows() == 1
    with clock.travel(clock.now() + timedelta(days=2, minutes=1)):
        throttle.tidy()
        assert rows() == 0


def test_of_many_at_once_no_more_pass_than_the_limit(app: Flask) -> None:
    passed: list[int] = []
    refused: list[int] = []
    gate = threading.Barrier(20)

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                passed.append(spend(limit=5))
                db.session.commit()
            except TooMany as fault:
                refused.append(fault.retry_after)
                db.session.rollback()

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), len(refused)) == (5, 15)


def test_one_that_is_not_committed_yet_counts_for_whoever_comes_meanwhile(app: Flask) -> None:
    """The second waits for the end of the first, whatever threads and machine make of it."""
    spent, over = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def second() -> None:
        with app.app_context():
            spent.wait()
            try:
                spend(limit=1)
                outcomes.append("passed")
                db.session.commit()
            except TooMany:
                outcomes.append("refused")
                db.session.rollback()
            finally:
                over.set()

    thread = threading.Thread(target=second)
    thread.start()
    with app.app_context():
        spend(limit=1)
        spent.set()
        over.wait(0.3)  # it is over before the first is only where nothing holds it
        db.session.commit()
    thread.join()
    assert outcomes == ["refused"]
