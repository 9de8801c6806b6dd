"""Counting answers, and keeping back what would point at somebody."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import clock, jobs, keys
from core.db import db
from core.policy import SYSTEM
from surveys import publishing, responses, results, rights, tallies
from surveys.definition import Definition, DefinitionFault, read
from surveys.models import OpenAnswer, Survey
from surveys.shelves import close_due
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.conftest import GOOD, Desk, document, label

Given = list[dict[str, Any]]

# --- Against a plain recount ---------------------------------------------------------------

OPTIONS = {"one": "abc", "many": ["a", "b", "c", "none"], "grid": "123"}


@st.composite
def filled(draw: st.DrawFn) -> Given:
    """One filled form of the tests' survey."""
    rows: Given = [{"question": "one", "option": draw(st.sampled_from("abc"))}]
    many = draw(st.sets(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2))
    rows += [{"question": "many", "option": key} for key in sorted(many)]
    for row in "xy":
        if (key := draw(st.sampled_from(["", "1", "2", "3"]))) != "":
            rows.append({"question": "grid", "row": row, "option": key})
    if (number := draw(st.none() | st.integers(0, 60))) is not None:
        rows.append({"question": "num", "number": float(number)})
    if (rate := draw(st.none() | st.integers(0, 10))) is not None:
        rows.append({"question": "rate", "number": float(rate)})
    if (day := draw(st.none() | st.dates(date(2020, 1, 1), date(2026, 12, 31)))) is not None:
        rows.append({"question": "when", "day": day})
    if draw(st.booleans()):
        rows.append({"question": "text", "text": "有话说"})
    return rows


def recount(forms: list[Given]) -> tuple[Counter[Any], Counter[str], Counter[str]]:
    """Cells, answered and written, counted by hand."""
    cells: Counter[Any] = Counter()
    answered: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for form in forms:
        for row in form:
            if "text" in row:
                written[row["question"]] += 1
            else:
                where = (row["question"], row.get("row", ""), row.get("option", ""))
                cells[(*where, row.get("number"), row.get("day"))] += 1
        answered.update({row["question"] for row in form if "text" not in row})
    return cells, answered, written


@pytest.fixture
def opened(desk: Desk) -> str:
    return desk.make()


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(forms=st.lists(filled(), min_size=5, max_size=40))
def test_counts_equal_a_plain_recount(opened: str, app: Flask, forms: list[Given]) -> None:
    with app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == opened)).one()
        for form in forms:
            assert responses.cast(survey, rights.mint(survey), keys.token(), form)
        responses.release(survey)
        counts = results.count(survey)
        db.session.rollback()
    cells, answered, written = recount(forms)
    found = {(c.question, c.row, c.option, c.number, c.day): c.count for c in counts.cells}
    assert found == dict(cells)
    assert counts.answered == dict(answered)
    assert counts.written == dict(written)
    assert counts.responses == len(forms)


@settings(deadline=None)
@given(values=st.lists(st.integers(-1000, 1000), min_size=1, max_size=200))
def test_mean_equals_the_library(values: list[int]) -> None:
    tally = sorted(Counter(map(float, values)).items())
    assert tallies.mean(tally) == pytest.approx(statistics.fmean(values))


@settings(deadline=None)
@given(values=st.lists(st.integers(0, 10**6), min_size=1, max_size=200), places=st.integers(0, 2))
def test_ranges_hold_every_number_once(values: list[int], places: int) -> None:
    numbers = [value / 10**places for value in values]
    tally = sorted(Counter(numbers).items())
    ranges = tallies.binned(tally, places)
    assert sum(count for _low, _high, count in ranges) == len(numbers)
    assert len(ranges) <= tallies.MOST_BINS
    for low, high, count in ranges:
        inside = [n for n in numbers if low - 1e-6 <= n <= high + 1e-6]
        assert len(inside) == count


# --- What is shown -------------------------------------------------------------------------


def definition(**changes: Any) -> Definition:
    return read(document(**changes))


