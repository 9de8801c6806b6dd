"""A letter comes in: by name, or unnamed with a tracking code."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import func, select

from accounts.models import Person
from core import clock
from core.db import db
from core.errors import TooMany

from . import codes, terms
from .actors import CodeHolder
from .models import Letter, LetterPoint, new_number

HOUR = 3600.0


@dataclass(frozen=True)
class Written:
    """What a writer filled in. `points` is what wants an answer; none: the title itself."""

    title: str
    body: str
    points: list[str] = field(default_factory=list)
    category: str = "other"
    concerned_unit_id: int | None = None
    is_publication_agreed: bool = False


def by_name(written: Written, writer: Person) -> Letter:
    """A letter that its writer signs. Raises TooMany beyond the day's number."""
    _spend_daily(writer)
    letter = _letter(written, is_anonymous=False, writer_id=writer.id, received_at=clock.now())
    letter.advance("submit", writer)
    return letter


def unnamed(written: Written, form_key: str) -> Letter:
    """A letter without a name. Nothing here asks, or could keep, who sends it.

    Raises TooMany when more come in an hour than the office can take.
    """
    allowance().spend()
    letter = _letter(
        written,
        is_anonymous=True,
        tracking_digest=codes.tracking_digest(codes.code_for(form_key)),
        form_digest=codes.form_digest(form_key),
    )
    letter.advance("submit", CodeHolder(letter.id))
    return letter


def sent_before(form_key: str) -> Letter | None:
    """The unnamed letter that this very form has sent already."""
    return db.session.scalar(
        select(Letter).where(Letter.form_digest == codes.form_digest(form_key))
    )


def tracked(typed: str) -> int | None:
    """The number of the letter that a code belongs to; None for a code that is nobody's."""
    code = codes.normal(typed)
    if code is None:
        return None
    return db.session.scalar(
        select(Letter.id).where(Letter.tracking_digest == codes.tracking_digest(code))
    )


def _letter(written: Written, **whose: object) -> Letter:
    today = clock.today()
    letter = Letter(
        id=new_number(),
        title=written.title,
        body=written.body,
        category=written.category,
        concerned_unit_id=written.concerned_unit_id,
        is_publication_agreed=written.is_publication_agreed,
        received_on=today,
        clock_from=today,
        step_due_on=terms.due(today, terms.SCREENING),
        points=[
            LetterPoint(number=number, body=body)
            for number, body in enumerate(written.points or [written.title], start=1)
        ],
        **whose,
    )
    db.session.add(letter)
    return letter


def _spend_daily(writer: Person) -> None:
    """Counts the writer's own letters of today; nothing is kept for it."""
    limit = current_app.config["LETTERS_PER_DAY"]
    db.session.execute(select(Person.id).where(Person.id == writer.id).with_for_update())
    count = db.session.scalar(
        select(func.count()).where(
            Letter.writer_id == writer.id, Letter.received_on == clock.today()
        )
    )
    if count is not None and count >= limit:
        tomorrow = clock.start_of(clock.today()) - clock.now()
        raise TooMany(86_400 + int(tomorrow.total_seconds()))


class Allowance:
    """How many unnamed letters this process takes in an hour, counted in memory alone.

    A counter in the database would keep the moment of each.
    """

    def __init__(self) -> None:
        self.taken: deque[float] = deque()

    def spend(self) -> None:
        now = monotonic()
        while self.taken and now - self.taken[0] >= HOUR:
            self.taken.popleft()
        if len(self.taken) >= current_app.config["ANONYMOUS_LETTERS_PER_HOUR"]:
            raise TooMany(max(1, int(HOUR - (now - self.taken[0]))))
        self.taken.append(now)


def allowance() -> Allowance:
    """This application's allowance."""
    taken: Allowance = current_app.extensions["letters_allowance"]
    return taken


def init_app(app: Flask) -> None:
    app.extensions["letters_allowance"] = Allowance()
