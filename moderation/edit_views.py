"""Pages on which a reviewer mends or covers the words before they pass."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _
from core.states import IllegalMove

from . import amending, reasons, templates
from .edit_forms import AmendForm, RedactForm
from .filling import is_filled
from .models import QueueItem
from .queueing import Filters
from .reading import LOAD, Reading
from .views import again, bp, onward

Form = AmendForm | RedactForm
FORMS: dict[str, type[AmendForm] | type[RedactForm]] = {"amend": AmendForm, "redact": RedactForm}


@bp.route("/moderation/<int:id>/<any(amend, redact):verb>", methods=["GET", "POST"])
@requires("moderation:item:decide", QueueItem, load=LOAD)
def edit(item: QueueItem, verb: str) -> Any:
    if not amending.takes_edits(item):
        return _too_late(item, verb)
    form = FORMS[verb].on(item.revision)
    if is_filled(form, verb) or not form.sent():
        return edit_page(item, verb, form), 422 if form.errors else 200
    try:
        args = (form.revision_id, form.wording, form.words)
        amending.edit(item, verb, current_user, *args)
    except (Conflict, IllegalMove) as fault:
        db.session.rollback()
        changed = getattr(fault, "changed", "") or _("这一条现在不能这样处理，请看看它的状态。")
        return edit_page(again(item.id), verb, form, changed), 409
    return onward(item, verb)


def _too_late(item: QueueItem, verb: str) -> Any:
    """What became of the item, and what was typed; never the text, which may be taken back."""
    if request.method == "GET":
        return redirect(url_for("moderation.show_item", id=item.id))
    form = FORMS[verb]()
    form.read = item.revision
    return edit_page(item, verb, form, _("这一条现在不能这样处理，请看看它的状态。")), 409


def edit_page(item: QueueItem, verb: str, form: Form, changed: str = "") -> str:
    """The form beside what the author wrote; what was typed goes on from the newest version."""
    reading = Reading(item, current_user)
    if changed and reading.record.latest_revision is not None:
        form.revision.data = str(reading.record.latest_revision.id)
    return render_template(
        f"moderation/{verb}.html",
        item=item,
        reading=reading,
        form=form,
        changed=changed,
        templates=templates.offered((verb,)),
        filters=Filters.asked(),
        reasons=reasons,
    )
