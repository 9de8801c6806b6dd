"""The words of a mail, as its reader may read them at the moment when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from html import escape
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from . import clock, i18n, mail, notices, smtp, unsubscribe
from .characters import one_line
from .db import db
from .i18n import LANGUAGES, _, force_locale, ngettext
from .mail import Mail, MailAddress
from .notices import Notice, Telling
from .policy import Actor

SUBJECT = 70  # characters
WHOLE = "list-unsubscribe"  # an address that was folded or encoded is none to who reads headers
PREFERENCES = "/me/mail"


class _Policy(EmailPolicy):
    """As SMTP wants it, with addresses whole."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() == WHOLE:
            return f"{name}: {value}{self.linesep}"
        return super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() == WHOLE:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Policy(linesep="\r\n")


@dataclass(frozen=True)
class Line:
    """A sentence, and the address to which it leads, if any."""

    words: str
    url: str = ""


@dataclass
class Words:
    """A mail before it is written down: paragraphs, lists under headings, links at the foot."""

    subject: str
    lead: str = ""
    lists: list[tuple[str, list[Line]]] = field(default_factory=list)
    foot: list[Line] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def of(row: Mail) -> EmailMessage | None:
    """The mail of a row of the outbox; None when there is nothing to say, or nobody to say it to."""
    actor, to = mail.actor_of(row), mail.address_of(row.person_id)
    if actor is None or to is None:
        return None
    language = getattr(actor, "language", None) or i18n.DEFAULT
    # Addresses and sentences as on a page; nobody is signed in on it.
    with (
        current_app.test_request_context(base_url=current_app.config["SITE_URL"]),
        force_locale(language if language in LANGUAGES else i18n.DEFAULT),
    ):
        words = _asking(to, actor) if row.purpose == mail.VERIFY else _news(row, to, actor)
        return written(row.name, to.address, words) if words is not None else None


def _asking(to: MailAddress, actor: Actor) -> Words | None:
    if to.verified_at is not None or to.is_expired:
        return None
    name = getattr(actor, "name", "")
    return Words(
        _("请确认你的邮箱地址"),
        _("%(name)s在%(site)s填了这个地址，想用邮件收到消息。", name=name, site=_site())
        + _("如果是你，请在三天内打开下面的链接，登录后确认；如果不是你，什么也不用做。"),
        [("", [Line(_("确认这个地址"), _link(f"/me/mail/verify/{to.token}"))])],
    )


def _news(row: Mail, to: MailAddress, actor: Actor) -> Words | None:
    if to.verified_at is None:
        return None
    told = _told(row, actor)
    if not told:
        return None
    by_sort: dict[str, list[Line]] = {}
    for telling in told:
        sort = notices.sorts().get(telling.notice.kind, "decision")
        by_sort.setdefault(sort, []).append(Line(telling.sentence, _link(telling.url or "/")))
    lists = [(str(notices.SORTS[one]), by_sort[one]) for one in notices.SORTS if one in by_sort]
    token = unsubscribe.token(row.person_id, to.address, by_sort)
    return Words(
        _subject(row.purpose, told),
        lists=lists,
        foot=_ways_out(row, to, by_sort),
        headers={
            "List-Unsubscribe": f"<{_link(f'/mail/unsubscribe/{token}')}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _told(row: Mail, actor: Actor) -> Sequence[Telling]:
    """What the notices say to their reader now; without those that were read, that are not wanted
    by mail any more, and whose matter is not to be read any more."""
    found = db.session.scalars(
        select(Notice)
        .where(Notice.id.in_(row.notice_ids), Notice.person_id == row.person_id)
        .where(Notice.read_at.is_(None))
        .order_by(Notice.at, Notice.id)
    ).all()
    paces, sorts = mail.choices_of(row.person_id), notices.sorts()
    wanted = [one for one in found if paces[sorts.get(one.kind, "decision")] != mail.NEVER]
    return [telling for telling in notices.told(wanted, actor) if telling.url is not None]


def _subject(purpose: str, told: Sequence[Telling]) -> str:
    if purpose == mail.DAILY:
        return ngettext("每天汇总：%(num)d 条消息", "每天汇总：%(num)d 条消息", len(told))
    if purpose == mail.WEEKLY:
        return ngettext("每周汇总：%(num)d 条消息", "每周汇总：%(num)d 条消息", len(told))
    if len(told) == 1:
        return told[0].sentence
    return ngettext("%(num)d 条新消息", "%(num)d 条新消息", len(told))


def _ways_out(row: Mail, to: MailAddress, sorts: Any) -> list[Line]:
    ways = [
        Line(
            _("不再用邮件告诉我“%(sort)s”", sort=label),
            _link(f"/mail/unsubscribe/{unsubscribe.token(row.person_id, to.address, [sort])}"),
        )
        for sort, label in notices.SORTS.items()
        if sort in sorts
    ]
    return [*ways, Line(_("改变怎样告诉我"), _link(PREFERENCES))]


def _site() -> str:
    return one_line(current_app.config["SITE_NAME"])


def _link(path: str) -> str:
    return f"{current_app.config['SITE_URL']}{path}"


def written(name: str, address: str, words: Words, sort: str = "notices") -> EmailMessage:
    """The mail itself; `name` is the same at every try, `sort` what mail programs file it under."""
    sender = current_app.config["MAIL_FROM"]
    host = urlsplit(current_app.config["SITE_URL"]).hostname or "localhost"
    made = EmailMessage(policy=POLICY)
    made["From"] = Address(_site(), addr_spec=sender)
    made["To"] = Address(addr_spec=address)
    made["Subject"] = one_line(words.subject)[:SUBJECT]
    made["Date"] = clock.now()
    made["Message-ID"] = f"<{name}@{host}>"
    made["List-Id"] = f"<{sort}.{host}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = i18n.html_lang()
    for name, value in words.headers.items():
        made[name] = value
    # Files are read by people, servers by rules that know seven bits.
    way = "8bit" if smtp.writes_files() else "base64"
    made.set_content(_plain(words), cte=way)
    made.add_alternative(_html(words), subtype="html", cte=way)
    return made


def _plain(words: Words) -> str:
    parts = [words.lead] if words.lead else []
    for heading, lines in words.lists:
        parts += [heading] if heading else []
        parts += [f"{one_line(line.words)}\n{line.url}".rstrip() for line in lines]
    foot = [f"{line.words}\n{line.url}" for line in words.foot]
    return "\n\n".join([*parts, *(["-- ", *foot] if foot else [])]) + "\n"


def _html(words: Words) -> str:
    """Plain elements that any mail program shows; nothing in it is fetched from anywhere."""
    said = [f"<p>{escape(words.lead)}</p>"] if words.lead else []
    for heading, lines in words.lists:
        said += [f"<h2>{escape(heading)}</h2>"] if heading else []
        said += ["<ul>", *(f"<li>{_anchor(line)}</li>" for line in lines), "</ul>"]
    if words.foot:
        said += ["<hr>", *(f"<p><small>{_anchor(line)}</small></p>" for line in words.foot)]
    head = f'<meta charset="utf-8"><title>{escape(one_line(words.subject))}</title>'
    body = "\n".join(said)
    lang = i18n.html_lang()
    return (
        f'<!doctype html>\n<html lang="{lang}"><head>{head}</head><body>\n{body}\n</body></html>\n'
    )


def _anchor(line: Line) -> str:
    said = escape(one_line(line.words))
    return f'<a href="{escape(line.url)}">{said}</a>' if line.url else said
