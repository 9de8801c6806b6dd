"""Keepers of a confidential survey: taking half a key, and opening a name together."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from wtforms import TextAreaField
from wtforms.validators import Length

from core import registry
from core.db import db, hold
from core.forms import BaseForm, Required
from core.gate import requires
from core.i18n import _, _l

from . import confiding
from .confiding import NameOpening, Refused
from .models import OpenAnswer, Survey, SurveyResponse
from .views import bp

HALF_LIMIT = 200


class HalfForm(BaseForm):
    """The second keeper's half."""

    half = TextAreaField(
        _l("你的一半钥匙"), [Required(_l("请填你的一半钥匙。")), Length(max=HALF_LIMIT)]
    )


class AskForm(HalfForm):
    """The first keeper's half, and why."""

    reason = TextAreaField(
        _l("理由"),
        [
            Required(_l("请写明为什么要打开。")),
            Length(max=confiding.REASON_LIMIT, message=_l("理由最多 500 个字。")),
        ],
    )


@bp.get("/surveys/<slug>/keys")
@requires("surveys:key:keep", Survey, by="slug")
def show_keys(survey: Survey) -> Any:
    return _keys_page(survey)


@bp.post("/surveys/<slug>/keys")
@requires("surveys:key:keep", Survey, by="slug")
def take_half(survey: Survey) -> Any:
    """Draw half a key: the answer to this form alone shows it."""
    _confidential(survey)
    hold(f"keepers {survey.id}")
    half = None
    if survey.state == "draft":
        half = confiding.take_half(survey, current_user._get_current_object())
    if half is None:
        wrong = _("问卷已经开放，或者两半钥匙都有人领了，不能再领。")
        return _keys_page(survey, wrong=wrong), 409
    db.session.commit()
    page = make_response(_keys_page(survey, half=half))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.route("/surveys/<slug>/responses/<uuid:response_id>/name", methods=["GET", "POST"])
@requires("surveys:name:open", Survey, by="slug")
def open_name(survey: Survey, response_id: uuid.UUID) -> Any:
    """The first keeper asks, the second confirms; then both see whose response it is."""
    response = confiding.response_of(_confidential(survey), response_id)
    if response is None:
        abort(404)
    opening = db.session.get(NameOpening, response.id)
    form = AskForm() if opening is None else HalfForm()
    if not form.sent():
        return _name_page(survey, response, opening, form), 422 if form.errors else 200
    try:
        _turn(survey, response, opening, form)
        db.session.commit()
    except Refused as fault:
        db.session.rollback()
        form.half.errors = [str(fault)]
        return _name_page(survey, response, opening, form), 422
    return redirect(url_for("surveys.open_name", slug=survey.slug, response_id=response_id), 303)


def _turn(
    survey: Survey, response: SurveyResponse, opening: NameOpening | None, form: HalfForm
) -> None:
    """One keeper's turn. Raises Refused."""
    actor, half = current_user._get_current_object(), str(form.half.data)
    if opening is not None:
        confiding.confirm(survey, response, opening, actor, half)
        flash(_("姓名已打开，本人收到了通知。"), "good")
    elif isinstance(form, AskForm):
        confiding.ask(survey, response, actor, half, str(form.reason.data))
        flash(_("已经记下。请另一位保管人带另一半钥匙到这一页来。"), "good")


def _confidential(survey: Survey) -> Survey:
    if not survey.is_confidential:
        abort(404)
    return survey


def _keys_page(survey: Survey, **more: Any) -> str:
    held = {one.seat: one for one in confiding.keepers(_confidential(survey))}
    people = registry.names({one.person_id for one in held.values()})
    return render_template(
        "surveys/keys.html",
        survey=survey,
        seats=[(seat, held.get(seat)) for seat in confiding.SEATS],
        people=people,
        **more,
    )


def _name_page(
    survey: Survey, response: SurveyResponse, opening: NameOpening | None, form: HalfForm
) -> str:
    words = db.session.scalars(
        select(OpenAnswer.text).where(OpenAnswer.response_id == response.id).order_by(OpenAnswer.id)
    )
    told = (opening.asked_by_id, opening.opened_by_id, opening.person_id) if opening else ()
    return render_template(
        "surveys/name_open.html",
        survey=survey,
        words=list(words),
        opening=opening,
        people=registry.names({one for one in told if one is not None}),
        form=form,
    )
