"""Workbooks of XLSForm: what comes along, what is told, what is refused and where."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from core.db import db
from core.files import Upload
from surveys.definition import read
from surveys.models import Survey, SurveyVersion
from surveys.xlsform import read_workbook, workbook
from tests.people import Cast
from tests.surveys.conftest import document

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "xlsforms"
CONTENT = Path(__file__).parents[2] / "demo/content/surveys"
HEAD = ("type", "name", "label::中文 (zh)", "label::English (en)", "relevant", "required", "owner")
CHOICES = (
    ("list_name", "name", "label::中文 (zh)", "label::English (en)"),
    ("yn", "yes", "是", "Yes"),
    ("yn", "no", "否", "No"),
)
Run = Callable[..., Result]
Rows = Sequence[Sequence[Any]]


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["surveys", *map(str, arguments)])


def made(survey: Rows, choices: Rows = CHOICES, settings: Rows = ()) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        if rows:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def good(*rows: Sequence[Any]) -> bytes:
    return made(
        [
            HEAD,
            ("select_one yn", "met", "参加过吗", "Did you take part?", "", "yes", "组织科"),
            ("begin group", "more", "详细", "Details", "${met} = 'yes'"),
            ("integer", "how often", "几次", "How often?", "", "", "组织科"),
            *rows,
            ("end group",),
        ],
        settings=[("form_title", "form_id"), ("座谈会回访", "Follow Up")],
    )


@pytest.fixture
def bring(run: Run, tmp_path: Path) -> Callable[[bytes], tuple[int, dict[str, Any]]]:
    def bring(data: bytes) -> tuple[int, dict[str, Any]]:
        path = tmp_path / "回访.xlsx"
        path.write_bytes(data)
        said = run("import", path, "--json")
        return said.exit_code, json.loads(said.output)

    return bring


def test_a_workbook_becomes_a_draft(bring: Any, app: Flask) -> None:
    code, outcome = bring(good())
    assert (code, outcome["problems"]) == (0, [])
    assert (outcome["slug"], outcome["title"]) == ("follow-up", "座谈会回访")
    assert [(one["key"], one["type"]) for one in outcome["questions"]] == [
        ("met", "single"),
        ("how_often", "number"),
    ]
    with app.app_context():
        version = db.session.scalars(select(SurveyVersion)).one()
        group = version.document["sections"][1]
        assert group["relevant"] == "${met} = 'yes'"
        assert group["title"] == {"zh": "详细", "en": "Details"}
        first = version.document["sections"][0]["questions"][0]
        assert first["required"] is True
        assert first["xlsform"] == {"owner": "组织科", "type": "select_one yn"}
        assert group["questions"][0]["xlsform"]["name"] == "how often"
        assert db.session.scalars(select(Survey.state)).one() == "draft"


def test_what_does_not_come_along_is_told_with_its_place(bring: Any) -> None:
    code, outcome = bring(
        good(
            ("start", "begun"),
            ("audio", "voice", "录音"),
            ("geopoint", "where", "在哪里"),
            ("text", "why", "为什么", "", "${begun} != ''"),
        )
    )
    assert code == 0
    told = [(one["row"], one["column"]) for one in outcome["problems"]]
    assert told == [(5, "A"), (6, "A"), (7, "A"), (8, "E")]
    assert all(one["sheet"] == "survey" and one["sentence"] for one in outcome["problems"])


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (("select_one gone", "x", "题"), "A", "没有选项列表“gone”"),
        (("text", "", "题"), "B", "没有 name"),
        (("text", "x", "题", "", "${met"), "E", "看不懂"),
        (("text", "x", "题", "", "${gone} = 1"), "E", "没有 ${gone} 这一题"),
        (("text", "x", "题", "", "${met} = 'maybe'"), "E", "没有选项“maybe”"),
        (("text", "x", "题", "", "foo(1)"), "E", "没有函数 foo"),
        (("integer", "how often", "题"), "B", "已经用过"),
        (("end repeat",), "A", "没有开始的组"),
    ],
)
def test_a_fault_names_sheet_row_and_column(
    bring: Any, row: Sequence[str], column: str, words: str, app: Flask
) -> None:
    code, outcome = bring(good(row))
    assert (code, outcome["imported"]) == (1, False)
    found = [one for one in outcome["problems"] if words in one["sentence"]]
    assert found, outcome["problems"]
    assert (found[0]["sheet"], found[0]["row"], found[0]["column"]) == ("survey", 5, column)
    with app.app_context():
        assert db.session.scalars(select(Survey)).all() == []


def test_a_group_without_an_end_is_named_where_it_begins(bring: Any) -> None:
    _code, outcome = bring(good(("begin group", "inner", "里面的组")))
    assert [(one["row"], one["column"]) for one in outcome["problems"]] == [(3, "A")]


def test_faults_of_options_stand_in_their_own_sheet(bring: Any) -> None:
    rows = [(*HEAD[:3],), ("select_one yn", "met", "题")]
    choices = [*CHOICES, ("yn", "yes", "又是"), ("yn", "两 个 字", "空格")]
    _code, outcome = bring(made(rows, choices))
    assert [(one["sheet"], one["row"], one["column"]) for one in outcome["problems"]] == [
        ("choices", 5, "B")
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 no archive", "不是 Excel"),
        (made([("a",)])[:900], "不是 Excel"),
        (made([HEAD], [], []).replace(b"survey", b"sirvey"), ""),
    ],
)
def test_what_is_no_workbook_is_refused(bring: Any, data: bytes, words: str) -> None:
    code, outcome = bring(data)
    assert code == 1
    assert words in outcome["problems"][0]["sentence"]


def test_a_bomb_is_refused(bring: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    code, outcome = bring(out.getvalue())
    assert code == 1
    assert "太大" in outcome["problems"][0]["sentence"]


def test_too_many_choices_are_refused(bring: Any) -> None:
    choices = [CHOICES[0], *(("yn", f"o{number}", "项") for number in range(20_000))]
    code, outcome = bring(made([HEAD[:3], ("select_one yn", "x", "题")], choices))
    assert code == 1
    assert "最多 500 个" in outcome["problems"][0]["sentence"]


def test_a_form_that_looks_at_words_is_kept_as_a_named_one(bring: Any, app: Flask) -> None:
    _code, outcome = bring(good(("text", "a", "甲"), ("text", "b", "乙", "", "${a} != ''")))
    assert "实名" in outcome["problems"][0]["sentence"]
    with app.app_context():
        assert db.session.scalars(select(Survey.anonymity)).one() == "named"


def test_the_page_takes_a_made(cast: Cast, app: Flask) -> None:
    office = cast.visitor("office")
    file = (io.BytesIO(good(("start", "begun"))), "回访.xlsx")
    sent = office.post("/surveys/new", {"file": file}, content_type="multipart/form-data")
    assert sent.status_code == 303
    page = office.get(sent.location).text
    assert "没有原样带过来的：survey 第 5 行 A 列" in page
    assert "座谈会回访" in page


def test_counts_are_those_of_the_reference(run: Run) -> None:
    """The workbooks of others beside the project: all that can be asked here is there."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data/xlsforms is absent")
    expected = json.loads((SHARED / "expected.json").read_text(encoding="utf-8"))["xlsforms"]
    for file, wanted in expected.items():
        said = json.loads(run("import", SHARED / file, "--json").output)
        assert said["imported"], (file, said["problems"])
        asked = [one for one in said["questions"] if one["type"] not in ("note", "calculated")]
        assert len(asked) == wanted["questions_excluding_notes"], file
        assert not [one for one in said["problems"] if "这种题还不能问" in one["sentence"]]


