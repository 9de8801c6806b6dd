"""The page on which an author contests a decision, for any kind of content."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template
from flask_login import current_user

from core import notices
from core.db import db
from core.i18n import _

from .door import appeal
from .forms import PleaForm
from .reviewable import Reviewable


def appeal_page(record: Reviewable, title: str, there: str) -> Any:
    """Show the form for a record that the gate handed over, or take it and go back `there`."""
    form = PleaForm()
    if not form.sent():
        page = {"title": title, "there": there, "form": form}
        return render_template("moderation/appeal.html", **page), 422 if form.errors else 200
    url = record.review_url(record.id)
    appeal(record, str(form.explanation.data), current_user)
    notices.mark_read(current_user, [url])  # whoever acts on it has read it
    db.session.commit()
    flash(_("申诉已提交，会由另一位审核员来看。"), "note")
    return redirect(there)
