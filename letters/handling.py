"""What people do with a letter: one function a verb, each in the caller's transaction.

A function asks the policy and moves the state by `advance`, then sets what follows: who has the
letter now, which day is promised, what the writer is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from accounts.models import Unit
from core import clock, journal, notices
from core.db import db
from core.errors import Conflict
from core.i18n import _, _l
from core.policy import SYSTEM, Actor, Forbidden, allows
from core.states import IllegalMove

from . import publishing, terms
from .categories import DAYS
from .models import (
    RATING_DAYS,
    REOPENING_DAYS,
    Letter,
    LetterMessage,
    LetterNote,
    Rating,
    Reply,
    ReplyPoint,
)

for name, sentence in {
    "letters.accepted": _l("你%(sent_on)s的来信已受理，最迟%(due_on)s答复。"),
    "letters.asked": _l("信箱办公室请你补充%(sent_on)s来信的内容。"),
    "letters.redirected": _l("你%(sent_on)s的来信已转给其他机构办理。"),
    "letters.declined": _l("你%(sent_on)s的来信没有受理，理由在来信页上。"),
    "letters.replied": _l("你%(sent_on)s的来信有了答复，请看一看，说说满意不满意。"),
    "letters.sent_back": _l("你起草的答复退回修改。"),
}.items():
    notices.kind(name, sentence)


class Unanswered(Exception):
    """A reply cannot go on: these points of the letter (their numbers) have no words yet."""

    def __init__(self, points: list[int]) -> None:
        super().__init__(points)
        self.points = points


class WrongUnit(Exception):
    """The last round belongs to a unit above the one whose replies did not satisfy."""


# --- The writer -----------------------------------------------------------------------------


def answer(letter: Letter, writer: Actor, body: str) -> None:
    """The writer answers the office's question; the term is counted anew from this day."""
    letter.advance("answer", writer, note=body)
    _say(letter, "answer", body, writer, is_from_writer=True)
    letter.clock_from = clock.today()
    letter.step_due_on = terms.due(clock.today(), terms.SCREENING)


def appeal(letter: Letter, writer: Actor, body: str) -> None:
    """The writer contests a refusal: it is screened again, and the minister alone may refuse."""
    letter.advance("appeal", writer, note=body)
    _say(letter, "appeal", body, writer, is_from_writer=True)
    letter.is_appealed = True
    letter.clock_from = clock.today()
    letter.step_due_on = terms.due(clock.today(), terms.SCREENING)


def withdraw(letter: Letter, writer: Actor, body: str = "") -> None:
    letter.advance("withdraw", writer, note=body)
    if body:
        _say(letter, "withdrawal", body, writer, is_from_writer=True)
    letter.step_due_on = None


def rate(
    letter: Letter, writer: Actor, resolved: int, attitude: int, speed: int, comment: str = ""
) -> None:
    """The writer's three marks, 1 to 5, for the present round's reply."""
    letter.advance("rate", writer, note=comment)
    db.session.add(
        Rating(
            letter_id=letter.id,
            round=letter.round,
            resolved=resolved,
            attitude=attitude,
            speed=speed,
            comment=comment,
            rated_on=clock.today(),
        )
    )


def reopen(letter: Letter, writer: Actor, body: str) -> None:
    """The writer is not satisfied: a new round, with a new term from this day."""
    letter.advance("reopen", writer, note=body)
    _say(letter, "reopening", body, writer, is_from_writer=True)
    publishing.take_back(letter, writer)
    letter.unit_agreed_by_id = None  # to the next reply it has to agree anew
    letter.round += 1
    letter.contested_unit_id = letter.unit_id
    letter.handler_id = None
    letter.clock_from = clock.today()
    letter.step_due_on = terms.due(clock.today(), terms.ASSIGNING)
    promised = terms.promised(letter.clock_from, DAYS[letter.letter_kind])
    letter.due_on, letter.is_due_provisional = promised.date, promised.provisional


# --- The mail office ------------------------------------------------------------------------


def screen(letter: Letter, actor: Actor) -> None:
    letter.advance("screen", actor)


def ask(letter: Letter, actor: Actor, question: str) -> None:
    """Something is missing: the writer is asked, and no term runs until the answer."""
    letter.advance("ask", actor, note=question)
    _say(letter, "question", question, actor)
    letter.step_due_on = None
    _tell(letter, "letters.asked")


def resume(letter: Letter, actor: Actor) -> None:
    """Go on without the writer's answer."""
    letter.advance("resume", actor)
    letter.step_due_on = terms.due(clock.today(), terms.SCREENING)


