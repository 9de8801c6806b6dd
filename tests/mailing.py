"""Mail in tests: addresses, what comes due, and what was written."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from core import clock, jobs, mail
from core.db import db
from core.mail import MailAddress
from tests.people import Cast


def address(app: Flask, cast: Cast, *names: str) -> None:
    """Verified addresses of people."""
    with app.app_context():
        for name in names:
            now = clock.now() - timedelta(seconds=1)
            row = MailAddress(
                person_id=cast.id(name), address=f"{name}@example.invalid", verified_at=now
            )
            db.session.add(row)
        db.session.commit()


def work(app: Flask, at: datetime | None = None) -> None:
    """Gather and send what is due, and do what else is; five minutes from now if not said."""
    with app.app_context(), clock.travel(at or clock.now() + timedelta(minutes=5)):
        while jobs.run_one():
            pass
        mail.gather_news()
        mail.gather_digests()
        db.session.commit()
        while jobs.run_one():
            pass


class Mails:
    """What was written, in the order of the outbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("*.eml"), key=lambda one: int(one.name.split("-")[1]))
        return [
            message_from_bytes(one.read_bytes(), policy=policy.default)  # type: ignore[misc]
            for one in files
        ]

    def to(self, name: str) -> list[EmailMessage]:
        return [one for one in self.all() if name in str(one["To"])]

    def take(self) -> list[EmailMessage]:
        """All, which are then forgotten."""
        found = self.all()
        for path in self.folder.glob("*.eml"):
            path.unlink()
        return found


def words(message: EmailMessage) -> str:
    """Everything that a mail says, however it is encoded."""
    parts = [one.get_content() for one in message.walk() if not one.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *parts])
