"""The page on which a reviewer returns a text with remarks beside its paragraphs."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from wtforms.validators import ValidationError

from core import text
from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _
from core.states import IllegalMove

from . import deciding, reasons, remarks, templates
from .filling import is_filled
from .forms import ExplainedForm
from .models import QueueItem
from .queueing import Filters
from .reading import LOAD, Reading
from .views import again, bp, onward

_FIELD = re.compile(r"remark-([1-9][0-9]{0,3})")


class RemarksForm(ExplainedForm):
    """An explanation, and a remark to as many paragraphs as the reviewer likes."""

    @property
    def typed(self) -> dict[int, str]:
        """What was typed, by the paragraph's number."""
        found = ((_FIELD.fullmatch(name), said) for name, said in request.form.items())
        return {int(name[1]): said for name, said in found if name and said.strip()}

    said: dict[int, str]

    def validate_explanation(self, field: Any) -> None:
        try:
            self.said = {
                number: text.clean_plain(said, remarks.WORDS) for number, said in self.typed.items()
            }
        except text.TextFault as fault:
            raise ValidationError(_("有一段的意见收不下：%(why)s", why=str(fault))) from fault
        self.said = {number: said for number, said in self.said.items() if said}


@bp.route("/moderation/<int:id>/remarks", methods=["GET", "POST"])
@requires("moderation:item:decide", QueueItem, load=LOAD)
def remark(item: QueueItem) -> Any:
    if request.method == "GET" and (not item.is_waiting or item.reason == "appeal"):
        return redirect(url_for("moderation.show_item", id=item.id))
    form = RemarksForm(data={"revision": str(item.revision.id)})
    if is_filled(form, "return") or not form.sent():
        return _page(item, form), 422 if form.errors else 200
    try:
        deciding.decide(
            item,
            "return",
            current_user,
            revision_id=form.revision_id,
            explanation=form.words,
            remarks=form.said,
        )
    except (Conflict, IllegalMove) as fault:
        db.session.rollback()
        changed = getattr(fault, "changed", "") or _("这一条现在不能这样处理，请看看它的状态。")
        return _page(again(item.id), form, changed), 409
    return onward(item, "return")


def _page(item: QueueItem, form: RemarksForm, changed: str = "") -> str:
    """Each paragraph with its box; what was typed stays where it was, or stands at the end."""
    # What its author took back is the author's alone.
    lines = remarks.paragraphs(item.revision) if item.is_waiting else []
    form.revision.data = str(item.revision.id) if changed else form.revision.data
    return render_template(
        "moderation/remarks.html",
        item=item,
        reading=Reading(item, current_user),
        form=form,
        lines=lines,
        left={number: said for number, said in form.typed.items() if number > len(lines)},
        changed=changed,
        limit=remarks.WORDS,
        templates=templates.offered(("return",)),
        filters=Filters.asked(),
        reasons=reasons,
    )
