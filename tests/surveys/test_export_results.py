"""The results as files: no figure more than the page shows, and a package that checks itself."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from core.db import db
from surveys import results
from surveys.exporting import package, report_file, sav_file, tables
from surveys.models import Answer, ResultSnapshot, Survey, SurveyResponse
from tests.conftest import counted, needed
from tests.people import Cast
from tests.surveys.conftest import Desk, options
from tests.surveys.test_compare_groups import fill as put_in
from tests.surveys.test_compare_groups import rated

ENDINGS = ("csv", "xlsx", "json", "docx", "zip")
FORMULA = "=HYPERLINK(0)"


def fill(app: Flask, slug: str, **chosen: int) -> None:
    """Anonymous responses, so many for each option of the first question, counted."""
    with app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == slug)).one()
        for option, number in chosen.items():
            for _response in range(number):
                made = SurveyResponse(survey_id=survey.id, anonymity="anonymous")
                db.session.add(made)
                db.session.flush()
                of = {"survey_id": survey.id, "response_id": made.id, "question_key": "one"}
                db.session.add(Answer(**of, option_key=option))
        db.session.flush()
        results.take_snapshot(survey)
        db.session.commit()


@pytest.fixture
def counted_out(app: Flask, desk: Desk) -> str:
    """A closed survey with results: 12, 8 and 7 chose; its words would be formulas."""
    asked = [
        {"key": "one", "type": "single", "label": FORMULA, "options": [
            {"key": "a", "label": "=1+1"}, {"key": "b", "label": "@b"}, {"key": "c", "label": "-c"}]},
        {"key": "few", "type": "number", "label": "没有人答"},
    ]  # fmt: skip
    slug = desk.make(state="closed", title="+标题", sections=[{"title": "", "questions": asked}])
    fill(app, slug, a=12, b=8, c=7)
    return slug


def take(cast: Cast, slug: str, ending: str, who: str = "cadre") -> bytes:
    answer = cast.visitor(who).get(f"/surveys/{slug}/exports/results.{ending}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return bytes(answer.data)


def test_json_has_the_figures_of_the_page(cast: Cast, counted_out: str) -> None:
    found = json.loads(take(cast, counted_out, "json"))
    one, few = found["questions"]
    assert [line["count"] for line in one["lines"]] == [12, 8, 7]
    assert one["lines"][0]["share"] == pytest.approx(12 / 27, abs=1e-6)
    assert (one["lines"][0]["low"], one["lines"][0]["high"]) == (0.275859, 0.62687)
    assert few["lines"] == [] and few["sentence"] == "还没有人回答这一题。"
    assert found["responses"] == 27
    assert [line["name"] for line in found["codebook"]["columns"]] == ["one", "few"]


@pytest.fixture
def grouped(app: Flask, desk: Desk) -> str:
    """A closed survey whose results are compared by a question: three of its groups hold few."""
    slug = desk.make(state="closed", compare_by="one")
    with app.app_context():
        put_in(slug, rated("a", [2] * 30 + [9] * 10) + rated("b", [2] * 9 + [9] * 31))
        results.take_snapshot(db.session.scalars(select(Survey).where(Survey.slug == slug)).one())
        db.session.commit()
    return slug


def test_files_have_the_groups_as_the_page_compares_them(
    cast: Cast, grouped: str, tmp_path: Path
) -> None:
    found = json.loads(take(cast, grouped, "json"))
    rate = next(one for one in found["questions"] if one["key"] == "rate")
    told = {(line["group"], line["option"]): line["count"] for line in rate["group_lines"]}
    assert [told["选项a", "9"], told["选项b", "9"]] == [10, 31]
    assert all(not 0 < count < 5 for count in told.values() if count is not None)
    rows = list(csv.reader(io.StringIO(take(cast, grouped, "csv").decode("utf-8-sig"))))
    assert ["选项b", "", "9", "31", "40"] in [row[3:8] for row in rows]
    with zipfile.ZipFile(io.BytesIO(take(cast, grouped, "zip"))) as archive:
        archive.extractall(tmp_path)
    assert check(tmp_path / grouped) == (0, "same")
    path = tmp_path / grouped / "results.json"
    path.write_text(path.read_text("utf-8").replace('"count": 31', '"count": 32'), "utf-8")
    code, said = check(tmp_path / grouped)
    assert code == 1 and "选项b" in said


def test_csv_has_a_line_for_each_bar_and_no_formula(cast: Cast, counted_out: str) -> None:
    data = take(cast, counted_out, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row[5:8] for row in rows[1:4]] == [
        ["'=1+1", "12", "27"],
        ["'@b", "8", "27"],
        ["'-c", "7", "27"],
    ]
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@")]


def test_workbook_has_tables_and_codebook_and_no_formula(cast: Cast, counted_out: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(take(cast, counted_out, "xlsx")))
    assert book.sheetnames == ["结果", "题目表", "代码表", "关于这份文件"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert [cell.value for cell in book["结果"][2]][5:8] == ["=1+1", 12, 27]
    assert [cell.value for cell in book["代码表"][2]][:3] == ["one", 1, "a"]


def test_word_report_has_title_sentence_and_table(cast: Cast, counted_out: str) -> None:
    file = docx.Document(io.BytesIO(take(cast, counted_out, "docx")))
    assert file.paragraphs[0].text == "+标题"
    assert any(FORMULA in one.text for one in file.paragraphs)
    first = [[cell.text for cell in row.cells] for row in file.tables[0].rows]
    assert first[0][0] == "选项"
    assert first[1] == ["=1+1", "12", "44.4%", "27.6%–62.7%"]


def test_pdf_report_has_its_own_font_and_opens_no_address(
    app: Flask, cast: Cast, counted_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed("weasyprint")
    assert take(cast, counted_out, "pdf").startswith(b"%PDF-")
    asked: list[str] = []
    with app.test_request_context():
        survey = db.session.scalars(select(Survey)).one()
        found = tables.read(survey, is_office=False)
        html = "<img src='http://127.0.0.1:9/x'><img src='file:///etc/hostname'><p>文字</p>"
        monkeypatch.setattr(report_file, "render_template", lambda *_args, **_more: html)
        fetch = report_file.fetcher_of

        def watching(own: list[str]) -> Any:
            made = fetch(own)
            inner = made.fetch

            def open_it(url: str, headers: Any = None) -> Any:
                found = inner(url, headers)
                asked.append(url)
                return found

            made.fetch = open_it
            return made

        monkeypatch.setattr(report_file, "fetcher_of", watching)
        made = report_file.pdf(found)
    assert made.startswith(b"%PDF-")
    assert asked and all(url.endswith(".otf") for url in asked)


def test_small_number_stands_in_no_file(app: Flask, desk: Desk, cast: Cast) -> None:
    """What the page keeps back: too few answered the one question there is."""
    asked = {"key": "one", "type": "single", "label": "题", "options": options("a", "b")}
    slug = desk.make(state="closed", sections=[{"title": "", "questions": [asked, {"key": "n", "type": "number", "label": "数"}]}])  # fmt: skip
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        for number in range(30):
            made = SurveyResponse(survey_id=survey.id, anonymity="anonymous")
            db.session.add(made)
            db.session.flush()
            if number < 4:
                of = {"survey_id": survey.id, "response_id": made.id}
                db.session.add(Answer(**of, question_key="one", option_key="a"))
        db.session.flush()
        results.take_snapshot(survey)
        db.session.commit()
    found = json.loads(take(cast, slug, "json"))
    assert [one["lines"] for one in found["questions"]] == [[], []]
    with zipfile.ZipFile(io.BytesIO(take(cast, slug, "zip"))) as archive:
        inside = json.loads(archive.read(f"{slug}/results.json"))
    assert inside["questions"] == found["questions"]


def test_bar_that_the_page_holds_back_has_no_figure(
    app: Flask, cast: Cast, counted_out: str
) -> None:
    """Three chose one of four options: it is held back, and another so that it does not follow."""
    with app.app_context():
        db.session.execute(update(Answer).where(Answer.option_key == "c").values(option_key="b"))
        chosen = db.session.scalars(select(Answer).where(Answer.option_key == "b")).all()
        for one in chosen[:3]:
            one.option_key = "c"
        db.session.flush()
        db.session.execute(delete(ResultSnapshot))
        results.take_snapshot(db.session.scalars(select(Survey)).one())
        db.session.commit()
    (lines,) = (one["lines"] for one in json.loads(take(cast, counted_out, "json"))["questions"] if one["lines"])  # fmt: skip
    held = [line for line in lines if line["count"] is None]
    assert len(held) >= 2 and held[-1]["option"] == "-c"
    assert all(line["share"] is line["low"] is line["high"] is None for line in held)
    cells = openpyxl.load_workbook(io.BytesIO(take(cast, counted_out, "xlsx")))["结果"]
    assert sum(row[6] == "不显示" for row in cells.iter_rows(values_only=True)) == len(held)


def test_survey_that_four_answered_says_nothing_of_its_questions(desk: Desk, cast: Cast) -> None:
    slug = desk.make(anonymity="named")
    for who in ("cadre", "cadre2", "delegate", "supervisor"):
        desk.fill(cast.visitor(who), slug)
    assert json.loads(take(cast, slug, "json", "office"))["questions"] == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_survey_without_answers_gives_a_file(desk: Desk, cast: Cast, ending: str) -> None:
    assert take(cast, desk.make(state="closed"), ending)


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_are_for_whoever_reads_the_results(
    app: Flask, desk: Desk, cast: Cast, ending: str
) -> None:
    """An open survey whose results come at its end: the office alone."""
    slug = desk.make()
    path = f"/surveys/{slug}/exports/results.{ending}"
    assert cast.visitor("cadre").get(path).status_code == 403
    assert cast.visitor(None).get(path).status_code == 302
    assert cast.visitor("office").get(path).status_code == 200


def test_page_says_what_is_missing(
    cast: Cast, counted_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/surveys/{counted_out}/exports"
    monkeypatch.setattr(report_file, "NEEDS", ("no_such_package",))
    monkeypatch.setattr(sav_file, "NEEDS", ("no_such_package",))
    page = cast.visitor("cadre").get(path).text
    assert "没有装做 PDF 的附加组件" in page
    assert "results.pdf" not in page
    assert cast.visitor("cadre").get(f"{path}/results.pdf").status_code == 404


def test_page_costs_few_statements(app: Flask, cast: Cast, counted_out: str) -> None:
    for who in ("cadre", "office"):
        visitor = cast.visitor(who)
        with counted(app) as statements:
            assert visitor.get(f"/surveys/{counted_out}/exports").status_code == 200
        assert len(statements) <= 6, statements


# --- The package ---------------------------------------------------------------------------


@pytest.fixture
def unpacked(cast: Cast, counted_out: str, tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(take(cast, counted_out, "zip"))) as archive:
        archive.extractall(tmp_path)
    return tmp_path / counted_out


def check(folder: Path, *key: str) -> tuple[int, str]:
    """What an outsider sees: a process that has this folder and Python, and nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "recompute.py", *key],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout.strip()


