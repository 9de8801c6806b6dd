"""People out of tables: the plan, its faults by row and column, and all or nothing."""

from __future__ import annotations

import io
import re
import secrets
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from accounts import importing, slips
from accounts.models import Membership, PeopleImport, Person, Slip
from core import clock, journal
from core.db import db
from core.files import FileFault, Upload
from core.policy import SYSTEM
from tests.conftest import counted
from tests.people import Cast, Visitor

HEAD = "姓名,用户名,单位,职务,角色,起,止"
GOOD = f"{HEAD}\n刘建国,liu.jianguo,county,科员,,,\n王敏,WangMin,prefecture单位,处长,审核员、领导干部,2026/1/5,\n"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


def upload(
    visitor: Visitor, data: bytes | str, name: str = "people.csv", **form: str
) -> TestResponse:
    content = data.encode() if isinstance(data, str) else data
    fields = {"file": (io.BytesIO(content), name), "once": secrets.token_hex(), **form}
    return visitor.post("/admin/people/import", fields)


def table(text: str) -> importing.Table:
    return importing.parse(Upload("people.csv", "text", text.encode()))


def faults(text: str, actor: Any = SYSTEM) -> list[tuple[int, str]]:
    plan = importing.plan(actor, table(text))
    return [(fault.row, fault.column) for fault in plan.faults]


def people_count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Person)) or 0


# --- The page -------------------------------------------------------------------------------------


