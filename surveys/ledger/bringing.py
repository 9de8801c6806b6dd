"""Bringing raw sentences into a ledger: answers that are cut, lines typed by hand, corrections."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core import once
from core.db import db
from core.gate import LARGEST_ID, requires
from core.i18n import _, ngettext

from ..models import OpenAnswer
from ..views import bp
from . import acts, cutting
from .coded import CHANNELS
from .forms import CorrectForm, CutForm, LinesForm, SourceForm
from .models import Ledger, LedgerCorrection, LedgerEntry, LedgerSource

WITH_SURVEY = (joinedload(Ledger.survey),)
ENTERED = "surveys:ledger_entry"  # what a form that enters lines makes, for `once`


@bp.route("/ledgers/<int:id>/answers", methods=["GET", "POST"])
@requires("surveys:ledger:keep", Ledger, load=WITH_SURVEY)
def cut_answers(ledger: Ledger) -> Any:
    """A page of a question's answers, each cut where the program would, for people to mend."""
    survey = ledger.survey
    reason = cutting.why_not(survey)
    if survey is None or reason:
        page = render_template("surveys/ledger/answers.html", ledger=ledger, reason=reason)
        return page, 409 if request.method == "POST" else 200
    questions = cutting.asked(ledger, survey)
    wanted = request.values.get("question", "")
    chosen = next((one for one in questions if one.key == wanted), None)
    chosen = chosen or next((one for one in questions if one.left), None)
    form, faults = CutForm(), {}
    if request.method == "POST":
        cut = _cut(ledger)
        faults = _faults(cut)
        form.lines = [line for _answer, lines in cut for line in lines]
        if not faults and form.lines and form.sent():
            return _keep_cut(ledger, cut, chosen)
    pager = cutting.whole_answers(ledger, survey, chosen.key, chosen.left) if chosen else None
    page = _cut_page(ledger, form, faults, questions, chosen, pager)
    return page, 422 if request.method == "POST" else 200


def _cut(ledger: Ledger) -> list[tuple[OpenAnswer, list[str]]]:
    """The answers that were sent, each with its lines; what was cut meanwhile is left out."""
    sent = {name[4:]: value for name, value in request.form.items() if name.startswith("cut-")}
    try:
        keys = [uuid.UUID(key) for key in sent]
    except ValueError:
        abort(404)
    return [
        (answer, [line for one in sent[answer.id.hex].splitlines() if (line := one.strip())])
        for answer in cutting.answers(ledger, keys)
    ]


def _faults(cut: list[tuple[OpenAnswer, list[str]]]) -> dict[str, str]:
    """By answer: the line that is not its own words."""
    found = {answer.id.hex: cutting.fault_of(answer.text, lines) for answer, lines in cut}
    return {key: line for key, line in found.items() if line}


def _keep_cut(ledger: Ledger, cut: list[Any], chosen: cutting.Asked | None) -> Any:
    source = cutting.online_source(ledger)
    said = [cutting.columns(answer, line) for answer, lines in cut for line in lines]
    made = acts.bring_in(source, said, current_user)
    db.session.commit()
    flash(_entered(len(made)), "good")
    question = chosen.key if chosen else ""
    return redirect(url_for("surveys.cut_answers", id=ledger.id, question=question), 303)


def _entered(count: int) -> str:
    return ngettext("收进了 %(num)d 条原话。", "收进了 %(num)d 条原话。", count)


def _cut_page(ledger: Ledger, form: CutForm, faults: dict[str, str], *found: Any) -> str:
    questions, chosen, pager = found
    return render_template(
        "surveys/ledger/answers.html",
        ledger=ledger,
        form=form,
        faults=faults,
        questions=questions,
        chosen=chosen,
        pager=pager,
        typed=request.form,
        cut=cutting.sentences,
    )


# --- By hand --------------------------------------------------------------------------------


