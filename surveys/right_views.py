"""Rights to answer anonymous surveys: what browsers fetch beforehand, and bring along."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from core.db import db
from core.gate import requires
from core.i18n import _

from . import listing, rights, signing
from .models import Survey
from .views import bp, keep_right

MOST_SENT = 1_000  # characters of a right that a form may bring


@bp.get("/surveys/rights")
@requires("surveys:survey:list")
def list_rights() -> Any:
    """The anonymous surveys that ask the reader, for the browser to have a right signed to each."""
    asked = [
        one.survey
        for one in listing.running(current_user)
        if one.survey.is_anonymous and one.survey.needs_account and one.survey.state == "open"
    ]
    ids = [one.id for one in asked]
    issued = rights.issued_to(current_user.id, ids) if ids else set()
    public = signing.public_keys(ids) if ids else {}
    return jsonify(
        [
            {
                "mark": rights.owner(one, current_user.id),
                "key": public[one.id],
                "url": url_for("surveys.sign_right", slug=one.slug),
                "issued": one.id in issued,
            }
            for one in asked
        ]
    )


@bp.post("/surveys/<slug>/rights")
@requires("surveys:survey:answer", Survey, by="slug")
def sign_right(survey: Survey) -> Any:
    """Sign what the reader's browser made and blinded; 409 when the reader has a right."""
    if not survey.is_anonymous or not survey.needs_account or survey.state != "open":
        return jsonify(signature=None), 409
    signature = rights.vouch(survey, current_user.id, request.form.get("blinded", "")[:MOST_SENT])
    if signature is None:
        db.session.rollback()
        return jsonify(signature=None), 409
    db.session.commit()
    return jsonify(signature=signature)


@bp.get("/surveys/<slug>/right")
@requires("surveys:survey:answer", Survey, by="slug")
def ask_right(survey: Survey) -> Any:
    if survey.is_anonymous:
        signing.public_keys([survey.id])
    return _handed(survey)


@bp.post("/surveys/<slug>/right")
@requires("surveys:survey:answer", Survey, by="slug")
def bring_right(survey: Survey) -> Any:
    """A right that was handed to another browser, typed in here."""
    right = "".join(request.form.get(rights.FIELD, "")[: 2 * MOST_SENT].split())
    if not survey.is_anonymous or not rights.is_genuine(survey, right):
        wrong = _("这不是本问卷的答题码。请回到原来的浏览器，把答题码完整地复制过来。")
        return _handed(survey, wrong), 422
    return keep_right(redirect(url_for("surveys.show", slug=survey.slug), 303), survey, right)


def _handed(survey: Survey, wrong: str = "") -> str:
    public = signing.known_keys([survey.id]).get(survey.id, "")
    return render_template(
        "surveys/survey_handed.html",
        survey=survey,
        wrong=wrong,
        fingerprint=signing.fingerprint(public) if public else "",
    )
