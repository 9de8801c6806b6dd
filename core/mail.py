"""What leaves the house: notices by mail, to those who asked for it, at the pace they chose.

A notice is written in the transaction of what it tells of, and waits there for its mail. Gathering
joins what waits for one person into a row of the outbox with its job; the words are looked up when
the mail is sent, and stand nowhere before. No transaction is open while a server is spoken to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import (
    JSON,
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    String,
    and_,
    case,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, jobs, keys, notices, registry, smtp
from .db import Base, db, hold, insert_into, reading
from .i18n import _l
from .jobs import Job
from .notices import Notice
from .policy import Actor

NEVER, INSTANT, DAILY, WEEKLY = PACES = ("never", "instant", "daily", "weekly")
LABELS = {
    NEVER: _l("不发"),
    INSTANT: _l("随时"),
    DAILY: _l("每天汇总"),
    WEEKLY: _l("每周汇总"),
}
DEFAULTS = {
    "decision": INSTANT,
    "mention": INSTANT,
    "follow": DAILY,
    "reminder": INSTANT,
    "task": DAILY,
}
VERIFY = "verify"
JOIN = timedelta(minutes=3)  # what comes in this time goes into one mail
OLDEST = timedelta(days=14)  # what waited longer is no news
VALID = timedelta(days=3)  # for which the link that verifies an address holds
BATCH = 200  # people whose mail is gathered in one transaction
# After each try that failed; after the last the mail is given up.
PAUSES = tuple(timedelta(minutes=one) for one in (5, 15, 60, 240, 720, 1440))
KEEP = timedelta(days=30)


class MailAddress(Base):
    """Where a person wants mail; until it is verified only the mail goes there that asks."""

    __tablename__ = "mail_addresses"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str] = mapped_column(String(smtp.LONGEST))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    verified_at: Mapped[datetime | None]

    @property
    def token(self) -> str:
        """What stands in the mail that asks, and in no table."""
        return keys.digest("mail address", self.person_id, self.address, self.asked_at.isoformat())

    @property
    def is_expired(self) -> bool:
        return self.verified_at is None and clock.now() > self.asked_at + VALID


class MailChoice(Base):
    """How a person wants a sort of notice by mail, and since when; without a row, DEFAULTS."""

    __tablename__ = "mail_choices"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    sort: Mapped[str] = mapped_column(String(20), primary_key=True)
    pace: Mapped[str] = mapped_column(
        Enum(*PACES, native_enum=False, create_constraint=True, name="mail_pace")
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Mail(Base):
    """A row of the outbox. `sent_at`, `dropped_at` (there was nothing left to say) or `failed_at`
    ends it; none: it waits. `purpose` is a pace, or VERIFY."""

    __tablename__ = "mails"
    __table_args__ = (Index(None, "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    notice_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempt_count: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        return self.sent_at is self.dropped_at is self.failed_at is None

    @property
    def name(self) -> str:
        """What the mail is called, the same at every try."""
        drawn = keys.digest("mail", self.id, self.made_at.isoformat())[:16]
        return f"{self.made_at:%Y%m%d}-{self.id}-{drawn}"


# --- What a person chose -----------------------------------------------------------------


def address_of(person_id: int | None) -> MailAddress | None:
    return db.session.get(MailAddress, person_id) if person_id is not None else None


def choices_of(person_id: int) -> dict[str, str]:
    """The pace of every sort; one statement."""
    rows = db.session.execute(
        select(MailChoice.sort, MailChoice.pace).where(MailChoice.person_id == person_id)
    )
    return DEFAULTS | {row.sort: row.pace for row in rows}


def choose(person_id: int, paces: Mapping[str, str]) -> None:
    """Keep a pace for some sorts, from now on: what waited before is not told by it."""
    former = choices_of(person_id)
    for sort, pace in paces.items():
        assert sort in notices.SORTS and pace in PACES
        if pace != former[sort]:
            chosen = {"pace": pace, "at": clock.now()}
            db.session.execute(
                insert_into(MailChoice)
                .values(person_id=person_id, sort=sort, **chosen)
                .on_conflict_do_update(index_elements=["person_id", "sort"], set_=chosen)
            )


def ask(actor: Actor, address: str) -> None:
    """Take another address for the actor, and send it the link that verifies it."""
    assert actor.id is not None
    forget_address(actor)
    db.session.add(MailAddress(person_id=actor.id, address=address))
    _put(actor.id, VERIFY)


def verify(actor: Actor, token: str) -> bool:
    """The actor's address is theirs, as the token says; False for a wrong one, or a late one."""
    known = address_of(actor.id)
    if known is None or not is_right(known, token):
        return False
    known.verified_at = known.verified_at or clock.now()
    return True


