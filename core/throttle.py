"""Counting attempts without knowing who: keyed digests that mean nothing a day later.

Neither an account name nor an address is kept; the digest's key changes every day and rows
older than two days are deleted by the daily tidying.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, keys
from .db import Base, db, hold
from .errors import TooMany


class Attempt(Base):
    """One attempt that counts: the digest of what it was for, and when."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


def _digests(purpose: str, key: str, since: datetime) -> list[str]:
    days: list[date] = []
    day = since.date()
    while day <= clock.now().date():
        days.append(day)
        day += timedelta(days=1)
    return [keys.digest("throttle", purpose, key, day) for day in days]


def note(purpose: str, key: str) -> None:
    """Count one attempt, in the caller's transaction."""
    digest = keys.digest("throttle", purpose, key, clock.now().date())
    db.session.add(Attempt(digest=digest, at=clock.now()))


def wait(purpose: str, key: str, *, limit: int, per: timedelta) -> int:
    """Seconds until another attempt is allowed; 0 when it is allowed now."""
    since = clock.now() - per
    digests = _digests(purpose, key, since)
    count, oldest = db.session.execute(
        select(func.count(), func.min(Attempt.at)).where(
            Attempt.digest.in_(digests), Attempt.at > since
        )
    ).one()
    if count < limit:
        return 0
    return max(1, int((oldest + per - clock.now()).total_seconds()))


def spend(purpose: str, key: str, *, limit: int, per: timedelta, times: int = 1) -> list[int]:
    """Count one attempt (or so many `times`) unless more than `limit` would then be made within
    `per`; gives their ids, for `take_back`.

    Raises TooMany. Of attempts at once no more pass than the limit: each waits for the others.
    """
    hold(f"throttle {keys.digest('throttle', purpose, key)}")
    if times > limit:
        raise TooMany(int(per.total_seconds()))
    if seconds := wait(purpose, key, limit=limit - times + 1, per=per):
        raise TooMany(seconds)
    digest = keys.digest("throttle", purpose, key, clock.now().date())
    attempts = [Attempt(digest=digest, at=clock.now()) for _ in range(times)]
    db.session.add_all(attempts)
    db.session.flush()
    return [one.id for one in attempts]


def take_back(*attempts: int) -> None:
    """Uncount attempts that turned out to be honest."""
    db.session.execute(delete(Attempt).where(Attempt.id.in_(attempts)))


def forget(purpose: str, key: str) -> None:
    """Start again from nothing, after a success."""
    since = clock.now() - timedelta(days=1)
    db.session.execute(delete(Attempt).where(Attempt.digest.in_(_digests(purpose, key, since))))


def tidy() -> None:
    db.session.execute(delete(Attempt).where(Attempt.at < clock.now() - timedelta(days=2)))
