"""What of an item everybody will read: which words may be quoted, and the text put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sqlalchemy import func, select

from core.db import db
from core.i18n import _
from moderation import Wording

from .. import opinions
from ..models import OpenAnswer, Survey
from ..tallies import THRESHOLD
from .items import LedgerItem
from .models import Ledger, LedgerEntry, LedgerReply, LedgerSource


@dataclass(frozen=True)
class Quotable:
    """An entry of an item, and why it may not be quoted; "" when it may."""

    entry: LedgerEntry
    why_not: str


def quotables(ledger: Ledger, entries: Sequence[LedgerEntry]) -> list[Quotable]:
    """Whose words may be published: of answers, where the form said so and enough people answered
    the question; of others, where those who spoke were told."""
    sources = {
        one.id: one
        for one in db.session.scalars(
            select(LedgerSource).where(LedgerSource.ledger_id == ledger.id)
        )
    }
    reasons = _reasons_online(ledger, {one.question_key for one in entries if one.question_key})
    return [
        Quotable(
            one,
            reasons.get(one.question_key, "")
            if one.question_key
            else _by_hand(sources[one.source_id]),
        )
        for one in entries
    ]


def _reasons_online(ledger: Ledger, questions: set[str]) -> dict[str | None, str]:
    if not questions or ledger.survey_id is None:
        return {}
    survey = db.session.get_one(Survey, ledger.survey_id)
    told = opinions.latest_definition(survey).publishes_words
    rows = db.session.execute(
        select(OpenAnswer.question_key, func.count())
        .where(OpenAnswer.survey_id == survey.id, OpenAnswer.option_key == "")
        .group_by(OpenAnswer.question_key)
    )
    writers: dict[str, int] = {row[0]: row[1] for row in rows}
    return {key: opinions.reason_against(told, writers.get(key, 0)) for key in questions}


def _by_hand(source: LedgerSource) -> str:
    if not source.is_told:
        return _("说的人没有被告知原话可能公布。")
    if source.channel == "paper" and (source.returned_count or 0) < THRESHOLD:
        return _("收回的表不足 %(limit)d 份，容易认出人来。", limit=THRESHOLD)
    return ""


def quoted(lines: Sequence[str], quotable: Sequence[Quotable]) -> tuple[list[LedgerEntry], str]:
    """The entries of which some lines are the words, shortened at the marks or whole; and what is
    wrong with the first line that is nobody's, or may not be quoted."""
    found: list[LedgerEntry] = []
    for line in lines:
        its = [one for one in quotable if opinions.is_shortened(one.entry.words, line)]
        its = [one for one in its if one.entry not in found]
        if not its:
            return [], _("“%(line)s”不是这一条里的原话。只能略去，不能改字。", line=line[:40])
        best = min(its, key=lambda one: (bool(one.why_not), len(one.entry.words)))
        if best.why_not:
            return [], _("“%(line)s”不能引用：%(why)s", line=line[:40], why=best.why_not)
        found.append(best.entry)
    return found, ""


def worded(item: LedgerItem, lines: Sequence[str], reply: LedgerReply) -> Wording:
    """The item as it is reviewed and read: wording, quotes, reply."""
    quotes = "".join(f"<blockquote><p>{escape(line)}</p></blockquote>" for line in lines)
    paragraphs = [one for one in reply.reason.split("\n") if one.strip()]
    said = "".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    return Wording.of(quotes + said, "html", item.wording)
