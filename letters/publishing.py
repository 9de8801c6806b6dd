"""From two consents to a public version: asked apart, given apart, taken back at any time.

Nothing here commits. What an unnamed writer does leaves no event and no moment.
"""

from __future__ import annotations

from html import escape
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import journal, text
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from moderation import Wording, retract, submit

from . import terms
from .models import Letter, Reply
from .public import PARTS, PublicLetter, new_number, refuse_without_consent

OPEN = ("pending", "published", "returned", "rejected", "hidden", "suspended", "appealed", "upheld")


def of_letter(letter: Letter) -> PublicLetter | None:
    """The public version of a letter, whatever became of it."""
    return db.session.scalar(
        select(PublicLetter)
        .where(PublicLetter.letter_id == letter.id)
        .options(joinedload(PublicLetter.latest_revision))
    )


def consent(letter: Letter, writer: Actor, yes: bool) -> None:
    """The writer agrees to publication, or takes that back: then nothing of it stays public."""
    if letter.is_publication_agreed == yes:
        return
    letter.is_publication_agreed = yes
    if letter.passes_journal(writer):
        verb = "consent" if yes else "retract_consent"
        journal.append(letter.kind, letter.id, verb, writer.id)
    if not yes:
        take_back(letter, writer)


def agree(letter: Letter, signer: Actor, yes: bool) -> None:
    """The unit agrees that its reply be published, or takes that back."""
    if (letter.unit_agreed_by_id is not None) == yes:
        return
    letter.unit_agreed_by_id = signer.id if yes else None
    journal.append(letter.kind, letter.id, "agree" if yes else "object", signer.id)
    if not yes:
        take_back(letter, signer)


def take_back(letter: Letter, actor: Actor) -> None:
    """Take the public version out of every page, at once."""
    found = of_letter(letter)
    if found is None:
        return
    record = PublicLetter.for_review(found.id, lock=True)
    if record.latest_revision is not None and record.latest_revision.state in OPEN:
        retract(record, actor)


def reply_of(letter: Letter) -> Reply | None:
    """The reply that would be published: the last that was signed (needs `replies`)."""
    return letter.signed_replies[-1] if letter.signed_replies else None


def first_words(letter: Letter) -> dict[str, str]:
    """The letter and its reply as they stand, for the office to shorten (needs points, replies)."""
    reply = reply_of(letter)
    points = {point.number: point.body for point in letter.points}
    said = []
    if reply is not None:
        answers = [f"{points.get(one.number, '')}\n{one.body}" for one in reply.points]
        said = [part for part in (reply.body, *answers, reply.closing) if part.strip()]
    asked = [letter.body, *(body for body in points.values() if body != letter.title)]
    return {"title": letter.title, "question": "\n\n".join(asked), "reply": "\n\n".join(said)}


def words_of(html: str) -> dict[str, str]:
    """What a version says, for its form."""
    question, _line, reply = html.partition(PARTS)
    return {"question": _typed(question), "reply": _typed(reply)}


def _typed(html: str) -> str:
    return "\n\n".join(text.plain(html).split("\n"))


def wording(title: str, question: str, reply: str) -> Wording:
    """Both parts as one text, parted by a line. Raises core.text.TextFault."""
    parts = ["".join(_paragraphs(part)) for part in (question, reply)]
    return Wording.of(PARTS.join(parts), "html", title)


def _paragraphs(part: str) -> list[str]:
    lines = (line.strip() for line in part.split("\n"))
    return [f"<p>{escape(line)}</p>" for line in lines if line]


def prepare(letter: Letter, made: Wording, actor: Any, number: int | None = None) -> PublicLetter:
    """Hand in the public version, under a random number. Raises Conflict. Needs `replies`."""
    refuse_without_consent(letter)
    reply = reply_of(letter)
    if reply is None or letter.unit_id is None or letter.replied_on is None:
        raise Conflict(letter, _("这封信还没有签发的答复，不能公开。"))
    record = of_letter(letter)
    if record is None:
        posts = [one.unit_id for one in actor.current if one.role == "mail_office"]
        record = PublicLetter(
            id=number or new_number(),
            letter=letter,
            author_id=actor.id,
            unit_id=posts[0] if posts else actor.unit_id,
            public_revision=None,
            latest_revision=None,
            taken_revision=None,
        )
    else:
        record = PublicLetter.for_review(record.id, lock=True)
    record.author_id = actor.id
    record.category = letter.category
    record.replying_unit_id = letter.unit_id
    record.replied_on = letter.replied_on
    record.took_days = terms.between(letter.received_on, letter.replied_on)
    submit(record, made, actor)
    return record
