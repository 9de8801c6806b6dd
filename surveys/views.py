"""Reading, answering and seeing the results of surveys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from core import codes
from core.db import db
from core.gate import requires
from core.i18n import _, day, speak
from core.paging import asked_page

from . import (
    audience,
    begun,
    confiding,
    fields,
    listing,
    outliving,
    publishing,
    quotas,
    receipts,
    responses,
    rights,
    rules,
    steps,
    uploads,
)
from .definition import Definition
from .listing import ANSWERED_COOKIE
from .models import Survey, SurveyDismissal, SurveyVersion
from .schema import schema

bp = Blueprint("surveys", __name__)
COOKIE_LIFE = timedelta(days=120)
REMEMBERED = 40  # surveys that a browser remembers as answered


@dataclass(frozen=True)
class Shut:
    """Why there is no form to fill in, and what to do instead."""

    title: str
    words: str
    is_good: bool = False


@bp.get("/surveys")
@requires("surveys:survey:list")
def index() -> Any:
    return render_template(
        "surveys/survey_index.html",
        running=listing.running(current_user),
        with_roster=listing.with_roster(current_user),
        finished=listing.finished(current_user, asked_page()),
    )


@bp.get("/surveys/schema.json")
@requires("surveys:schema:read")
def show_schema() -> Any:
    """The JSON Schema of our own format, for whoever writes forms or reads them."""
    return jsonify(schema())


@bp.get("/surveys/<slug>")
@requires("surveys:survey:show", Survey, by="slug")
def show(survey: Survey) -> Any:
    if (reason := shut(survey)) is not None:
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason)
    version = publishing.latest_version(survey)
    if survey.state != "draft" and quotas.is_full(survey, version.definition, current_user.id):
        return render_template("surveys/survey_shut.html", survey=survey, shut=_full())
    if survey.is_named and survey.state != "draft":
        return _named(survey, version)
    if not survey.is_anonymous or survey.state == "draft":
        return page_of(survey, version, fields.form_for(version.definition))
    if (right := _right_of_reader(survey)) is None:
        way = "ask_right" if survey.needs_account else "enter"
        return redirect(url_for(f"surveys.{way}", slug=survey.slug))
    form = fields.form_for(version.definition)
    page = make_response(page_of(survey, version, form, right))
    page.headers["Referrer-Policy"] = "no-referrer"
    if form.shuffles:
        keep(page, fields.ORDER, form.seed, url_for("surveys.show", slug=survey.slug))
    return keep_right(page, survey, right)


@bp.post("/surveys/<slug>")
@requires("surveys:survey:answer", Survey, by="slug")
def answer(survey: Survey) -> Any:
    """A named answer. An anonymous one sent here goes on to where nobody asks who sends it."""
    if survey.is_anonymous:
        return redirect(url_for("surveys.send", slug=survey.slug), 307)
    if (reason := shut(survey)) is not None:
        return render_template("surveys/survey_shut.html", survey=survey, shut=reason), 409
    version = publishing.latest_version(survey)
    form = outliving.form_sent(version)
    if form.has_taken:
        db.session.commit()
    if (state := steps.turn(form)) is not None:
        return back_to(survey, version, form), state
    if not form.validate():
        return back_to(survey, version, form), 422
    if (state := quotas.refuse(survey, form, current_user.id)) is not None:
        return back_to(survey, version, form), state
    if survey.is_confidential:
        return _confide(survey, form)
    responses.put(survey, current_user.id, version, form.given)
    uploads.keep(survey, form, current_user.id)
    begun.drop(survey, current_user.id)
    db.session.commit()
    return redirect(url_for("surveys.thanks", slug=survey.slug), 303)


@bp.get("/surveys/<slug>/thanks")
@requires("surveys:survey:show", Survey, by="slug")
def thanks(survey: Survey) -> Any:
    return render_template("surveys/survey_thanks.html", survey=survey)


@bp.post("/surveys/<slug>/dismiss")
@requires("surveys:survey:dismiss", Survey, by="slug")
def dismiss(survey: Survey) -> Any:
    db.session.merge(SurveyDismissal(survey_id=survey.id, person_id=current_user.id))
    db.session.commit()
    flash(_("不再提醒《%(title)s》。想答的时候，在“问卷”里还能找到。", title=survey.name), "note")
    return redirect(url_for("surveys.index"), 303)


# --- Why not -------------------------------------------------------------------------------


def shut(survey: Survey) -> Shut | None:
    """Why the reader cannot fill in the form now; None: go on."""
    if survey.state == "draft":
        return None  # only the office sees drafts, and only to look
    if (reason := closed(survey)) is not None:
        return reason
    if not survey.may_answer(current_user):
        return Shut(
            _("这份问卷没有发给你"),
            _("它只请一部分人填写。有话想说，可以到讨论区发帖，或者写信。"),
        )
    if survey.is_confidential and confiding.has_answered(survey, current_user.id):
        return _done()
    if survey.entry != "codes" and _is_answered_here(survey):
        return Shut(
            _("你在这个浏览器里已经交过这份问卷"),
            _(
                "计入结果以前，可以凭回执码查看、修改或者收回；计入以后和别人的混在一起，谁也找不回来。"
            ),
            is_good=True,
        )
    return None


def _done() -> Shut:
    return Shut(
        _("你已经交过这份问卷"),
        _("计入结果以前，可以凭回执码查看、修改或者收回；计入以后要两位保管人一起才能打开姓名。"),
        is_good=True,
    )


def _full() -> Shut:
    return Shut(_("这份问卷的名额满了"), _("谢谢你愿意回答，办公室要的份数已经够了。"))


def closed(survey: Survey) -> Shut | None:
    """Why nobody can fill in the form now."""
    if survey.takes_answers:
        return None
    if survey.is_over:
        return Shut(_("这份问卷已经截止"), _("现在不能再填写了。"))
    if survey.is_early:
        begins = day(survey.first_day)
        return Shut(_("这份问卷还没有开始"), _("%(day)s开始填写，到时再来。", day=begins))
    return Shut(
        _("这份问卷暂停了"),
        _("办公室暂时停止接收答卷，恢复以后可以继续填。已经交的答卷都还在。"),
    )


# --- Small things --------------------------------------------------------------------------


def _named(survey: Survey, version: SurveyVersion) -> str:
    """The form of a named survey, as its person left it."""
    standing = begun.standing(survey, current_user.id)
    given = responses.given_by(survey, current_user.id) if standing.answered_at else None
    form = outliving.form_begun(version, given, standing.begun)
    return page_of(survey, version, form, standing=standing)


def back_to(survey: Survey, version: SurveyVersion, form: fields.AnswerForm) -> str:
    """The form again, with what was sent; of a named survey that is kept meanwhile. Commits."""
    if not survey.is_named:
        return page_of(survey, version, form)
    try:
        standing = begun.keep_sent(survey, current_user.id, version, form)
        db.session.commit()
    except begun.BegunFault:
        standing = begun.standing(survey, current_user.id)
    return page_of(survey, version, form, standing=standing)


def page_of(
    survey: Survey,
    version: SurveyVersion,
    form: fields.AnswerForm,
    right: str | None = None,
    receipt: str | None = None,
    *,
    standing: begun.Standing | None = None,
    **trial: Any,
) -> str:
    """The form to fill in; with a right to send it as nobody, with a receipt to change it so, by
    name with what is begun. What a trial says besides, building/trying.py knows."""
    sent = request.form.get("number", version.number, type=int)
    if not form.seed:
        form.order_by(
            fields.drawn() if survey.is_anonymous else fields.seed_of(survey.id, current_user.id)
        )
    return render_template(
        "surveys/survey_show.html",
        survey=survey,
        definition=version.definition,
        number=version.number,
        form=form,
        spoken=_spoken(version.definition),
        right=right,
        was_changed=form.outlived is not None or sent != version.number,
        receipt=receipt,
        asked=audience.in_words(survey) if survey.needs_account else "",
        keepers=confiding.keeper_names(survey) if survey.is_confidential else [],
        is_blind=right is not None and (right == "" or rights.is_blind(right)),
        mark=_mark(survey, right),
        standing=standing,
        window=begun.window(),
        form_key=codes.form_key(request.form.get(receipts.FORM_FIELD, "")),
        looked=rules.look(version.definition) if survey.state == "draft" and not trial else None,
        **trial,
    )


def _spoken(definition: Definition) -> str:
    """The language that the reader chose for the form; "" for the one of the site."""
    wanted = request.form.get("say") or request.values.get("lang", "")
    if wanted not in definition.languages:
        return ""
    speak(wanted)
    return wanted


def _mark(survey: Survey, right: str | None) -> str:
    """By which the browser keeps what is begun, and a right of its own: whoever sends as nobody is
    known by the mark that came with the right."""
    here = right_here()[1] if right is not None else ""
    return here or rights.owner(survey, current_user.id)


def right_here() -> tuple[str, str]:
    """The right that this browser keeps for the survey, and the mark of whom it was handed to."""
    right, _, owner = request.cookies.get(rights.COOKIE, "").rpartition("~")
    return right, owner


def _is_answered_here(survey: Survey) -> bool:
    return survey.is_anonymous and listing.is_answered_here(survey, current_user)


def _right_of_reader(survey: Survey) -> str | None:
    right, owner = right_here()
    if survey.entry == "codes" and _is_answered_here(survey):
        return None  # another person with another code may answer in this browser
    is_own = owner == rights.owner(survey, current_user.id)
    if is_own and survey.entry == "codes" and right == rights.IN_BROWSER:
        return ""
    if is_own and rights.is_genuine(survey, right):
        return right
    return rights.hand_out(survey, current_user.id) if survey.needs_account else None


def keep_right(response: Response, survey: Survey, right: str) -> Response:
    value = f"{right}~{rights.owner(survey, current_user.id)}"
    return keep(response, rights.COOKIE, value, url_for("surveys.show", slug=survey.slug))


def forget_answered(response: Response, survey: Survey) -> Response:
    """Let this browser be asked again: somebody else begins here with a code of their own."""
    marks = sorted(listing.answered_here() - {rights.owner(survey, current_user.id)})
    return keep(response, ANSWERED_COOKIE, ".".join(marks), "/")


def remember_answered(response: Response) -> Response:
    """Let this browser know, so that it is not asked again; the server keeps nothing of it."""
    _, owner = right_here()
    marks = [*sorted(listing.answered_here() - {owner}), owner][-REMEMBERED:]
    return keep(response, ANSWERED_COOKIE, ".".join(marks), "/") if owner else response


def hand(survey: Survey, code: str, what: str) -> Response:
    """Lead on to the receipt's page, which shows it once."""
    there = url_for("surveys.show_receipt", slug=survey.slug)
    during = timedelta(minutes=receipts.MINUTES)
    return keep(redirect(there, 303), receipts.COOKIE, f"{code}~{what}", there, during)


def _confide(survey: Survey, form: fields.AnswerForm) -> Any:
    """A confidential answer: that it came is noted beside the person, what it says is not."""
    form_key = codes.form_key(request.form.get(receipts.FORM_FIELD, ""))
    with responses.unlogged():
        is_first = responses.confide(survey, current_user.id, form_key, form.given)
        db.session.commit()
    if not is_first:
        page = render_template("surveys/survey_shut.html", survey=survey, shut=_done())
        return page, 409
    return hand(survey, receipts.code_for(form_key), "sent")


def keep(
    response: Response, name: str, value: str, path: str, during: timedelta = COOKIE_LIFE
) -> Response:
    """Let the browser keep something that no script reads."""
    response.set_cookie(
        name,
        value,
        max_age=during,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["BEHIND_HTTPS"],
    )
    return response
