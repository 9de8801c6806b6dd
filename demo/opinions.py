"""What people wrote in the demo's opinion form, put forward by the office and decided by a reviewer
through the real doors: some are published, one waits, one came back."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import db
from moderation import deciding
from moderation.models import QueueItem
from surveys import opinions
from surveys.models import OpenAnswer, Survey

from .organisation import person

# (how the answer begins, what is put forward where that is less, what became of it, and why)
CHOSEN = (
    ("人才信息登记表", "", "approve", ""),
    ("层层召开的传达会", "", "approve", ""),
    (
        "有位干事骑摩托车",
        "有位干事骑摩托车到我们合作社来，住了两晚，跟着看了一次分红会。[…]",
        "approve",
        "",
    ),
    ("监督员反映会议超时", "", "approve", ""),
    ("调研组临时改了路线", "", "approve", ""),
    ("意见收上来以后", "", "approve", ""),
    ("答复里不要写", "", "approve", ""),
    ("调研少带陪同", "", "", ""),
    (
        "县里来调研",
        "",
        "return",
        "“老支书”和村口拍照的细节连在一起，当地人看得出是哪一次。请略去能认出人的地方再交。",
    ),
)
# Fewer hours than a board has to decide: what waits is overdue at no hour of the day.
AGO, LATER = timedelta(hours=7), timedelta(minutes=95)


def fill() -> None:
    """Put them forward and decide on them; nothing here commits."""
    survey = db.session.scalars(select(Survey).where(Survey.slug == "opinion-form")).one()
    office, moderator = person("office"), person("moderator")
    with clock.travel(clock.now() - AGO), current_app.test_request_context():
        for begins, words, verb, why in CHOSEN:
            answer = db.session.scalar(
                select(OpenAnswer).where(
                    OpenAnswer.survey_id == survey.id, OpenAnswer.text.startswith(begins)
                )
            )
            if answer is None:  # drawn by chance, as every answer of the demo is
                continue
            made = opinions.propose(survey, answer, words or answer.text, office)
            db.session.flush()
            if verb:
                item = _item(made)
                read = item.revision_id
                with clock.travel(clock.now() + LATER):
                    deciding.decide(item, verb, moderator, revision_id=read, explanation=why)


def _item(made: opinions.Opinion) -> QueueItem:
    found = select(QueueItem).where(QueueItem.revision_id == made.latest_revision_id)
    loaded = found.options(joinedload(QueueItem.revision), joinedload(QueueItem.unit))
    return db.session.scalars(loaded).one()
