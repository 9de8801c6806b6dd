"""Terms of the mailbox in working days of the region where the organisation is."""

from __future__ import annotations

from datetime import date, timedelta

from flask import current_app

from core import workdays
from core.workdays import Due

# Working days for the first steps; the reply's own are in categories.DAYS.
SCREENING = 1
ASSIGNING = 1
CLAIMING = 2


def promised(day: date, count: int) -> Due:
    """The day by which a reply is promised; the day of receipt is day zero.

    Provisional where the calendar is not settled yet.
    """
    return workdays.due(day, count, current_app.config["REGION"])


def due(day: date, count: int) -> date:
    """The last day of a step that takes `count` working days."""
    return promised(day, count).date


def between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`."""
    return workdays.working_days(start + timedelta(days=1), end, current_app.config["REGION"])
