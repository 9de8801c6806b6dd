"""What the pages of administration have in common."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.db import db
from core.errors import Conflict
from core.forms import BaseForm

from .models import Person, Unit
from .people import administered_units
from .slips import Printed

SUGGESTED = 300  # more units than this are typed without a list to choose from


def form_page(form: BaseForm, title: str, button: str, back: str, **more: Any) -> Any:
    """A page that is one form; 422 when it came back with faults."""
    if "unit" in form or "parent" in form:
        more["units"] = suggested_units()
    page = render_template(
        "accounts/form.html", form=form, title=title, button=button, back=back, **more
    )
    return page, 422 if form.errors else 200


def suggested_units() -> list[Unit]:
    """The units that the reader may choose; none when they are too many for a list."""
    within = select(Unit).where(Unit.path != "", administered_units(current_user))
    found = list(db.session.scalars(within.order_by(Unit.id).limit(SUGGESTED + 1)))
    return found if len(found) <= SUGGESTED else []


def slip_page(slips: list[Printed], back: str) -> Response:
    """The page to be printed: the only time that the codes are seen."""
    response = make_response(render_template("accounts/slips.html", slips=slips, back=back))
    response.headers["Cache-Control"] = "no-store"
    return response


def refuse_stale(form: BaseForm, record: Person | Unit) -> None:
    """409 when somebody changed the record after the form was loaded."""
    if form["version"].data != record.version:
        raise Conflict(record)
