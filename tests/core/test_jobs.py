"""Background work: done once, done again after a death, given up in the end, tidied away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, jobs, throttle
from core.db import db
from core.jobs import Job
from core.once import Submission

DONE: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def works(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only this test's works: one that notes its ids, one that fails, one that repeats."""
    monkeypatch.setattr(jobs, "_works", {})
    DONE.clear()
    jobs.job("test.note")(lambda **args: DONE.append(args))
    jobs.job("test.fail")(_fail)
    yield


def _fail(**_args: Any) -> None:
    db.session.add(Submission(digest="half", kind="test", at=clock.now()))
    db.session.flush()
    raise RuntimeError("it did not work")


def only() -> Job:
    db.session.expire_all()
    return db.session.scalars(select(Job)).one()


def ask(name: str = "test.note", due_at: datetime | None = None, **args: Any) -> None:
    jobs.enqueue(name, due_at, **args)
    db.session.commit()


def test_asked_for_and_done_once() -> None:
    ask(post_id=7, region="CN-XJ")
    assert jobs.run_one()
    assert DONE == [{"post_id": 7, "region": "CN-XJ"}]
    assert only().done_at is not None
    assert not jobs.run_one()
    assert len(DONE) == 1


def test_asking_belongs_to_the_callers_transaction() -> None:
    jobs.enqueue("test.note")
    db.session.rollback()
    assert not jobs.run_one()


def test_unknown_work_is_refused() -> None:
    with pytest.raises(KeyError):
        jobs.enqueue("test.unknown")


@pytest.mark.parametrize("value", ["字" * 65, ["a"], {"a": 1}, 1.5, None, b"x"])
def test_args_are_ids_and_never_texts(value: Any) -> None:
    with pytest.raises(ValueError, match="takes ids"):
        jobs.enqueue("test.note", what=value)


def test_not_before_it_is_due() -> None:
    ask(due_at=clock.now() + timedelta(hours=1))
    assert not jobs.run_one()
    with clock.travel(clock.now() + timedelta(hours=2)):
        assert jobs.run_one()


def test_earliest_due_first() -> None:
    ask(due_at=clock.now() - timedelta(minutes=1), n=2)
    ask(due_at=clock.now() - timedelta(minutes=5), n=1)
    jobs.run_one()
    jobs.run_one()
    assert [args["n"] for args in DONE] == [1, 2]


def test_failure_takes_back_what_it_wrote_and_is_tried_again_later() -> None:
    ask("test.fail")
    assert jobs.run_one()
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 0
    job = only()
    assert (job.done_at, job.failed_at, job.leased_until) == (None, None, None)
    assert timedelta(seconds=50) < job.due_at - clock.now() <= timedelta(minutes=1)
    assert not jobs.run_one()


def test_waits_grow_and_at_last_it_is_given_up() -> None:
    ask("test.fail")
    moment = clock.now()
    waits = []
    for _attempt in range(jobs.ATTEMPTS):
        with clock.travel(moment):
            assert jobs.run_one()
            due = only().due_at
            waits.append(round((due - clock.now()).total_seconds() / 60))
            moment = due + timedelta(seconds=1)
    assert waits == [1, 2, 4, 8, 16, 32]
    assert only().failed_at is not None
    with clock.travel(moment + timedelta(days=1)):
        assert not jobs.run_one()


def test_leased_work_is_left_alone_until_the_lease_ends() -> None:
    ask()
    assert jobs._lease() is not None  # a worker takes it, and dies
    assert not jobs.run_one()
    with clock.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.run_one()
    assert len(DONE) == 1


def test_work_that_kills_its_workers_is_given_up() -> None:
    ask()
    moment = clock.now()
    for _death in range(jobs.ATTEMPTS):
        with clock.travel(moment):
            assert jobs._lease() is not None
        moment += jobs.LEASE + timedelta(seconds=1)
    with clock.travel(moment):
        assert jobs._lease() is None
        jobs.schedule()
        assert only().failed_at is not None


def test_last_attempt_is_not_given_up_while_it_runs() -> None:
    ask()
    db.session.scalars(select(Job)).one().attempt_count = jobs.ATTEMPTS - 1
    db.session.commit()
    assert jobs._lease() is not None
    jobs.schedule()
    assert only().failed_at is None


def test_work_of_a_later_program_is_left_to_it() -> None:
    db.session.add(Job(name="later.work", args={}, due_at=clock.now()))
    db.session.commit()
    assert not jobs.run_one()
    assert only().done_at is None


def test_repeating_work_has_one_row_that_waits() -> None:
    jobs.job("test.daily", every=timedelta(hours=24))(lambda: DONE.append({}))
    for _look in range(3):
        jobs.schedule()
        db.session.commit()
    assert only().due_at <= clock.now()
    jobs.run_one()
    jobs.schedule()
    db.session.commit()
    waiting = db.session.scalars(select(Job).where(Job.done_at.is_(None))).one()
    assert timedelta(hours=23) < waiting.due_at - clock.now() <= timedelta(hours=24)


def test_repeating_work_goes_on_after_it_was_given_up() -> None:
    jobs.job("test.daily", every=timedelta(hours=24))(lambda: None)
    db.session.add(Job(name="test.daily", due_at=clock.now(), failed_at=clock.now()))
    db.session.commit()
    jobs.schedule()
    assert db.session.scalar(select(func.count()).where(Job.failed_at.is_(None))) == 1


def test_tidy_forgets_what_need_not_be_kept() -> None:
    now = clock.now()
    long_ago = now - timedelta(days=31)
    db.session.add_all(
        [
            Job(name="old done", due_at=now, done_at=now - timedelta(days=8)),
            Job(name="new done", due_at=now, done_at=now - timedelta(days=6)),
            Job(name="old failed", due_at=now, failed_at=long_ago),
            Job(name="new failed", due_at=now, failed_at=now - timedelta(days=8)),
            Job(name="waiting", due_at=long_ago),
            Submission(digest="old", kind="k", at=now - timedelta(days=3)),
            Submission(digest="new", kind="k", at=now - timedelta(days=1)),
            throttle.Attempt(digest="old", at=now - timedelta(days=3)),
            throttle.Attempt(digest="new", at=now),
        ]
    )
    db.session.commit()
    jobs.tidy()
    db.session.commit()
    assert set(db.session.scalars(select(Job.name))) == {"new done", "new failed", "waiting"}
    assert set(db.session.scalars(select(Submission.digest))) == {"new"}
    assert set(db.session.scalars(select(throttle.Attempt.digest))) == {"new"}


def test_worker_does_what_is_due_and_stops(app: Flask) -> None:
    ask(n=1)
    ask(n=2)
    result = app.test_cli_runner().invoke(args=["jobs", "work", "--once"])
    assert result.exit_code == 0
    assert [args["n"] for args in DONE] == [1, 2]


def test_log_of_a_failure_names_the_work(caplog: pytest.LogCaptureFixture) -> None:
    ask("test.fail")
    jobs.run_one()
    assert "job=test.fail" in caplog.text
