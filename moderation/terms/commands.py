"""Commands: what the rules in use match in a file; a draft brought in from a list."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import joinedload

from core.db import db, reading
from core.files import decoded
from core.i18n import _
from core.matching import Matcher
from core.policy import SYSTEM

from . import drafting
from .drafting import Said
from .models import EFFECTS, TermRule, TermVersion

terms_cli = AppGroup("terms", help="Rules about words.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@terms_cli.command("match")
@click.argument("file", type=FILE)
def match_file(file: Path) -> None:
    """Print what the rules in use match in a text file (UTF-8 or GB 18030).

    One match a line, parted by tabs: where it starts, where it ends (in characters of the file,
    from 0), what follows (hold, flag or note), the rule and its version, the words of the file.
    Prints nothing when nothing matches.

    Example: flask --app app terms match letter.txt
    """
    text = _read(file)
    try:
        with reading():
            versions = db.session.scalars(
                select(TermVersion)
                .join(TermVersion.rule)
                .where(TermVersion.state == "live")
                .order_by(TermRule.name)
                .options(joinedload(TermVersion.rule))
            ).all()
    except (OperationalError, ProgrammingError):
        _give_up(_("数据库还没有建好：请先运行一次 make run。"))
    for one in Matcher(version.term_list for version in versions).find(text):
        version = versions[one.list]
        words = re.sub(r"[\t\r\n]", " ", text[one.start : one.end])
        rule = f"{version.rule.name} v{version.number}"
        click.echo(f"{one.start}\t{one.end}\t{version.effect}\t{rule}\t{words}")


@terms_cli.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--rule", required=True, help="The rule's name; a new one is made when there is none."
)
@click.option("--effect", type=click.Choice(EFFECTS), help="What follows a match.")
@click.option("--reason", help="One sentence for authors, in Chinese.")
@click.option("--reason-en", help="The same in English.")
@click.option("--allowed", type=FILE, help="A file of words that pass although a term is in them.")
def import_terms(
    file: Path,
    rule: str,
    effect: str | None,
    reason: str | None,
    reason_en: str | None,
    allowed: Path | None,
) -> None:
    """Make a rule's draft from a list, one term a line; a chief moderator tries and enacts it.

    What is not said stays as the rule's last version has it; a new rule needs --effect, --reason
    and --reason-en.

    Example: flask --app app terms import words.txt --rule 广告 --effect hold --reason 像是广告。 --reason-en "It reads like advertising."
    """
    found = db.session.scalar(select(TermRule).where(TermRule.name == rule))
    last = drafting.last_version(found) if found else None
    said = Said(
        effect or (last.effect if last else ""),
        reason or (last.reason if last else ""),
        reason_en or (last.reason_en if last else ""),
        drafting.lines(_read(file)),
        drafting.lines(_read(allowed)) if allowed else (last.allowed_lines if last else []),
        list(last.numbers) if last else [],
    )
    _refuse_faults(said)
    if found is None:
        version = drafting.create(rule, None, said, SYSTEM)
    else:
        version = drafting.draft(found, said, SYSTEM)
    db.session.commit()
    click.echo(
        _(
            "“%(rule)s”的草稿有 %(count)d 个用语：/moderation/terms/%(id)d",
            rule=rule,
            count=len(said.terms),
            id=version.rule_id,
        )
    )


def _refuse_faults(said: Said) -> None:
    if not (said.effect and said.reason and said.reason_en):
        _give_up(_("新规则要写明 --effect、--reason 和 --reason-en。"))
    if not said.terms:
        _give_up(_("文件里没有用语。"))
    if fault := drafting.fault_in(said.terms) or drafting.fault_in(said.allowed):
        _give_up(fault)
    if word := drafting.contradiction(said.terms, said.allowed):
        _give_up(_("“%(word)s”也在用语里。放行的词要比用语长。", word=word))


def _read(file: Path) -> str:
    text = decoded(file.read_bytes())
    if text is None:
        _give_up(_("%(file)s 不是 UTF-8 或 GB 18030 的文本文件。", file=file.name))
    return text


def _give_up(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
