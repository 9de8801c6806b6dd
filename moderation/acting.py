"""The pages on which a reviewer takes a public text from its readers or covers passages of it,
where the text stands and without an item, for any kind of content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template
from flask_login import current_user

from core.db import db
from core.errors import Conflict
from core.i18n import _

from .amending import redact
from .deciding import hide
from .edit_forms import RedactForm
from .filling import is_filled
from .forms import ReasonedForm
from .models import Revision
from .reviewable import Reviewable
from .templates import offered
from .undoing import offer as offer_undo


@dataclass(frozen=True)
class Stand:
    """Where a text stands: what the place is called, which text of it, its address, and the address
    that is left when it is hidden."""

    title: str
    name: str
    url: str
    without_it: str


def hide_page(record: Reviewable, stand: Stand) -> Any:
    """Show the form for a record that the gate handed over, or hide it."""
    form, shown = ReasonedForm(), _public(record)
    if is_filled(form, "hide") or not form.sent():
        page = {"stand": stand, "form": form, "shown": shown, "templates": offered(("hide",))}
        return render_template("moderation/hide.html", **page), 422 if form.errors else 200
    item = hide(record, record.unit, current_user, str(form.reason.data), form.words)
    offer_undo(item, _("已隐藏。作者会看到理由，也可以申诉。"))
    db.session.commit()
    return redirect(stand.without_it)


def cover_page(record: Reviewable, stand: Stand) -> Any:
    """Show the form, or cover what it says; other texts that repeat it are named then, each with
    where to cover it there, too."""
    shown = _public(record)
    form = RedactForm.on(shown)
    if is_filled(form, "redact") or not form.sent():
        page = {"stand": stand, "form": form, "shown": shown, "templates": offered(("redact",))}
        return render_template("moderation/cover.html", **page), 422 if form.errors else 200
    args = (form.revision_id, form.wording, form.words)
    item = redact(record, record.unit, current_user, *args)
    echoes = [
        (name, record.address("redact", id)) for id, name in record.echoes(form.lines).items()
    ]
    offer_undo(item, _("已遮盖。原来的话只有作者和审核员看得到。"))
    db.session.commit()
    if echoes:
        return render_template("moderation/covered.html", url=stand.url, echoes=echoes)
    return redirect(stand.url)


def _public(record: Reviewable) -> Revision:
    if record.public_revision is None:
        raise Conflict(record.latest_revision, _("这一条已经不公开了。"))
    return record.public_revision
