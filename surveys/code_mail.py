"""Invitation codes by mail: to each address one mail with a code of its own.

While a mail waits, address and code lie together under a key that no database holds (core/keys);
once it went, the row is gone and scrubbed, and the code is known by its digest alone, as all codes
are. Which code went to whom stands nowhere, and neither that an address was written to. What a mail
server refused for good loses its code, and the address stays for the office to mend.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

from flask import current_app
from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    Select,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, i18n, jobs, keys, mail_message, smtp
from core.db import Base, db, reading, scrub_after_commit
from core.i18n import _, force_locale
from core.mail_message import Line, Words
from core.policy import Actor

from . import entry_codes
from .entry_codes import CodeBatch, EntryCode
from .models import Survey, random_id

PURPOSE = "survey-code-mail"
TABLE = "survey_code_mails"
RUN = 10  # mails of one run: each may take a server's whole time, and a job's lease is short
PAUSE = timedelta(seconds=5)  # between runs, so that no server is flooded
LATER = timedelta(minutes=15)  # until a server that did not answer is asked again
ATTEMPTS = 6  # of one mail that is put off
SHOWN = 50  # addresses that were refused


class CodeMail(Base):
    """A mail that waits, address and code enclosed; with `failed_on` one that was refused, and only
    the address."""

    __tablename__ = TABLE
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "batch_number"],
            ["survey_code_batches.survey_id", "survey_code_batches.number"],
            ondelete="CASCADE",
        ),
        Index(None, "survey_id", "batch_number"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=random_id)
    survey_id: Mapped[int]
    batch_number: Mapped[int]
    enclosed: Mapped[str] = mapped_column(Text)
    attempt_count: Mapped[int] = mapped_column(default=0)
    failed_on: Mapped[date | None]

    @property
    def said(self) -> dict[str, str]:
        """The address, and the code while the mail waits."""
        found: dict[str, str] = json.loads(keys.disclose(PURPOSE, self.enclosed))
        return found

    @property
    def name(self) -> str:
        """What the mail is called, the same at every try."""
        return f"code-{keys.digest(PURPOSE, self.id)[:24]}"


def mail(survey: Survey, addresses: Sequence[str], name: str, actor: Actor) -> CodeBatch:
    """Make a code for each address and let them go out, in the caller's transaction."""
    made = entry_codes.make(survey, len(addresses), name, actor)
    made.batch.is_mailed = True
    pairs = list(zip(addresses, made.codes, strict=True))
    secrets.SystemRandom().shuffle(pairs)
    own = {"survey_id": survey.id, "batch_number": made.batch.number, "attempt_count": 0}
    rows = [{"id": random_id(), **own, "enclosed": _enclosed(*pair)} for pair in pairs]
    db.session.execute(insert(CodeMail), rows)
    jobs.enqueue("surveys.mail_codes", survey=survey.id, batch=made.batch.number)
    return made.batch


def counts(survey: Survey) -> dict[int, tuple[int, int]]:
    """By number of the batch how many mails wait, and how many were refused."""
    failed = func.count(CodeMail.failed_on)
    rows = db.session.execute(
        select(CodeMail.batch_number, func.count(), failed)
        .where(CodeMail.survey_id == survey.id)
        .group_by(CodeMail.batch_number)
    )
    return {number: (total - refused, refused) for number, total, refused in rows}


def refused(survey: Survey) -> list[str]:
    """Addresses to which no mail could go, in alphabetical order."""
    asked = select(CodeMail).where(CodeMail.survey_id == survey.id, CodeMail.failed_on.is_not(None))
    rows = db.session.scalars(asked.order_by(CodeMail.id).limit(SHOWN))
    return sorted(one.said["address"] for one in rows)


def forget(survey: Survey) -> None:
    """Let no mail of a survey that is over wait, and no address be kept."""
    db.session.execute(delete(CodeMail).where(CodeMail.survey_id == survey.id))
    scrub_after_commit(TABLE)


