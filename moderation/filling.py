"""A template's words in a form's box, on the pages where a reason is written. Commits nothing."""

from __future__ import annotations

from flask import request

from core.i18n import _l

from . import templates
from .forms import ExplainedForm

BUTTON = "template"
RETIRED = _l("这份模板已经停用。")


def is_filled(form: ExplainedForm, verb: str) -> bool:
    """Whether a template's button was pressed and not the form's own. Then its words stand in the
    box; one that was retired meanwhile is told beside it."""
    if request.method != "POST" or BUTTON not in request.form:
        return False
    if not put_in(form, verb):
        form.explanation.errors = [RETIRED]
    return True


def put_in(form: ExplainedForm, verb: str) -> bool:
    """Add the words of the template that was asked for; False when it is offered no more."""
    chosen = templates.chosen(request.form.get(BUTTON, ""), verb)
    if chosen is None:
        return False
    form.explanation.data = templates.joined(form.words, chosen)
    if "reason" in form and chosen.reason_code and not form["reason"].data:
        form["reason"].data = chosen.reason_code
    return True
