"""Commands: bring people in from a table, and add one (the first administrator)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from core import journal
from core.db import db
from core.files import FileFault, Upload, sniff
from core.i18n import _, stamp
from core.policy import SYSTEM

from . import importing, slips, units
from .models import Unit
from .roles import ROLES

people_cli = AppGroup("people", help="People, and the slips with which they choose a password.")
KINDS = ("text", "xlsx")


@people_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
def import_people(file: Path, dry_run: bool) -> None:
    """Add the people of a CSV (UTF-8, GB18030) or XLSX table: all of it, or nothing.

    The first row names the columns: 姓名 用户名 单位 职务 角色 起 止, or in English name username
    unit title role from until. Prints a one-time code for each new person; with it the person
    chooses a password at /recover.

    Example: flask --app app people import people.xlsx --dry-run
    """
    try:
        table = importing.parse(_read(file))
    except FileFault as fault:
        _give_up(str(fault))
    plan = importing.plan(SYSTEM, table)
    _show(plan)
    if not plan.is_sound:
        _give_up(_("没有写入。请改好错处再导入。"))
    if dry_run:
        click.echo(_("这是试运行，没有写入。"), err=True)
        return
    printed = importing.apply(SYSTEM, plan)
    db.session.commit()
    _hand_out(printed)


@people_cli.command("add")
@click.argument("username")
@click.argument("name")
@click.argument("unit")
@click.argument("role", type=click.Choice(list(ROLES)))
@click.option("--until", default="", metavar="DATE", help="The last day; guests need one.")
def add_person(username: str, name: str, unit: str, role: str, until: str) -> None:
    """Add one person; UNIT is a name or a key.

    In an empty installation UNIT becomes the unit above all others, so this makes the first
    administrator. Prints a one-time code; with it the person chooses a password at /recover.

    Example: flask --app app people add zhang.min 张敏 自治区党委组织部 admin
    """
    if not db.session.scalar(select(func.count()).select_from(Unit)):
        journal.begin()
        units.found_root(unit)
    cells = {"name": name, "username": username, "unit": unit, "role": role, "until": until}
    plan = importing.plan(SYSTEM, importing.one_row(cells))
    for fault in plan.faults:
        click.echo(f"{fault.column}: {fault.sentence}", err=True)
    if not plan.is_sound:
        _give_up(_("没有写入。"))
    if not plan.newcomers and not plan.posts:
        _give_up(_("“%(username)s”已经有这个角色，没有改动。", username=username))
    printed = importing.apply(SYSTEM, plan)
    db.session.commit()
    _hand_out(printed)


def _read(file: Path) -> Upload:
    data = file.read_bytes()
    kind = sniff(data)
    if kind not in KINDS or not data:
        raise FileFault(_("只接收 CSV 和 XLSX 文件。"))
    return Upload(file.name, kind, data)


def _show(plan: importing.Plan) -> None:
    """The plan in figures and every fault, beside the output proper."""
    for fault in plan.faults:
        sentence = _(
            "第 %(row)d 行，%(column)s：%(fault)s",
            row=fault.row,
            column=fault.column,
            fault=fault.sentence,
        )
        click.echo(sentence, err=True)
    summary = _(
        "%(created)d 行新增人员，%(granted)d 行增加任职，%(same)d 行没有变化，%(faults)d 个错处。",
        created=plan.effects["create"],
        granted=plan.effects["grant"],
        same=plan.effects["nothing"],
        faults=len(plan.faults),
    )
    click.echo(summary, err=True)


def _hand_out(printed: list[slips.Printed]) -> None:
    """The codes, one person a line: username, name, unit, code, until when."""
    for one in printed:
        click.echo("\t".join((one.username, one.name, one.unit, one.code, stamp(one.ends_at))))


def _give_up(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
