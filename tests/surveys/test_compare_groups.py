"""Groups of people beside each other: what is shown, what is not, and when it may be chance."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from core import clock
from core.db import db
from core.policy import SYSTEM
from surveys import comparing, counting, publishing, results
from surveys.definition import DefinitionFault, read
from surveys.models import Answer, Survey, SurveyResponse, random_id
from surveys.statistics import alpha
from surveys.tallies import Cell, Counts, Words
from tests.conftest import counted
from tests.people import Cast
from tests.surveys.auditor import Knowledge
from tests.surveys.conftest import Desk, document

Row = dict[str, Any]  # an answer's question, and row, option or number


def said(question: str, option: str = "", number: float | None = None, row: str = "") -> Row:
    return {"question": question, "row": row, "option": option, "number": number}


def counted_up(people: list[list[Row]]) -> Counts:
    cells: dict[Any, int] = {}
    answered: dict[str, int] = {}
    for rows in people:
        for one in rows:
            key = (one["question"], one["row"], one["option"], one["number"], None)
            cells[key] = cells.get(key, 0) + 1
        for question in {one["question"] for one in rows}:
            answered[question] = answered.get(question, 0) + 1
    return Counts(len(people), tuple(Cell(*key, count) for key, count in cells.items()), answered)


def with_groups(people: list[list[Row]], by: str) -> Counts:
    """The totals as a survey that is over has them, by what each answered to one question."""
    whole, groups = counted_up(people), {}
    for rows in people:
        key = next((one["option"] for one in rows if one["question"] == by), "")
        groups.setdefault(key, []).append(rows)
    whole.groups.update({key: counted_up(each) for key, each in groups.items()})
    return Counts(whole.responses, whole.cells, whole.answered, groups=whole.groups, grouped_by=by)


def comparison(counts: Counts, key: str) -> comparing.Compared:
    definition = read(document(compare_by="one"))
    counts = results.guarded([definition], counts)
    question = definition.question(key)
    assert question is not None
    groups = comparing.groups_of([definition], counts, [])
    return comparing.compared(question, Words.of([definition]), counts, groups, False)


@pytest.fixture
def spoken(app: Flask) -> Any:
    with app.test_request_context():
        yield


def rated(group: str, points: list[int]) -> list[list[Row]]:
    return [[said("one", group), said("rate", number=float(one))] for one in points]


# --- What is shown ----------------------------------------------------------------------------


def test_groups_that_differ_are_told_apart(spoken: Any) -> None:
    people = rated("a", [2] * 30 + [9] * 10) + rated("b", [2] * 10 + [9] * 30)
    (found,) = comparison(with_groups(people, "one"), "rate").comparisons
    assert found.groups == (("选项a", 40), ("选项b", 40))
    shown = {row.label: [bar.count for bar in row.bars] for row in found.rows}
    assert (shown["2"], shown["9"]) == ([30, 10], [10, 30])
    assert found.association.p is not None
    assert found.association.p < 0.001
    apart = next(row.apart for row in found.rows if row.label == "9")
    assert apart is not None
    assert apart[0] == 50
    assert apart[1].low > 0


def test_group_of_few_joins_the_smallest_other(spoken: Any) -> None:
    people = rated("a", [2] * 40) + rated("b", [9] * 25) + rated("c", [9] * 12)
    (found,) = comparison(with_groups(people, "one"), "rate").comparisons
    assert [size for _name, size in found.groups] == [40, 37]


def test_values_on_a_scale_join_their_neighbours_until_no_group_has_few(spoken: Any) -> None:
    people = rated("a", [1] * 7 + [2] * 3 + [3] * 20) + rated("b", [1] * 2 + [2] * 9 + [3] * 20)
    (found,) = comparison(with_groups(people, "one"), "rate").comparisons
    bars = [bar for row in found.rows for bar in row.bars]
    assert not any(bar.is_hidden for bar in bars)
    assert all(bar.count == 0 or bar.count >= 5 for bar in bars)


def test_question_that_makes_the_groups_is_not_compared_by_itself(spoken: Any) -> None:
    people = rated("a", [2] * 40) + rated("b", [9] * 25)
    assert comparison(with_groups(people, "one"), "one").why_none == "各组就是按这一题分的。"
    assert comparison(with_groups(people, "one"), "text").why_none == "这种题不分组比较。"


def test_one_group_is_nothing_to_compare(spoken: Any) -> None:
    assert "太少" in comparison(with_groups(rated("a", [2] * 40), "one"), "rate").why_none


# --- What is not ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_nothing_small_follows_from_all_that_a_survey_shows(spoken: Any, seed: int) -> None:
    audit(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_400))
def test_nothing_small_follows_from_all_that_many_surveys_show(spoken: Any, seed: int) -> None:
    audit(seed)


def audit(seed: int) -> None:
    """Of each question: the totals, and all groups; by options of one choice, of several, in a
    matrix and on a scale."""
    chance = random.Random(seed)
    people = [_somebody(chance) for _ in range(chance.choice([30, 60, 150]))]
    definition = read(document(compare_by="one"))
    counts = results.guarded([definition], with_groups(people, "one"))
    groups = comparing.groups_of([definition], counts, [])
    words = Words.of([definition])
    shown = {
        one.question.key: one
        for _title, found in results.present([definition], counts)
        for one in found
    }
    for key in ("many", "grid", "rate"):
        question = definition.question(key)
        assert question is not None
        compared = comparing.compared(question, words, counts, groups, False)
        for part in question.kind.parts(question, counts, words):
            lines = [group.line(part) for group in groups]
            known, truth = Knowledge(), {}
            for column, line in enumerate(lines):
                for row, count in enumerate(line):
                    truth[row, column] = count
            _told_in_all(known, part, lines, shown[key])
            for one in compared.comparisons:
                if one.title == part.title:
                    _told_by_group(known, part, lines, one, groups)
            assert known.found(truth, 5) == [], (seed, key, part.title)


def _somebody(chance: random.Random) -> list[Row]:
    group = chance.choices("abc", [8, 5, chance.choice([0, 1, 4])])[0]
    rows = [said("one", group)] if chance.random() < 0.97 else []
    rows += [said("many", key) for key in "abc" if chance.random() < 0.3]
    for row in "xy":
        rows.append(said("grid", chance.choices("123", [1, 5, 9])[0], row=row))
    rows.append(said("rate", number=float(min(10, int(chance.expovariate(0.4))))))
    return rows


def _told_in_all(known: Knowledge, part: Any, lines: list[list[int]], result: Any) -> None:
    """Everybody's total, and that of every row that is shown."""
    columns = range(len(lines))
    everybody = sum(map(sum, lines))
    known.told([(row, column) for row in range(len(part.labels)) for column in columns], everybody)
    bars = result.bars
    if result.lines:
        bars = next(line.bars for line in result.lines if line.label == part.title)
    if part.labels[0] == "选了":
        bars = [bar for bar in bars if bar.label == part.title]
    for row, bar in enumerate(bars):
        if not bar.is_hidden and row not in part.loose:
            known.told([(row, column) for column in columns], bar.count)


