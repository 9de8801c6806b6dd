"""Pages at which nobody looks at who sends: an anonymous answer, and what its receipt opens.

Neither the session nor the person is read (see anonymity.py), nothing is noted anywhere else.
"""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for

from core import codes
from core.csrf import tokenless
from core.db import db
from core.gate import requires

from . import fields, outliving, publishing, quotas, receipts, responses, rights, steps
from .models import HeldResponse, Survey
from .views import bp, closed, hand, page_of, remember_answered, right_here


@bp.post("/surveys/<slug>/send")
@tokenless("one-time right to answer")
@requires("surveys:response:send")
def send(slug: str) -> Any:
    survey = _open_by(slug)
    if not survey.is_anonymous:
        abort(404)
    right = request.form.get(rights.FIELD) or right_here()[0]
    if not rights.is_genuine(survey, right):
        return render_template("surveys/survey_no_right.html", survey=survey), 403
    if (reason := closed(survey)) is not None:
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason), 409
    version = publishing.latest_version(survey)
    form = outliving.form_sent(version)
    if (state := steps.turn(form)) is not None:
        return page_of(survey, version, form, right), state
    if not form.validate():
        return page_of(survey, version, form, right), 422
    if not rights.is_spent(survey, right) and (state := quotas.refuse(survey, form)) is not None:
        return page_of(survey, version, form, right), state
    form_key = codes.form_key(request.form.get(receipts.FORM_FIELD, ""))
    with responses.unlogged():
        is_first = responses.cast(survey, right, form_key, form.given)
        db.session.commit()
    if not is_first:
        return _used(survey, receipts.code_for(form_key)), 409
    return remember_answered(hand(survey, receipts.code_for(form_key), "sent"))


@bp.get("/surveys/<slug>/send")
@requires("surveys:survey:show", Survey, by="slug")
def back_to_form(survey: Survey) -> Any:
    """Where a refused form leads that is asked for anew, as a change of language does."""
    return redirect(url_for("surveys.show", slug=survey.slug))


@bp.get("/surveys/<slug>/receipt")
@requires("surveys:response:find")
def show_receipt(slug: str) -> Any:
    """A receipt, once, to whoever just answered; to others a box to type one in."""
    survey = responses.published(slug)
    if survey is None or survey.is_named:
        abort(404)
    code, _mark, what = request.cookies.get(receipts.COOKIE, "").partition("~")
    page = make_response(_receipt_page(survey, code=code, what=what))
    page.delete_cookie(receipts.COOKIE, path=url_for("surveys.show_receipt", slug=slug))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.post("/surveys/<slug>/receipt")
@tokenless("receipt of an answer")
@requires("surveys:response:find")
def find_response(slug: str) -> Any:
    """The own answer as it is held, to be looked at and changed."""
    survey = _open_by(slug)
    if (held := _held(survey)) is None:
        return _receipt_page(survey, typed=_typed(), is_unknown=True), 422
    version = publishing.latest_version(survey)
    form = fields.form_for(version.definition, responses.given_in(held))
    return page_of(survey, version, form, receipt=_typed())


@bp.post("/surveys/<slug>/receipt/change")
@tokenless("receipt of an answer")
@requires("surveys:response:change")
def change_response(slug: str) -> Any:
    survey = _open_by(slug)
    if (held := _held(survey)) is None:
        return _receipt_page(survey, typed=_typed(), is_unknown=True), 409
    if (reason := closed(survey)) is not None:
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason), 409
    version = publishing.latest_version(survey)
    form = outliving.form_sent(version)
    if (state := steps.turn(form)) is not None:
        return page_of(survey, version, form, receipt=_typed()), state
    if not form.validate():
        return page_of(survey, version, form, receipt=_typed()), 422
    with responses.unlogged():
        before = responses.given_in(held)
        responses.change(survey, held, outliving.with_gone(version, form.given, before))
        db.session.commit()
    return hand(survey, _typed(), "changed")


@bp.post("/surveys/<slug>/receipt/withdraw")
@tokenless("receipt of an answer")
@requires("surveys:response:withdraw")
def withdraw_response(slug: str) -> Any:
    survey = _open_by(slug)
    if (held := _held(survey)) is None:
        return _receipt_page(survey, typed=_typed(), is_unknown=True), 409
    with responses.unlogged():
        responses.withdraw(held)
        db.session.commit()
    return hand(survey, "", "withdrawn")


@bp.get("/surveys/<slug>/receipt/<any(change,withdraw):verb>")
@requires("surveys:response:find")
def back_to_receipt(slug: str, verb: str) -> Any:
    """Where a page that was the answer to a form leads when it is asked for anew."""
    if responses.published(slug) is None:
        abort(404)
    return redirect(url_for("surveys.show_receipt", slug=slug))


def _open_by(slug: str) -> Survey:
    survey = responses.open_by(slug)
    if survey is None or survey.is_named:
        abort(404)
    return survey


def _typed() -> str:
    return request.form.get(receipts.FIELD, "")[: 10 * codes.LENGTH]


def _held(survey: Survey) -> HeldResponse | None:
    return responses.held_under(survey, _typed())


def _used(survey: Survey, code: str) -> str:
    """A right serves once. The same form sent again gets its receipt again while it is held."""
    receipt = code if responses.held_under(survey, code) is not None else None
    return render_template("surveys/survey_used.html", survey=survey, receipt=receipt)


def _receipt_page(survey: Survey, **more: Any) -> str:
    return render_template("surveys/receipt_show.html", survey=survey, **more)
