"""The open record's pages: an entry and inquiries about it, the monthly report, clearing words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload

from accounts.models import Person, Unit
from core import clock, once, sheets
from core.db import db
from core.gate import requires
from core.i18n import _

from . import inquiries, judging, log, purging, queueing, reasons, table
from .forms import AnswerForm, InquiryForm
from .inquiries import Inquiry
from .log import Entry
from .models import Decision, QueueItem
from .months import Month
from .purging import Purge
from .report import report
from .scope import is_reviewer
from .second_review import SecondReview
from .views import owed_page

bp = Blueprint("record", __name__)
WITH_ITEM = (joinedload(Decision.item).load_only(QueueItem.unit_id),)
WITH_PEOPLE = (joinedload(Purge.asked_by).load_only(Person.name),)


@bp.get("/moderation/log/<int:id>")
@requires("moderation:log:show", Decision)
def show_entry(decision: Decision) -> Any:
    if (owed := _owed(decision.id)) is not None:
        return owed_page(owed)
    return entry_page(log.entry(decision, current_user), InquiryForm())


def _owed(decision_id: int) -> int | None:
    """The id of the second review of a decision, while the reader might judge it."""
    if not is_reviewer(current_user):
        return None
    return queueing.owed(current_user, SecondReview.decision_id == decision_id)


def entry_page(entry: Entry, form: InquiryForm, answer: AnswerForm | None = None) -> str:
    return render_template(
        "moderation/entry.html",
        entry=entry,
        places=log.places(current_user, entry.item.subject_kind),
        form_of_inquiry=form,
        answer=answer,
        answers=_answers(entry, answer),
        unheard=_unheard(entry),
        reasons=reasons,
    )


def _unheard(entry: Entry) -> set[int]:
    """The reader's own inquiries that nobody may answer before somebody else is named."""
    own = [one for one in entry.inquiries if one.author_id == current_user.id]
    return {one.id for one in own if inquiries.wants_stand_in(one, entry.decision)}


def _answers(entry: Entry, tried: AnswerForm | None) -> dict[int, AnswerForm]:
    """A form for each inquiry that this reader may answer."""
    kept = {tried.inquiry_id: tried} if tried else {}
    return {
        one.id: kept.get(one.id) or AnswerForm.of(one.id)
        for one in entry.inquiries
        if one.state == "asked"
        and current_user.id not in (one.author_id, inquiries.last_word_of(entry.decision))
        and is_reviewer(current_user)
    }


@bp.post("/moderation/log/<int:id>/ask")
@requires("moderation:inquiry:ask", Decision, load=WITH_ITEM)
def ask(decision: Decision) -> Any:
    form = InquiryForm()
    if not form.sent():
        return entry_page(log.entry(decision, current_user), form), 422
    there = url_for("record.show_entry", id=decision.id)
    if once.earlier("moderation:inquiry", current_user) is None:
        assert decision.item is not None
        made = inquiries.ask(decision, decision.item.unit_id, form.body.data, current_user)
        once.made("moderation:inquiry", current_user, made.id)
        flash(_("已提交。总审核员答复以后，大家都能看到；在这之前只有你和总审核员看得到。"), "note")
    db.session.commit()
    return redirect(there)


@bp.get("/moderation/inquiries")
@requires("moderation:inquiry:list")
def list_inquiries() -> Any:
    rows = inquiries.waiting(current_user)
    asked = SecondReview.decision_id.in_([one.decision_id for one in rows])
    withheld = judging.withheld(current_user).where(asked) if rows else None
    return render_template(
        "moderation/inquiries.html",
        rows=rows,
        withheld=set(db.session.scalars(withheld)) if withheld is not None else set(),
        places=log.places(current_user),
        reasons=reasons,
    )


@bp.post("/moderation/inquiries/<int:id>/<any(answer, decline):verb>")
@requires("moderation:inquiry:answer", Inquiry, load=(joinedload(Inquiry.decision),))
def close_inquiry(inquiry: Inquiry, verb: str) -> Any:
    form = AnswerForm.of(inquiry.id)
    if not form.sent():
        return entry_page(log.entry(inquiry.decision, current_user), InquiryForm(), form), 422
    inquiries.close(inquiry, verb, form.answer.data, current_user)
    there = url_for("record.show_entry", id=inquiry.decision_id)
    db.session.commit()
    flash(_("已答复。") if verb == "answer" else _("已说明，不公开。"), "good")
    return redirect(there)


@bp.get("/moderation/report")
@requires("moderation:report:show")
def newest_report() -> Any:
    month = Month.of(clock.today()).previous
    return redirect(url_for("record.show_report", month=str(month)))


@bp.get("/moderation/report/<month>")
@requires("moderation:report:show")
def show_report(month: str) -> Any:
    found = _month(month)
    return render_template(
        "moderation/report.html",
        report=report(found),
        places=log.places(current_user),
        units=_units(),
        reasons=reasons,
        is_over=found < Month.of(clock.today()),
    )


@bp.get("/moderation/report/<month>/table.csv")
@requires("moderation:report:show")
def download_report(month: str) -> Any:
    found = report(_month(month))
    rows = table.rows(found, log.places(current_user), _units())
    answer = Response(sheets.to_csv(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="moderation-{found.month}.csv"'
    return answer


def _month(written: str) -> Month:
    """The month in an address; one that has not begun is not there."""
    month = Month.read(written)
    if month is None or month > Month.of(clock.today()):
        abort(404)
    return month


def _units() -> dict[int, Any]:
    return {row.id: row for row in db.session.execute(db.select(Unit.id, Unit.name, Unit.name_en))}


@bp.get("/moderation/purges")
@requires("moderation:purge:list")
def list_purges() -> Any:
    rows = db.session.scalars(
        Purge.visible_to(current_user)
        .where(Purge.closed_at.is_(None))
        .order_by(Purge.asked_at, Purge.id)
        .options(*WITH_PEOPLE)
    )
    return render_template(
        "moderation/purges.html",
        rows=rows.unique().all(),
        places=log.places(current_user),
        reasons=reasons,
    )


@bp.post("/moderation/purges/<int:id>/<any(confirm, decline):verb>")
@requires("moderation:purge:confirm", Purge)
def close_purge(purge: Purge, verb: str) -> Any:
    if verb == "confirm":
        purging.confirm(purge, current_user)
        flash(_("文字已清除；编号、决定和留痕记录还在。"), "good")
    else:
        purging.decline(purge, current_user)
        flash(_("没有清除，文字留在原处。"), "note")
    db.session.commit()
    return redirect(url_for("record.list_purges"))