def _told_by_group(
    known: Knowledge, part: Any, lines: list[list[int]], one: Any, groups: list[comparing.Group]
) -> None:
    place = {group.label: at for at, group in enumerate(groups)}
    pools = [[place[name] for name in label.split("、")] for label, _size in one.groups]
    for pool, (_label, size) in zip(pools, one.groups, strict=True):
        known.told([(row, at) for row in range(len(part.labels)) for at in pool], size)
    joined = [[row] for row in range(len(part.labels))]
    if part.name is not None:  # rows that lie on a scale may have joined: which, the labels say
        names = {
            part.name(low, high): list(range(low, high + 1))
            for low in range(len(part.labels))
            for high in range(low, len(part.labels))
        }
        joined = [names[row.label] for row in one.rows]
    for rows, row in zip(joined, one.rows, strict=True):
        for pool, bar in zip(pools, row.bars, strict=True):
            assert bar.is_hidden or not 0 < bar.count < 5
            if not bar.is_hidden:
                known.told([(each, at) for each in rows for at in pool], bar.count)


def test_size_of_a_group_does_not_tell_that_of_another(spoken: Any) -> None:
    """Three chose "c": how many chose "a" is kept back with it, also as the head of a column."""
    unsaid = [[said("rate", number=float(1 + at % 2 * 7))] for at in range(25)]
    people = rated("a", [2, 9] * 20) + rated("b", [2, 9] * 25) + rated("c", [2] * 3) + unsaid
    (found,) = comparison(with_groups(people, "one"), "rate").comparisons
    assert found.groups == (("选项b", 50), ("其余", 68))


