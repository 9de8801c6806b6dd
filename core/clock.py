"""The one source of the present moment. Tests and replays move it with `travel`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _shift.get()


def zone() -> ZoneInfo:
    """The zone in which people read times (setting TIMEZONE)."""
    return ZoneInfo(current_app.config["TIMEZONE"])


def local(moment: datetime) -> datetime:
    return moment.astimezone(zone())


def today() -> date:
    """The calendar day where the organisation is."""
    return local(now()).date()


def start_of(day: date) -> datetime:
    """00:00 of a local day, as a moment in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone()).astimezone(UTC)


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Let time run on from another moment inside the block."""
    token = _shift.set(to - datetime.now(UTC))
    try:
        yield
    finally:
        _shift.reset(token)
