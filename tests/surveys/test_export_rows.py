"""Responses one by one: which columns they have, over all versions, and how they leave."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts.models import Membership
from core import jobs
from core.db import db, reading
from core.policy import SYSTEM
from core.storage import storage
from surveys import publishing, responses, results
from surveys.definition import Definition, read
from surveys.exporting import making, rows, sav_file, views
from surveys.exporting.columns import Column, code_lines, column_lines, columns
from surveys.exporting.models import SurveyExport
from surveys.models import Answer, OpenAnswer, Survey, SurveyResponse
from tests.conftest import needed
from tests.people import PEOPLE, Cast, Visitor
from tests.surveys.conftest import Desk, action, document, hidden, label, options

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0")
ANSWERED = ("cadre", "cadre2", "delegate", "supervisor", "expert")


def question(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": label(key), **more}


def form(*questions: dict[str, Any], **changes: Any) -> Definition:
    sections = [{"title": label("部分"), "questions": list(questions)}]
    return read(document(sections=sections, **changes))


@pytest.fixture
def spoken(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


# --- Columns over versions -----------------------------------------------------------------


def names(found: list[Column]) -> list[str]:
    return [one.name for one in found]


def test_dropped_option_shifts_no_column(spoken: None) -> None:
    """kpi#2089: an option of several is taken out, another comes; every column stays in place."""
    first = form(
        question("many", "multiple", options=options("a", "b", "c")), question("n", "number")
    )
    second = form(
        question("many", "multiple", options=options("a", "c", "d")), question("n", "number")
    )
    before, after = columns([(1, first)]), columns([(1, first), (2, second)])
    assert names(before) == ["many__a", "many__b", "many__c", "n"]
    assert names(after) == [*names(before), "many__d"]


def test_renamed_and_dropped_questions_keep_column_and_codes(spoken: None) -> None:
    first = form(question("one", "single", options=options("a", "b")), question("gone", "number"))
    renamed = question("one", "single", options=options("b", "c")) | {"label": label("新的说法")}
    found = columns([(1, first), (2, form(renamed))])
    assert names(found) == ["one", "gone"]
    assert {key: code.number for key, code in found[0].codes.items()} == {"a": 1, "b": 2, "c": 3}
    assert [(w.words, w.first, w.last) for w in found[0].wordings] == [
        ("one", 1, 1),
        ("新的说法", 2, 2),
    ]
    assert ["gone", "gone", "", "数字", 1, 1, "gone"] in column_lines(found)
    assert ["one", 1, "a", 1, 1, "选项a"] in code_lines(found)
    assert ["one", 2, "b", 1, 2, "选项b"] in code_lines(found)


def test_names_are_ascii_apart_and_none_that_spss_reserves(spoken: None) -> None:
    long = "k" * 32
    found = columns(
        [
            (
                1,
                form(
                    question("unit", "number"),
                    question("and", "number"),
                    question("_x", "number"),
                    question("many", "multiple", options=options("甲", "a.b", "A.B", "a-b")),
                    question(long, "multiple", options=options("o" * 32, "p" * 32)),
                    question("many__a_b", "number"),
                ),
            )
        ]
    )
    every = names(found)
    assert all(one.isascii() and one[0].isalpha() and len(one) <= 64 for one in every)
    assert len({one.casefold() for one in every}) == len(every)
    assert "unit" not in every and "and" not in every


def test_matrix_ranking_and_other_have_a_column_each(spoken: None) -> None:
    found = columns([(1, read(document()))])
    assert names(found) == [
        "one",
        "one__c_text",
        *(f"many__{key}" for key in ("a", "b", "c", "none")),
        "grid__x",
        "grid__y",
        "num",
        "when",
        "rate",
        "brief",
        "text",
    ]


# --- Files ---------------------------------------------------------------------------------


def ask(visitor: Visitor, slug: str, kind: str) -> Any:
    return visitor.post(f"/surveys/{slug}/exports", {"kind": kind})


def work(app: Flask) -> None:
    with app.app_context():
        while jobs.run_one():
            pass


def take(app: Flask, visitor: Visitor, slug: str, kind: str) -> bytes:
    answer = ask(visitor, slug, kind)
    assert answer.status_code == 303
    work(app)
    file = visitor.get(f"{answer.location}/file")
    assert file.status_code == 200, visitor.get(answer.location).text
    return bytes(file.data)


@pytest.fixture
def named(desk: Desk, cast: Cast) -> str:
    """A named survey that five people answered, with formulas where they could write."""
    slug = desk.make(anonymity="named")
    for number, who in enumerate(ANSWERED):
        desk.fill(cast.visitor(who), slug, q_text=FORMULAS[number], q_num=str(number))
    return slug