@pytest.mark.parametrize("hidden", [(3, 7, 1, 20), (1, 9, 3, 18)])
def test_what_is_said_of_the_groups_follows_from_what_is_shown(
    spoken: Any, hidden: tuple[int, ...]
) -> None:
    lines = [[30, *hidden[:2]], [9, *hidden[2:]]]
    part = comparing.Part("", ("x", "y", "z"), lambda one: lines[one.responses], frozenset((1, 2)))
    found = comparing.compare(part, [comparing.Group(str(at), (Counts(at),)) for at in (0, 1)])
    assert found is not None
    assert [[bar.is_hidden for bar in row.bars] for row in found.rows][1:] == [[True, True]] * 2
    assert found.association.statistic == pytest.approx(12.305, abs=0.001), "of 30, 10 and 9, 21"


# --- In a survey ------------------------------------------------------------------------------


def fill(slug: str, people: list[list[Row]], on: Any = None) -> None:
    """Put named answers in, as many as wanted; each needs a person of their own."""
    survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
    responses = [
        {"id": random_id(), "survey_id": survey.id, "anonymity": survey.anonymity}
        | dict.fromkeys(("person_id", "version_number", "answered_at"))
        for _ in people
    ]
    db.session.execute(insert(SurveyResponse), responses)
    db.session.execute(
        insert(Answer),
        [
            {
                "survey_id": survey.id,
                "response_id": response["id"],
                "question_key": one["question"],
                "row_key": one["row"],
                "option_key": one["option"],
                "number": one["number"],
                "day": None,
            }
            for response, rows in zip(responses, people, strict=True)
            for one in rows
        ],
    )


PEOPLE = rated("a", [2] * 30 + [9] * 10) + rated("b", [2] * 10 + [9] * 30)


def test_page_of_a_question_compares_the_groups_once_the_survey_is_over(
    desk: Desk, cast: Cast, app: Flask
) -> None:
    desk.make(compare_by="one", results_when="always")
    with app.app_context():
        fill("work", PEOPLE)
        survey = db.session.scalars(select(Survey)).one()
        results.snapshot(survey)
        db.session.commit()
    reader = cast.visitor("delegate")
    page = reader.get("/surveys/work/results/rate").text
    assert "80 人回答" in page
    assert "分组" not in re.sub(r"(?s)<nav.*?</nav>", "", page)
    desk.move("work", "close")
    with app.app_context():
        fill("work", PEOPLE)
        results.snapshot(db.session.scalars(select(Survey)).one())
        db.session.commit()
    with counted(app) as statements:
        page = reader.get("/surveys/work/results/rate").text
    assert len(statements) <= 6, statements
    assert "按“单选”分组" in page
    assert "各组的差别不像是偶然" in page
    assert re.search(r"60<br><small>75\.0% \(6\d\.\d–8\d\.\d\)", page)
    assert reader.get("/surveys/work/results/zzz").status_code == 404
    with counted(app) as statements:
        page = reader.get("/surveys/work/results?group=选项b").text
    assert len(statements) <= 6, statements
    assert re.search(r'aria-current="page">选项b', page)
    assert "<b>60</b> 75.0%" in page
    assert "<b>80</b> 50.0%" in reader.get("/surveys/work/results?group=nobody").text


def test_form_says_by_what_results_are_compared(desk: Desk, cast: Cast) -> None:
    desk.make(compare_by="one", anonymity="named")
    page = cast.visitor("cadre").get("/surveys/work").text
    assert "结果会按“单选”分组公布" in page


def test_results_of_a_question_are_for_those_who_may_see_them(desk: Desk, cast: Cast) -> None:
    desk.make(anonymity="named")
    assert cast.visitor("cadre").get("/surveys/work/results/one").status_code == 403


