"""Cutting answers into raw sentences: the program proposes where, people move the cuts, and not a
character changes. Only a survey that is over is cut: what the office does with an answer then
tells nothing of when the answer came."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select

from core.db import db
from core.i18n import _, pick
from core.paging import Pager

from .. import publishing, results
from ..models import OpenAnswer, Survey
from ..tallies import THRESHOLD
from .models import Ledger, LedgerEntry, LedgerSource

PAGE = 20
_END = re.compile(r"(?<=[。！？；!?;\n])")


@dataclass(frozen=True)
class Asked:
    """A question that was answered in words: how many answers, how many of them are still whole."""

    key: str
    label: str
    total: int
    left: int


def sentences(text: str) -> list[str]:
    """Where the program would cut: after a full stop and its like, and at the ends of lines."""
    return [part for one in _END.split(text) if (part := " ".join(one.split()))]


def fault_of(raw: str, lines: Sequence[str]) -> str:
    """The first line that does not stand in the answer after the ones before it; "" for none."""
    place, said = 0, " ".join(raw.split())
    for line in lines:
        found = said.find(" ".join(line.split()), place)
        if found < 0:
            return line
        place = found + len(line)
    return ""


def why_not(survey: Survey | None) -> str:
    """Why the answers of a survey cannot be cut now; "" when they can."""
    if survey is None:
        return _("这本台账没有连着问卷。")
    if not survey.is_over:
        return _("问卷还没有截止。截止以后再摘句：这样谁也不能从台账里看出哪份答卷是哪天来的。")
    if results.response_count(survey) < THRESHOLD:
        return _("答卷不足 %(limit)d 份，不能看也不能摘。", limit=THRESHOLD)
    return ""


def asked(ledger: Ledger, survey: Survey) -> list[Asked]:
    """The questions answered in words, in the order of the form; three statements."""
    whole = ~exists().where(
        LedgerEntry.ledger_id == ledger.id, LedgerEntry.answer_id == OpenAnswer.id
    )
    counts = {
        key: (total, left)
        for key, total, left in db.session.execute(
            select(OpenAnswer.question_key, func.count(), func.count().filter(whole))
            .where(OpenAnswer.survey_id == survey.id)
            .group_by(OpenAnswer.question_key)
        )
    }
    definitions = [version.definition for version in publishing.versions(survey)]
    return [
        Asked(question.key, pick(question.label), *counts[question.key])
        for section in results.merged(definitions)
        for question in section.questions
        if question.key in counts and not question.kind.is_filed
    ]


def whole_answers(ledger: Ledger, survey: Survey, question: str, total: int) -> Pager[OpenAnswer]:
    """The first page of the answers that were not cut: what is cut leaves it. One statement."""
    rows = db.session.scalars(
        select(OpenAnswer)
        .where(
            OpenAnswer.survey_id == survey.id,
            OpenAnswer.question_key == question,
            ~exists().where(
                LedgerEntry.ledger_id == ledger.id, LedgerEntry.answer_id == OpenAnswer.id
            ),
        )
        .order_by(OpenAnswer.id)
        .limit(PAGE)
    )
    return Pager(1, PAGE, total, rows.all())


def answers(ledger: Ledger, keys: Sequence[uuid.UUID]) -> list[OpenAnswer]:
    """Those of some answers of the ledger's survey that are still whole; one statement."""
    cut = exists().where(LedgerEntry.ledger_id == ledger.id, LedgerEntry.answer_id == OpenAnswer.id)
    found = select(OpenAnswer).where(
        OpenAnswer.survey_id == ledger.survey_id, OpenAnswer.id.in_(keys), ~cut
    )
    return list(db.session.scalars(found.order_by(OpenAnswer.id)))


def online_source(ledger: Ledger) -> LedgerSource:
    """Where the entries of the survey's answers come from; made when first asked for."""
    online = select(LedgerSource).where(
        LedgerSource.ledger_id == ledger.id, LedgerSource.channel == "online"
    )
    if (found := db.session.scalar(online)) is None:
        found = LedgerSource(ledger_id=ledger.id, channel="online")
        db.session.add(found)
        db.session.flush()
    return found


def columns(answer: OpenAnswer, line: str) -> dict[str, Any]:
    """What an entry keeps of an answer."""
    return {"answer_id": answer.id, "question_key": answer.question_key, "words": line}
