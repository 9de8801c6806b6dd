"""Ledgers: the public page, the list, opening one, the working page, what one takes along."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload

from core import clock, journal, once
from core.attachments import name_of
from core.db import db
from core.gate import requires
from core.i18n import _, ngettext, pick
from core.paging import asked_page
from core.word import MIME

from ..managing import MEDIA
from ..views import bp
from . import acts, counting, reading, taking, working
from .coded import ASIDE, CHANNELS, OUTCOMES
from .cutting import why_not
from .forms import LedgerForm
from .models import Ledger
from .working import Narrowed, Refused

WITH_SURVEY = (joinedload(Ledger.survey),)
STATES = ("open", "assigned", "answered", "published")


@bp.get("/ledgers")
@requires("surveys:ledger:list")
def list_ledgers() -> Any:
    pager = reading.listed(current_user, asked_page())
    return render_template("surveys/ledger/list.html", pager=pager)


@bp.route("/ledgers/new", methods=["GET", "POST"])
@requires("surveys:ledger:keep")
def start_ledger() -> Any:
    free = {id: pick(title) for id, title in reading.free_surveys().items()}
    form = LedgerForm(free, data={"survey": request.args.get("survey", "")})
    if not form.sent():
        page = render_template("surveys/ledger/new.html", form=form)
        return page, 422 if form.errors else 200
    if (made := once.earlier(Ledger.kind, current_user)) is not None:
        return redirect(url_for("surveys.work_ledger", id=made))
    ledger = _open(form)
    once.made(Ledger.kind, current_user, ledger.id)
    db.session.commit()
    flash(_("台账开好了。先把原话收进来，再归并。"), "good")
    return redirect(url_for("surveys.work_ledger", id=ledger.id))


def _open(form: LedgerForm) -> Ledger:
    posts = [one.unit_id for one in current_user.current if one.role == "office"]
    ledger = Ledger(
        title=form.title.data,
        survey_id=int(form.survey.data) if form.survey.data else None,
        unit_id=posts[0] if posts else current_user.unit_id,
        members=form.names,
        author_id=current_user.id,
    )
    db.session.add(ledger)
    db.session.flush()
    journal.append(Ledger.kind, ledger.id, "open", current_user.id)
    return ledger


@bp.get("/ledgers/<int:id>")
@requires("surveys:ledger:show", Ledger, load=WITH_SURVEY)
def show_ledger(ledger: Ledger) -> Any:
    """What you said, what we do: the published items, the most voices first."""
    outcome = request.args.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    return render_template(
        "surveys/ledger/show.html",
        ledger=ledger,
        told=reading.told(ledger, outcome, asked_page(), current_user),
        outcome=outcome,
        outcomes=OUTCOMES,
        channels=CHANNELS,
        threshold=counting.THRESHOLD,
        today=clock.today(),
    )


@bp.get("/ledgers/<int:id>/work")
@requires("surveys:ledger:keep", Ledger, load=WITH_SURVEY)
def work_ledger(ledger: Ledger) -> Any:
    return _work_page(ledger)


def _work_page(ledger: Ledger, refused: Refused | None = None) -> Any:
    narrowed = Narrowed.of(request.args)
    desk = working.desk(ledger, narrowed, asked_page())
    return render_template(
        "surveys/ledger/work.html",
        ledger=ledger,
        narrowed=narrowed,
        desk=desk,
        refused=refused,
        typed=request.form,
        channels=CHANNELS,
        reasons=ASIDE,
        why_not=why_not(ledger.survey) if ledger.survey_id is not None else "",
    )


@bp.post("/ledgers/<int:id>/<any(place,gather,out,aside,regard):verb>")
@requires("surveys:ledger:keep", Ledger, load=WITH_SURVEY)
def move_entries(ledger: Ledger, verb: str) -> Any:
    """Merge, part, set aside, keep apart: what the buttons of the working page do."""
    try:
        count = working.act(ledger, verb, request.form, current_user)
    except Refused as refused:
        db.session.rollback()
        return _work_page(db.session.get_one(Ledger, ledger.id, options=WITH_SURVEY), refused), 422
    db.session.commit()
    flash(_done(verb, count), "good")
    return _back(ledger)


def _done(verb: str, count: int) -> str:
    return {
        "place": ngettext("并入了 %(num)d 条原话。", "并入了 %(num)d 条原话。", count),
        "gather": ngettext("并入了 %(num)d 条原话。", "并入了 %(num)d 条原话。", count),
        "out": ngettext("拆出了 %(num)d 条原话。", "拆出了 %(num)d 条原话。", count),
        "aside": ngettext("搁置了 %(num)d 条原话。", "搁置了 %(num)d 条原话。", count),
        "regard": ngettext("分开记了 %(num)d 条原话。", "分开记了 %(num)d 条原话。", count),
    }[verb]


def _back(ledger: Ledger) -> Any:
    """Where the office was working, narrowed as it was."""
    query = Narrowed.of(request.args).query
    page = asked_page()
    if page > 1:
        query["page"] = page
    return redirect(url_for("surveys.work_ledger", id=ledger.id, **query), 303)


@bp.post("/ledgers/<int:id>/undo")
@requires("surveys:ledger:keep", Ledger)
def undo_act(ledger: Ledger) -> Any:
    act = acts.undo(ledger, request.form.get("act", 0, type=int), current_user)
    db.session.commit()
    told = ngettext(
        "撤销了上一步，%(num)d 条原话回到原来的地方。",
        "撤销了上一步，%(num)d 条原话回到原来的地方。",
        len(act.moves),
    )
    flash(told, "note")
    return _back(ledger)


@bp.get("/ledgers/<int:id>/items")
@requires("surveys:ledger:keep", Ledger)
def list_ledger_items(ledger: Ledger) -> Any:
    """The items of a ledger for the office, and whether everything adds up."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    pager, tally = reading.office_items(ledger, state, asked_page())
    return render_template(
        "surveys/ledger/items.html",
        ledger=ledger,
        pager=pager,
        tally=tally,
        state=state,
        states=STATES,
        balance=counting.balance(ledger),
        channels=CHANNELS,
    )


@bp.get("/ledgers/<int:id>/take.<any(docx,xlsx):ending>")
@requires("surveys:ledger:keep", Ledger)
def take_ledger(ledger: Ledger, ending: str) -> Any:
    """The whole ledger for the office, every raw sentence with it."""
    whole = taking.whole(ledger)
    data = taking.word_file(whole) if ending == "docx" else taking.workbook(whole)
    name = name_of(f"{taking.file_name(ledger.title)}.{ending}", ending)
    media = MIME if ending == "docx" else MEDIA["xlsx"]
    return send_file(io.BytesIO(data), media, as_attachment=True, download_name=name, max_age=0)