@pytest.mark.parametrize(
    ("by", "level", "words"),
    [
        ("many", "anonymous", "单选题"),
        ("nothing", "anonymous", "单选题"),
        ("@week", "anonymous", "只有实名问卷"),
    ],
)
def test_what_results_cannot_be_compared_by(app: Flask, by: str, level: str, words: str) -> None:
    with app.test_request_context(), pytest.raises(DefinitionFault) as refused:
        read(document(compare_by=by, anonymity=level))
    assert words in refused.value.faults[0].sentence


def test_question_that_some_are_asked_makes_no_groups(app: Flask) -> None:
    form = document(compare_by="one")
    form["sections"][0]["relevant"] = "${num} > 3"
    with app.test_request_context(), pytest.raises(DefinitionFault):
        read(form)


def test_named_results_are_compared_by_the_week_of_the_response(
    desk: Desk, cast: Cast, app: Flask
) -> None:
    desk.make(compare_by="@week", anonymity="named", days=[0, 20])
    for names, days in ((("cadre", "cadre2", "delegate"), 0), (("expert", "leader"), 8)):
        with clock.travel(clock.now() + timedelta(days=days, minutes=5)):
            for name in names:
                assert desk.fill(cast.visitor(name)).status_code == 303
    with app.app_context(), clock.travel(clock.now() + timedelta(days=9)):
        survey = db.session.scalars(select(Survey)).one()
        found = counting.count_by(survey, "@week")
        assert {key: one.answered["one"] for key, one in found.items()} == {"0": 3, "1": 2}


def test_page_tells_how_well_the_rows_of_a_matrix_hang_together_once_over(
    desk: Desk, cast: Cast, app: Flask
) -> None:
    desk.make(results_when="always")
    scores = [(1, 1)] * 12 + [(2, 2)] * 10 + [(3, 2)] * 9 + [(3, 3)] * 9
    rows = [[said("grid", str(x), row="x"), said("grid", str(y), row="y")] for x, y in scores]
    incomplete = [[said("grid", "1", row="x")]] * 6
    with app.app_context():
        fill("work", rows + incomplete)
        results.snapshot(db.session.scalars(select(Survey)).one())
        db.session.commit()
    reader = cast.visitor("delegate")
    assert "Cronbach" not in reader.get("/surveys/work/results/grid").text
    with app.app_context():
        fill("work", rows)
        db.session.commit()
    desk.move("work", "close")
    told = f"α = {alpha(scores * 2):.2f}（80 人"
    assert told in reader.get("/surveys/work/results/grid").text


# --- Against the time before ------------------------------------------------------------------


def test_results_are_set_beside_those_of_the_survey_that_is_repeated(
    desk: Desk, cast: Cast, app: Flask
) -> None:
    desk.make(slug="before")
    desk.make(repeats="before")
    with app.app_context():
        fill("before", rated("a", [2] * 40 + [9] * 10))
        fill("work", rated("a", [2] * 10 + [9] * 40))
        for slug in ("before", "work"):
            survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
            publishing.move(survey, "close", SYSTEM)
        db.session.commit()
    reader = cast.visitor("cadre")
    with counted(app) as statements:
        page = reader.get("/surveys/work/results/rate").text
    assert len(statements) <= 6, statements
    assert "和上一次比" in page
    assert "+60.0" in page
    assert "升了，不像是偶然" in page
    assert "两次问的一样，可以比" in page


def test_question_asked_otherwise_before_is_not_compared(
    desk: Desk, cast: Cast, app: Flask
) -> None:
    other = document()["sections"]
    other[1]["questions"][2] |= {"min": 1, "max": 5}
    desk.make(slug="before", sections=other)
    desk.make(repeats="before")
    with app.app_context():
        fill("before", rated("a", [2] * 40 + [4] * 10))
        fill("work", rated("a", [2] * 10 + [9] * 40))
        for slug in ("before", "work"):
            survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
            publishing.move(survey, "close", SYSTEM)
        db.session.commit()
    page = cast.visitor("cadre").get("/surveys/work/results/rate").text
    assert "不能放在一起比" in page
    assert "升了" not in page