def rows_of(data: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def test_workbook_has_a_row_for_each_response(app: Flask, cast: Cast, named: str) -> None:
    heading, *found = rows_of(take(app, cast.visitor("office"), named, "xlsx"))
    assert heading[:6] == ["respondent", "unit", "version", "answered_on", "one", "one__c_text"]
    assert len(found) == len(ANSWERED)
    by_name = dict(zip(heading, found[0], strict=True))
    assert by_name["one"] == 1
    assert (by_name["many__a"], by_name["many__b"], by_name["many__c"]) == (1, 0, 1)
    assert (by_name["grid__x"], by_name["grid__y"]) == (2, None)
    assert by_name["when"] == "2026-05-20"
    assert sorted(dict(zip(heading, row, strict=True))["num"] for row in found) == [0, 1, 2, 3, 4]


def test_no_cell_of_a_workbook_is_a_formula(app: Flask, cast: Cast, named: str) -> None:
    data = take(app, cast.visitor("office"), named, "xlsx")
    assert {row[-1].strip() for row in rows_of(data)[1:]} == {one.strip() for one in FORMULAS[:5]}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())


def test_no_cell_of_a_csv_is_a_formula(app: Flask, cast: Cast, named: str) -> None:
    data = take(app, cast.visitor("office"), named, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[:1] in "=+-@\t" and cell.strip()]
    assert "'=1+1" in cells


def test_spss_file_has_codes_names_and_labels(app: Flask, cast: Cast, named: str) -> None:
    frame, about = _sav(take(app, cast.visitor("office"), named, "sav"))
    assert about.column_names[:5] == ["respondent", "unit", "version", "answered_on", "one"]
    assert about.variable_value_labels["one"] == {1: "选项a", 2: "选项b", 3: "其他"}
    assert about.column_names_to_labels["num"] == "次数"
    assert set(frame["one"]) == {1}
    assert sorted(frame["num"]) == [0, 1, 2, 3, 4]


def _sav(data: bytes) -> tuple[Any, Any]:
    pyreadstat = needed("pyreadstat")
    with tempfile.NamedTemporaryFile(suffix=".sav") as file:
        file.write(data)
        file.flush()
        return pyreadstat.read_sav(file.name)  # type: ignore[no-any-return]


def test_spss_file_says_what_it_cut(app: Flask, desk: Desk, cast: Cast) -> None:
    """43 characters of an option and 90 of a question are beyond SPSS; 11,000 of a text are not."""
    needed("pyreadstat")
    long = [{"key": "a", "label": label("长" * 43)}, {"key": "b", "label": label("短")}]
    sections = [
        {
            "title": label("部分"),
            "questions": [
                {"key": "one", "type": "single", "label": label("问" * 90), "options": long},
                {"key": "text", "type": "long", "label": label("话"), "max_length": 5_000},
            ],
        }
    ]
    slug = desk.make(anonymity="named", sections=sections)
    visitor = cast.visitor("cadre")
    page = visitor.get(f"/surveys/{slug}")
    sent = {**hidden(page), "q-one": "a", "q-text": "字"}
    assert visitor.client.post(action(page), data=sent).status_code == 303
    with app.app_context():
        db.session.execute(update(OpenAnswer).values(text="字" * 11_000))
        db.session.commit()
    office = cast.visitor("office")
    frame, about = _sav(take(app, office, slug, "sav"))
    assert about.variable_value_labels["one"][1] == "长" * 40
    assert about.column_names_to_labels["one"] == "问" * 85
    assert frame["text"][0] == "字" * 11_000
    with app.app_context():
        made = db.session.scalars(select(SurveyExport)).one()
        page = office.get(f"/surveys/exports/{made.id}")
        assert len(made.notes) == 2
        assert all(note in page.text for note in made.notes)


def test_survey_without_responses_gives_a_heading(app: Flask, desk: Desk, cast: Cast) -> None:
    needed("pyreadstat")
    slug = desk.make(anonymity="named")
    assert len(rows_of(take(app, cast.visitor("office"), slug, "xlsx"))) == 1
    frame, _about = _sav(take(app, cast.visitor("office"), slug, "sav"))
    assert len(frame) == 0


# --- Who, and of which surveys -------------------------------------------------------------