def accept(letter: Letter, actor: Actor, letter_kind: str) -> None:
    """The letter is taken up and a day promised, counted from the day it came."""
    promised = terms.promised(letter.clock_from, DAYS[letter_kind])
    due_on = promised.date.isoformat()
    letter.advance("accept", actor, letter_kind=letter_kind, due_on=due_on)
    letter.letter_kind = letter_kind
    letter.due_on, letter.is_due_provisional = promised.date, promised.provisional
    letter.step_due_on = terms.due(clock.today(), terms.ASSIGNING)
    _tell(letter, "letters.accepted", due_on=due_on)


def redirect(letter: Letter, actor: Actor, body_name: str, explanation: str) -> None:
    """Another body is in charge; the writer is told which and what happens now."""
    letter.advance("redirect", actor, note=explanation)
    _say(letter, "decision", explanation, actor)
    letter.redirected_to = body_name
    letter.step_due_on = None
    _tell(letter, "letters.redirected")


def decline(letter: Letter, actor: Actor, reason: str, explanation: str) -> None:
    """Not taken up, for a coded reason and with words; the writer may appeal once."""
    letter.advance("decline", actor, note=explanation, reason=reason)
    _say(letter, "decision", explanation, actor)
    letter.decline_reason = reason
    letter.declined_on = clock.today()
    letter.step_due_on = None
    _tell(letter, "letters.declined")


def restrict(letter: Letter, actor: Actor) -> None:
    """Isolate the letter: the mail office alone reads it from now on."""
    _flag(letter, actor, "restrict", True)


def release(letter: Letter, actor: Actor) -> None:
    _flag(letter, actor, "release", False)


def assign(letter: Letter, actor: Actor, unit: Unit) -> None:
    """Hand the letter to a unit, from where a handler claims it.

    Raises WrongUnit when the last round needs a unit above. Needs `contested_unit`.
    """
    if letter.can("assign") and not letter.may_go_to(unit):
        raise WrongUnit
    letter.advance("assign", actor, unit_id=unit.id)
    letter.unit_id = unit.id
    letter.handler_id = None
    letter.step_due_on = terms.due(clock.today(), terms.CLAIMING)


def recall(letter: Letter, actor: Actor, reason: str) -> None:
    """The office takes the letter back from a unit, to assign it anew."""
    letter.advance("recall", actor, note=reason)
    _back_to_office(letter, actor, "recall", reason)


# --- The unit -------------------------------------------------------------------------------


def claim(letter: Letter, actor: Actor) -> None:
    letter.advance("claim", actor)
    letter.handler_id = actor.id
    letter.step_due_on = None


def hand_back(letter: Letter, actor: Actor, reason: str) -> None:
    """The unit is not the right one and says why."""
    letter.advance("hand_back", actor, note=reason)
    _back_to_office(letter, actor, "hand_back", reason)


def begin(letter: Letter, actor: Actor) -> None:
    letter.advance("begin", actor)


def draft(
    letter: Letter,
    actor: Actor,
    body: str,
    points: dict[int, tuple[str, str]],
    base: int,
    closing: str = "",
) -> Reply:
    """Keep the next version of the reply; `points` maps a number to (outcome, words).

    `base` is the version that was on the page (0: none). Raises Conflict when somebody has
    saved another since. A first draft also begins the handling. Saving the same words again
    makes no version. Needs `points` and `replies`.
    """
    newest = letter.replies[-1].number if letter.replies else 0
    latest = letter.latest_draft
    if letter.state == "claimed":
        letter.advance("begin", actor)
    letter.advance("draft", actor)
    words = (body, closing, points)
    if latest is not None and latest.drafted_by_id == actor.id and _words(latest) == words:
        return latest
    if base != newest:
        raise Conflict(letter, _("这份草稿在你打开以后有了新的版本。"))
    reply = Reply(
        number=newest + 1,
        round=letter.round,
        body=body,
        closing=closing,
        drafted_by_id=actor.id,
        points=[
            ReplyPoint(letter_id=letter.id, number=number, outcome=outcome, body=said)
            for number, (outcome, said) in sorted(points.items())
        ],
    )
    letter.replies.append(reply)
    return reply


def present(letter: Letter, actor: Actor) -> None:
    """Send the draft to be signed. Raises Unanswered while a point has no words."""
    if letter.can("present") and letter.open_points:
        raise Unanswered(letter.open_points)
    letter.advance("present", actor)


def send_back(letter: Letter, actor: Actor, reason: str) -> None:
    """The signer wants the draft changed and says what."""
    letter.advance("send_back", actor, note=reason)
    _note(letter, "send_back", reason, actor)
    notices.tell(letter.handler_id, "letters.sent_back", f"/letters/desk/{letter.id}")


