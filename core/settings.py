"""Settings: environment variables, each named here once and documented in the README."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from . import smtp


class BadSetting(click.ClickException):
    """A setting that cannot be used; start-up stops with the sentence."""


def _flag(value: str) -> bool:
    if value.lower() in ("1", "yes", "true", "on"):
        return True
    if value.lower() in ("", "0", "no", "false", "off"):
        return False
    raise ValueError("say yes or no")


def _count(value: str) -> int:
    """A whole number of things of which there must be one."""
    number = int(value)
    if number < 1:
        raise ValueError("at least 1")
    return number


def _hour(value: str) -> int:
    number = int(value)
    if not 0 <= number <= 23:
        raise ValueError("0 to 23")
    return number


def _mail_url(value: str) -> str:
    if value and value != smtp.FILES:
        smtp.Server.read(value)
    return value


def _site_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
        raise ValueError("say https://host")
    return value.rstrip("/")


def _percent(value: str) -> int:
    number = int(value)
    if not 0 <= number <= 100:
        raise ValueError("0 to 100")
    return number


@dataclass(frozen=True)
class Setting:
    default: str
    read: Callable[[str], Any]
    meaning: str


SETTINGS: dict[str, Setting] = {
    "HOST": Setting("127.0.0.1", str, "address to listen on"),
    "PORT": Setting("8000", int, "port to listen on"),
    "WORKERS": Setting("2", _count, "server processes"),
    "DATA_DIR": Setting("instance", str, "where the database, files and logs live"),
    "DATABASE_URL": Setting("", str, "postgresql+psycopg://…; empty: SQLite in DATA_DIR"),
    "SECRET_KEY": Setting("", str, "32 random characters or more; empty: demo mode"),
    "TIMEZONE": Setting("Asia/Shanghai", str, "the zone in which people read times"),
    "REGION": Setting("CN", str, "whose working days count (ISO 3166-2), such as CN-XJ"),
    "SITE_NAME": Setting("大家谈", str, "the name in the header"),
    "SIGN_IN_HOURS": Setting("12", int, "hours after which a sign-in ends"),
    "SIGN_IN_TRIES": Setting("10", int, "wrong passwords per account in 15 minutes"),
    "SURVEY_BEGINS_SOURCE": Setting(
        "200", _count, "open surveys begun from one address in 15 minutes; no address is kept"
    ),
    "SIGN_IN_TRIES_SOURCE": Setting("100", int, "wrong passwords per address in 15 minutes"),
    "LETTERS_PER_DAY": Setting("5", int, "letters that one person may sign in a day"),
    "ANONYMOUS_LETTERS_PER_HOUR": Setting(
        "60", int, "unnamed letters that one server process takes in an hour, from all together"
    ),
    "SERVICE_HOURS": Setting(
        "8", _count, "office hours within which a text is decided, where a board says nothing else"
    ),
    "PROPOSAL_DAYS": Setting(
        "15", _count, "working days from publication within which a proposal is answered"
    ),
    "LEDGER_DAYS": Setting(
        "15", _count, "working days within which a unit answers an item of an opinion ledger"
    ),
    "INQUIRIES_PER_DAY": Setting(
        "5", _count, "inquiries about the moderation log that one person may make in a day"
    ),
    "FLAGS_PER_DAY": Setting("5", _count, "texts that one person may flag in a day"),
    "REPLIES_PER_HOUR": Setting(
        "60", int, "replies that one person may post in an hour; 0: as many as one likes"
    ),
    "THREADS_PER_DAY": Setting(
        "30", int, "threads that one person may start in a day; 0: as many as one likes"
    ),
    "HEATED_REPLIES": Setting(
        "30", int, "replies in ten minutes that make a thread heated, and each waits; 0: never"
    ),
    "MENTIONS_PER_DAY": Setting(
        "100", int, "people whom one person may call by name in a day; 0: as many as one likes"
    ),
    "FLAGS_TO_HIDE": Setting("3", _count, "flags that hide a text until it is reviewed"),
    "REVIEW_OWN_UNIT": Setting(
        "yes", _flag, "whether reviewers decide on texts by people of their own unit"
    ),
    "SECOND_REVIEW_PERCENT": Setting(
        "5", _percent, "of a hundred decisions, how many chance draws for a blind second review"
    ),
    "NEW_MEMBER_TEXTS": Setting("5", int, "texts that pass until an author is no new member"),
    "NEW_MEMBER_DAYS": Setting("30", int, "days after which an author is no new member"),
    "MAX_UPLOAD_MB": Setting("10", int, "largest request, in MiB"),
    "FILE_MB": Setting("8", _count, "largest file beside a text, in MiB"),
    "FILES_MB_PER_DAY": Setting("200", _count, "MiB of files that one person may bring in a day"),
    "FILES_S3_BUCKET": Setting("", str, "bucket for files, by S3; empty: in DATA_DIR"),
    "FILES_S3_URL": Setting("", str, "where that bucket is, when not at Amazon"),
    "MAIL_URL": Setting(
        "", _mail_url, "smtp://user:password@host:587?tls=starttls; file: into DATA_DIR/mail"
    ),
    "MAIL_FROM": Setting("", smtp.checked, "the address that mail comes from"),
    "MAIL_HOUR": Setting("8", _hour, "the hour of TIMEZONE at which digests are sent"),
    "SITE_URL": Setting("", _site_url, "how the site is reached, for links in mail and feeds"),
    "METRICS_TOKEN": Setting("", str, "bearer token for /metrics from other hosts"),
    "BEHIND_HTTPS": Setting("no", _flag, "set cookies Secure and send HSTS"),
    "TRUSTED_PROXIES": Setting("0", int, "reverse proxies in front, for X-Forwarded-* headers"),
}


def read(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The configuration from the environment. Raises BadSetting with a sentence."""
    config: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        value = environ.get(name, "").strip() or setting.default
        try:
            config[name] = setting.read(value)
        except ValueError as fault:
            raise BadSetting(f"{name}={value!r} cannot be used: {setting.meaning}") from fault
    return config


