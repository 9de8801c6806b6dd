"""Two of the demo's letters as everybody reads them: both sides agree, the office took the names
out, a reviewer looked at them."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.db import db
from letters import publishing
from letters.models import Letter, Reply
from moderation import deciding
from moderation.models import QueueItem

from .organisation import person

AGO, LATER = timedelta(hours=7), timedelta(hours=2)  # as in opinions.py
# (title of the letter, of the public version, number, what is taken out and what stands instead)
CHOSEN = (
    (
        "档案里参加工作时间写错一年，更正要走哪些步骤",
        "档案里参加工作时间写错一年，怎样更正",
        104_729_318,
        {"陈静怡同志：": "", "县农机站": "▇▇▇", "县农业农村局人事股": "承接单位"},
    ),
    (
        "县里的脱产培训名额能不能按条件公开报名",
        "脱产培训名额能不能公开报名",
        511_830_276,
        {
            "陈静怡同志：": "",
            "我在河口县委组织部组织股工作六年": "我在县里工作六年",
            "股里小郭": "有一位同志",
            "河口县十九名组工干部中有七人": "贵县部分组工干部",
            "联系人是干部综合处刘畅。": "",
        },
    ),
)


def fill() -> None:
    """Hand them in and approve them; nothing here commits."""
    office, signer, moderator = (person(one) for one in ("mail_office", "signer", "moderator"))
    with clock.travel(clock.now() - AGO), current_app.test_request_context():
        for title, public_title, number, taken in CHOSEN:
            letter = _letter(title)
            letter.is_publication_agreed = True
            publishing.agree(letter, signer, True)
            words = {**publishing.first_words(letter), "title": public_title}
            for name, said in words.items():
                for passage, instead in taken.items():
                    said = said.replace(passage, instead)
                words[name] = said
            made = publishing.wording(**words)
            record = publishing.prepare(letter, made, office, number)
            db.session.flush()
            found = select(QueueItem).where(QueueItem.revision_id == record.latest_revision_id)
            options = (joinedload(QueueItem.revision), joinedload(QueueItem.unit))
            item = db.session.scalars(found.options(*options)).one()
            with clock.travel(clock.now() + LATER):
                deciding.decide(item, "approve", moderator, revision_id=item.revision_id)


def _letter(title: str) -> Letter:
    found = select(Letter).where(Letter.title == title)
    return db.session.scalars(
        found.options(
            selectinload(Letter.points), selectinload(Letter.replies).selectinload(Reply.points)
        )
    ).one()
