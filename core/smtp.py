"""The way out for mail: an SMTP server by setting, or files in DATA_DIR/mail.

A server has TIMEOUT seconds for everything. A mail that it took while we were cut off from it is
sent again under the same Message-ID; a file is written over, and so never there twice.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from flask import current_app

FILES = "file:"
TIMEOUT = 20.0  # seconds until a server is given up, whatever it does meanwhile
PORTS = {"none": 25, "starttls": 587, "tls": 465}
LONGEST = 254
# One plain address; what the rules of mail allow beyond it, nobody's office gives out.
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


class Undelivered(Exception):
    """A mail did not go. `is_final`: it never will; `is_server`: no other would go now either."""

    def __init__(self, why: str, *, is_final: bool = False, is_server: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final
        self.is_server = is_server


def is_address(value: str) -> bool:
    """Whether mail could be sent there, by its spelling."""
    local = value.partition("@")[0]
    return len(value) <= LONGEST and len(local) <= 64 and ADDRESS.fullmatch(value) is not None


def checked(value: str) -> str:
    """An address, or nothing. Raises ValueError."""
    if value and not is_address(value):
        raise ValueError("no mail address")
    return value


@dataclass(frozen=True)
class Server:
    """Where mail is handed over. `tls`: "starttls", "tls" from the first byte, or "none"."""

    host: str
    port: int
    user: str
    password: str
    tls: str

    @classmethod
    def read(cls, url: str) -> Server:
        """smtp://user:password@host:587?tls=starttls or smtps://…; raises ValueError."""
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        tls = asked.pop("tls", "tls" if parts.scheme == "smtps" else "starttls")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or tls not in PORTS or asked:
            raise ValueError("no address of a mail server")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, parts.port or PORTS[tls], user, password, tls)

    def connect(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self.tls == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=secure)
        connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        if self.tls == "starttls":
            connection.starttls(context=secure)
        return connection


def is_on() -> bool:
    """Whether this site sends mail."""
    return bool(current_app.config["MAIL_URL"])


def writes_files() -> bool:
    """Whether mail goes into files instead of to people."""
    return bool(current_app.config["MAIL_URL"] == FILES)


def folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "mail"


def deliver(message: EmailMessage, name: str) -> None:
    """Hand a mail over; `name` is the file's, where there is one. Raises Undelivered."""
    if writes_files():
        _write(message, name)
        return
    attempt = _Attempt(Server.read(current_app.config["MAIL_URL"]), message)
    attempt.start()
    attempt.join(TIMEOUT)
    if attempt.is_accepted:
        return
    if attempt.is_alive():
        attempt.give_up()
        raise Undelivered("the server took too long", is_server=True)
    raise attempt.fault or Undelivered("no answer", is_server=True)


def _write(message: EmailMessage, name: str) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{name}.eml"
    draft = path.with_suffix(".part")
    draft.write_bytes(message.as_bytes())
    os.replace(draft, path)


class _Attempt(threading.Thread):
    """One mail to a server, aside, so that whoever waits for it can stop waiting."""

    def __init__(self, server: Server, message: EmailMessage) -> None:
        super().__init__(name="mail", daemon=True)
        self.server = server
        self.message = message
        self.connection: smtplib.SMTP | None = None
        self.is_accepted = self.is_given_up = False
        self.fault: Undelivered | None = None

    def run(self) -> None:
        try:
            with self.server.connect() as self.connection:
                if self.server.user:
                    self.connection.login(self.server.user, self.server.password)
                if not self.is_given_up:
                    self.connection.send_message(self.message)
                    self.is_accepted = True
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _words in fault.recipients.values()]
            self.fault = Undelivered(f"refused {codes}", is_final=min(codes) >= 500)
        except smtplib.SMTPDataError as fault:
            self.fault = Undelivered(f"refused {fault.smtp_code}", is_final=fault.smtp_code >= 500)
        except (OSError, smtplib.SMTPException, ValueError) as fault:
            self.fault = Undelivered(type(fault).__name__, is_server=True)

    def give_up(self) -> None:
        """Cut the connection, so that nothing goes any more that is about to be tried again."""
        self.is_given_up = True
        if self.connection is not None:
            self.connection.close()
