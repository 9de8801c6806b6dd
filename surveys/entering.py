"""The way in without an account: by the address alone, or by an invitation code.

Nobody looks at who comes in (see anonymity.py). What is counted against floods is a mark of the
source that nobody can make again once the server has ended.
"""

from __future__ import annotations

from typing import Any

from flask import (
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from accounts import tries
from core import throttle
from core.csrf import tokenless
from core.db import db
from core.gate import requires

from . import entry_codes, responses, rights, signing
from .models import Survey
from .views import bp, closed, forget_answered, keep_right, right_here

FIELD = "code"
LONGEST = 60  # characters of a code that a form may bring
MOST_SENT = 1_000  # characters of what a browser blinded


@bp.get("/surveys/<slug>/enter")
@requires("surveys:survey:enter")
def enter(slug: str) -> Any:
    """Where an open link or a slip leads, before the form."""
    survey = _unasked(responses.published(slug))
    if (reason := closed(survey)) is not None:
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason)
    if survey.entry == "codes":
        return _page(survey, signing.public_keys([survey.id])[survey.id])
    return _page(survey)


@bp.post("/surveys/<slug>/enter")
@tokenless("invitation code, or an open address")
@requires("surveys:survey:enter")
def let_in(slug: str) -> Any:
    """Hand out a right: one a browser, or one a code."""
    survey = _unasked(responses.published(slug))
    if (reason := closed(survey)) is not None:
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason), 409
    attempts = _count(survey)
    if survey.entry == "link":
        return _on(survey, _own_right(survey) or rights.mint(survey))
    survey = _unasked(responses.open_by(slug))
    if "blinded" in request.form:
        return _vouch(survey, attempts)
    try:
        right = entry_codes.exchange(survey, request.form.get(FIELD, "")[:LONGEST])
    except entry_codes.Unknown:
        return _page(survey, is_unknown=True), 422
    except entry_codes.Elsewhere:
        return _page(survey, is_elsewhere=True), 409
    except entry_codes.Used:
        return _page(survey, is_used=True), 409
    throttle.take_back(*attempts)
    db.session.commit()
    return forget_answered(_on(survey, right), survey)


def _vouch(survey: Survey, attempts: list[int]) -> Any:
    """Sign what a browser made and blinded, for a code; the right itself it keeps to itself. What
    does not hold, the browser sends again as a form, which is answered in words."""
    code, blinded = request.form.get(FIELD, "")[:LONGEST], request.form["blinded"][:MOST_SENT]
    try:
        signature = entry_codes.vouch(survey, code, blinded)
    except (entry_codes.Unknown, entry_codes.Used):
        return jsonify(signature=None), 409
    throttle.take_back(*attempts)
    db.session.commit()
    there = url_for("surveys.show", slug=survey.slug)
    answer = make_response(jsonify(signature=signature, url=there))
    return forget_answered(keep_right(answer, survey, rights.IN_BROWSER), survey)


def _unasked(survey: Survey | None) -> Survey:
    if survey is None or survey.needs_account:
        abort(404)
    return survey


def _count(survey: Survey) -> list[int]:
    """Count this try. Raises TooMany; committed, so that tries at once see each other."""
    name = "SURVEY_BEGINS_SOURCE" if survey.entry == "link" else "SIGN_IN_TRIES_SOURCE"
    mark = rights.veiled(f"{survey.id} {tries.source()}")
    limit = current_app.config[name]
    attempts = throttle.spend("survey entry", mark, limit=limit, per=tries.PER)
    db.session.commit()
    return attempts


def _own_right(survey: Survey) -> str | None:
    right, owner = right_here()
    is_own = owner == rights.owner(survey, None) and rights.is_genuine(survey, right)
    return right if is_own else None


def _on(survey: Survey, right: str) -> Any:
    return keep_right(redirect(url_for("surveys.show", slug=survey.slug), 303), survey, right)


def _page(survey: Survey, key: str = "", **more: Any) -> Any:
    """With the key that signs rights for codes; a refused form makes none, for it holds the lock."""
    typed = request.form.get(FIELD, "")[:LONGEST]
    if not key and survey.entry == "codes":
        key = signing.known_keys([survey.id]).get(survey.id, "")
    page = make_response(
        render_template(
            "surveys/survey_enter.html",
            survey=survey,
            typed=typed,
            key=key,
            mark=rights.owner(survey, None),
            **more,
        )
    )
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
