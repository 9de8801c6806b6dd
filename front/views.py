"""Home, search, preferences, privacy and the style page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import update
from werkzeug.wrappers import Response

from accounts.models import Person
from core import registry, search
from core.addresses import is_ours
from core.context import SINGLE_KEYS, TEXT_SIZES, THEMES
from core.db import db
from core.gate import requires
from core.i18n import LANGUAGES
from core.paging import asked_page

from . import kept, narrowing, specimen
from .waiting import SHOWN, waits

bp = Blueprint("front", __name__)
YEAR = 365 * 24 * 3600
WORDS = 100  # characters of a search
CHOICES = {
    "language": tuple(LANGUAGES),
    "theme": THEMES,
    "text_size": TEXT_SIZES,
    "single_keys": SINGLE_KEYS,
}


@bp.get("/")
@requires("front:home:show")
def home() -> Any:
    actor = current_user._get_current_object()
    panels = [(panel, panel.context(actor)) for panel in registry.panels]
    return render_template(
        "front/home.html" if actor.is_authenticated else "front/welcome.html",
        panels=[(panel, context) for panel, context in panels if context is not None],
        places=registry.visible(registry.navigation, actor),
        waits=waits(actor),
        shown=SHOWN,
        own=registry.visible(registry.own, actor),
    )


@bp.get("/search")
@requires("front:search:show")
def find() -> Any:
    words = " ".join(request.args.get("q", "").split())[:WORDS]
    asked = narrowing.read(request.args, words, current_user)
    page = asked_page()
    found = None
    if not asked.is_empty:
        found = search.find(words, current_user, page, asked.filters, asked.reach)
    return render_template(
        "front/search.html",
        words=words,
        asked=asked,
        found=found,
        kinds={name: one.label for name, one in search.kinds().items()} | search.parts,
        chosen=search.chosen,
        switches=search.narrowing,
        most=search.most(page),
    )


@bp.get("/privacy")
@requires("front:privacy:show")
def privacy() -> Any:
    return render_template(
        "front/privacy.html",
        groups=kept.groups(current_app.config),
        hours=current_app.config["SIGN_IN_HOURS"],
    )


@bp.get("/style")
@requires("front:style:show")
def style() -> Any:
    if not current_app.config["DEMO"]:
        abort(404)
    return render_template("front/style.html", **specimen.context())


@bp.post("/preferences")
@requires("front:preferences:change")
def preferences() -> Response:
    target = request.form.get("next", "")
    response = redirect(target if is_ours(target) else url_for("front.home"))
    for name, among in CHOICES.items():
        if (value := request.form.get(name)) in among:
            _keep(response, name, value)
    if request.form.get("language") in LANGUAGES and current_user.is_authenticated:
        chosen = update(Person).where(Person.id == current_user.id)
        db.session.execute(chosen.values(language=request.form["language"]))
        db.session.commit()
    return response


def _keep(response: Response, name: str, value: str) -> None:
    """A choice stays in this browser for a year."""
    secure = current_app.config["BEHIND_HTTPS"]
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