@pytest.fixture
def spoken(app: Flask) -> Any:
    """A request in Chinese, for what is said."""
    with app.test_request_context():
        yield app


def shown(counts: tallies.Counts, *definitions: Definition) -> dict[str, tallies.QuestionResult]:
    sections = results.present(definitions or (definition(),), counts)
    return {one.question.key: one for _title, found in sections for one in found}


def cells(*rows: tuple[str, str, str, float | None, date | None, int]) -> tallies.Counts:
    answered: Counter[str] = Counter()
    for question, _row, _option, _number, _day, count in rows:
        answered[question] += count
    return tallies.Counts(50, tuple(tallies.Cell(*row) for row in rows), dict(answered))


def test_question_that_four_answered_is_hidden(spoken: Any) -> None:
    four = cells(("one", "", "a", None, None, 3), ("one", "", "b", None, None, 1))
    many = cells(("one", "", "a", None, None, 24), ("one", "", "b", None, None, 6))
    assert shown(four)["one"].is_hidden
    assert shown(four)["one"].bars == ()
    assert shown(four)["one"].sentence == "回答这一题的不足 5 人，不显示结果。"
    assert [bar.count for bar in shown(many)["one"].bars] == [24, 6, 0]
    assert [bar.share for bar in shown(many)["one"].bars] == [80, 20, 0]
    assert shown(many)["one"].sentence == "30 人回答。选得最多的是“选项a”：24 人，占 80%。"


def test_option_that_few_chose_is_kept_back_and_the_least_of_the_others_with_it(
    spoken: Any,
) -> None:
    found = shown(
        cells(
            ("one", "", "a", None, None, 24),
            ("one", "", "b", None, None, 3),
            ("one", "", "c", None, None, 6),
        )
    )["one"]
    assert [(bar.count, bar.is_hidden) for bar in found.bars] == [(24, False), (0, True), (0, True)]
    assert found.sentence == "33 人回答。选得最多的是“选项a”：24 人，占 72.7%。"


def test_the_most_chosen_is_not_named_where_one_kept_back_might_be_more(spoken: Any) -> None:
    found = shown(cells(("one", "", "a", None, None, 7), ("one", "", "b", None, None, 3)))["one"]
    assert all(bar.is_hidden for bar in found.bars[:2])
    assert found.sentence == "10 人回答。"


@pytest.mark.parametrize("chose", [3, 38])
def test_choice_of_few_or_of_all_but_few_is_kept_back(spoken: Any, chose: int) -> None:
    counts = cells(("many", "", "a", None, None, chose), ("many", "", "b", None, None, 20))
    counts.answered["many"] = 40
    first, second, *_rest = shown(counts)["many"].bars
    assert first.is_hidden
    assert (second.count, second.is_hidden) == (20, False)


def test_question_asked_of_all_but_few_tells_nothing(spoken: Any) -> None:
    """How many were asked is how many gave the answer that it depends on."""
    asked = document()
    later = next(one for one in asked["sections"][1]["questions"] if one["key"] == "num")
    later["relevant"] = "selected(${one}, 'a')"
    rows = [("one", "", "a", None, None, 30), ("one", "", "b", None, None, 20)]
    counts = cells(*rows, ("num", "", "", 3.0, None, 30))
    assert shown(counts, read(asked))["num"].bars
    counts = cells(*rows, ("num", "", "", 3.0, None, 47))
    assert not shown(counts, read(asked))["num"].bars
    few = [("one", "", "a", None, None, 30), ("one", "", "b", None, None, 3)]
    found = shown(cells(*few, ("num", "", "", 3.0, None, 30)), read(asked))["num"]
    assert (found.bars, found.answered) == ((), 0)
    assert "会透露别的题里不显示的数" in found.sentence


def test_a_share_reads_as_the_bar_beside_it_does() -> None:
    assert [tallies.percent(share) for share in (36.5, 80, 39.47, 0)] == [
        "36.5%",
        "80%",
        "39.5%",
        "0%",
    ]