def test_dry_run_writes_nobody_and_confirming_writes_all(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    answer = upload(visitor, GOOD)
    page = visitor.get(answer.location).text
    assert "刘建国" in page
    assert "wangmin" in page
    assert people_count(app) == 1
    done = visitor.post(f"{answer.location}/confirm")
    assert done.status_code == 200
    assert len(CODE.findall(done.text)) == 2
    assert done.headers["Cache-Control"] == "no-store"
    assert people_count(app) == 3
    with app.app_context():
        made = db.session.scalars(select(Person).where(Person.username == "wangmin")).one()
        assert (made.name, made.title, made.password_hash) == ("王敏", "处长", None)
        roles = db.session.scalars(select(Membership).where(Membership.person_id == made.id)).all()
        assert {(one.role, one.valid_from) for one in roles} == {
            ("moderator", date(2026, 1, 5)),
            ("leader", date(2026, 1, 5)),
        }
        verbs = [event.verb for event in journal.history("accounts:person", made.id)]
        assert verbs == ["create", "grant", "grant", "issue_slip"]
        assert not list(journal.verify())


def test_code_of_the_slip_leads_in(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    address = upload(visitor, GOOD).location
    page = visitor.post(f"{address}/confirm").text
    code = CODE.findall(page)[0]
    new = "三月的河开了冰 42"
    data = {"username": "liu.jianguo", "code": code, "new_password": new, "repeat": new}
    newcomer = cast.visitor()
    assert newcomer.post("/recover", data).location == "/me"
    assert "刘建国" in newcomer.get("/me").text


def test_fault_is_named_by_row_and_column_and_nothing_is_written(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    address = upload(visitor, f"{GOOD}张伟,zhang.wei,nowhere,,,,\n").location
    page = visitor.get(address).text
    assert re.search(r'<td class="is-number">4</td><td>单位（C）</td>', page)
    assert "nowhere" in page
    assert "确认导入" not in page
    assert visitor.post(f"{address}/confirm").status_code == 409
    assert people_count(app) == 1


def test_confirming_twice_writes_once(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    address = upload(visitor, GOOD).location
    assert visitor.post(f"{address}/confirm").status_code == 200
    assert visitor.post(f"{address}/confirm").status_code == 409
    assert people_count(app) == 3
    assert "2 人" in visitor.get(address).text


def test_confirmed_import_keeps_no_names(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    visitor.post(f"{upload(visitor, GOOD).location}/confirm")
    with app.app_context():
        assert db.session.scalars(select(PeopleImport)).one().table == {}


def test_what_changed_meanwhile_is_seen_on_confirming(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    address = upload(visitor, GOOD).location
    with app.app_context():
        db.session.add(Person(username="wangmin", name="王敏锐", unit_id=cast.unit_id("county")))
        db.session.commit()
    assert visitor.post(f"{address}/confirm").status_code == 409
    assert people_count(app) == 2


def test_same_table_again_changes_nothing(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    visitor.post(f"{upload(visitor, GOOD).location}/confirm")
    page = visitor.get(upload(visitor, GOOD).location).text
    assert page.count("没有变化</span>") == 2
    assert "确认导入" not in page


def test_uploading_twice_makes_one_draft(cast: Cast) -> None:
    visitor = cast.visitor("admin")
    first = upload(visitor, GOOD, once="same").location
    assert upload(visitor, GOOD, once="same").location == first


def test_lost_slips_are_printed_again(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    address = upload(visitor, GOOD).location
    old = CODE.findall(visitor.post(f"{address}/confirm").text)
    with app.app_context():
        first = db.session.scalars(select(Person).where(Person.username == "wangmin")).one()
        first.password_hash = "set"
        db.session.commit()
    new = CODE.findall(visitor.post(f"{address}/reissue").text)
    assert len(new) == 1
    assert not set(new) & set(old)
    with app.app_context():
        assert not slips.Claim.of("liu.jianguo", old[0]).is_right
        assert slips.Claim.of("liu.jianguo", new[0]).is_right


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("people.csv", b""),
        ("people.xlsx", b"not a workbook"),
        ("people.csv", b"\x89PNG\r\n\x1a\n"),
        ("people.exe", GOOD.encode()),
        ("people.csv", "单位,职务\ncounty,科员\n".encode()),
        ("people.csv", HEAD.encode()),
        ("people.csv", b"\n\n"),
        ("people.csv", HEAD.encode() + b'\n"' + b"x" * 200_000),
    ],
)
def test_unusable_file_is_refused_beside_the_field(
    app: Flask, cast: Cast, name: str, data: bytes
) -> None:
    answer = upload(cast.visitor("admin"), data, name)
    assert answer.status_code == 422
    assert "field--wrong" in answer.text


def test_missing_file_is_refused(cast: Cast) -> None:
    assert cast.visitor("admin").post("/admin/people/import").status_code == 422


def test_example_can_be_uploaded(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    example = visitor.get("/admin/people/import/example.csv")
    assert example.mimetype == "text/csv"
    assert "确认导入" in visitor.get(upload(visitor, example.data).location).text


# --- Who may --------------------------------------------------------------------------------------


def test_unit_admin_imports_into_the_own_subtree(app: Flask, cast: Cast) -> None:
    until = (date.today() + timedelta(days=50)).isoformat()
    rows = f"{HEAD}\n刘建国,liu.jianguo,county,科员,审核员,,{until}\n"
    visitor = cast.visitor("unit_admin")
    address = upload(visitor, rows).location
    assert visitor.post(f"{address}/confirm").status_code == 200
    assert people_count(app) == 2


@pytest.mark.parametrize(
    "row",
    [
        "刘建国,liu,office,,,,{until}",  # another subtree
        "刘建国,liu,county,,管理员,,{until}",  # a role beyond
        "刘建国,liu,county,,部长,,{until}",
        "刘建国,liu,county,,,,",  # longer than the administrator serves
        "handler同志,handler,county,,,,{until}",  # somebody from elsewhere
        "unit_admin同志,unit_admin,county,,审核员,,{until}",  # oneself
    ],
)
def test_import_gives_no_more_than_a_grant(app: Flask, cast: Cast, row: str) -> None:
    cast.id("handler")
    until = (date.today() + timedelta(days=50)).isoformat()
    visitor = cast.visitor("unit_admin")
    before = people_count(app)
    address = upload(visitor, f"{HEAD}\n{row.format(until=until)}\n").location
    assert visitor.post(f"{address}/confirm").status_code == 409
    assert people_count(app) == before


def test_drafts_are_their_authors_alone(app: Flask, cast: Cast) -> None:
    address = upload(cast.visitor("admin"), GOOD).location
    other = cast.visitor("unit_admin")
    for verb in ("", "/confirm", "/reissue"):
        answer = other.post(address + verb) if verb else other.get(address)
        assert answer.status_code == 404, verb


def test_author_who_no_longer_administers_cannot_confirm(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    address = upload(visitor, GOOD).location
    with app.app_context():
        db.session.scalars(select(Membership)).one().role = "cadre"
        db.session.commit()
    for verb in ("/confirm", "/reissue"):
        assert visitor.post(address + verb).status_code == 403
    assert visitor.get(address).status_code == 403


@pytest.mark.parametrize("username", ["cadre", "moderator", None])
def test_others_import_nobody(cast: Cast, username: str | None) -> None:
    visitor = cast.visitor(username)
    refused = (403,) if username else (302, 401)
    assert visitor.get("/admin/people/import").status_code in refused
    assert visitor.get("/admin/people/import/example.csv").status_code in refused
    assert upload(visitor, GOOD).status_code in refused


def test_statements_do_not_grow(app: Flask, cast: Cast) -> None:
    visitor = cast.visitor("admin")
    until = "2099-01-01"
    figures = []
    for number in (2, 200):
        rows = "\n".join(f"张{n},zhang{n},county,,,,{until}" for n in range(number))
        address = upload(visitor, f"{HEAD}\n{rows}\n").location
        with counted(app) as statements:
            visitor.get(address)
        figures.append(len(statements))
    assert figures[0] == figures[1] <= 8


# --- Faults, row by row ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",liu,county,,,,", "姓名（A）"),
        (f"{'长' * 61},liu,county,,,,", "姓名（A）"),
        ("刘建国,,county,,,,", "用户名（B）"),
        ("刘建国,a b,county,,,,", "用户名（B）"),
        ("刘建国,x,county,,,,", "用户名（B）"),
        ("刘建国,<script>,county,,,,", "用户名（B）"),
        ("刘建国,liu,,,,,", "单位（C）"),
        ("刘建国,liu,nowhere,,,,", "单位（C）"),
        (f"刘建国,liu,county,{'长' * 61},,,", "职务（D）"),
        ("刘建国,liu,county,,皇帝,,", "角色（E）"),
        ("刘建国,liu,county,,,明天,", "起（F）"),
        ("刘建国,liu,county,,,2026-02-30,", "起（F）"),
        ("刘建国,liu,county,,,,9999-12-31", "止（G）"),
        ("刘建国,liu,county,,,2099-05-02,2099-05-01", "止（G）"),
        ("刘建国,liu,county,,,2020-05-02,2020-05-03", "止（G）"),
        ("刘建国,liu,county,,专家学者,,", "止（G）"),
    ],
)
def test_fault_names_row_and_column(app: Flask, cast: Cast, row: str, column: str) -> None:
    cast.unit_id("county")
    with app.app_context():
        assert faults(f"{HEAD}\n王敏,wang,county,,,,\n{row}\n") == [(3, column)]


def test_same_username_for_two_people_is_a_fault(app: Flask, cast: Cast) -> None:
    cast.id("cadre")
    with app.app_context():
        rows = f"{HEAD}\n王敏,wang,county,,,,\n王明,Wang,prefecture,,,,\n陈静怡,cadre,county,,,,\n"
        assert faults(rows) == [(3, "姓名（A）"), (4, "用户名（B）")]


def test_same_role_twice_is_a_fault(app: Flask, cast: Cast) -> None:
    cast.unit_id("county")
    with app.app_context():
        rows = f"{HEAD}\n王敏,wang,county,,审核员,,\n王敏,wang,county,,moderator,,\n"
        assert faults(rows) == [(3, "角色（E）")]


def test_overlap_with_a_role_of_other_days_is_a_fault(app: Flask, cast: Cast) -> None:
    """The cast's cadre serves for a hundred days more, the table says for ever."""
    cast.id("cadre")
    with app.app_context():
        assert faults(f"{HEAD}\ncadre同志,cadre,county,,组工干部,,\n") == [(2, "角色（E）")]


def test_two_units_of_one_name_ask_for_the_key(app: Flask, cast: Cast) -> None:
    county = cast.unit_id("county")
    with app.app_context():
        from accounts.models import Unit

        db.session.get_one(Unit, cast.unit_id("office")).name = db.session.get_one(
            Unit, county
        ).name
        db.session.commit()
        plan = importing.plan(SYSTEM, table(f"{HEAD}\n王敏,wang,county单位,,,,\n"))
        assert "county" in plan.faults[0].sentence
        assert "office" in plan.faults[0].sentence


def test_plan_with_faults_is_not_carried_out(app: Flask, cast: Cast) -> None:
    cast.unit_id("county")
    with app.app_context():
        plan = importing.plan(SYSTEM, table(f"{GOOD}张伟,zhang.wei,nowhere,,,,\n"))
        with pytest.raises(ValueError, match="faults"):
            importing.apply(SYSTEM, plan)
        assert not db.session.scalars(select(Person)).all()


def test_every_fault_is_told_at_once(app: Flask, cast: Cast) -> None:
    cast.unit_id("county")
    with app.app_context():
        assert faults(f"{HEAD}\n,x y,nowhere,,皇帝,明天,昨天\n") == [
            (2, "姓名（A）"),
            (2, "用户名（B）"),
            (2, "单位（C）"),
            (2, "角色（E）"),
            (2, "起（F）"),
            (2, "止（G）"),
        ]


# --- Every kind of file ---------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_as_office_programs_write_it(
    app: Flask, cast: Cast, encoding: str, delimiter: str
) -> None:
    cast.unit_id("county")
    data = GOOD.replace(",", delimiter).replace("\n", "\r\n").encode(encoding)
    with app.app_context():
        plan = importing.plan(SYSTEM, importing.parse(Upload("people.csv", "text", data)))
        assert plan.is_sound
        assert sorted(plan.newcomers) == ["liu.jianguo", "wangmin"]


def test_english_headings_roles_and_other_columns(app: Flask, cast: Cast) -> None:
    cast.unit_id("county")
    rows = (
        "Remarks,Name,Username,Unit,Role,From,Until\n"
        "x,Liu Jianguo,liu,county,Unit admin,2026-01-05,2099-05-31\n"
        "x,Wang Min,wang,county,unit_admin; moderator,20260105,2099.5.31\n"
    )
    with app.app_context():
        plan = importing.plan(SYSTEM, table(rows))
        assert not plan.faults
        assert {post.role for post in plan.posts} == {"unit_admin", "moderator"}
        assert {post.until for post in plan.posts} == {date(2099, 6, 1)}


def workbook(rows: list[list[Any]], above: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, 1 + above):
        for place, cell in enumerate(row, 1):
            sheet.cell(number, place).value = cell
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_workbook_with_real_dates_and_numbers(app: Flask, cast: Cast) -> None:
    """Staff numbers as usernames come as floats, days as dates; the table may begin lower."""
    rows = [
        HEAD.split(","),
        ["刘建国", 100123, "county", None, "审核员", date(2026, 1, 5), datetime(2099, 5, 31)],
        ["", "", "", "", "", "", ""],
        ["王敏", "wang", "nowhere", "", "", "", ""],
    ]
    cast.unit_id("county")
    with app.app_context():
        parsed = importing.parse(Upload("people.xlsx", "xlsx", workbook(rows, above=2)))
        plan = importing.plan(SYSTEM, parsed)
        assert [(fault.row, fault.column) for fault in plan.faults] == [(6, "单位（C）")]
        [step] = plan.steps
        assert (step.row, step.username, step.since, step.last_on) == (
            4,
            "100123",
            date(2026, 1, 5),
            date(2099, 5, 31),
        )


def test_too_many_rows_are_refused(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    with pytest.raises(FileFault):
        table(f"{HEAD}\n" + "刘建国,liu,county,,,,\n" * 3)


def test_thousands_of_people_at_once(app: Flask, cast: Cast) -> None:
    """5,000 rows in a few seconds, and in statements that do not grow row by row."""
    cast.unit_id("county")
    rows = "".join(f"张{n},zhang{n},county,科员,,,\n" for n in range(5000))
    with counted(app) as statements, app.app_context():
        begun = time.perf_counter()
        plan = importing.plan(SYSTEM, table(f"{HEAD}\n{rows}"))
        printed = importing.apply(SYSTEM, plan)
        db.session.commit()
        seconds = time.perf_counter() - begun
        assert len({one.code for one in printed}) == 5000
        assert db.session.scalar(select(func.count()).select_from(Slip)) == 5000
    assert seconds < 20
    assert len(statements) < 120


# --- Commands -------------------------------------------------------------------------------------


def test_command_imports_or_says_why_not(app: Flask, cast: Cast, tmp_path: Path) -> None:
    cast.unit_id("county")
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD, encoding="gb18030")
    bad.write_text(f"{GOOD}张伟,zhang.wei,nowhere,,,,\n", encoding="utf-8")
    run = app.test_cli_runner().invoke
    refused = run(args=["people", "import", str(bad)])
    assert refused.exit_code == 1
    assert "第 4 行" in refused.output
    assert "单位（C）" in refused.output
    assert "没有写入" in refused.output
    tried = run(args=["people", "import", str(good), "--dry-run"])
    assert tried.exit_code == 0
    assert not CODE.findall(tried.output)
    assert people_count(app) == 0
    done = run(args=["people", "import", str(good)])
    assert done.exit_code == 0
    assert len(CODE.findall(done.output)) == 2
    assert people_count(app) == 2


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"a,b\n1,2\n"])
def test_command_refuses_other_files(app: Flask, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(data)
    assert app.test_cli_runner().invoke(args=["people", "import", str(file)]).exit_code == 1


def test_command_help_gives_an_example(app: Flask) -> None:
    for name in ("import", "add"):
        told = app.test_cli_runner().invoke(args=["people", name, "--help"]).output
        assert f"flask --app app people {name}" in told


def test_drafts_are_forgotten(app: Flask, cast: Cast) -> None:
    from accounts.session import tidy

    upload(cast.visitor("admin"), GOOD)
    with app.app_context():
        with clock.travel(clock.now() + timedelta(days=6)):
            tidy()
            assert db.session.scalars(select(PeopleImport)).all()
        with clock.travel(clock.now() + timedelta(days=8)):
            tidy()
            assert not db.session.scalars(select(PeopleImport)).all()
