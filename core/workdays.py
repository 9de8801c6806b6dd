"""Working days: a calendar of our own, by region, and what is due when.

The table holds every day that is settled for a country (seeded from chinesecalendar) and, for a
region, the days on which it differs (core/closures, or `calendar import`). Past what is settled
Monday to Friday count and the answer says that it is provisional.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import chinese_calendar
import click
from flask import g, has_app_context
from flask.cli import AppGroup
from sqlalchemy import BigInteger, Index, String, func, insert, inspect, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, scoped_session

from . import clock
from .db import Base, db, reading
from .i18n import _

COUNTRY = "CN"
PACKAGE = "chinesecalendar"
FIRST_YEAR = 2004
DAYS_LIMIT = 3_660
CLOSURES = Path(__file__).parent / "closures"
_PARTS = (
    "AH BJ CQ FJ GD GS GX GZ HA HB HE HI HL HN JL JS JX LN NM NX QH SC SD SH SN SX TJ XJ XZ YN ZJ"
)
CODES = frozenset({COUNTRY} | {f"{COUNTRY}-{part}" for part in _PARTS.split()})
"""Regions by ISO 3166-2 that follow the national calendar (Hong Kong, Macao, Taiwan do not)."""


AnySession = Session | scoped_session[Any]


class CalendarFault(ValueError):
    """A region or day that cannot be; the message says why, in the reader's language."""