def test_outsider_computes_the_same(cast: Cast, unpacked: Path) -> None:
    shown = cast.visitor(None).get("/surveys/package-key.txt")
    assert shown.mimetype == "text/plain"
    assert check(unpacked) == (0, "same")
    assert check(unpacked, shown.text.strip()) == (0, "same")


def test_changed_digit_is_found(unpacked: Path) -> None:
    path = unpacked / "results.json"
    path.write_text(path.read_text("utf-8").replace('"count": 12', '"count": 13'), "utf-8")
    code, said = check(unpacked)
    assert code == 1
    assert "one =1+1: share is 0.444444, computed 0.481481" in said
    assert "results.json: changed since it was signed" in said


def test_digit_that_is_changed_with_its_digest_breaks_the_signature(unpacked: Path) -> None:
    import hashlib

    path, listed = unpacked / "definition.json", unpacked / "MANIFEST.json"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes() + b" ")
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    listed.write_text(listed.read_text().replace(before, after))
    assert check(unpacked) == (1, "MANIFEST.json: the signature does not hold")


def test_package_of_another_signer_is_found(unpacked: Path) -> None:
    from nacl.signing import SigningKey

    own, other = (unpacked / "PUBLIC_KEY.txt").read_text().strip(), SigningKey.generate()
    listed = (unpacked / "MANIFEST.json").read_bytes()
    (unpacked / "SIGNATURE.txt").write_text(other.sign(listed).signature.hex())
    (unpacked / "PUBLIC_KEY.txt").write_text(bytes(other.verify_key).hex())
    assert check(unpacked) == (0, "same")  # which is why the site shows its key
    assert check(unpacked, own) == (1, "MANIFEST.json: the signature does not hold")