# --- There and back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["opinion-form", "satisfaction-2026", "training-needs", "every type"]
)
def test_our_own_forms_travel(app: Flask, name: str) -> None:
    with app.test_request_context():
        given = (
            document()
            if name == "every type"
            else json.loads((CONTENT / f"{name}.json").read_text(encoding="utf-8"))
        )
        back, told = read_workbook(Upload("out.xlsx", "xlsx", workbook(read(given).document)))
        assert back.document == given
        assert told == []


def test_forms_of_others_travel(app: Flask) -> None:
    """Read, written and read again the workbooks beside the project give the same form."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data/xlsforms is absent")
    with app.test_request_context():
        for file in sorted(SHARED.glob("*.xlsx")):
            first, _told = read_workbook(Upload(file.name, "xlsx", file.read_bytes()))
            again, _told = read_workbook(Upload("out.xlsx", "xlsx", workbook(first.document)))
            assert again.document == first.document, file.name


def test_a_table_is_a_matrix_and_its_rows_are_known_by_their_names(bring: Any, app: Flask) -> None:
    rows = [
        (*HEAD[:3], "relevant", "appearance", "required"),
        ("begin group", "grid", "您怎么看", "", "table-list"),
        ("select_one yn", "service", "服务", "", "", "yes"),
        ("select_one yn", "speed", "速度", "", "", "yes"),
        ("end group",),
        ("note", "thanks", "谢谢", "${speed} = 'no'"),
    ]
    code, outcome = bring(made(rows))
    assert (code, [one["type"] for one in outcome["questions"]]) == (0, ["matrix", "note"])
    with app.app_context():
        grid, note = (
            db.session.scalars(select(SurveyVersion)).one().document["sections"][0]["questions"]
        )
        assert grid["required"] is True
        assert [row["key"] for row in grid["rows"]] == ["service", "speed"]
        assert note["relevant"] == "${grid.speed} = 'no'"


def test_the_command_writes_what_it_reads(run: Run, bring: Any, tmp_path: Path) -> None:
    bring(good())
    out = tmp_path / "out.xlsx"
    assert run("export", "follow-up", out).exit_code == 0
    assert "没有改动" in run("import", out).output


def test_no_cell_of_a_workbook_runs(app: Flask) -> None:
    with app.test_request_context():
        form = document(title="=1+1")
        cells = [
            cell
            for row in load_workbook(io.BytesIO(workbook(read(form).document)))[
                "settings"
            ].iter_rows()
            for cell in row
        ]
    assert {cell.data_type for cell in cells if cell.value == "=1+1"} == {"s"}


KINDS = {
    "slug": "kinds",
    "title": "各种题",
    "anonymity": "named",
    "audience": ["everyone"],
    "minutes": 3,
    "results_when": "closed",
    "pages": True,
    "sections": [
        {
            "title": {"zh": "一", "ug": "بىر"},
            "intro": "先看这里",
            "shuffle": True,
            "questions": [
                {
                    "key": "order",
                    "type": "ranking",
                    "label": {"zh": "排序", "ug": "تەرتىپ"},
                    "options": [{"key": one, "label": one} for one in "abc"],
                    "max_choices": 2,
                    "shuffle": True,
                },
                {
                    "key": "many",
                    "type": "multiple",
                    "label": "多选",
                    "options": [{"key": one, "label": one} for one in "abc"],
                    "min_choices": 2,
                },
            ],
        },
        {
            "title": "二",
            "questions": [
                {"key": "at", "type": "time", "label": "几点", "min": "08:00"},
                {"key": "nps", "type": "nps", "label": "推荐吗", "low_label": "不会"},
                {
                    "key": "code",
                    "type": "short",
                    "label": "邮编",
                    "pattern": "[0-9]{6}",
                    "pattern_message": "邮编是六位数字。",
                },
                {
                    "key": "both",
                    "type": "short",
                    "label": "房号",
                    "pattern": "[0-9]+'?",
                    "constraint": ". != '0'",
                    "constraint_message": "不能是 0。",
                },
            ],
        },
    ],
}


def test_every_kind_travels(app: Flask) -> None:
    with app.test_request_context():
        document = read(KINDS).document
        data = workbook(document)
        found, told = read_workbook(Upload("kinds.xlsx", "xlsx", data))
    assert told == []
    assert found.document == document
    rows = list(load_workbook(io.BytesIO(data))["survey"].values)
    told_of = {row[rows[0].index("name")]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert told_of["order"]["type"] == "rank order"
    assert told_of["order"]["parameters"] == "randomize=true"
    assert told_of["at"]["type"] == "time"
    assert told_of["nps"]["parameters"] == "start=0 end=10 step=1"
    assert told_of["code"]["constraint"] == "regex(., '[0-9]{6}')"
    assert told_of["code"]["constraint_message::中文 (zh)"] == "邮编是六位数字。"
    assert told_of["both"]["constraint"] == "regex(., \"[0-9]+'?\") and (. != '0')"


def test_kinds_of_others_come_along(bring: Any, app: Flask) -> None:
    data = made(
        [
            ("type", "name", "label", "parameters"),
            ("rank yn", "order", "排序", "randomize=true, seed=7"),
            ("time", "at", "几点", ""),
        ],
        settings=[("form_title", "style"), ("几种题", "pages theme-grid")],
    )
    _code, said = bring(data)
    assert [one["type"] for one in said["questions"]] == ["ranking", "time"]
    assert [(one["column"], one["row"]) for one in said["problems"]] == [("D", 2)]
    with app.app_context():
        document = db.session.scalars(select(SurveyVersion)).one().document
    assert document["pages"] is True
    assert document["xlsform"]["style"] == "pages theme-grid"
    assert document["sections"][0]["questions"][0]["shuffle"] is True


def test_five_hundred_questions_are_read_in_two_seconds(app: Flask) -> None:
    kinds = ("select_one yn", "integer", "text", "rank yn", "time")
    rows = [
        (kinds[n % 5], f"q{n}", f"第 {n} 题", f"${{q{n - n % 5}}} = 'yes'" if n % 5 else "")
        for n in range(500)
    ]
    data = made([("type", "name", "label", "relevant"), *rows])
    with app.test_request_context():
        begun = time.perf_counter()
        found, _told = read_workbook(Upload("many.xlsx", "xlsx", data))
        took = time.perf_counter() - begun
    assert len(found.questions) == 500
    assert took < 2, took