def complete(config: dict[str, Any], root: Path) -> None:
    """Fill in what follows from the settings: folders, the database's address, demo mode."""
    data = Path(config["DATA_DIR"])
    data = data if data.is_absolute() else root / data
    data.mkdir(parents=True, exist_ok=True)
    config["DATA_DIR"] = str(data)
    config["SQLALCHEMY_DATABASE_URI"] = (
        config.get("SQLALCHEMY_DATABASE_URI")
        or config["DATABASE_URL"]
        or f"sqlite:///{data / 'dajiatan.sqlite'}"
    )
    config["DEMO"] = not config["SECRET_KEY"]
    config["SITE_URL"] = config["SITE_URL"] or f"http://{config['HOST']}:{config['PORT']}"
    _complete_mail(config)
    if config["DEMO"]:
        config["SECRET_KEY"] = _demo_key(data / "demo.key")
    elif len(str(config["SECRET_KEY"])) < 32:
        raise BadSetting("SECRET_KEY is too short: use at least 32 random characters")


def _complete_mail(config: dict[str, Any]) -> None:
    """The demo's mail goes into files; mail to a server needs a sender and links that lead here."""
    if config["DEMO"]:
        config["MAIL_URL"] = config["MAIL_URL"] or smtp.FILES
    if config["MAIL_URL"] not in ("", smtp.FILES) and not config["MAIL_FROM"]:
        raise BadSetting("MAIL_URL is set: say in MAIL_FROM which address mail comes from")
    host = urlsplit(config["SITE_URL"]).hostname or "localhost"
    config["MAIL_FROM"] = config["MAIL_FROM"] or f"dajiatan@{host}"


def _demo_key(path: Path) -> str:
    """The demo's key, kept beside its data so that a second start reads the same journal."""
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
