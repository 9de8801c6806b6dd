"""Working days against published notices, another library and other people's mistakes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
import sqlalchemy as sa
from flask import Flask, g

from app import create_app
from core import workdays
from core.db import db
from core.workdays import CalendarDay, CalendarFault, due, horizon, is_workday, working_days
from tests.conftest import KEY, counted

KNOWN_UNTIL = date(2026, 12, 31)
# The two libraries differ on one day: holidays calls this Saturday a working day.
DISPUTED = date(2005, 12, 31)


@pytest.fixture
def calendar(context: Flask) -> Flask:
    """For what reads or changes the table; without it the shipped days answer, and sooner."""
    workdays.seed(db.session)
    db.session.commit()
    return context


def test_due(calendar: Flask) -> None:
    for start, days, region, expected in (
        (date(2025, 9, 26), 15, "CN", date(2025, 10, 23)),
        (date(2008, 4, 25), 10, "CN", date(2008, 5, 12)),
        (date(2025, 6, 5), 5, "CN-XJ", date(2025, 6, 17)),
        (date(2025, 6, 5), 5, "CN", date(2025, 6, 12)),
        (date(2025, 6, 5), 5, "CN-GD", date(2025, 6, 12)),  # nothing of its own: the country's
        (date(2025, 3, 28), 1, "CN-XJ", date(2025, 4, 1)),
        (date(2022, 7, 8), 1, "CN-XJ", date(2022, 7, 14)),
        (date(2023, 4, 20), 1, "CN-XJ", date(2023, 4, 23)),  # a Sunday worked for 1 May
        (date(2025, 9, 26), 0, "CN", date(2025, 9, 26)),  # the day of receipt is day zero
        (date(2025, 9, 27), 1, "CN", date(2025, 9, 28)),  # received on a Saturday, due on a Sunday
        (date(2026, 12, 30), 1, "CN", date(2026, 12, 31)),
    ):
        assert due(start, days, region) == workdays.Due(expected, provisional=False)


def test_the_campaign_of_2008_had_33_working_days(context: Flask) -> None:
    assert working_days(date(2008, 4, 15), date(2008, 5, 31)) == 33
    assert is_workday(date(2008, 5, 4))  # a Sunday


def test_both_ends_count(context: Flask) -> None:
    monday = date(2025, 3, 3)
    assert working_days(monday, monday) == 1
    assert working_days(monday, monday + timedelta(4)) == 5
    assert working_days(monday, monday - timedelta(1)) == 0


def test_every_day_agrees_with_another_library(calendar: Flask) -> None:
    other = holidays.country_holidays("CN", years=range(2004, 2027))
    days = [date(2004, 1, 1) + timedelta(number) for number in range(8401)]
    assert days[-1] == KNOWN_UNTIL
    differing = [day for day in days if is_workday(day) != other.is_working_day(day)]
    assert differing == [DISPUTED]


def test_past_the_horizon_monday_to_friday_count_provisionally(context: Flask) -> None:
    assert horizon() == horizon("CN-GD") == KNOWN_UNTIL
    assert due(date(2026, 12, 31), 1) == workdays.Due(date(2027, 1, 1), provisional=True)
    assert due(date(2026, 12, 25), 15).provisional
    assert not is_workday(date(2027, 1, 2))
    assert due(date(2003, 12, 31), 1).provisional


def test_a_region_with_closures_is_settled_by_its_own_announcements(calendar: Flask) -> None:
    assert horizon("CN-XJ") == date(2025, 12, 31)
    assert due(date(2025, 12, 31), 1, "CN-XJ") == workdays.Due(date(2026, 1, 4), provisional=True)
    assert due(date(2025, 12, 31), 1, "CN-GD") == workdays.Due(date(2026, 1, 4), provisional=False)


def test_before_seeding_the_shipped_days_answer(context: Flask) -> None:
    db.session.execute(sa.delete(CalendarDay))
    g.pop("calendars", None)
    assert horizon() == KNOWN_UNTIL
    assert due(date(2025, 9, 26), 15) == workdays.Due(date(2025, 10, 23), provisional=False)
    assert due(date(2025, 6, 5), 5, "CN-XJ") == workdays.Due(date(2025, 6, 17), provisional=False)


@pytest.mark.parametrize("region", ["CN-ZZ", "CN-HK", "cn-xj", "", "US", "CN-XJ'; --"])
def test_an_unknown_region_is_refused(context: Flask, region: str) -> None:
    with pytest.raises(CalendarFault, match="ISO 3166-2"):
        due(date(2025, 1, 2), 1, region)


@pytest.mark.parametrize("days", [-1, 1_000_000])
def test_days_out_of_range_are_refused(context: Flask, days: int) -> None:
    with pytest.raises(CalendarFault, match="3660"):
        due(date(2025, 1, 2), days)


def test_the_end_of_time_is_refused(context: Flask) -> None:
    with pytest.raises(CalendarFault):
        due(date.max, 1)


def test_seeding_twice_changes_nothing(calendar: Flask) -> None:
    before = db.session.execute(sa.select(CalendarDay.day, CalendarDay.version)).all()
    assert workdays.seed(db.session) == 0
    assert db.session.execute(sa.select(CalendarDay.day, CalendarDay.version)).all() == before


def test_seeding_is_in_bulk(context: Flask) -> None:
    db.session.execute(sa.delete(CalendarDay))
    with counted(context) as statements:
        assert workdays.seed(db.session) == 8401 + 12
    assert len(statements) < 20


def test_seeding_mends_its_own_days_and_leaves_those_of_people(calendar: Flask) -> None:
    db.session.execute(
        sa.update(CalendarDay)
        .where(CalendarDay.region == "CN", CalendarDay.day == date(2025, 3, 4))
        .values(is_workday=False)
    )
    workdays.import_csv(db.session, "day,is_workday,source\n2025-03-05,no,某通知\n", "CN")
    assert workdays.seed(db.session) == 1
    assert is_workday(date(2025, 3, 4))
    assert not is_workday(date(2025, 3, 5))
    assert not is_workday(date(2025, 10, 1))  # one correction does not undo its year


def test_a_national_notice_settles_its_year(calendar: Flask) -> None:
    count = workdays.import_csv(
        db.session,
        "\ufeffday,is_workday,source\n2027-01-01,no,某通知\n2027-01-03,yes,某通知\n".lstrip(
            "\ufeff"
        ),
        "CN",
    )
    assert count == 365
    assert horizon() == date(2027, 12, 31)
    assert due(date(2026, 12, 31), 1) == workdays.Due(date(2027, 1, 3), provisional=False)


def test_a_gap_between_years_ends_what_is_settled(calendar: Flask) -> None:
    workdays.import_csv(db.session, "day,is_workday,source\n2028-01-01,no,某通知\n", "CN")
    assert horizon() == KNOWN_UNTIL
    assert due(date(2026, 12, 31), 300).provisional


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "没有日期"),
        ("day,is_workday,source\n", "没有日期"),
        ("day,is_workday,source\n2027-02-30,no,通知\n", "第 2 行"),
        ("day,is_workday,source\n2027-02-03,no,通知\n2027-02-04,maybe,通知\n", "第 3 行"),
        ("day,is_workday,source\n2027-02-03\n", "第 2 行"),
        ("日期,上班\n2027-02-03,no\n", "第 2 行"),
        ("day,is_workday,source\n2027-02-03,no, \n", "没有写明依据"),
    ],
)
def test_a_bad_file_changes_nothing(context: Flask, source: str, message: str) -> None:
    days = sa.select(CalendarDay.day, CalendarDay.region, CalendarDay.version)
    before = db.session.execute(days).all()
    with pytest.raises(CalendarFault, match=message):
        workdays.import_csv(db.session, source, "CN-XJ")
    assert db.session.execute(days).all() == before


def test_a_request_reads_the_calendar_at_most_once(calendar: Flask) -> None:
    due(date(2025, 9, 26), 15)
    g.pop("calendars", None)  # as a new request has it
    with counted(calendar) as statements:
        for _ in range(20):
            due(date(2025, 9, 26), 15)
            working_days(date(2025, 9, 1), date(2025, 9, 30))
    assert len(statements) == 1  # the version


def test_a_change_is_seen_by_the_next_request(calendar: Flask) -> None:
    assert is_workday(date(2026, 3, 20), "CN-XJ")
    workdays.import_csv(db.session, "day,is_workday,source\n2026-03-20,no,某通知\n", "CN-XJ")
    db.session.commit()
    g.pop("calendars", None)
    assert not is_workday(date(2026, 3, 20), "CN-XJ")
    assert horizon("CN-XJ") == date(2026, 12, 31)
    assert is_workday(date(2026, 3, 20), "CN")


# --- The commands -------------------------------------------------------------------------


@pytest.fixture
def seeded(app: Flask) -> Flask:
    with app.app_context():
        workdays.seed(db.session)
        db.session.commit()
    return app


def test_the_command_prints_the_day(seeded: Flask) -> None:
    run = seeded.test_cli_runner()
    for arguments, expected in (
        (["--from", "2025-09-26", "--days", "15"], "2025-10-23\n"),
        (["--from", "2025-06-05", "--days", "5", "--region", "CN-XJ"], "2025-06-17\n"),
        (["--from", "2025-06-05", "--days", "5", "--region", "cn-xj"], "2025-06-17\n"),
        (["--from", "2026-12-31", "--days", "1"], "2027-01-01 (provisional)\n"),
    ):
        result = run.invoke(args=["calendar", "due", *arguments])
        assert (result.exit_code, result.output) == (0, expected)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "2025-02-30", "--days", "1"], "不是日期"),
        (["--from", "20250901", "--days", "1"], "不是日期"),
        (["--from", "yesterday", "--days", "1"], "不是日期"),
        (["--from", "2025-09-26", "--days", "-1"], "工作日数"),
        (["--from", "2025-09-26", "--days", "x"], "--days"),
        (["--from", "2025-09-26", "--days", "1", "--region", "XX-1"], "ISO 3166-2"),
        (["--days", "1"], "--from"),
    ],
)
def test_the_command_says_what_is_wrong(app: Flask, arguments: list[str], sentence: str) -> None:
    result = app.test_cli_runner().invoke(args=["calendar", "due", *arguments])
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_the_command_takes_a_notice(seeded: Flask, tmp_path: Path) -> None:
    file = tmp_path / "2026.csv"
    file.write_text("\ufeffday,is_workday,source\n2026-05-27,no,某通知\n", "utf-8")
    run = seeded.test_cli_runner()
    result = run.invoke(args=["calendar", "import", str(file), "--region", "CN-XJ"])
    assert (result.exit_code, result.output) == (0, "已更新 1 天。\n")
    found = run.invoke(
        args=["calendar", "due", "--from", "2026-05-26", "--days", "1", "--region", "CN-XJ"]
    )
    assert found.output == "2026-05-28\n"
    file.write_bytes(b"day,is_workday,source\n2026-05-27,no,\xff\n")
    assert run.invoke(args=["calendar", "import", str(file)]).exit_code == 2


def test_the_command_answers_before_there_is_a_database(tmp_path: Path) -> None:
    bare = create_app({"SECRET_KEY": KEY, "DATA_DIR": str(tmp_path), "TESTING": True})
    run = bare.test_cli_runner()
    result = run.invoke(args=["calendar", "due", "--from", "2025-09-26", "--days", "15"])
    assert (result.exit_code, result.output) == (0, "2025-10-23\n")


@pytest.mark.parametrize("command", ["due", "import"])
def test_help_gives_an_example(app: Flask, command: str) -> None:
    result = app.test_cli_runner().invoke(args=["calendar", command, "--help"])
    assert f"flask --app app calendar {command}" in result.output
