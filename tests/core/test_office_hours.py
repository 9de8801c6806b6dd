"""Office hours: what is worked between two moments, and when so many hours are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, g
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from core import clock, office_hours, workdays
from core.db import db
from core.office_hours import OfficeHours, due_after, parse, spans_on, working_hours_between
from core.workdays import CalendarFault
from tests.conftest import KEY

XJ = "CN-XJ"
MINUTE = timedelta(minutes=1)


def at(written: str) -> datetime:
    """A local moment such as "2025-10-09 10:30"."""
    return datetime.fromisoformat(written).replace(tzinfo=clock.zone()).astimezone(UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("hours")
    return create_app({"TESTING": True, "SECRET_KEY": KEY, "DATA_DIR": str(folder)})


@pytest.fixture
def shipped(house: Flask):
    """The hours that the program ships, without a table's row."""
    with house.app_context():
        db.create_all()
        yield house


def test_seasons_follow_the_date(shipped: Flask) -> None:
    summer = ((time(10), time(14)), (time(16), time(20)))
    winter = ((time(10), time(14)), (time(15, 30), time(19, 30)))
    assert spans_on(date(2025, 4, 30), XJ) == winter
    assert spans_on(date(2025, 5, 6), XJ) == summer
    assert spans_on(date(2025, 9, 30), XJ) == summer
    assert spans_on(date(2025, 10, 9), XJ) == winter
    assert spans_on(date(2026, 1, 5), XJ) == winter


def test_days_off_have_no_hours_and_worked_sundays_have(shipped: Flask) -> None:
    assert spans_on(date(2025, 10, 1)) == ()
    assert spans_on(date(2025, 9, 28)) != ()  # a Sunday worked for the holidays
    assert spans_on(date(2025, 6, 6), XJ) == ()
    assert spans_on(date(2025, 6, 6), "CN") != ()


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2025-11-03 10:00", 8, "2025-11-03 19:30"),
        ("2025-11-03 11:00", 8, "2025-11-04 11:00"),
        ("2025-11-03 14:30", 1, "2025-11-03 16:30"),  # noon does not count
        ("2025-11-07 19:00", 1, "2025-11-10 10:30"),  # nor the week's end
        ("2025-09-30 19:00", 2, "2025-10-09 11:00"),  # nor eight days of holidays
        ("2025-11-01 03:00", 0.5, "2025-11-03 10:30"),
    ],
)
def test_due_after(shipped: Flask, start: str, hours: float, due: str) -> None:
    assert due_after(at(start), hours, XJ) == at(due)
    assert working_hours_between(at(start), at(due), XJ) == timedelta(hours=hours)


minutes = st.integers(0, 3 * 365 * 24 * 60)
START = datetime(2024, 1, 1, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(one=minutes, two=minutes, three=minutes)
def test_spans_add_up(house: Flask, one: int, two: int, three: int) -> None:
    with house.app_context():
        db.create_all()
        a, b, c = (START + n * MINUTE for n in sorted((one, two, three)))
        whole = working_hours_between(a, c, XJ)
        assert working_hours_between(a, b, XJ) + working_hours_between(b, c, XJ) == whole
        assert working_hours_between(c, a, XJ) == timedelta() or a == c
        assert timedelta() <= whole <= c - a


@settings(max_examples=60, deadline=None)
@given(start=minutes, worked=st.integers(1, 200 * 60))
def test_due_is_when_the_hours_are_over(house: Flask, start: int, worked: int) -> None:
    with house.app_context():
        db.create_all()
        begins, span = START + start * MINUTE, worked * MINUTE
        due = due_after(begins, span, XJ)
        assert working_hours_between(begins, due, XJ) == span
        assert working_hours_between(begins, due - MINUTE, XJ) == span - MINUTE
        assert any(opens <= clock.local(due).time() <= closes for opens, closes in _of(due))


def _of(moment: datetime):
    return spans_on(clock.local(moment).date(), XJ)


@settings(max_examples=15, deadline=None)
@given(start=minutes, length=st.integers(0, 4 * 24 * 60))
def test_minutes_counted_one_by_one(house: Flask, start: int, length: int) -> None:
    with house.app_context():
        db.create_all()
        begins = START + start * MINUTE
        counted = sum(
            any(opens <= clock.local(moment).time() < closes for opens, closes in _of(moment))
            for moment in (begins + n * MINUTE for n in range(length))
        )
        assert working_hours_between(begins, begins + length * MINUTE, XJ) == counted * MINUTE


@pytest.mark.parametrize(
    "ranges", ["", "9:00-12:00", "12:00-09:00", "09:00-12:00 11:00-13:00", "09:00-24:00", "x"]
)
def test_odd_ranges_are_refused(ranges: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(ranges)


def test_an_office_takes_its_own_hours(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "hours.csv"
    file.write_text("since,yearly,ranges,source\n2020-01-01,no,08:00-10:00,本部通知\n")
    with app.app_context():
        office_hours.seed(db.session)
        db.session.commit()
        before = db.session.scalar(sa.select(sa.func.max(OfficeHours.version)))
        assert office_hours.seed(db.session) == 0
    done = app.test_cli_runner().invoke(args=["calendar", "hours", str(file)])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert spans_on(date(2025, 11, 3), "CN") == ((time(8), time(10)),)
        assert spans_on(date(2025, 11, 3), "CN-GD") == ((time(8), time(10)),)  # the country's
        assert len(spans_on(date(2025, 11, 3), XJ)) == 2
        assert db.session.scalar(sa.select(sa.func.max(OfficeHours.version))) > before
        g.pop("office_hours", None)
        assert office_hours.seed(db.session) == 0  # an office's own hours stay


def test_a_bad_line_is_named(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), pytest.raises(CalendarFault, match="第 3 行"):
        office_hours.read_csv(
            "since,yearly,ranges,source\n2020-01-01,no,08:00-10:00,通知\n2020-02-01,no,10-12,通知\n",
            "CN",
        )


def test_every_shipped_file_reads(house: Flask) -> None:
    with house.app_context():
        for path in office_hours.HOURS.glob("*.csv"):
            assert path.stem in workdays.CODES
            assert office_hours.read_csv(path.read_text("utf-8"), path.stem)
