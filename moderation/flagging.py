"""The page on which a reader flags a text, for any kind of content, and the list of own flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from . import flags
from .flag import Flag
from .forms import FlagForm
from .key import read_key, write_key
from .log import places
from .models import QueueItem, Revision
from .reviewable import Reviewable

PAGE = 25


def flag_page(record: Reviewable, there: str) -> Any:
    """Show the form for a record that the gate handed over, or take it and go back `there`."""
    revision = record.public_revision
    if revision is None:
        raise Conflict(record.latest_revision, _("这一条已经不公开了。"))
    form, until = FlagForm(), flags.spent_until(current_user)
    page = {"revision": revision, "form": form, "there": there}
    if verdict := flags.verdict(revision):
        found = render_template("moderation/flag.html", **page, verdict=verdict)
        return found, 409 if request.method == "POST" else 200
    if earlier := flags.own(revision, current_user):
        return render_template("moderation/flag.html", **page, earlier=earlier)
    if not form.sent():
        return render_template("moderation/flag.html", **page, until=until), _code(form)
    try:
        flags.raise_flag(record, form.reason.data, form.words.data or "", current_user)
    except flags.Spent as spent:
        return render_template("moderation/flag.html", **page, until=spent.until), 429
    db.session.commit()
    flash(_("已收到你的举报。审核员看过以后，会在消息里告诉你结果。"), "good")
    return redirect(there)


def _code(form: FlagForm) -> int:
    return 422 if form.errors else 200


@dataclass(frozen=True)
class FlagPage:
    """Own flags, the newest first, the names of their places, and where the next page goes on."""

    rows: list[Flag]
    places: dict[str, str]
    following: str | None


def page(after: str, actor: Actor) -> FlagPage:
    """One statement and one for each kind of content."""
    found = (
        select(Flag)
        .where(Flag.flagger_id == actor.id)
        .options(
            joinedload(Flag.item).load_only(
                QueueItem.place, QueueItem.subject_kind, QueueItem.subject_id
            ),
            joinedload(Flag.revision).load_only(Revision.title),
        )
        .order_by(Flag.at.desc(), Flag.id.desc())
        .limit(PAGE + 1)
    )
    if start := read_key(after):
        found = found.where(tuple_(Flag.at, Flag.id) < start)
    rows = list(db.session.scalars(found))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return FlagPage(rows[:PAGE], places(actor), write_key(last.at, last.id) if last else None)