def is_right(known: MailAddress | None, token: str) -> bool:
    """Whether the token was sent to that address, and still counts."""
    if known is None or known.is_expired or not token.isascii():
        return False
    return keys.same(token, known.token)


def forget_address(actor: Actor) -> None:
    """Forget where the actor wanted mail, and what waits to go there."""
    db.session.execute(delete(MailAddress).where(MailAddress.person_id == actor.id))
    waits = (Mail.sent_at.is_(None), Mail.dropped_at.is_(None), Mail.failed_at.is_(None))
    own = update(Mail).where(Mail.person_id == actor.id, *waits)
    db.session.execute(own.values(dropped_at=clock.now()))


# --- Gathering ---------------------------------------------------------------------------


@jobs.job("core.gather_mail", every=timedelta(minutes=1))
def gather_news() -> None:
    """Join what people want at once, when the first of it has waited for a while."""
    if smtp.is_on():
        before = clock.now() - JOIN
        if _gather(INSTANT, before, clock.now()) == BATCH:
            jobs.enqueue("core.gather_mail")


@jobs.job("core.gather_digests", every=timedelta(minutes=5))
def gather_digests() -> None:
    """Join what waited when the last hour of digests struck, of the day and of Monday's."""
    if smtp.is_on():
        for pace, struck in ((DAILY, last_hour()), (WEEKLY, last_hour(weekday=0))):
            if _gather(pace, struck, struck) == BATCH:
                jobs.enqueue("core.gather_digests")


def last_hour(weekday: int | None = None) -> datetime:
    """When it was MAIL_HOUR last where the organisation is; of a day of the week, if one is given."""
    local = clock.local(clock.now())
    struck = local.replace(hour=current_app.config["MAIL_HOUR"], minute=0, second=0, microsecond=0)
    back = (local.weekday() - weekday) % 7 if weekday is not None else 0
    struck -= timedelta(days=back)
    if struck > local:
        struck -= timedelta(days=1 if weekday is None else 7)
    return struck.astimezone(UTC)


def _gather(pace: str, due: datetime, until: datetime) -> int:
    """For people of whose notices one waits since `due`, join all that wait since `until`; how
    many people. The statements do not grow with them."""
    hold("gather mail")
    waiting = _waiting(pace)
    people = db.session.scalars(
        waiting.with_only_columns(Notice.person_id)
        .where(Notice.mailable_at <= due)
        .distinct()
        .order_by(Notice.person_id)
        .limit(BATCH)
    ).all()
    if not people:
        return 0
    theirs: dict[int, list[int]] = {}
    found = waiting.where(Notice.person_id.in_(people), Notice.mailable_at <= until)
    for row in db.session.execute(found.order_by(Notice.id)):
        theirs.setdefault(row.person_id, []).append(row.id)
    for person_id, ids in theirs.items():
        _put(person_id, pace, ids)
        taken = update(Notice).where(Notice.id.in_(ids))
        db.session.execute(taken.values(mailable_at=None))
    return len(people)