def test_option_that_a_version_had_not_is_no_refusal(app: Flask, desk: Desk, cast: Cast) -> None:
    """Who answered before an option came left it empty; who did not choose it after, said no."""
    asked = question("many", "multiple", options=options("a", "b"))
    slug = desk.make(anonymity="named", sections=[{"title": label("部分"), "questions": [asked]}])
    before, after = cast.id("cadre"), cast.id("delegate")
    with app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
        given = [{"question": "many", "option": "a"}]
        responses.put(survey, before, publishing.latest_version(survey), given)
        wider = question("many", "multiple", options=options("b", "c"))
        publishing.revise(survey, form(wider, anonymity="named"), SYSTEM)
        given = [{"question": "many", "option": "b"}]
        responses.put(survey, after, publishing.latest_version(survey), given)
        db.session.commit()
    heading, *found = rows_of(take(app, cast.visitor("office"), slug, "xlsx"))
    assert heading[4:] == ["many__a", "many__b", "many__c"]
    assert sorted(row[2:3] + row[4:] for row in found) == [[1, 1, 0, None], [2, None, 1, 0]]


def test_anonymous_survey_has_no_rows(app: Flask, desk: Desk, cast: Cast) -> None:
    slug = desk.make(state="closed")
    office = cast.visitor("office")
    page = office.get(f"/surveys/{slug}/exports")
    assert "匿名问卷不能逐份导出" in page.text
    assert ask(office, slug, "xlsx").status_code == 409
    with app.app_context():
        assert db.session.scalars(select(SurveyExport)).all() == []


def test_rows_are_for_the_office(app: Flask, cast: Cast, named: str) -> None:
    for who in ("cadre", "admin", "leader"):
        assert ask(cast.visitor(who), named, "xlsx").status_code == 403
    assert ask(cast.visitor(None), named, "xlsx").status_code in (302, 401)


def test_file_is_for_whoever_asked(
    app: Flask, cast: Cast, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "office2", PEOPLE["office"])
    office = cast.visitor("office")
    page = ask(office, named, "csv").location
    work(app)
    assert office.get(f"{page}/file").status_code == 200
    for path in (page, f"{page}/file"):
        assert cast.visitor("office2").get(path).status_code == 404
        assert cast.visitor("cadre").get(path).status_code == 404
    mine = Membership.person_id == cast.id("office")
    with app.app_context():
        db.session.execute(update(Membership).where(mine).values(role="member"))
        db.session.commit()
    assert office.get(f"{page}/file").status_code == 403


def test_file_that_is_being_made_is_not_asked_for_twice(app: Flask, cast: Cast, named: str) -> None:
    office = cast.visitor("office")
    first, second = ask(office, named, "csv"), ask(office, named, "csv")
    assert first.location == second.location
    page = office.get(first.location).text
    assert "写好 0 份，共 5 份" in page
    assert office.get(f"{first.location}/file").status_code == 404
    work(app)
    assert "5 份答卷，做好了。" in office.get(first.location).text
    assert ask(office, named, "csv").location != first.location


def test_unknown_kind_is_refused(cast: Cast, named: str) -> None:
    for kind in ("", "exe", "xlsx\0"):
        assert ask(cast.visitor("office"), named, kind).status_code == 409


