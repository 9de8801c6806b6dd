"""Commands: a notice brought in from a file, with what was understood of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from core import clock
from core.db import db
from core.i18n import _, day
from core.policy import SYSTEM

from .bringing_in import SLUG, Brought, bring_in, index
from .notice_text import NoticeFault, Parsed, decode, parse

campaigns_cli = AppGroup("campaigns", help="Campaigns and their notices.")


@campaigns_cli.command("import-notice")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", help="The campaign's short name in addresses: small letters and hyphens.")
@click.option("--title", help="The campaign's title, where the notice's own will not do.")
@click.option("--draft", is_flag=True, help="Keep a new campaign from readers until it is opened.")
def import_notice(file: Path, slug: str | None, title: str | None, draft: bool) -> None:
    """Bring in a campaign's notice from a text file (UTF-8 or GB18030).

    Makes the campaign when there is none, else a new version of its notice. Prints the title,
    how many sections and paragraphs, the phases and the dates that were understood: check them.

    Example: flask --app app campaigns import-notice notice.txt --slug discussion-2026
    """
    if slug is not None and (not SLUG.fullmatch(slug) or len(slug) > 60):
        _fail(_("--slug 只能用小写字母、数字和连字符，最多 60 个字符。"))
    try:
        parsed = parse(decode(file.read_bytes()), clock.today().year)
        brought = bring_in(parsed, slug=slug, title=title)
        _open(brought, draft)
        db.session.commit()
    except NoticeFault as fault:
        _fail(str(fault))
    except (OperationalError, ProgrammingError):
        _fail(_("数据库还没有建好：请先运行一次 make run。"))
    for line in _told(parsed, brought):
        click.echo(line)


def _fail(sentence: str) -> None:
    db.session.rollback()
    click.echo(_("没有导入：%(why)s", why=sentence), err=True)
    sys.exit(1)


def _open(brought: Brought, draft: bool) -> None:
    """A new campaign whose days are known is opened; one without days waits as a draft."""
    campaign = brought.campaign
    if brought.is_new and not draft and campaign.starts_on and campaign.ends_on:
        campaign.advance("open", SYSTEM)
        if brought.notice is not None:
            index(campaign, brought.notice)


def _told(parsed: Parsed, brought: Brought) -> list[str]:
    campaign, notice = brought.campaign, brought.notice
    lines = [
        _("标题：%(title)s", title=parsed.title),
        _("活动：%(title)s（/campaigns/%(slug)s）", title=campaign.title, slug=campaign.slug),
        _(
            "%(sections)d 个部分，%(paragraphs)d 个段落",
            sections=parsed.section_count,
            paragraphs=len(parsed.paragraphs),
        ),
        *_told_phases(parsed),
    ]
    if notice is None:
        return [*lines, _("与现有版本文字相同，没有改动。")]
    lines.append(_("通知存为第 %(number)d 版。", number=notice.number))
    if brought.is_new:
        lines += _told_dates(parsed, brought)
    lines.append(
        _("请在 /campaigns/%(slug)s/edit 核对标题、日期、阶段和用语。", slug=campaign.slug)
    )
    return lines


def _told_phases(parsed: Parsed) -> list[str]:
    if not parsed.steps:
        return [_("没有认出阶段，请在编辑页面添加。")]
    lines = [_("认出 %(count)d 个阶段：", count=len(parsed.steps))]
    for number, step in enumerate(parsed.steps, 1):
        span = f"（{day(step.span.start)} – {day(step.span.end)}）" if step.span else ""
        lines.append(f"  {number}. {step.title}{span}")
        lines.append(f"     {step.aim}")
    return lines


def _told_dates(parsed: Parsed, brought: Brought) -> list[str]:
    campaign = brought.campaign
    if campaign.starts_on is None or campaign.ends_on is None:
        return [_("没有读出起止日期：活动存为草稿，设好日期后才能开放。")]
    lines = [
        _("起止：%(start)s 至 %(end)s", start=campaign.starts_on, end=campaign.ends_on)
        + (_("（具体日子或年份是推定的）") if _is_assumed(parsed) else "")
    ]
    if parsed.steps and not all(step.span.start and step.span.end for step in parsed.steps):
        lines.append(_("通知没有写明各阶段的日期，请设定。"))
    if campaign.state == "draft":
        lines.append(_("活动存为草稿，只有指导小组办公室看得到。"))
    return lines


def _is_assumed(parsed: Parsed) -> bool:
    return parsed.span.is_assumed or parsed.issued_on is None