def _waiting(pace: str) -> Any:
    """The unread notices that wait for a mail of that pace, of people whose address is verified."""
    sort = case(notices.sorts(), value=Notice.kind, else_="decision")
    chosen = func.coalesce(MailChoice.pace, case(DEFAULTS, value=sort, else_=NEVER))
    since = [MailAddress.verified_at, func.coalesce(MailChoice.at, MailAddress.verified_at)]
    return (
        select(Notice.id, Notice.person_id)
        .join(MailAddress, MailAddress.person_id == Notice.person_id)
        .outerjoin(
            MailChoice,
            and_(MailChoice.person_id == Notice.person_id, MailChoice.sort == sort),
        )
        .where(
            Notice.read_at.is_(None),
            Notice.mailable_at > clock.now() - OLDEST,
            *(Notice.mailable_at >= moment for moment in since),
            chosen == literal(pace),
        )
    )


def _put(person_id: int, purpose: str, notice_ids: Iterable[int] = ()) -> None:
    """A row of the outbox and the job that sends it, in the caller's transaction."""
    made = Mail(person_id=person_id, purpose=purpose, notice_ids=list(notice_ids))
    db.session.add(made)
    db.session.flush()
    jobs.enqueue("core.send_mail", mail=made.id)


# --- Sending -----------------------------------------------------------------------------


@jobs.job("core.send_mail", is_patient=True)
def send(mail: int) -> None:
    """Send a mail of the outbox, unless there is nothing to say any more.

    Ended between the server's yes and ours, the next worker sends it again, by the same name:
    SMTP knows no way to ask whether it went.
    """
    from . import mail_message

    with reading():
        row = db.session.get(Mail, mail)
        waits = row is not None and row.is_waiting and smtp.is_on()
        message = mail_message.of(row) if row is not None and waits else None
        name = row.name if row is not None else ""
        db.session.rollback()
    if message is None:
        _end(mail, dropped_at=clock.now())
        return
    try:
        smtp.deliver(message, name)
    except smtp.Undelivered as fault:
        _put_back(mail, fault)
    else:
        _end(mail, sent_at=clock.now())


def _end(mail: int, **moment: datetime) -> None:
    waits = (Mail.sent_at.is_(None), Mail.dropped_at.is_(None), Mail.failed_at.is_(None))
    db.session.execute(update(Mail).where(Mail.id == mail, *waits).values(moment))


def _put_back(mail: int, fault: smtp.Undelivered) -> None:
    """Try again later. A server that does not answer is left in peace by all that wait for it."""
    row = db.session.get_one(Mail, mail)
    jobs.log.warning("mail=%s try=%s %s", mail, row.attempt_count + 1, fault)
    pause = PAUSES[min(row.attempt_count, len(PAUSES) - 1)]
    row.attempt_count += 1
    if fault.is_final or row.attempt_count > len(PAUSES):
        row.failed_at = clock.now()
        return
    later = clock.now() + pause
    jobs.enqueue("core.send_mail", due_at=later, mail=mail)
    if fault.is_server:
        free = (Job.done_at.is_(None), Job.failed_at.is_(None), Job.leased_until.is_(None))
        waiting = (Job.name == "core.send_mail", Job.due_at < clock.now() + PAUSES[0], *free)
        others = update(Job).where(*waiting)
        db.session.execute(others.values(due_at=clock.now() + PAUSES[0]))


def ended(rows: type[Mail] = Mail) -> ColumnElement[bool]:
    """The condition that a mail waits no more."""
    return func.coalesce(rows.sent_at, rows.dropped_at, rows.failed_at).is_not(None)


@jobs.job("core.tidy_mail", every=timedelta(hours=24))
def tidy() -> None:
    """Forget what was sent a month ago, and addresses that nobody verified in time."""
    now = clock.now()
    db.session.execute(delete(Mail).where(Mail.made_at < now - KEEP, ended()))
    unverified = (MailAddress.verified_at.is_(None), MailAddress.asked_at < now - VALID)
    db.session.execute(delete(MailAddress).where(*unverified))


def actor_of(mail: Mail) -> Actor | None:
    """Whom it is for, as they may read today; None when the account ended."""
    return registry.actors([mail.person_id]).get(mail.person_id)
