"""Bringing surveys in and out by file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from core import files
from core.db import db, reading
from core.i18n import _, pick
from core.policy import SYSTEM

from . import publishing
from .definition import Definition, DefinitionFault, Fault, dump
from .interchange import READABLE, WRITABLE, read_file
from .models import Survey
from .schema import schema
from .xlsform import workbook

MAX_BYTES = 4_000_000

surveys_cli = AppGroup("surveys", help="Surveys as files.")


@surveys_cli.command("import")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
def import_survey(path: Path, as_json: bool) -> None:
    """Bring a form in: a draft, or a new version of the survey with its slug.

    Reads our own JSON, XLSForm workbooks, SurveyJS JSON and LimeSurvey's .lss, told apart by their
    content. Prints the title, the questions, and each problem with its place; exit 1 when nothing
    was imported.

    Example: flask --app app surveys import opinion-form.json
    """
    outcome: dict[str, Any] = {"imported": False, "problems": []}
    try:
        definition, told = _definition(path)
        brought = publishing.bring(definition, SYSTEM)
        db.session.commit()
        outcome |= {
            "imported": True,
            "what": brought.what,
            "slug": definition.slug,
            "title": pick(definition.title),
            "state": brought.survey.state,
            "version": brought.number,
            "sections": len(definition.sections),
            "questions": [
                {"key": one.key, "type": one.type, "label": pick(one.label)}
                for one in definition.questions
            ],
            "problems": [_problem(one) for one in told],
        }
    except DefinitionFault as fault:
        db.session.rollback()
        outcome["problems"] = [_problem(one) for one in fault.faults]
    click.echo(json.dumps(outcome, ensure_ascii=False) if as_json else _told(outcome))
    if not outcome["imported"]:
        sys.exit(1)


@surveys_cli.command("export")
@click.argument("slug")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def export_survey(slug: str, path: Path) -> None:
    """Write a survey's newest version to a file that imports to the same: .json or .xlsx (XLSForm).

    Example: flask --app app surveys export opinion-form opinion-form.json
    """
    if path.suffix.lower() not in WRITABLE:
        raise click.ClickException(_unreadable(path, WRITABLE))
    with reading():
        survey = db.session.scalar(select(Survey).where(Survey.slug == slug))
        if survey is None:
            raise click.ClickException(_("没有 slug 为“%(slug)s”的问卷。", slug=slug))
        document = publishing.latest_version(survey).document
    is_workbook = path.suffix.lower() == ".xlsx"
    try:
        path.write_bytes(workbook(document) if is_workbook else dump(document).encode())
    except OSError as fault:
        raise click.ClickException(_("写不了 %(path)s：%(why)s", path=path, why=fault)) from fault
    click.echo(str(path))


@surveys_cli.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of our own format.

    Example: flask --app app surveys schema > survey.schema.json
    """
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))


def _problem(fault: Fault) -> dict[str, Any]:
    """A fault for programs: with sheet, row and column where it stands in a workbook."""
    where = {"sheet": fault.sheet, "row": fault.row, "column": fault.column} if fault.sheet else {}
    return {"place": fault.place, "sentence": fault.sentence, **where}


def _definition(path: Path) -> tuple[Definition, list[Fault]]:
    """The form in a file, and what did not come along. Raises DefinitionFault."""
    if path.suffix.lower().removeprefix(".") not in READABLE:
        endings = [f".{one}" for one in READABLE]
        raise DefinitionFault([Fault(path.name, _unreadable(path, endings))])
    data = _bytes(path)
    try:
        kind = files.sniff(data)
        if path.suffix.lower() == ".xlsx" and kind != "xlsx":
            raise files.FileFault(_("这个文件的内容不是 Excel 工作簿（.xlsx）。"))
        return read_file(files.Upload(path.name, kind, data))
    except files.FileFault as fault:
        raise DefinitionFault([Fault(path.name, str(fault))]) from fault


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as fault:
        sentence = _("打不开这个文件：%(why)s", why=fault.strerror or str(fault))
        raise DefinitionFault([Fault(path.name, sentence)]) from fault
    if len(data) > MAX_BYTES:
        raise DefinitionFault([Fault(path.name, _("文件太大：最多 4 MB。"))])
    return data


def _unreadable(path: Path, endings: Iterable[str]) -> str:
    return _(
        "“%(ending)s”不是能用的格式。能用的是：%(usable)s。",
        ending=path.suffix or path.name,
        usable=_("、").join(endings),
    )


def _told(outcome: dict[str, Any]) -> str:
    if not outcome["imported"]:
        return "\n".join([_("没有导入："), *_listed(outcome["problems"])])
    what = {
        "created": _("已导入为草稿"),
        "revised": _("已更新"),
        "unchanged": _("与现有版本相同，没有改动"),
    }[outcome["what"]]
    head = _(
        "《%(title)s》（%(slug)s）%(what)s：第 %(version)d 版，%(sections)d 个部分，%(questions)d 题。",
        **{**outcome, "what": what, "questions": len(outcome["questions"])},
    )
    lines = [f"  {one['key']}  {one['type']}  {one['label']}" for one in outcome["questions"]]
    if outcome["problems"]:
        lines += [_("没有原样带过来的："), *_listed(outcome["problems"])]
    return "\n".join([head, *lines])


def _listed(problems: list[dict[str, Any]]) -> list[str]:
    return [_("%(name)s：%(why)s", name=one["place"], why=one["sentence"]) for one in problems]
