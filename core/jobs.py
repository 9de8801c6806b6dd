"""Background work: a row in the database, made in the transaction that needs it.

A worker claims a due row for a while, does the work and commits both together; a worker that
dies leaves the row to the next one when its lease ends. Jobs are therefore idempotent.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import JSON, Index, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, db

log = logging.getLogger("dajiatan.jobs")
LEASE = timedelta(minutes=5)
ATTEMPTS = 6
KEEP_DONE = timedelta(days=7)
KEEP_FAILED = timedelta(days=30)
ID_LENGTH = 64


class Job(Base):
    """A piece of work. `done_at` or `failed_at` ends it; neither: it waits or is under way."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempt_count: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Work:
    run: Callable[..., None]
    every: timedelta | None
    is_patient: bool


_works: dict[str, Work] = {}


def job(
    name: str, *, every: timedelta | None = None, is_patient: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the work of that name; with `every` it also runs by itself;
    what `is_patient` (it waits for other machines) lets all else go first.

    The function works in the caller's transaction and does not commit.
    """

    def register(run: Callable[..., None]) -> Callable[..., None]:
        _works[name] = Work(run, every, is_patient)
        return run

    return register


def enqueue(name: str, due_at: datetime | None = None, **args: Any) -> None:
    """Ask for work in the caller's transaction. `args` are ids, never texts."""
    if name not in _works:
        raise KeyError(name)
    for value in args.values():
        if not isinstance(value, int) and not (isinstance(value, str) and len(value) <= ID_LENGTH):
            raise ValueError(f"{name}: a job takes ids, and {type(value).__name__} is none")
    db.session.add(Job(name=name, args=args, due_at=due_at or clock.now()))


def schedule() -> None:
    """See to it that each repeating work has one row that waits, and give up what kills workers."""
    now = clock.now()
    waits = (Job.done_at.is_(None), Job.failed_at.is_(None))
    db.session.execute(
        update(Job)
        .where(*waits, Job.attempt_count >= ATTEMPTS, Job.leased_until < now)
        .values(failed_at=now, leased_until=None)
    )
    waiting = set(db.session.scalars(select(Job.name).where(*waits).distinct()))
    for name, work in _works.items():
        if work.every is not None and name not in waiting:
            last = db.session.scalar(select(func.max(Job.done_at)).where(Job.name == name))
            enqueue(name, due_at=last + work.every if last else clock.now())


def run_one() -> bool:
    """Do the next due piece of work; False when there is none. Commits."""
    leased = _lease()
    if leased is None:
        return False
    try:
        _works[leased.name].run(**leased.args)
        db.session.execute(
            update(Job).where(Job.id == leased.id).values(done_at=clock.now(), leased_until=None)
        )
        db.session.commit()
    except Exception as fault:  # whatever a job raises is logged and tried again later
        db.session.rollback()
        log.error("job=%s id=%s failed", leased.name, leased.id, exc_info=fault)
        _put_back(leased)
    return True


@dataclass(frozen=True)
class _Leased:
    id: int
    name: str
    args: dict[str, Any]
    attempt: int


def _lease() -> _Leased | None:
    patient = {name for name, work in _works.items() if work.is_patient}
    now = clock.now()
    found = _next(_works.keys() - patient, now) or _next(patient, now)
    if found is None:
        db.session.rollback()
        return None
    found.leased_until = now + LEASE
    found.attempt_count += 1
    leased = _Leased(found.id, found.name, dict(found.args), found.attempt_count)
    db.session.commit()
    return leased


def _next(names: Collection[str], now: datetime) -> Job | None:
    """The due row of some works that waits longest, locked."""
    return db.session.scalars(
        select(Job)
        .where(
            Job.done_at.is_(None),
            Job.failed_at.is_(None),
            Job.due_at <= now,
            or_(Job.leased_until.is_(None), Job.leased_until < now),
            Job.name.in_(names),
            Job.attempt_count < ATTEMPTS,
        )
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _put_back(leased: _Leased) -> None:
    """Again after 1, 2, 4, … minutes; given up after ATTEMPTS, which `check` reports."""
    given_up = leased.attempt >= ATTEMPTS
    db.session.execute(
        update(Job)
        .where(Job.id == leased.id)
        .values(
            leased_until=None,
            due_at=clock.now() + timedelta(minutes=2 ** (leased.attempt - 1)),
            failed_at=clock.now() if given_up else None,
        )
    )
    db.session.commit()


@job("core.tidy", every=timedelta(hours=24))
def tidy() -> None:
    """Forget what need not be kept: done jobs, attempts, claimed submissions."""
    from . import throttle
    from .once import Submission

    now = clock.now()
    db.session.execute(delete(Job).where(Job.done_at < now - KEEP_DONE))
    db.session.execute(delete(Job).where(Job.failed_at < now - KEEP_FAILED))
    db.session.execute(delete(Submission).where(Submission.at < now - timedelta(days=2)))
    throttle.tidy()


jobs_cli = AppGroup("jobs", help="Background work.")


@jobs_cli.command("work")
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@click.option("--pause", default=2.0, show_default=True, help="Seconds between looks.")
def work(once: bool, pause: float) -> None:
    """Do background work as it falls due.

    Example: flask --app app jobs work
    """
    ending = threading.Event()
    if not once:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: ending.set())  # after the piece of work in hand
    while not ending.is_set():
        schedule()
        db.session.commit()
        while not ending.is_set() and run_one():
            pass
        db.session.remove()
        if once:
            return
        ending.wait(pause)