def test_signature_that_is_no_signature_is_found(unpacked: Path) -> None:
    for wrong in ("", "00" * 64, "ff" * 64, "00" * 63):
        (unpacked / "SIGNATURE.txt").write_text(wrong)
        assert check(unpacked)[0] == 1


def test_program_agrees_with_libsodium(unpacked: Path) -> None:
    """The checking in plain Python holds for what libsodium signs, and for nothing a bit off."""
    from nacl.signing import SigningKey

    scope: dict[str, Any] = {"__name__": "recompute", "__file__": str(unpacked / "recompute.py")}
    exec((unpacked / "recompute.py").read_text(), scope)
    for number in range(8):
        signer, message = SigningKey(bytes([number]) * 32), bytes(range(number))
        key, signature = bytes(signer.verify_key), signer.sign(message).signature
        assert scope["is_signed"](key, message, signature)
        assert not scope["is_signed"](key, message + b"x", signature)
        off = bytes([signature[0] ^ 1]) + signature[1:]
        assert not scope["is_signed"](key, message, off)


def test_package_says_no_more_to_the_office(cast: Cast, counted_out: str) -> None:
    assert take(cast, counted_out, "zip", "office") == take(cast, counted_out, "zip", "cadre")


def test_package_holds_every_version_and_the_codebook(unpacked: Path) -> None:
    versions = json.loads((unpacked / "versions.json").read_text("utf-8"))
    assert [one["number"] for one in versions] == [1]
    book = json.loads((unpacked / "codebook.json").read_text("utf-8"))
    assert book["codes"][0] == {
        "name": "one",
        "code": 1,
        "option": "a",
        "first_version": 1,
        "last_version": 1,
        "label": "=1+1",
    }
    assert package.SCRIPT in {one.name for one in unpacked.iterdir()}
