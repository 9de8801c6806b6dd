"""Surveys by file: `surveys import` and `surveys export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from core.db import db
from surveys.definition import dump
from surveys.models import Survey, SurveyVersion
from tests.people import Cast
from tests.surveys.conftest import Desk, document

CONTENT = Path(__file__).parents[2] / "demo/content/surveys"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["surveys", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "form.json", **changes: Any) -> Path:
        path = tmp_path / name
        path.write_text(dump(document(**changes)), encoding="utf-8")
        return path

    return make


def test_import_makes_a_draft(run: Run, app: Flask) -> None:
    said = run("import", CONTENT / "opinion-form.json")
    assert said.exit_code == 0, said.output
    assert (
        "《工作作风征求意见表》（opinion-form）已导入为草稿：第 1 版，3 个部分，10 题。"
        in said.output
    )
    assert "  q4  matrix  请评价您所接触的组织部门在下列方面的表现。" in said.output
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert (survey.state, survey.anonymity, survey.minutes) == ("draft", "anonymous", 6)
        assert survey.audience == ["delegate", "supervisor", "expert"]
        assert survey.opens_at is not None
        assert survey.closes_at is not None
        assert (survey.closes_at - survey.opens_at).days == 25


def test_import_prints_json(run: Run) -> None:
    said = run("import", CONTENT / "training-needs.json", "--json")
    outcome = json.loads(said.output)
    assert outcome["imported"] is True
    assert outcome["slug"] == "training-needs"
    assert outcome["state"] == "draft"
    assert len(outcome["questions"]) == 9
    assert outcome["problems"] == []


@pytest.mark.parametrize("slug", ["opinion-form", "satisfaction-2026", "training-needs"])
def test_export_gives_back_the_file(run: Run, tmp_path: Path, slug: str) -> None:
    source = CONTENT / f"{slug}.json"
    assert run("import", source).exit_code == 0
    target = tmp_path / "out.json"
    assert run("export", slug, target).exit_code == 0
    assert target.read_bytes() == source.read_bytes()
    assert "没有改动" in run("import", target).output


def test_import_again_replaces_a_draft(run: Run, file: Any, app: Flask) -> None:
    run("import", file())
    said = run("import", file(minutes=9, anonymity="named"))
    assert "已更新：第 1 版" in said.output
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert (survey.minutes, survey.anonymity) == (9, "named")
        assert len(db.session.scalars(select(SurveyVersion)).all()) == 1


def test_import_again_adds_a_version_to_an_open_survey(
    run: Run, file: Any, desk: Desk, app: Flask
) -> None:
    desk.make()
    with app.app_context():
        began = db.session.scalars(select(Survey.opens_at)).one()
    assert "已更新：第 2 版" in run("import", file(minutes=9)).output
    assert "没有改动" in run("import", file(minutes=9)).output
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert (survey.minutes, survey.opens_at, survey.state) == (9, began, "open")
        versions = db.session.scalars(select(SurveyVersion)).all()
        assert [one.published_as for one in versions] == ["anonymous", "anonymous"]


def test_import_cannot_lower_anonymity(run: Run, file: Any, desk: Desk, app: Flask) -> None:
    desk.make()
    said = run("import", file(anonymity="named"))
    assert said.exit_code == 1
    assert "实名、保密还是匿名不能再改" in said.output
    with app.app_context():
        assert db.session.scalars(select(Survey.anonymity)).one() == "anonymous"
        assert len(db.session.scalars(select(SurveyVersion)).all()) == 1


@pytest.mark.parametrize("name", ["form.doc", "form.txt", "form"])
def test_other_files_are_refused_with_what_is_readable(run: Run, file: Any, name: str) -> None:
    said = run("import", file(name))
    assert said.exit_code == 1
    assert "能用的是：.json" in said.output


def test_bad_files_say_why(run: Run, tmp_path: Path, app: Flask) -> None:
    path = tmp_path / "bad.json"
    for data, words in (
        (b"", "第 1 行第 1 列"),
        (b"\x89PNG\r\n\x1a\n....", "不像 JSON"),
        (b"\0\0\0", "不像 JSON"),
        (b"[]", "最外层应是一个 JSON 对象"),
        (b" " * 4_000_001, "最多 4 MB"),
        (dump(document(minutes=0)).encode(), "整份问卷：minutes 应是 1 到 180 的整数"),
    ):
        path.write_bytes(data)
        said = run("import", path)
        assert said.exit_code == 1
        assert words in said.output
        outcome = json.loads(run("import", path, "--json").output)
        assert outcome["imported"] is False
        assert outcome["problems"]
    assert run("import", tmp_path / "nowhere.json").exit_code == 1
    with app.app_context():
        assert db.session.scalars(select(Survey)).all() == []


def test_export_says_what_is_wrong(run: Run, tmp_path: Path, cast: Cast) -> None:
    assert "没有 slug 为“zzz”的问卷" in run("export", "zzz", tmp_path / "out.json").output
    said = run("export", "zzz", tmp_path / "out.lss")
    assert said.exit_code == 1
    assert "能用的是：.json" in said.output


@pytest.mark.parametrize("command", ["import", "export"])
def test_help_gives_an_example(run: Run, command: str) -> None:
    assert f"Example: flask --app app surveys {command} " in run(command, "--help").output
