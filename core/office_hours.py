"""Office hours: when people work on a working day, by region and season, and what is due when.

A row says from which day on which hours hold; a yearly one holds again every year from that day.
A region without rows of its own keeps the country's. Seeded from core/hours; `calendar hours`
takes an office's own. Every change raises the version, as in the working calendar.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import current_app, g
from sqlalchemy import BigInteger, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, db
from .i18n import _
from .workdays import (
    CODES,
    COUNTRY,
    DAYS_LIMIT,
    AnySession,
    CalendarFault,
    calendar_cli,
    is_workday,
)

HOURS = Path(__file__).parent / "hours"
_RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

Span = tuple[time, time]


class OfficeHours(Base):
    """From a day on, which hours people work; `ranges` as "10:00-14:00 15:30-19:30"."""

    __tablename__ = "office_hours"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    is_yearly: Mapped[bool]
    ranges: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class _Rule:
    since: date
    is_yearly: bool
    spans: tuple[Span, ...]

    def latest(self, day: date) -> date | None:
        """The last day, at or before this one, from which the rule holds."""
        if day < self.since:
            return None
        if not self.is_yearly:
            return self.since
        this_year = self.since.replace(year=day.year)
        return this_year if this_year <= day else self.since.replace(year=day.year - 1)


# --- Questions ----------------------------------------------------------------------------


def spans_on(day: date, region: str = "") -> tuple[Span, ...]:
    """The hours that are worked on a day, in order, local time; none on a day off."""
    region = region or current_app.config["REGION"]
    if not is_workday(day, region):
        return ()
    starts = [(since, rule) for rule in _rules(region) if (since := rule.latest(day))]
    return max(starts, key=lambda one: one[0])[1].spans if starts else ()


def working_hours_between(start: datetime, end: datetime, region: str = "") -> timedelta:
    """How much time of office hours lies between two moments; nothing when the end comes first."""
    found = timedelta()
    last = clock.local(end).date()
    for opens, closes in _from(start, region):
        if clock.local(opens).date() > last:
            break
        found += max(timedelta(), min(closes, end) - max(opens, start))
    return found


def due_after(start: datetime, hours: float | timedelta, region: str = "") -> datetime:
    """The moment at which so many office hours are over. Raises CalendarFault beyond ten years."""
    left = hours if isinstance(hours, timedelta) else timedelta(hours=hours)
    for opens, closes in _from(start, region):
        begins = max(opens, start)
        if closes <= begins:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    raise CalendarFault(_("日期太远，无法推算。"))


def _from(start: datetime, region: str) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch of office hours from a day on, as moments, for ten years."""
    first = clock.local(start).date()
    for number in range(DAYS_LIMIT):
        day = first + timedelta(number)
        for opens, closes in spans_on(day, region):
            yield _moment(day, opens), _moment(day, closes)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, clock.zone()).astimezone(UTC)


# --- The rules in this process ------------------------------------------------------------

_kept: dict[tuple[str, str], tuple[int | None, tuple[_Rule, ...]]] = {}


def _rules(region: str) -> tuple[_Rule, ...]:
    """A region's rules: read once in this process, and again when their version has risen."""
    seen: dict[str, tuple[_Rule, ...]] = g.setdefault("office_hours", {})
    if region not in seen:
        seen[region] = _current(region)
    return seen[region]


def _current(region: str) -> tuple[_Rule, ...]:
    latest = db.session.scalar(select(func.max(OfficeHours.version)))
    key = (db.engine.url.render_as_string(), region)
    kept = _kept.get(key)
    if kept is None or kept[0] != latest:
        kept = (latest, _shipped(region) if latest is None else _read(region))
        _kept[key] = kept
    return kept[1]


def _read(region: str) -> tuple[_Rule, ...]:
    rows = db.session.scalars(
        select(OfficeHours).where(OfficeHours.region.in_({region, COUNTRY}))
    ).all()
    own = [row for row in rows if row.region == region] or rows
    return tuple(_Rule(row.valid_from, row.is_yearly, parse(row.ranges)) for row in own)


