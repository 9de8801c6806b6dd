"""Putting a named form aside half-filled, coming back to it, and throwing it away."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from core.db import db
from core.gate import requires
from core.i18n import _, moment_of_day

from . import begun, outliving, publishing
from .begun import BegunFault, SentMeanwhile, Standing
from .models import Survey
from .views import bp, page_of, shut


@bp.post("/surveys/<slug>/begun")
@requires("surveys:survey:answer", Survey, by="slug")
def keep_begun(survey: Survey) -> Any:
    """Keep what the form holds, and tell a script (it says `quiet`) or lead to the list."""
    if not survey.is_named:
        abort(404)
    is_quiet = "quiet" in request.form
    if (reason := shut(survey)) is not None:
        if is_quiet:
            return jsonify(said=reason.title), 409
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason), 409
    version = publishing.latest_version(survey)
    form = outliving.form_sent(version, is_tried=True)
    form.at = request.form.get("page", 0, type=int)
    try:
        kept = begun.keep_sent(survey, current_user.id, version, form)
    except BegunFault as fault:
        return _refused(survey, version, form, fault, is_quiet)
    words = said(kept)
    answer = {"number": kept.number, "answered": kept.answered, "said": words}
    db.session.commit()
    if is_quiet:
        return jsonify(answer)
    flash(words, "good")
    return redirect(url_for("surveys.index"), 303)


def _refused(survey: Survey, version: Any, form: Any, fault: BegunFault, is_quiet: bool) -> Any:
    """Nothing is kept, and everything typed stays."""
    was_sent = isinstance(fault, SentMeanwhile)
    standing = fault.standing if was_sent else begun.standing(survey, current_user.id)  # type: ignore[attr-defined]
    state = 409 if was_sent else 422
    if is_quiet:
        return jsonify(said=str(fault), number=standing.number, answered=standing.answered), state
    form.form_errors.append(str(fault))
    return page_of(survey, version, form, standing=standing), state


def said(kept: Standing) -> str:
    """What became of it, for the page."""
    if kept.begun is None:
        return _("没有填了一半的内容了。")
    at = moment_of_day(kept.begun.saved_at)
    if kept.saved_elsewhere:
        return _(
            "%(at)s存好了。另一个窗口也存过，以这里的为准；那一份也还在，打开问卷可以换。", at=at
        )
    return _("%(at)s存好了，还没有交。截止以前随时回来接着填。", at=at)


@bp.post("/surveys/<slug>/begun/swap")
@requires("surveys:survey:answer", Survey, by="slug")
def swap_begun(survey: Survey) -> Any:
    """Go on with what another window had saved."""
    held = begun.standing(survey, current_user.id).begun
    if held is not None:
        begun.swap(held)
        db.session.commit()
        flash(_("换成了另一份；原来那一份也还在。"), "good")
    return redirect(url_for("surveys.show", slug=survey.slug), 303)


@bp.post("/surveys/<slug>/begun/discard")
@requires("surveys:survey:answer", Survey, by="slug")
def discard_begun(survey: Survey) -> Any:
    begun.drop(survey, current_user.id)
    db.session.commit()
    flash(_("填了一半的已经扔掉。"), "note")
    return redirect(url_for("surveys.show", slug=survey.slug), 303)


@bp.get("/surveys/<slug>/begun")
@bp.get("/surveys/<slug>/begun/<any(swap,discard):verb>")
@requires("surveys:survey:show", Survey, by="slug")
def back_to_begun(survey: Survey, verb: str = "") -> Any:
    """Where a page that was the answer to a form leads when it is asked for anew."""
    return redirect(url_for("surveys.show", slug=survey.slug))