def test_row_of_a_matrix_that_four_answered_is_hidden(spoken: Any) -> None:
    counts = cells(("grid", "x", "1", None, None, 6), ("grid", "y", "2", None, None, 4))
    first, second = shown(counts)["grid"].lines
    assert [bar.count for bar in first.bars] == [6, 0, 0]
    assert second.bars == ()


def test_numbers_and_days_are_summed_up(spoken: Any) -> None:
    counts = cells(
        *(("num", "", "", float(n), None, 6) for n in (0, 1, 5, 30)),
        ("num", "", "", 900.0, None, 2),
        ("when", "", "", None, date(1990, 1, 1), 1),
        ("when", "", "", None, date(2026, 1, 31), 8),
        ("when", "", "", None, date(2026, 3, 1), 9),
        ("rate", "", "", 10.0, None, 5),
    )
    found = shown(counts)
    assert found["num"].sentence == "26 人回答。中位数 5 到 9。"
    assert [(bar.label, bar.count) for bar in found["num"].bars] == [
        ("4 及以下", 12),
        ("5 到 9", 6),
        ("10 到 14", 0),
        ("15 到 19", 0),
        ("20 到 24", 0),
        ("25 到 29", 0),
        ("30 及以上", 8),
    ], "the last few at either end join those beside them, and a mean would tell of them"
    assert [(bar.label, bar.count) for bar in found["when"].bars] == [
        ("2026年1月及以前", 9),
        ("2026年2月", 0),
        ("2026年3月及以后", 9),
    ]
    assert [bar.count for bar in found["rate"].bars] == [0] * 10 + [5]
    assert found["brief"].sentence == "还没有人写。"


def test_days_far_apart_are_summed_up_by_year(spoken: Any) -> None:
    counts = cells(
        ("when", "", "", None, date(1900, 1, 1), 6),
        ("when", "", "", None, date(2026, 3, 1), 6),
        ("when", "", "", None, date(2200, 12, 31), 6),
    )
    assert [bar.label for bar in shown(counts)["when"].bars] == [
        "1900年及以前", "2026年", "2200年及以后",
    ]  # fmt: skip


def test_what_an_older_version_asked_is_still_shown(spoken: Any) -> None:
    old = document()
    new = document()
    new["sections"][0]["questions"][0]["options"].pop(0)
    new["sections"][0]["questions"][0]["options"][0]["label"] = label("新的说法")
    gone = new["sections"][1]["questions"].pop(0)
    counts = cells(
        ("one", "", "a", None, None, 5),
        ("one", "", "b", None, None, 5),
        ("num", "", "", 3.0, None, 5),
    )
    found = shown(counts, read(new), read(old))
    assert [(bar.label, bar.count) for bar in found["one"].bars] == [
        ("新的说法", 5),
        ("其他", 0),
        ("选项a", 5),
    ]
    assert found[gone["key"]].answered == 5
    assert results.present((read(new), read(old)), counts)[-1][0] == "不再提问"


# --- When it is shown ----------------------------------------------------------------------


def people(desk: Desk, count: int, slug: str = "work") -> None:
    """So many anonymous answers, one after another, and released together."""
    with desk.app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
        given = [rights.mint(survey) for _ in range(count)]
    for right in given:
        sent = desk.app.test_client().post(f"/surveys/{slug}/send", data={**GOOD, "right": right})
        assert sent.status_code == 303
    desk.release(slug)


def total(page: Any) -> int:
    found = re.search(r"计入的答卷</dt><dd>(\d+)", page.text)
    assert found, page.text
    return int(found[1])


def test_results_move_in_batches_of_five(desk: Desk, cast: Cast) -> None:
    desk.make(results_when="always")
    visitor = cast.visitor("delegate")
    office = cast.visitor("office")
    people(desk, 4)
    for reader in (visitor, office):
        page = reader.get("/surveys/work/results")
        assert "收到的答卷不足五份" in page.text
        assert "单选" not in page.text
    people(desk, 1)
    assert total(visitor.get("/surveys/work/results")) == 5
    for _ in range(4):
        people(desk, 1)
        assert total(visitor.get("/surveys/work/results")) == 5
        assert total(office.get("/surveys/work/results")) == 5
    people(desk, 1)
    assert total(visitor.get("/surveys/work/results")) == 10


