"""The published letters and replies as a feed, to the day: of none the minute is told."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for
from sqlalchemy import select

from core import clock, feeds
from core.db import db
from core.feeds import MOST, SUMMARY, Entry, Listing
from core.i18n import _
from core.policy import Actor
from core.text import excerpt
from moderation import Revision

from .public import PublicLetter


def public(key: str, _asked: Mapping[str, str], _actor: Actor) -> Listing | None:
    """The newest of those that everybody reads; one statement."""
    if key != feeds.ALL:
        return None
    rows = db.session.execute(
        select(PublicLetter.id, PublicLetter.published_at, Revision.title, Revision.body_html)
        .join(Revision, Revision.id == PublicLetter.public_revision_id)
        .where(PublicLetter.published_at.is_not(None))
        .order_by(PublicLetter.published_at.desc(), PublicLetter.id.desc())
        .limit(MOST)
    )
    entries = [
        Entry(
            url_for("letters.show_public", id=row.id),
            row.title or "",
            clock.start_of(clock.local(row.published_at).date()),
            excerpt(row.body_html, SUMMARY),
        )
        for row in rows
    ]
    return Listing(_("公开的来信和答复"), url_for("letters.list_public"), entries)


def fill() -> None:
    feeds.kind("letters", public)
