"""Publishing a draft: first what it changes, in sentences, then the decision."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _

from .. import publishing
from ..definition import DefinitionFault, Fault
from ..models import Survey
from ..views import bp
from . import drafting, steps


@bp.route("/surveys/manage/<slug>/edit/publish", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def publish_draft(survey: Survey) -> Any:
    draft = drafting.draft_of(survey)
    if request.method == "GET":
        waits = draft.is_published and draft.is_changed
        return _page(draft) if waits else redirect(url_for("surveys.edit", slug=survey.slug))
    _must_wait(draft)
    if request.form.get("seen", type=int) != draft.seen:
        done = steps.since(survey, request.form.get("seen", 0, type=int))
        return _page(draft, stale=drafting.Stale(done)), 409
    apart = [
        key for key in request.form.getlist("apart") if request.form.get(f"as-{key}") == "apart"
    ]
    try:
        number = drafting.publish(draft, apart, current_user._get_current_object())
    except (DefinitionFault, publishing.NotYet) as fault:
        db.session.rollback()
        faults = fault.faults if isinstance(fault, DefinitionFault) else [Fault("", str(fault))]
        return _page(drafting.draft_of(survey), faults=faults), 422
    db.session.commit()
    flash(_("已发布第 %(number)d 版。交过的答卷都在。", number=number), "good")
    return redirect(url_for("surveys.versions", slug=survey.slug), 303)


@bp.post("/surveys/manage/<slug>/edit/discard")
@requires("surveys:survey:revise", Survey, by="slug")
def discard_draft(survey: Survey) -> Any:
    draft = drafting.draft_of(survey)
    _must_wait(draft)
    if request.form.get("seen", type=int) != draft.seen:
        return redirect(url_for("surveys.publish_draft", slug=survey.slug), 303)
    drafting.discard(draft, current_user._get_current_object())
    db.session.commit()
    flash(_("改动已放弃，问卷还是第 %(number)d 版。", number=draft.base.number), "note")
    return redirect(url_for("surveys.edit", slug=survey.slug), 303)


def _must_wait(draft: drafting.Draft) -> None:
    if not draft.is_published or not draft.is_changed:
        raise Conflict(draft.survey, _("没有还没发布的改动。"))


def _page(draft: drafting.Draft, **more: Any) -> str:
    return render_template(
        "surveys/building/publish.html",
        survey=draft.survey,
        draft=draft,
        difference=draft.difference(),
        **more,
    )
