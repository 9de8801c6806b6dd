"""The queue, one item, claims, the decision, the open log."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from accounts.session import reload
from core.db import db
from core.errors import Conflict, conflict
from core.gate import LARGEST_ID, requires
from core.i18n import _
from core.states import IllegalMove

from . import (
    amending,
    claiming,
    copies,
    deciding,
    escalation,
    flagging,
    log,
    queueing,
    reasons,
    templates,
    together,
    undoing,
)
from .filters import Filters
from .forms import FORMS, ApproveForm, KeepingForm, TakeOverForm, TogetherForm
from .keeping import KEEPING, Keeping
from .models import Decision, QueueItem
from .reading import LOAD, Reading
from .reviewable import kinds
from .scope import is_own_unit
from .second_review import SecondReview

bp = Blueprint("moderation", __name__)
WATCHED = 50  # items asked about at once
WITH_DECISION = (joinedload(QueueItem.decision).joinedload(Decision.revision),)


@bp.get("/moderation")
@requires("moderation:queue:show")
def show_queue() -> Any:
    filters = Filters.asked()
    scope = queueing.scope(current_user)
    page = queueing.page(filters, scope, current_user)
    return render_template(
        "moderation/queue.html",
        page=page,
        near={} if filters.decided else copies.grouped(page.rows, current_user),
        filters=filters,
        scope=scope,
        kinds={name: kind.kind_name for name, kind in kinds.items()},
        reasons=reasons,
        presence=claiming.presence,
    )


@bp.get("/moderation/next")
@requires("moderation:queue:show")
def show_next() -> Any:
    """The first item that is free, by the filters; back to the list when there is none."""
    filters = Filters.asked()
    first = queueing.following(None, filters, current_user)
    if first is None:
        flash(_("符合条件的都有人在审，或者都审完了。"), "note")
        return redirect(url_for("moderation.show_queue", **filters.chosen))
    return redirect(url_for("moderation.show_item", id=first, **filters.narrowing))


@bp.get("/moderation/presence")
@requires("moderation:queue:watch")
def show_presence() -> Any:
    """Who is at some items (`ids=3,5,8`): {"3": ["张三在审", "wait"], …}; 304 when nothing changed."""
    asked = [part for part in request.args.get("ids", "")[:600].split(",") if part.isascii()]
    ids = {int(part) for part in asked[:WATCHED] if part.isdigit() and int(part) <= LARGEST_ID}
    seen = claiming.seen(ids, current_user)
    response = jsonify({str(id): seen[id] for id in sorted(seen)})
    response.add_etag()
    return response.make_conditional(request)


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
    item: QueueItem,
    tried: str = "",
    form: Any = None,
    changed: str = "",
) -> str:
    """The page of an item; `tried` and `form` keep what was typed for a decision."""
    verbs = deciding.verbs_for(item)
    forms = {verb: form if verb == tried and form else ApproveForm.of(verb) for verb in verbs}
    filters = Filters.asked()
    run = queueing.run(item, filters, current_user)
    if (owed := queueing.owed(current_user, *queueing.of_text(item))) is not None:
        return owed_page(owed)
    reading = Reading(item, current_user)
    return render_template(
        "moderation/item.html",
        item=item,
        reading=reading,
        forms=forms,
        take_over=form if tried == "take_over" and form else TakeOverForm(),
        together=form if tried == "together" and form else TogetherForm(),
        tried=tried,
        typed=_typed(form),
        changed=changed,
        escalate=form if tried == "escalate" and form else ApproveForm.of("escalate"),
        templates=templates.offered(verbs) if item.is_waiting else (),
        is_own_unit=is_own_unit(current_user, item),
        takes_edits=amending.takes_edits(item),
        may_undo=undoing.may_undo(item, current_user, reading.record),
        filters=filters,
        run=run,
        keeping=Keeping(item, tried),
        reasons=reasons,
        presence=claiming.presence,
    )


def owed_page(second_id: int) -> str:
    """Instead of a first decision that the reader might still judge: the way to judge it, or to
    know it and leave judging to others."""
    second = db.session.get_one(SecondReview, second_id)
    return render_template("moderation/owed.html", second=second)


def _typed(form: Any) -> str:
    """The words of a form that was sent."""
    if isinstance(form, TakeOverForm):
        return str(form.reason.data or "")
    return form.words if form else ""


@bp.post("/moderation/<int:id>/<any(escalate):verb>")
@requires("moderation:item:escalate", QueueItem)
def escalate(item: QueueItem, verb: str) -> Any:
    form = ApproveForm.of(verb)
    if not form.sent():
        return item_page(again(item.id), verb, form), 422
    escalation.escalate(item, current_user, form.words)
    flash(_("已转给总审核员。"), "good")
    db.session.commit()
    return redirect(url_for("moderation.show_queue", **Filters.asked().chosen))


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
    claiming.claim(item, current_user)
    there = url_for("moderation.show_item", id=item.id, **Filters.asked().narrowing)
    db.session.commit()
    return redirect(there)


@bp.post("/moderation/<int:id>/renew")
@requires("moderation:item:renew", QueueItem)
def renew(item: QueueItem) -> Any:
    """The heartbeat of a page that is looked at: 204, or 409 with what happened, in words."""
    try:
        claiming.renew(item, current_user)
    except Conflict as fault:
        db.session.rollback()
        seen = claiming.seen({int(request.view_args["id"])}, current_user)  # type: ignore[index]
        return jsonify(changed=fault.changed, now=next(iter(seen.values()))[0]), 409
    db.session.commit()
    return "", 204


@bp.post("/moderation/<int:id>/release")
@requires("moderation:item:release", QueueItem)
def release(item: QueueItem) -> Any:
    claiming.release(item, current_user)
    db.session.commit()
    flash(_("已放回待审。"), "note")
    return redirect(url_for("moderation.show_queue", **Filters.asked().chosen))


@bp.post("/moderation/<int:id>/take-over")
@requires("moderation:item:take_over", QueueItem)
def take_over(item: QueueItem) -> Any:
    form = TakeOverForm()
    if not form.sent():
        return item_page(again(item.id), "take_over", form), 422
    claiming.take_over(item, current_user, str(form.reason.data))
    there = url_for("moderation.show_item", id=item.id, **Filters.asked().narrowing)
    db.session.commit()
    return redirect(there)


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


@bp.post("/moderation/<int:id>/together")
@requires("moderation:item:decide", QueueItem)
def decide_together(item: QueueItem) -> Any:
    """One decision on the item and its near-copies that were checked; a result for each."""
    form = TogetherForm()
    if not form.sent():
        return item_page(again(item.id), "together", form), 422
    said = {}
    for number, revision_id in form.pairs:
        db.session.rollback()  # what the gate locked, or the one before
        reload()
        words = {"reason_code": form.reason_code, "explanation": form.words}
        said[number] = together.attempt(
            number, form.verb.data, current_user, revision_id=revision_id, **words
        )
        if said[number] is None:
            db.session.commit()
    return _results(said, form)


def _results(said: dict[int, str | None], form: TogetherForm) -> Any:
    db.session.rollback()
    reload()
    found = together.results(said, current_user)
    page = render_template(
        "moderation/together.html",
        results=found,
        missing=len(said) - len(found),
        form=form,
        filters=Filters.asked(),
        reasons=reasons,
    )
    return page, 200 if any(one.is_done for one in found) else 409


def onward(item: QueueItem, verb: str) -> Response:
    """Keep the decision and go to the next item, else back to the queue."""
    filters = Filters.asked()
    following = queueing.following(item, filters, current_user)
    said = _("“%(title)s”：%(verb)s。", title=item.heading, verb=reasons.OUTCOMES[verb])
    undoing.offer(item, said if following is None else said + _("下面是下一条。"))
    db.session.commit()
    if following is None:
        return redirect(url_for("moderation.show_queue", **filters.chosen))
    return redirect(url_for("moderation.show_item", id=following, **filters.onward))


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
    form: Any = ApproveForm.of(verb) if verb in FORMS else None
    if request.endpoint == "moderation.take_over":
        verb, form = "take_over", TakeOverForm()
    changed = getattr(fault, "changed", "") or _("这一条现在不能这样处理，请看看它的状态。")
    return item_page(again(parts["id"]), verb, form, changed), 409


def again(item_id: int) -> QueueItem:
    """The item with all that its page shows."""
    found = QueueItem.visible_to(current_user).where(QueueItem.id == item_id)
    return db.session.scalars(found.options(*LOAD)).unique().one()