@cache
def _shipped(region: str) -> tuple[_Rule, ...]:
    """What `seed` would lay: the answer before there is a table's row."""
    path = HOURS / f"{region}.csv"
    rows = read_csv(
        (path if path.exists() else HOURS / f"{COUNTRY}.csv").read_text("utf-8"), region
    )
    return tuple(_Rule(row["valid_from"], row["is_yearly"], parse(row["ranges"])) for row in rows)


# --- Filling it ---------------------------------------------------------------------------


def parse(ranges: str) -> tuple[Span, ...]:
    """ "10:00-14:00 15:30-19:30" as spans. Raises ValueError unless they rise and stay apart."""
    found: list[Span] = []
    for one in ranges.split():
        match = _RANGE.fullmatch(one)
        if match is None:
            raise ValueError(one)
        a, b, c, d = map(int, match.groups())
        found.append((time(a, b), time(c, d)))
    edges = [edge for span in found for edge in span]
    if not found or edges != sorted(set(edges)):
        raise ValueError(ranges)
    return tuple(found)


def read_csv(source: str, region: str) -> list[dict[str, Any]]:
    """Rows from CSV with the columns since, yearly (yes, no), ranges, source.

    Raises CalendarFault with the line.
    """
    if region not in CODES:
        raise CalendarFault(_("没有地区“%(region)s”的工作日历。", region=region))
    rows: dict[date, dict[str, Any]] = {}
    for number, line in enumerate(csv.DictReader(source.splitlines()), start=2):
        try:
            since = date.fromisoformat((line["since"] or "").strip())
            is_yearly = {"yes": True, "no": False}[(line["yearly"] or "").strip().lower()]
            ranges = " ".join((line["ranges"] or "").split())
            parse(ranges)
            name = (line["source"] or "").strip()[:200]
            if not name or len(ranges) > 120 or (is_yearly and (since.month, since.day) == (2, 29)):
                raise ValueError(number)
        except (KeyError, ValueError, AttributeError) as fault:
            raise CalendarFault(
                _(
                    "第 %(line)d 行无法读取：需要 since（如 2027-05-01）、yearly（yes 或 no）、"
                    "ranges（如 10:00-14:00 15:30-19:30，依次不重叠）和 source（依据）四列。",
                    line=number,
                )
            ) from fault
        rows[since] = {
            "region": region,
            "valid_from": since,
            "is_yearly": is_yearly,
            "ranges": ranges,
            "source": name,
        }
    if not rows:
        raise CalendarFault(_("文件里没有日期。"))
    return list(rows.values())


def seed(session: AnySession) -> int:
    """Lay the shipped hours of regions that have none; how many rows. The caller commits."""
    known = set(session.scalars(select(OfficeHours.region).distinct()))
    rows = [
        row
        for path in sorted(HOURS.glob("*.csv"))
        if path.stem not in known
        for row in read_csv(path.read_text("utf-8"), path.stem)
    ]
    return _store(session, rows)


def import_csv(session: AnySession, source: str, region: str) -> int:
    """Take an office's hours in place of whatever a region had; how many rows. Caller commits."""
    rows = read_csv(source, region)
    session.execute(delete(OfficeHours).where(OfficeHours.region == region))
    return _store(session, rows)


def _store(session: AnySession, rows: list[dict[str, Any]]) -> int:
    last = session.scalar(select(func.max(OfficeHours.version))) or 0
    raised = max(last + 1, int(clock.now().timestamp() * 1000))
    if rows:
        session.execute(insert(OfficeHours), [{**row, "version": raised} for row in rows])
    g.pop("office_hours", None)
    return len(rows)


@calendar_cli.command("hours")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", default=COUNTRY, show_default=True, help="ISO 3166-2, such as CN-XJ.")
def hours_command(file: Path, region: str) -> None:
    """Take a region's office hours from a CSV file: since, yearly (yes, no), ranges, source.

    Example: flask --app app calendar hours hours.csv --region CN-XJ
    """
    try:
        count = import_csv(db.session, file.read_text("utf-8-sig"), region.strip().upper())
    except UnicodeDecodeError as fault:
        raise click.UsageError(_("文件不是 UTF-8 编码的 CSV。")) from fault
    except CalendarFault as fault:
        raise click.UsageError(str(fault)) from fault
    db.session.commit()
    click.echo(_("已更新 %(count)d 行办公时间。", count=count))
