"""A letter that the mail office alone reads while its public version is sealed. Nothing commits."""

from __future__ import annotations

from sqlalchemy import select

from accounts.models import Membership, in_force
from core import clock, journal, notices
from core.db import db
from core.i18n import _l

from .models import Letter

notices.kind("letters.isolated", _l("一份公开稿被紧急封存，原信随之隔离，请处理原信。"))


def isolate(letter: Letter) -> None:
    """What its public version was sealed for may stand in the letter and its replies, too: from now
    on the mail office alone reads these, in whatever state they are, and is told."""
    if not letter.is_restricted:
        letter.is_restricted = True
        journal.append(letter.kind, letter.id, "restrict", None)
    desk = f"/letters/desk/{letter.id}"
    offices = select(Membership.person_id).where(
        Membership.role == "mail_office", in_force(clock.today())
    )
    for person_id in db.session.scalars(offices.distinct()):
        if person_id != letter.writer_id:
            notices.tell(person_id, "letters.isolated", desk)


def rejoin(letter: Letter) -> None:
    """The seal is lifted, and the isolation that it brought; one by hand is the office's to lift."""
    if not letter.is_restricted:
        return
    events = journal.history(letter.kind, letter.id)
    brought = [event.actor_id is None for event in events if event.verb == "restrict"]
    if brought and brought[-1]:
        letter.is_restricted = False
        journal.append(letter.kind, letter.id, "release", None)
