"""Honest figures of the mailbox: what came, what was answered, how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import or_, select

from core import clock, figures
from core.db import db

from . import terms
from .models import Letter

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """The past seven days; `median_days` in working days from receipt to reply, None: no reply."""

    received: int
    answered: int
    median_days: float | None


def recent_week() -> Week:
    """The week as it was at most a minute ago: for pages that many people open."""
    return figures.kept("letters.week", week)


def week() -> Week:
    """One statement, over the letters of the past seven days alone."""
    since = clock.today() - WEEK
    rows = db.session.execute(
        select(Letter.received_on, Letter.replied_on).where(
            Letter.state != "draft", or_(Letter.received_on > since, Letter.replied_on > since)
        )
    ).all()
    took = [
        terms.between(row.received_on, row.replied_on)
        for row in rows
        if row.replied_on is not None and row.replied_on > since
    ]
    return Week(
        received=sum(row.received_on > since for row in rows),
        answered=len(took),
        median_days=median(took) if took else None,
    )
