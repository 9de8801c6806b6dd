"""Second reviews: those that wait, one that is judged blind, both verdicts side by side."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_login import current_user

from core.db import db
from core.gate import requires
from core.i18n import _

from . import judging, log, reasons
from .blind import LOAD, BlindReading
from .drawing import WITHIN
from .second_forms import VerdictForm
from .second_review import SecondReview
from .views import bp


@bp.get("/moderation/second")
@requires("moderation:second_review:list")
def list_seconds() -> Any:
    return render_template(
        "moderation/seconds.html",
        rows=judging.waiting(current_user),
        differing=judging.differing(current_user),
        places=log.places(current_user),
        shown=judging.SHOWN,
        percent=current_app.config["SECOND_REVIEW_PERCENT"],
        days=WITHIN.days,
        reasons=reasons,
    )


@bp.get("/moderation/second/<int:id>")
@requires("moderation:second_review:show", SecondReview, load=LOAD)
def show_second(second: SecondReview) -> Any:
    return second_page(second)


def second_page(second: SecondReview, tried: str = "", form: Any = None) -> str:
    """The page of a second review; `tried` and `form` keep what was typed for a verdict."""
    is_told = judging.is_told(second, current_user)
    verbs = judging.verbs_for(second) if second.is_open else ()
    return render_template(
        "moderation/second.html",
        second=second,
        item=second.item,
        reading=BlindReading(second, current_user),
        is_told=is_told,
        forms={verb: form if verb == tried and form else VerdictForm.of(verb) for verb in verbs},
        tried=tried,
        following=judging.following(current_user) if second.state != "drawn" else None,
        reasons=reasons,
    )


@bp.post(
    "/moderation/second/<int:id>"
    "/<any(approve, return, reject, overturn, uphold, harmless, hide):verb>"
)
@requires("moderation:second_review:judge", SecondReview, load=judging.LOAD)
def judge(second: SecondReview, verb: str) -> Any:
    form = VerdictForm.of(verb)
    if not form.sent():
        return second_page(_again(second.id), verb, form), 422
    judging.judge(second, verb, current_user, form.reason_code, form.words)
    there = url_for("moderation.show_second", id=second.id)
    db.session.commit()
    flash(_("已记下你的判断。下面是两次判断的对照。"), "good")
    return redirect(there)


@bp.post("/moderation/second/<int:id>/waive")
@requires("moderation:second_review:waive", SecondReview, load=judging.LOAD)
def waive(second: SecondReview) -> Any:
    judging.waive(second, current_user)
    there = url_for("moderation.show_item", id=second.item_id)
    db.session.commit()
    flash(_("这一条不用你判断了，由别的审核员来判断。"), "note")
    return redirect(there)


def _again(second_id: int) -> SecondReview:
    """The second review with all that its page shows."""
    found = SecondReview.visible_to(current_user).where(SecondReview.id == second_id)
    found = found.options(*LOAD).execution_options(populate_existing=True)
    return db.session.scalars(found).unique().one()