@jobs.job("surveys.mail_codes", is_patient=True)
def send(survey: int, batch: int) -> None:
    """Send some mails of a batch, and ask for the next run. No transaction is open while a server is
    spoken to; a worker that ends between the server's yes and ours sends that mail again, with the
    same code and by the same name."""
    with reading():
        found = db.session.get(Survey, survey)
        goes = found is not None and not found.is_over and smtp.is_on()
        rows = list(db.session.scalars(_waiting(survey, batch).limit(RUN))) if goes else []
        messages = [
            (one.id, one.name, _message(found, one.said, one.name)) for one in rows if found
        ]
        db.session.rollback()
    if found is not None and not goes:
        forget(found)
        return
    is_answered = True
    for row_id, name, message in messages:
        try:
            smtp.deliver(message, name)
        except smtp.Undelivered as fault:
            jobs.log.warning("survey=%s batch=%s mail=%s", survey, batch, fault)
            is_answered = not fault.is_server
            if not is_answered:
                break
            _put_off(row_id, fault.is_final)
        else:
            with db.engine.begin() as connection:
                connection.execute(delete(CodeMail).where(CodeMail.id == row_id))
    scrub_after_commit(TABLE)
    fewest = select(func.min(CodeMail.attempt_count)).where(*_open(survey, batch))
    tried = db.session.scalar(fewest)
    if tried is not None:
        pause = PAUSE if is_answered and not tried else LATER
        jobs.enqueue("surveys.mail_codes", due_at=clock.now() + pause, survey=survey, batch=batch)


def _open(survey_id: int, batch: int) -> tuple[Any, ...]:
    of_it = (CodeMail.survey_id == survey_id, CodeMail.batch_number == batch)
    return (*of_it, CodeMail.failed_on.is_(None))


def _waiting(survey_id: int, batch: int) -> Select[CodeMail]:
    """Those that were tried least first, in an order that chance made."""
    waits = select(CodeMail).where(*_open(survey_id, batch))
    return waits.order_by(CodeMail.attempt_count, CodeMail.id)


def _put_off(row_id: uuid.UUID, is_final: bool) -> None:
    """Try again later, or give the mail up: its code ends, and its address stays."""
    with db.engine.begin() as connection:
        row = connection.execute(select(CodeMail.__table__).where(CodeMail.id == row_id)).one()
        tries = row.attempt_count + 1
        own = update(CodeMail).where(CodeMail.id == row_id)
        if not is_final and tries < ATTEMPTS:
            connection.execute(own.values(attempt_count=tries))
            return
        said = json.loads(keys.disclose(PURPOSE, row.enclosed))
        mark = entry_codes.digest(row.survey_id, said["code"])
        ended = (EntryCode.survey_id == row.survey_id, EntryCode.digest == mark)
        connection.execute(delete(EntryCode).where(*ended))
        connection.execute(own.values(enclosed=_enclosed(said["address"]), failed_on=clock.today()))


def _enclosed(address: str, code: str = "") -> str:
    said = {"address": address, **({"code": code} if code else {})}
    return keys.enclose(PURPOSE, json.dumps(said))


# --- The words -----------------------------------------------------------------------------


def _message(survey: Survey, said: dict[str, str], name: str) -> EmailMessage:
    """In both languages: nobody knows which one its reader prefers."""
    site, code = current_app.config["SITE_URL"], said["code"]
    # Behind "#", a part of the address that no server sees.
    link = f"{site}/surveys/{survey.slug}/enter#{code}"
    words = Words("")
    with current_app.test_request_context(base_url=site):
        for language in i18n.LANGUAGES:
            with force_locale(language):
                title = _("请你填问卷《%(title)s》", title=survey.name)
                words.subject = words.subject or title
                words.lists.append((title, _lines(link, code)))
        return mail_message.written(name, said["address"], words, "surveys")


def _lines(link: str, code: str) -> list[Line]:
    return [
        Line(_("打开问卷"), link),
        Line(_("邀请码：%(code)s。只能答一次，请不要转给别人。", code=code)),
        Line(_("匿名：这封信寄出以后，系统里没有你的地址，也没有哪个码寄给了谁。")),
    ]
