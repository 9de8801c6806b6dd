"""Every submitted version meets the live rules: what they match, and what its author is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import load_only

from core import text
from core.attachments import Note
from core.db import db
from core.i18n import _
from core.matching import Matcher

from ..models import Revision
from .models import EFFECTS, TermMatch, TermVersion

MOST = 200  # places of one rule in one text that are kept; more would tell no more
SAYING = (TermVersion.effect, TermVersion.reason, TermVersion.reason_en)
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Hit:
    """What one version of a rule matched in a text."""

    version_id: int
    effect: str
    places: list[Place]


@dataclass(frozen=True)
class _Live:
    """The live versions, compiled; `key` says which they are."""

    key: list[tuple[int, datetime | None]]
    versions: list[tuple[int, str]]
    matcher: Matcher


def parts(title: str | None, html: str, files: Iterable[Note] = ()) -> dict[str, str]:
    """The texts of a version in which terms are looked for.

    `body` is what core.text.words reads, `links` the addresses that the body does not say, `files`
    what its files are called.
    """
    names = "\n".join(note.name for note in files)
    body = text.words(html)
    hidden = [address for address in text.addresses(html) if address not in body]
    return {"title": title or "", "body": body, "links": "\n".join(hidden), "files": names}


def screen(title: str | None, html: str, files: Iterable[Note] = ()) -> list[Hit]:
    """What the live rules match in a text."""
    live = _current()
    if not live.versions:
        return []
    found = matched(live.matcher, title, html, files)
    return [Hit(*live.versions[number], places) for number, places in sorted(found.items())]


def matched(
    matcher: Matcher, title: str | None, html: str, files: Iterable[Note] = ()
) -> dict[int, list[Place]]:
    """The places in a text of each list that matches, by its number."""
    found: dict[int, list[Place]] = {}
    for part, said in parts(title, html, files).items():
        for one in matcher.find(said) if said else ():
            places = found.setdefault(one.list, [])
            if len(places) < MOST:
                places.append((part, one.start, one.end))
    return found


def _current() -> _Live:
    """The live versions as they are now; compiled anew in this process when they changed."""
    rows = db.session.execute(
        select(TermVersion.id, TermVersion.enacted_at)
        .where(TermVersion.state == "live")
        .order_by(TermVersion.id)
    )
    key = [(version_id, enacted_at) for version_id, enacted_at in rows]
    live: _Live | None = current_app.extensions.get("live_terms")
    if live is None or live.key != key:
        ids = [version_id for version_id, _at in key]
        versions = db.session.scalars(
            select(TermVersion).where(TermVersion.id.in_(ids)).order_by(TermVersion.id)
        ).all()
        matcher = Matcher(version.term_list for version in versions)
        live = _Live(key, [(one.id, one.effect) for one in versions], matcher)
        current_app.extensions["live_terms"] = live
    return live


def keep(revision: Revision, hits: Iterable[Hit]) -> None:
    """Note what was matched, for its reviewers and its author."""
    db.session.add_all(
        TermMatch(revision_id=revision.id, version_id=hit.version_id, places=hit.places)
        for hit in hits
    )


def cautions(revision: Revision) -> list[str]:
    """What the rules have to say to the author of a version; nothing names a term."""
    found = (
        select(TermVersion)
        .join(TermMatch, TermMatch.version_id == TermVersion.id)
        .where(TermMatch.revision_id == revision.id)
        .options(load_only(*SAYING))
    )
    return in_words(db.session.scalars(found))


def in_words(versions: Iterable[TermVersion]) -> list[str]:
    """The remarks of versions that matched, the gravest first, each once."""
    ordered = sorted(versions, key=lambda one: (EFFECTS.index(one.effect), one.id))
    return list(dict.fromkeys(map(_remark, ordered)))


def _remark(version: TermVersion) -> str:
    if version.effect == "hold":
        return _("这一条先由审核员看过才公开：%(reason)s", reason=version.why)
    if version.effect == "flag":
        return _("审核员会再看一眼这一条：%(reason)s", reason=version.why)
    return _("请留意：%(reason)s", reason=version.why)