def test_page_tells_how_far_a_file_is(
    app: Flask, cast: Cast, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen by another connection while the rows are being read."""
    monkeypatch.setattr(rows, "BATCH", 2)
    seen: list[int] = []

    def watching(_file: Any, _rows: Any, found: Iterator[Any]) -> list[str]:
        for _row in found:
            with reading(), db.engine.connect() as other:
                asked = select(SurveyExport.__table__.c.done_count)
                seen.append(other.execute(asked).scalar_one())
        return []

    monkeypatch.setitem(making.WRITERS, "csv", watching)
    ask(cast.visitor("office"), named, "csv")
    work(app)
    assert seen == [0, 0, 2, 2, 4]


def test_files_go_after_a_week(app: Flask, cast: Cast, named: str) -> None:
    office = cast.visitor("office")
    data = take(app, office, named, "csv")
    with app.app_context():
        made = db.session.scalars(select(SurveyExport)).one()
        name, page = made.file, f"/surveys/exports/{made.id}"
        assert name is not None and storage().get(name) == data
        making.drop_old()
        assert storage().has(name)
        made.asked_at -= timedelta(days=8)
        db.session.commit()
        assert office.get(page).status_code == 404
        making.drop_old()
        db.session.commit()
        assert not storage().has(name)
        assert db.session.scalars(select(SurveyExport)).all() == []


# --- Confidential --------------------------------------------------------------------------


def confide(app: Flask, desk: Desk, *chosen: str, state: str = "closed") -> str:
    """A confidential survey whose responses chose these options."""
    asked = [
        question("one", "single", options=options("a", "b")),
        question("text", "long", max_length=20),
    ]
    slug = desk.make(
        anonymity="confidential",
        state="draft",
        sections=[{"title": label("部分"), "questions": asked}],
    )
    with app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
        survey.__dict__["state"] = "open"
        db.session.execute(update(Survey).values(state=state))
        for key in chosen:
            response = SurveyResponse(survey_id=survey.id, anonymity="confidential", name_box=b"x")
            db.session.add(response)
            db.session.flush()
            given = {"survey_id": survey.id, "response_id": response.id}
            db.session.add(Answer(**given, question_key="one", option_key=key))
            db.session.add(
                OpenAnswer(
                    **given, anonymity="confidential", question_key="text", text=f"我是{key}"
                )
            )
        db.session.flush()
        db.session.expire_all()
        results.take_snapshot(db.session.get_one(Survey, survey.id))
        db.session.commit()
    return slug


def test_confidential_rows_that_many_share_leave_without_names(
    app: Flask, desk: Desk, cast: Cast
) -> None:
    slug = confide(app, desk, *"aaaaa", *"bbbbb")
    heading, *found = rows_of(take(app, cast.visitor("office"), slug, "xlsx"))
    assert heading == ["one"]
    assert sorted(found) == [[1]] * 5 + [[2]] * 5


def test_confidential_row_that_few_share_keeps_all_back(app: Flask, desk: Desk, cast: Cast) -> None:
    slug = confide(app, desk, *"aaaaaa", *"bbbb")
    office = cast.visitor("office")
    page = ask(office, slug, "xlsx").location
    work(app)
    assert "可能认得出人" in office.get(page).text
    assert office.get(f"{page}/file").status_code == 404


def test_confidential_rows_wait_until_the_survey_is_over(
    app: Flask, desk: Desk, cast: Cast
) -> None:
    slug = confide(app, desk, *"aaaaaa", state="open")
    assert "截止以前" in cast.visitor("office").get(f"/surveys/{slug}/exports").text
    assert ask(cast.visitor("office"), slug, "xlsx").status_code == 409


def more(app: Flask, slug: str, count: int) -> None:
    """So many more chose the first option."""
    with app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
        for _number in range(count):
            came = SurveyResponse(survey_id=survey.id, anonymity="confidential", name_box=b"x")
            db.session.add(came)
            db.session.flush()
            chosen = {"question_key": "one", "option_key": "a"}
            db.session.add(Answer(survey_id=survey.id, response_id=came.id, **chosen))
        db.session.flush()
        results.snapshot(survey)
        db.session.commit()


def test_confidential_rows_do_not_lay_bare_the_last_few(app: Flask, desk: Desk, cast: Cast) -> None:
    """Four more came than the totals count: who subtracts one from the other has their answers."""
    slug = confide(app, desk, *"aaaaaa")
    more(app, slug, 4)
    assert "没有计入结果" in cast.visitor("office").get(f"/surveys/{slug}/exports").text
    assert ask(cast.visitor("office"), slug, "xlsx").status_code == 409


def test_confidential_rows_do_not_lay_bare_what_came_after_earlier_totals(
    app: Flask, desk: Desk, cast: Cast
) -> None:
    slug = confide(app, desk, *"aaaaaa")
    more(app, slug, 6)
    assert "较早的结果" in cast.visitor("office").get(f"/surveys/{slug}/exports").text
    assert ask(cast.visitor("office"), slug, "xlsx").status_code == 409


# --- Again, and too often ------------------------------------------------------------------


def test_work_that_is_done_again_changes_nothing(app: Flask, cast: Cast, named: str) -> None:
    take(app, cast.visitor("office"), named, "csv")
    with app.app_context():
        made = db.session.scalars(select(SurveyExport)).one()
        before = (made.file, made.ended_at)
        making.make(made.id)
        assert (made.file, made.ended_at) == before


def test_one_person_asks_for_so_many_files_a_day(
    app: Flask, cast: Cast, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_A_DAY", 1)
    office = cast.visitor("office")
    take(app, office, named, "csv")
    assert ask(office, named, "csv").status_code == 409


def test_spss_file_is_not_made_without_its_extra(
    cast: Cast, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sav_file, "NEEDS", ("no_such_package",))
    office = cast.visitor("office")
    assert "没有装写 .sav 的附加组件" in office.get(f"/surveys/{named}/exports").text
    assert ask(office, named, "sav").status_code == 409