def test_results_move_less_often_the_more_there_are(desk: Desk, cast: Cast) -> None:
    """Who compares two visits would see the few that came between them."""
    desk.make(results_when="always")
    visitor = cast.visitor("delegate")
    people(desk, 24)
    people(desk, 5)
    assert total(visitor.get("/surveys/work/results")) == 24
    people(desk, 1)
    assert total(visitor.get("/surveys/work/results")) == 30


def test_many_responses_are_counted_by_a_job(
    desk: Desk, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "AT_ONCE", 5)
    desk.make()
    people(desk, 6)
    desk.move("work", "close")
    visitor = cast.visitor("cadre")
    assert "正在计数" in visitor.get("/surveys/work/results").text
    with app.app_context():
        while jobs.run_one():
            pass
    assert total(visitor.get("/surveys/work/results")) == 6


def test_office_reads_the_snapshot_of_a_named_survey_that_many_answered(
    desk: Desk, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make(anonymity="named")
    for name in ("cadre", "cadre2", "delegate", "expert", "leader", "minister"):
        desk.fill(cast.visitor(name))
    office = cast.visitor("office")
    assert total(office.get("/surveys/work/results")) == 6
    monkeypatch.setattr(results, "AT_ONCE", 5)
    assert "还没有结果可看" in office.get("/surveys/work/results").text
    desk.fill(cast.visitor("moderator"))
    with app.app_context():
        while jobs.run_one():
            pass
    assert total(office.get("/surveys/work/results")) == 7


@pytest.mark.parametrize(
    ("more", "shown_at_last", "words"),
    [
        (0, 5, "全部答卷都已计入"),
        (1, 5, "最后还有 1 份没有计入"),
        (4, 5, "最后还有 4 份没有计入"),
        (5, 10, "全部答卷都已计入"),
    ],
)
def test_last_few_are_not_counted_alone(
    desk: Desk, cast: Cast, more: int, shown_at_last: int, words: str
) -> None:
    desk.make(results_when="always")
    people(desk, 5)
    people(desk, more)
    desk.move("work", "close")
    page = cast.visitor("cadre").get("/surveys/work/results")
    assert total(page) == shown_at_last
    assert words in page.text


def test_closing_with_few_answers_shows_none(desk: Desk, cast: Cast) -> None:
    desk.make()
    people(desk, 4)
    desk.move("work", "close")
    assert "收到的答卷不足五份" in cast.visitor("cadre").get("/surveys/work/results").text


@pytest.mark.parametrize(
    ("state", "when", "reader", "status"),
    [
        ("open", "closed", "delegate", 403),
        ("open", "closed", "office", 200),
        ("open", "always", "delegate", 200),
        ("open", "always", "cadre", 403),
        ("paused", "always", "delegate", 200),
        ("closed", "closed", "cadre", 200),
        ("archived", "closed", "cadre", 200),
        ("draft", "always", "office", 403),
        ("draft", "always", "delegate", 404),
    ],
)
def test_results_are_for_those_who_may_see_them(
    desk: Desk, cast: Cast, state: str, when: str, reader: str, status: int
) -> None:
    desk.make(state=state, results_when=when, audience=["delegate"])
    assert cast.visitor(reader).get("/surveys/work/results").status_code == status


def test_results_come_when_the_last_day_is_past(desk: Desk, cast: Cast, app: Flask) -> None:
    """The clock ends a survey; the job then takes in what was held."""
    desk.make()
    people(desk, 5)
    people(desk, 1)
    assert cast.visitor("cadre").get("/surveys/work/results").status_code == 403
    with app.app_context():
        end = db.session.scalars(select(Survey.closes_at)).one()
    assert end is not None
    with clock.travel(end + timedelta(minutes=1)):
        visitor = cast.visitor("cadre")
        assert total(visitor.get("/surveys/work/results")) == 5
        with app.app_context():
            close_due()
            db.session.commit()
            survey = db.session.scalars(select(Survey)).one()
            assert survey.state == "closed"
            close_due()
        assert "最后还有 1 份没有计入" in visitor.get("/surveys/work/results").text


def test_named_results(desk: Desk, cast: Cast) -> None:
    """The office sees a named survey's totals as they are; others see them after the end."""
    desk.make(anonymity="named")
    names = ["cadre", "cadre2", "delegate", "expert", "leader", "minister"]
    for name in names:
        assert desk.fill(cast.visitor(name)).status_code == 303
    assert total(cast.visitor("office").get("/surveys/work/results")) == 6
    assert cast.visitor("cadre").get("/surveys/work/results").status_code == 403
    desk.move("work", "close")
    assert total(cast.visitor("cadre").get("/surveys/work/results")) == 6


def test_named_results_that_are_always_shown_move_in_batches(desk: Desk, cast: Cast) -> None:
    desk.make(anonymity="named", results_when="always")
    names = ["cadre", "cadre2", "delegate", "expert", "leader", "minister"]
    for name in names:
        desk.fill(cast.visitor(name))
    assert total(cast.visitor("cadre").get("/surveys/work/results")) == 5


def test_results_cost_the_same_at_any_size(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(results_when="always")
    desk.make(slug="mine", anonymity="named")
    people(desk, 5)
    visitor, office = cast.visitor("delegate"), cast.visitor("office")
    for reader, path in ((visitor, "work"), (office, "work"), (office, "mine")):
        with counted(app) as statements:
            assert reader.get(f"/surveys/{path}/results").status_code == 200
        assert len(statements) <= 6, statements
    with counted(app) as few:
        visitor.get("/surveys/work/results")
    people(desk, 20)
    with counted(app) as many:
        visitor.get("/surveys/work/results")
    assert len(few) == len(many)


# --- What people wrote ---------------------------------------------------------------------


def test_texts_are_the_offices_alone(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make(results_when="always")
    people(desk, 4)
    office = cast.visitor("office")
    assert "不足五份，还不能看" in office.get("/surveys/work/answers").text
    people(desk, 1)
    page = office.get("/surveys/work/answers?question=text")
    assert page.text.count("少开会。") == 5
    assert office.get("/surveys/work/answers?question=num").status_code == 404
    assert office.get("/surveys/work/answers?question=zzz").status_code == 404
    visitor = cast.visitor("delegate")
    assert visitor.get("/surveys/work/answers").status_code == 403
    results_page = visitor.get("/surveys/work/results").text
    assert "少开会。" not in results_page
    assert "5 人写了意见" in results_page
    with counted(app) as statements:
        office.get("/surveys/work/answers")
    assert len(statements) <= 6


def test_texts_come_in_the_order_of_chance(desk: Desk, cast: Cast, app: Flask) -> None:
    desk.make()
    people(desk, 5)
    with app.app_context():
        ids = db.session.scalars(select(OpenAnswer.id).order_by(OpenAnswer.id)).all()
        assert len({one.int >> 64 for one in ids}) == 10, "random in every part"


def test_text_cannot_run(desk: Desk, cast: Cast) -> None:
    desk.make(results_when="always")
    with desk.app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        given = [rights.mint(survey) for _ in range(5)]
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    for right in given:
        data = {**GOOD, "right": right, "q-text": hostile}
        desk.app.test_client().post("/surveys/work/send", data=data)
    desk.release("work")
    page = cast.visitor("office").get("/surveys/work/answers?question=text").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_version_of_a_closed_survey_cannot_change(desk: Desk, app: Flask) -> None:
    desk.make(state="closed")
    with app.app_context(), pytest.raises(DefinitionFault, match="已经结束"):
        publishing.bring(read(document(minutes=7)), SYSTEM)
