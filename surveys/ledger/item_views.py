"""An item: where it stands, who answers, what they answer, and how it comes before everybody."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import Person
from accounts.units import unit_choices
from core import notices
from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _
from core.policy import allows
from moderation import Stand, is_reviewer, pages_around, remarks_on, retract, standing_of

from ..views import bp
from . import counting, items, quoting
from .coded import CHANNELS, OUTCOMES
from .forms import AnswerForm, AssignForm, PublishForm, ReturnForm, RewordForm
from .items import LedgerItem
from .models import LedgerReply

WITH_VERSIONS = (joinedload(LedgerItem.public_revision),)
QUOTED = 3  # entries that the program proposes to quote


@bp.get("/ledgers/items/<int:id>")
@requires("surveys:ledger_item:show", LedgerItem, load=WITH_VERSIONS)
def show_ledger_item(item: LedgerItem) -> Any:
    """For the office, the unit that answers, reviewers; others read it in the ledger."""
    if not _works_on(item):
        return redirect(item.url)
    return _item_page(item)


def _works_on(item: LedgerItem) -> bool:
    return (
        allows(current_user, "surveys:ledger:keep")
        or allows(current_user, "surveys:ledger_item:read", item)
        or is_reviewer(current_user, item.unit)
    )


def _item_page(item: LedgerItem, code: int = 200, **forms: Any) -> Any:
    keeps = allows(current_user, "surveys:ledger:keep")
    entries = items.entries_of(item) if keeps else []
    latest = item.latest_revision
    page = {
        "item": item,
        "entries": entries,
        "channels": CHANNELS,
        "voices": counting.shown(counting.of_item(item)),
        "replies": _replies(item) if not item.is_sealed else [],
        "outcomes": OUTCOMES,
        "standing": _standing(item) if latest is not None else None,
        "remarks": remarks_on(latest) if latest and latest.state == "returned" else [],
        "is_mine": item.author_id == current_user.id,
        "keeps": keeps,
    }
    if keeps:
        assign = forms.get("assign") or AssignForm(unit_choices())
        reword = forms.get("reword") or RewordForm(data={"wording": item.wording})
        send_back = forms.get("send_back") or ReturnForm()
        page |= {"assign": assign, "reword": reword, "send_back": send_back}
    return render_template("surveys/ledger/item.html", **page), code


def _standing(item: LedgerItem) -> Any:
    latest = item.latest_revision
    if latest is None or latest.state == "published":
        return None
    return standing_of(item.review_place, item.id, latest, item.is_public)


def _replies(item: LedgerItem) -> Any:
    """What the units said, the newest first, each with who said it; one statement."""
    found = select(LedgerReply).where(LedgerReply.item_id == item.id)
    names = joinedload(LedgerReply.replied_by).load_only(Person.name, Person.title)
    with_unit = joinedload(LedgerReply.unit)
    return db.session.scalars(found.order_by(LedgerReply.id.desc()).options(names, with_unit)).all()


def _shown(item: LedgerItem, words: str) -> Any:
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("surveys.show_ledger_item", id=item.id), 303)


# --- The office -----------------------------------------------------------------------------


@bp.post("/ledgers/items/<int:id>/assign")
@requires("surveys:ledger_item:assign", LedgerItem, load=WITH_VERSIONS)
def assign_ledger_item(item: LedgerItem) -> Any:
    form = AssignForm(unit_choices())
    if not form.sent():
        return _item_page(item, 422, assign=form)
    item.assign(int(form.unit.data), current_user)
    return _shown(item, _("已转办，到期日按工作日算好了。"))


@bp.post("/ledgers/items/<int:id>/reword")
@requires("surveys:ledger_item:reword", LedgerItem, load=WITH_VERSIONS)
def reword_ledger_item(item: LedgerItem) -> Any:
    form = RewordForm()
    if not form.sent():
        return _item_page(item, 422, reword=form)
    item.reword(str(form.wording.data), current_user)
    return _shown(item, _("已改好。已经公布的一版不变，要换请再提交公布。"))


@bp.post("/ledgers/items/<int:id>/return")
@requires("surveys:ledger_item:return", LedgerItem, load=WITH_VERSIONS)
def return_ledger_item(item: LedgerItem) -> Any:
    form = ReturnForm()
    if not form.sent():
        return _item_page(item, 422, send_back=form)
    item.send_back(str(form.explanation.data), current_user)
    return _shown(item, _("已退回承办单位，请它再答复。"))


@bp.route("/ledgers/items/<int:id>/propose", methods=["GET", "POST"])
@requires("surveys:ledger_item:propose", LedgerItem, load=WITH_VERSIONS)
def propose_ledger_item(item: LedgerItem) -> Any:
    """Hand wording, quotes and reply to the reviewers, as everybody will read them."""
    reply = items.latest_reply(item)
    if reply is None or not item.may_be_public:
        raise Conflict(item.latest_revision, _("有了答复、又不是关于个人的，才能公布。"))
    quotable = quoting.quotables(item.ledger, items.entries_of(item))
    form = PublishForm(data={"quotes": _proposed(quotable)})
    form.shown = [item.wording, reply.reason]
    quoted, fault = quoting.quoted(form.lines, quotable)
    if request.method == "POST" and fault:
        form.quotes.errors = [fault]
    if fault or not form.sent():
        page = {"item": item, "reply": reply, "quotable": quotable, "outcomes": OUTCOMES}
        shown = render_template("surveys/ledger/publish.html", form=form, **page)
        return shown, 422 if form.errors else 200
    item.hand_in(quoting.worded(item, form.lines, reply), quoted, current_user)
    notices.mark_read(current_user, [LedgerItem.review_url(item.id)])
    return _shown(item, _("已提交，由另一位审核员看过以后公布。"))


def _proposed(quotable: list[quoting.Quotable]) -> str:
    """What was quoted before, else the first that may be."""
    before = [one.entry.words for one in quotable if one.entry.is_quoted]
    free = [one.entry.words for one in quotable if not one.why_not]
    return "\n".join(before or list(dict.fromkeys(free))[:QUOTED])


@bp.post("/ledgers/items/<int:id>/withdraw")
@requires("surveys:ledger_item:withdraw", LedgerItem, load=WITH_VERSIONS)
def withdraw_ledger_item(item: LedgerItem) -> Any:
    retract(LedgerItem.for_review(item.id, lock=True), current_user)
    for entry in items.entries_of(item):
        entry.is_quoted = False
    return _shown(item, _("已撤下，大家看不到了；改好可以再提交。"))


# --- The unit -------------------------------------------------------------------------------


@bp.route("/ledgers/items/<int:id>/answer", methods=["GET", "POST"])
@requires("surveys:ledger_item:answer", LedgerItem, load=WITH_VERSIONS)
def answer_ledger_item(item: LedgerItem) -> Any:
    form = AnswerForm()
    if request.method == "GET" and not item.can("answer"):
        return redirect(url_for("surveys.show_ledger_item", id=item.id))
    if not form.sent():
        page = {"item": item, "form": form, "outcomes": OUTCOMES, "replies": _replies(item)}
        shown = render_template("surveys/ledger/answer.html", **page)
        return shown, 422 if form.errors else 200
    day, reason = form.promised_on.data, str(form.reason.data)
    item.answer(str(form.outcome.data), reason, day, current_user)
    return _shown(item, _("已答复。办公室看过以后提交公布。"))


def _stand(item: LedgerItem) -> Stand:
    there = LedgerItem.review_url(item.id)
    return Stand(item.wording, _("意见台账的一条"), there, item.url)


pages_around(bp, LedgerItem, "/ledgers/items", _stand, WITH_VERSIONS)