class CalendarDay(Base):
    """Whether people work on a day, by whose word. `version` rises with every change."""

    __tablename__ = "calendar_days"
    __table_args__ = (Index(None, "region", "version"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    is_workday: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Due:
    """The last day of a period. Provisional: the calendar there is not settled yet."""

    date: date
    provisional: bool


@dataclass(frozen=True)
class _Calendar:
    days: dict[date, bool]
    horizon: date | None

    def is_workday(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def settles(self, first: date, last: date) -> bool:
        """Whether every day of a span is known."""
        return self.horizon is not None and last <= self.horizon and first in self.days


# --- Questions ----------------------------------------------------------------------------


def due(start: date, days: int, region: str = COUNTRY) -> Due:
    """The day on which `days` working days are over; the day of receipt is day zero."""
    if not 0 <= days <= DAYS_LIMIT:
        raise CalendarFault(_("工作日数应当在 0 到 %(limit)d 之间。", limit=DAYS_LIMIT))
    calendar = _calendar(region)
    day, left = start, days
    while left:
        day = _next(day)
        left -= calendar.is_workday(day)
    return Due(day, not calendar.settles(start, day))


def working_days(start: date, end: date, region: str = COUNTRY) -> int:
    """How many working days lie between two days, both included; 0 when the end comes first."""
    calendar = _calendar(region)
    span = max(0, (end - start).days + 1)
    return sum(calendar.is_workday(start + timedelta(number)) for number in range(span))


def is_workday(day: date, region: str = COUNTRY) -> bool:
    return _calendar(region).is_workday(day)


def horizon(region: str = COUNTRY) -> date | None:
    """The last day that is settled.

    A region with closures of its own announces them year by year: its calendar is settled to the
    end of the last year that it announced.
    """
    return _calendar(region).horizon


def _next(day: date) -> date:
    try:
        return day + timedelta(1)
    except OverflowError as fault:
        raise CalendarFault(_("日期太远，无法推算。")) from fault


# --- The calendar in this process ---------------------------------------------------------

_kept: dict[tuple[str, str], tuple[int | None, _Calendar]] = {}


def _calendar(region: str) -> _Calendar:
    """A region's calendar: read once in this process, and again when its version has risen."""
    if region not in CODES:
        raise CalendarFault(
            _("没有地区“%(region)s”的工作日历。请用 ISO 3166-2 代码，例如 CN-XJ。", region=region)
        )
    seen: dict[str, _Calendar] = g.setdefault("calendars", {})
    if region not in seen:
        seen[region] = _current(region)
    return seen[region]


def _current(region: str) -> _Calendar:
    latest = db.session.scalar(
        select(func.max(CalendarDay.version)).where(CalendarDay.region.in_({region, COUNTRY}))
    )
    key = (db.engine.url.render_as_string(), region)
    kept = _kept.get(key)
    if kept is None or kept[0] != latest:
        kept = (latest, _shipped(region) if latest is None else _read(region))
        _kept[key] = kept
    return kept[1]


def _read(region: str) -> _Calendar:
    rows = db.session.execute(
        select(CalendarDay.region, CalendarDay.day, CalendarDay.is_workday).where(
            CalendarDay.region.in_({region, COUNTRY})
        )
    ).all()
    days = {day: is_workday for owner, day, is_workday in rows if owner == COUNTRY}
    own = {day: is_workday for owner, day, is_workday in rows if owner != COUNTRY}
    return _settled(days, own)


@cache
def _shipped(region: str) -> _Calendar:
    """What `seed` would lay: the answer before there is a table."""
    path = CLOSURES / f"{region}.csv"
    rows = read_csv(path.read_text("utf-8"), region) if path.exists() else []
    return _settled(dict(national_days()), {row["day"]: row["is_workday"] for row in rows})


def _settled(days: dict[date, bool], own: dict[date, bool]) -> _Calendar:
    last = min(days, default=None)
    while last and last + timedelta(1) in days:  # a year that nobody announced ends it
        last += timedelta(1)
    if last and own:
        last = min(last, date(max(own).year, 12, 31))
    return _Calendar(days | own, last)


def _forget() -> None:
    if has_app_context():
        g.pop("calendars", None)


# --- Filling it ---------------------------------------------------------------------------


def seed(session: AnySession) -> int:
    """Lay the national days and the regions' closures; how many rows changed. The caller commits.

    A second time nothing changes. Days that people imported are theirs and stay.
    """
    source = f"{PACKAGE} {version(PACKAGE)}"
    days = [
        {"day": day, "region": COUNTRY, "is_workday": is_workday, "source": source}
        for day, is_workday in national_days()
    ]
    for path in sorted(CLOSURES.glob("*.csv")):
        days += read_csv(path.read_text("utf-8"), path.stem)
    return _store(session, days, over=lambda known: known.startswith(PACKAGE))


def national_days() -> Iterator[tuple[date, bool]]:
    """Every day that chinesecalendar knows, in order."""
    last_year = max(chinese_calendar.constants.holidays).year
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= last_year:
        yield day, chinese_calendar.is_workday(day)
        day += timedelta(1)


def read_csv(source: str, region: str) -> list[dict[str, Any]]:
    """Days of a region from CSV with the columns day, is_workday (yes, no), source.

    A country's file names the days on which the year differs from Monday to Friday. Raises
    CalendarFault with the line.
    """
    if region not in CODES:
        raise CalendarFault(_("没有地区“%(region)s”的工作日历。", region=region))
    rows: dict[date, dict[str, Any]] = {}
    for number, line in enumerate(csv.DictReader(source.splitlines()), start=2):
        try:
            day = date.fromisoformat((line["day"] or "").strip())
            word = (line["is_workday"] or "").strip().lower()
            fact = {"yes": True, "no": False}[word]
            name = (line["source"] or "").strip()[:200]
        except (KeyError, ValueError, AttributeError) as fault:
            raise CalendarFault(
                _(
                    "第 %(line)d 行无法读取：需要 day（如 2027-01-01）、is_workday（yes 或 no）和 "
                    "source（通知名称）三列。",
                    line=number,
                )
            ) from fault
        if not name:
            raise CalendarFault(_("第 %(line)d 行没有写明依据的通知。", line=number))
        rows[day] = {"day": day, "region": region, "is_workday": fact, "source": name}
    if not rows:
        raise CalendarFault(_("文件里没有日期。"))
    return list(rows.values())


def _plain_years(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Monday to Friday for the years that a notice speaks of, by the notice's word."""
    sources = {row["day"].year: row["source"] for row in rows}
    for year, source in sources.items():
        first = date(year, 1, 1)
        for day in (first + timedelta(number) for number in range(366)):
            if day.year == year:
                plain = {"day": day, "region": COUNTRY, "source": source}
                yield {**plain, "is_workday": day.weekday() < 5}


def _store(session: AnySession, days: list[dict[str, Any]], over: Callable[[str], bool]) -> int:
    """Insert what is missing; change what differs where `over(its source)` allows it."""
    regions = {row["region"] for row in days}
    known = {
        (day, region): (is_workday, source)
        for day, region, is_workday, source in session.execute(
            select(
                CalendarDay.day, CalendarDay.region, CalendarDay.is_workday, CalendarDay.source
            ).where(CalendarDay.region.in_(regions))
        )
    }
    raised = _next_version(session)
    missing: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for row in days:
        there = known.get((row["day"], row["region"]))
        if there is None:
            missing.append({**row, "version": raised})
        elif over(there[1]) and (
            there[0] != row["is_workday"]
            # A new release of the package does not rewrite the days it still agrees on.
            or not (there[1] == row["source"] or row["source"].startswith(PACKAGE))
        ):
            changed.append({**row, "version": raised})
    if missing:
        session.execute(insert(CalendarDay), missing)
    if changed:
        session.execute(update(CalendarDay), changed)
    _forget()
    return len(missing) + len(changed)


def _next_version(session: AnySession) -> int:
    """Milliseconds since 1970, always rising: a restored copy never repeats a number."""
    last = session.scalar(select(func.max(CalendarDay.version))) or 0
    return max(last + 1, int(clock.now().timestamp() * 1000))


def import_csv(session: AnySession, source: str, region: str) -> int:
    """Take a notice's days over whatever was there; how many rows changed. The caller commits.

    A national notice settles its year: days that it does not name and nobody knew before are
    filled in from Monday to Friday.
    """
    rows = read_csv(source, region)
    count = _store(session, rows, over=lambda known: True)
    if region == COUNTRY:
        count += _store(session, list(_plain_years(rows)), over=lambda known: False)
    return count


# --- Commands -----------------------------------------------------------------------------

calendar_cli = AppGroup("calendar", help="Working days by region.")


def _day(written: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written, re.ASCII):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise CalendarFault(_("“%(value)s”不是日期，请写成 2025-09-26 这样。", value=written))


@calendar_cli.command("due")
@click.option("--from", "start", metavar="DATE", required=True, help="Day of receipt, day zero.")
@click.option("--days", type=int, required=True, help="Working days that are given.")
@click.option("--region", default=COUNTRY, show_default=True, help="ISO 3166-2, such as CN-XJ.")
def due_command(start: str, days: int, region: str) -> None:
    """Print the day on which a number of working days is over.

    Example: flask --app app calendar due --from 2025-09-26 --days 15

    prints 2025-10-23. "(provisional)" follows when the calendar there is not settled yet.
    """
    region = region.strip().upper()
    try:
        with reading():
            if region in CODES and not inspect(db.engine).has_table(CalendarDay.__tablename__):
                g.calendars = {region: _shipped(region)}
            found = due(_day(start), days, region)
    except CalendarFault as fault:
        raise click.UsageError(str(fault)) from fault
    click.echo(found.date.isoformat() + (" (provisional)" if found.provisional else ""))


@calendar_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", default=COUNTRY, show_default=True, help="ISO 3166-2, such as CN-XJ.")
def import_command(file: Path, region: str) -> None:
    """Take the days of an official notice from a CSV file: day, is_workday (yes, no), source.

    For the country name the days that differ from Monday to Friday; for a region those that
    differ from the country.

    Example: flask --app app calendar import 2027.csv --region CN
    """
    try:
        count = import_csv(db.session, file.read_text("utf-8-sig"), region.strip().upper())
    except UnicodeDecodeError as fault:
        raise click.UsageError(_("文件不是 UTF-8 编码的 CSV。")) from fault
    except CalendarFault as fault:
        raise click.UsageError(str(fault)) from fault
    db.session.commit()
    click.echo(_("已更新 %(count)d 天。", count=count))
