"""The queue, one item, the decision on it, the open log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from core.db import db
from core.errors import Conflict, conflict
from core.gate import requires
from core.i18n import _
from core.states import IllegalMove

from . import (
    amending,
    deciding,
    escalation,
    flagging,
    log,
    queueing,
    reasons,
    templates,
    undoing,
)
from .forms import FORMS, ApproveForm, KeepingForm
from .keeping import KEEPING, Keeping
from .models import Decision, QueueItem
from .queueing import Filters
from .reading import LOAD, Reading
from .scope import is_own_unit

bp = Blueprint("moderation", __name__)
WITH_DECISION = (joinedload(QueueItem.decision).joinedload(Decision.revision),)


@bp.get("/moderation")
@requires("moderation:queue:show")
def show_queue() -> Any:
    filters = Filters.asked()
    return render_template(
        "moderation/queue.html",
        page=queueing.page(filters, current_user),
        filters=filters,
        places=queueing.places(current_user),
        reasons=reasons,
    )


@bp.get("/moderation/log")
@requires("moderation:log:show")
def show_log() -> Any:
    filters = log.LogFilters.asked()
    return render_template(
        "moderation/log.html",
        page=log.page(filters, current_user),
        filters=filters,
        heads=log.heads(),
        reasons=reasons,
    )


@bp.get("/moderation/flags")
@requires("moderation:flag:list")
def list_flags() -> Any:
    page = flagging.page(request.args.get("after", ""), current_user)
    return render_template("moderation/flags.html", page=page, reasons=reasons)


@bp.get("/moderation/<int:id>")
@requires("moderation:item:show", QueueItem, load=LOAD)
def show_item(item: QueueItem) -> Any:
    return item_page(item)


def item_page(
    item: QueueItem, tried: str = "", form: ApproveForm | None = None, changed: str = ""
) -> str:
    """The page of an item; `tried` and `form` keep what was typed for a decision."""
    verbs = deciding.verbs_for(item)
    forms = {verb: form if verb == tried and form else ApproveForm.of(verb) for verb in verbs}
    return render_template(
        "moderation/item.html",
        item=item,
        reading=Reading(item),
        forms=forms,
        tried=tried,
        typed=form.words if form else "",
        changed=changed,
        escalate=form if tried == "escalate" and form else ApproveForm.of("escalate"),
        templates=templates.offered(verbs) if item.is_waiting else (),
        is_own_unit=is_own_unit(current_user, item),
        takes_edits=amending.takes_edits(item),
        may_undo=undoing.may_undo(item, current_user),
        filters=Filters.asked(),
        keeping=Keeping(item, tried),
        reasons=reasons,
    )


@bp.post("/moderation/<int:id>/<any(escalate):verb>")
@requires("moderation:item:escalate", QueueItem)
def escalate(item: QueueItem, verb: str) -> Any:
    form = ApproveForm.of(verb)
    if not form.sent():
        return item_page(again(item.id), verb, form), 422
    escalation.escalate(item, current_user, form.words)
    flash(_("已转给总审核员。"), "good")
    db.session.commit()
    return redirect(url_for("moderation.show_queue", **Filters.asked().narrowing))


@bp.post("/moderation/<int:id>/<any(hold):verb>")
@requires("moderation:item:hold", QueueItem)
def hold(item: QueueItem, verb: str) -> Any:
    return _keep(item, verb, _("已依法保留，谁都不能清除。"))


@bp.post("/moderation/<int:id>/<any(lift):verb>")
@requires("moderation:item:lift", QueueItem)
def lift(item: QueueItem, verb: str) -> Any:
    return _keep(item, verb, _("已解除保留。"))


@bp.post("/moderation/<int:id>/<any(purge):verb>")
@requires("moderation:item:purge", QueueItem)
def purge(item: QueueItem, verb: str) -> Any:
    return _keep(item, verb, _("已申请清除，等另一位来确认。"))


def _keep(item: QueueItem, verb: str, done: str) -> Any:
    form = KeepingForm()
    if not form.sent():
        return item_page(again(item.id), verb), 422
    KEEPING[verb](item, form.explanation.data, current_user)
    there = url_for("moderation.show_item", id=item.id)
    db.session.commit()
    flash(done, "good")
    return redirect(there)


@bp.post("/moderation/<int:id>/claim")
@requires("moderation:item:claim", QueueItem)
def claim(item: QueueItem) -> Any:
    deciding.claim(item, current_user)
    there = url_for("moderation.show_item", id=item.id, **Filters.asked().narrowing)
    db.session.commit()
    return redirect(there)


@bp.post("/moderation/<int:id>/release")
@requires("moderation:item:release", QueueItem)
def release(item: QueueItem) -> Any:
    deciding.release(item, current_user)
    db.session.commit()
    flash(_("已放回待审。"), "note")
    return redirect(url_for("moderation.show_queue", **Filters.asked().narrowing))


@bp.post(
    "/moderation/<int:id>/<any(approve, return, reject, overturn, uphold, harmless, hide):verb>"
)
@requires("moderation:item:decide", QueueItem)
def decide(item: QueueItem, verb: str) -> Any:
    form = ApproveForm.of(verb)
    if not form.sent():
        return item_page(again(item.id), verb, form), 422
    deciding.decide(
        item,
        verb,
        current_user,
        revision_id=form.revision_id,
        reason_code=form.reason_code,
        explanation=form.words,
    )
    return onward(item, verb)


@bp.post("/moderation/<int:id>/undo")
@requires("moderation:item:undo", QueueItem, load=WITH_DECISION)
def undo(item: QueueItem) -> Any:
    undoing.undo(item, current_user)
    there = url_for("moderation.show_item", id=item.id)
    db.session.commit()
    flash(_("决定已撤销，一切照旧。"), "note")
    return redirect(there)


def onward(item: QueueItem, verb: str) -> Response:
    """Keep the decision and go to the next item, else back to the queue."""
    filters = Filters.asked()
    following = queueing.following(item, filters, current_user)
    said = _("“%(title)s”：%(verb)s。", title=item.heading, verb=reasons.OUTCOMES[verb])
    undoing.offer(item, said if following is None else said + _("下面是下一条。"))
    db.session.commit()
    if following is None:
        return redirect(url_for("moderation.show_queue", **filters.narrowing))
    return redirect(url_for("moderation.show_item", id=following, **filters.narrowing))


@bp.errorhandler(Conflict)
@bp.errorhandler(IllegalMove)
def _show_what_happened(fault: Conflict | IllegalMove) -> Any:
    """409: the item as it is now, what happened to it, and what was typed."""
    view = current_app.view_functions[request.endpoint or ""]
    if getattr(view, "model", None) is not QueueItem:
        return conflict(fault.record, getattr(fault, "changed", ""))
    db.session.rollback()
    parts = request.view_args or {}
    verb = parts.get("verb", "")
    form = ApproveForm.of(verb) if verb in FORMS else None
    changed = getattr(fault, "changed", "") or _("这一条现在不能这样处理，请看看它的状态。")
    return item_page(again(parts["id"]), verb, form, changed), 409


def again(item_id: int) -> QueueItem:
    """The item with all that its page shows."""
    found = QueueItem.visible_to(current_user).where(QueueItem.id == item_id)
    return db.session.scalars(found.options(*LOAD)).unique().one()