def sign(letter: Letter, actor: Actor, base: int) -> None:
    """The reply goes out as version `base` reads. Raises Conflict when it is another now."""
    letter.advance("sign", actor, version=base)
    draft = letter.latest_draft
    if draft is None or draft.number != base:
        raise Conflict(letter, _("答复在你打开以后有了新的版本，请先看新版本。"))
    draft.signed_by_id = actor.id
    draft.signed_at = clock.now()
    letter.replied_on = clock.today()
    _tell(letter, "letters.replied")


def note(letter: Letter, actor: Actor, body: str) -> LetterNote:
    """An internal note. Raises Forbidden."""
    if not allows(actor, "letters:letter:note", letter):
        raise Forbidden("letters:letter:note")
    return _note(letter, "note", body, actor)


# --- Time -----------------------------------------------------------------------------------


def close(letter: Letter, actor: Actor) -> None:
    letter.advance("close", actor)


def close_unrated(now: datetime) -> int:
    """Close what time has settled; gives how many letters were closed.

    A reply without a rating after fifteen days counts as unrated, never as satisfied. A rated one
    is closed once its writer is content or the thirty days for reopening are over.
    """
    today = clock.local(now).date()
    rating_over = Letter.replied_on < today - timedelta(days=RATING_DAYS)
    reopening_over = Letter.replied_on < today - timedelta(days=REOPENING_DAYS)
    content = (
        select(Rating.letter_id)
        .where(Rating.letter_id == Letter.id, Rating.round == Letter.round, Rating.resolved > 2)
        .exists()
    )
    due = db.session.scalars(
        select(Letter)
        .where(
            or_(
                and_(Letter.state == "replied", rating_over),
                Letter.state == "unrated",
                and_(Letter.state == "rated", or_(content, reopening_over)),
            )
        )
        .with_for_update()
    ).all()
    for letter in due:
        if letter.state == "replied":
            letter.advance("lapse", SYSTEM)
        letter.advance("close", SYSTEM)
    return len(due)


# --- What the verbs share -------------------------------------------------------------------


def _say(
    letter: Letter, purpose: str, body: str, actor: Actor, is_from_writer: bool = False
) -> None:
    """A line of the dialogue; an unnamed writer's bears the day alone."""
    db.session.add(
        LetterMessage(
            letter_id=letter.id,
            number=_next(LetterMessage, letter),
            purpose=purpose,
            is_from_writer=is_from_writer,
            author_id=actor.id,
            body=body,
            written_on=clock.today(),
            at=clock.now() if actor.id is not None else None,
        )
    )


def _note(letter: Letter, purpose: str, body: str, actor: Actor) -> LetterNote:
    made = LetterNote(
        letter_id=letter.id,
        number=_next(LetterNote, letter),
        purpose=purpose,
        author_id=actor.id,
        body=body,
    )
    db.session.add(made)
    return made


def _next(table: Any, letter: Letter) -> int:
    """The next number in the letter, whose row the caller has locked."""
    last = db.session.scalar(select(func.max(table.number)).where(table.letter_id == letter.id))
    return (last or 0) + 1


def _tell(letter: Letter, kind: str, **params: str) -> None:
    """A notice for a writer with a name; an unnamed one looks with the code. It names the letter
    by its day: a title would outlive the letter in the inbox."""
    sent_on = letter.received_on.isoformat()
    notices.tell(letter.writer_id, kind, letter.path, sent_on=sent_on, **params)


def _flag(letter: Letter, actor: Actor, verb: str, value: bool) -> None:
    """Set or lift the isolation, which is no state: recorded without before and after."""
    permission = f"letters:letter:{verb}"
    if not allows(actor, permission, letter):
        raise Forbidden(permission)
    too_late = value and letter.state not in ("screening", "needs_info")
    if letter.is_restricted == value or too_late:
        raise IllegalMove(letter, verb)
    letter.is_restricted = value
    journal.append(letter.kind, letter.id, verb, actor.id)


def _back_to_office(letter: Letter, actor: Actor, purpose: str, reason: str) -> None:
    _note(letter, purpose, reason, actor)
    letter.unit_id = None
    letter.handler_id = None
    letter.step_due_on = terms.due(clock.today(), terms.ASSIGNING)


def _words(reply: Reply) -> tuple[str, str, dict[int, tuple[str, str]]]:
    kept = {point.number: (point.outcome, point.body) for point in reply.points}
    return reply.body, reply.closing, kept