@bp.route("/ledgers/<int:id>/sources/new", methods=["GET", "POST"])
@requires("surveys:ledger:keep", Ledger)
def add_source(ledger: Ledger) -> Any:
    form = SourceForm()
    if not form.sent():
        page = {"ledger": ledger, "form": form, "channels": CHANNELS, "sources": _sources(ledger)}
        shown = render_template("surveys/ledger/source_form.html", **page)
        return shown, 422 if form.errors else 200
    if (made := once.earlier("surveys:ledger_source", current_user)) is not None:
        return redirect(url_for("surveys.enter_lines", id=ledger.id, source=made))
    source = LedgerSource(
        ledger_id=ledger.id,
        channel=form.channel.data,
        title=form.title.data,
        held_on=form.held_on.data if form.channel.data == "meeting" else None,
        sent_count=form.sent_count.data if form.is_paper else None,
        returned_count=form.returned_count.data if form.is_paper else None,
        is_told=form.is_told.data,
    )
    db.session.add(source)
    db.session.flush()
    once.made("surveys:ledger_source", current_user, source.id)
    db.session.commit()
    return redirect(url_for("surveys.enter_lines", id=ledger.id, source=source.id))


def _sources(ledger: Ledger) -> Any:
    """Where entries came from so far, and how many; one statement."""
    entered = (
        select(func.count())
        .where(LedgerEntry.source_id == LedgerSource.id)
        .correlate(LedgerSource)
        .scalar_subquery()
    )
    found = select(LedgerSource, entered).where(LedgerSource.ledger_id == ledger.id)
    return db.session.execute(found.order_by(LedgerSource.id)).all()


@bp.route("/ledgers/<int:id>/sources/<int:source>", methods=["GET", "POST"])
@requires("surveys:ledger:keep", Ledger)
def enter_lines(ledger: Ledger, source: int) -> Any:
    """Sentences typed by hand, one a line, with the number that was counted on paper."""
    found = db.session.get(LedgerSource, source) if source <= LARGEST_ID else None
    if found is None or found.ledger_id != ledger.id or found.channel == "online":
        abort(404)
    form = LinesForm(ledger.members)
    there = url_for("surveys.enter_lines", id=ledger.id, source=found.id)
    if not form.sent():
        page = _lines_page(ledger, found, form)
        return page, 422 if form.errors else 200
    if once.earlier(ENTERED, current_user) is not None:
        return redirect(there, 303)
    said = [{"words": line, "about": form.about.data} for line in form.lines]
    acts.bring_in(found, said, current_user)
    once.made(ENTERED, current_user, found.id)
    db.session.commit()
    flash(_entered(len(said)), "good")
    return redirect(there, 303)


def _lines_page(ledger: Ledger, source: LedgerSource, form: LinesForm) -> str:
    of_source = select(func.count()).where(LedgerEntry.source_id == source.id)
    return render_template(
        "surveys/ledger/lines.html",
        ledger=ledger,
        source=source,
        form=form,
        count=db.session.scalar(of_source) or 0,
        channels=CHANNELS,
    )


@bp.route("/ledgers/<int:id>/entries/<uuid:key>/correct", methods=["GET", "POST"])
@requires("surveys:ledger:keep", Ledger)
def correct_entry(ledger: Ledger, key: uuid.UUID) -> Any:
    """Mend what was typed or cut wrong; what stood there before is kept and shown."""
    entry = acts.entries(ledger, [key]).get(key.hex)
    if entry is None:
        abort(404)
    form = CorrectForm(data={"words": entry.words})
    answer = db.session.scalar(select(OpenAnswer).where(OpenAnswer.id == entry.answer_id))
    is_sent = form.sent()
    if is_sent and entry.answer_id is not None:
        words = str(form.words.data)
        if answer is None or cutting.fault_of(answer.text, [words]):
            form.words.errors = [_("问卷里的话要一字不差：只能重新选从哪里摘到哪里。")]
            is_sent = False
    if not is_sent:
        page = _correct_page(ledger, entry, form, answer)
        return page, 422 if form.errors else 200
    acts.correct(entry, str(form.words.data), str(form.reason.data), current_user)
    db.session.commit()
    flash(_("已更正，原来的字也留着。"), "good")
    return redirect(url_for("surveys.work_ledger", id=ledger.id), 303)


def _correct_page(ledger: Ledger, entry: LedgerEntry, form: CorrectForm, answer: Any) -> str:
    before = db.session.scalars(
        select(LedgerCorrection)
        .where(LedgerCorrection.entry_id == entry.id)
        .order_by(LedgerCorrection.id)
    ).all()
    page = {"ledger": ledger, "entry": entry, "form": form, "answer": answer}
    return render_template("surveys/ledger/correct.html", before=before, **page)
