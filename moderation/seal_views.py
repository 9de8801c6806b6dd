"""Pages of the emergency: sealing a text, and the chief moderators' pages of what is sealed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from accounts.models import Person
from accounts.session import reload
from core.db import db
from core.gate import requires
from core.i18n import _, stamp

from . import log, reasons, repeating, sealing
from .forms import SealForm, SealOpenForm, UnsealForm
from .models import QueueItem, Revision
from .reviewable import Reviewable, kinds
from .seal import Seal, SealOpening
from .views import bp as items

bp = Blueprint("seals", __name__)
NAMES = (
    joinedload(Seal.sealed_by).load_only(Person.name),
    joinedload(Seal.closed_by).load_only(Person.name),
)
LOAD = (
    *NAMES,
    selectinload(Seal.openings).joinedload(SealOpening.opened_by).load_only(Person.name),
)


@items.route("/moderation/<int:id>/seal", methods=["GET", "POST"])
@requires("moderation:item:seal", QueueItem)
def seal_item(item: QueueItem) -> Any:
    there = url_for("moderation.show_item", id=item.id)
    return seal_page(item.subject_class.for_review(item.subject_id), there)


def seal_page(record: Reviewable, there: str) -> Any:
    """Show the form for a record that the gate handed over, with what may repeat it; or seal it,
    and of those what was checked, and go back `there`; what is left is named first."""
    form, is_sent = SealForm(), request.method == "POST"
    if not is_sent and record.is_sealed and (found := sealing.standing_on(record)) is not None:
        who, at = found.sealed_by.name, stamp(found.sealed_at)
        flash(_("%(who)s在 %(at)s 已经紧急封存了这一条。", who=who, at=at), "note")
        return redirect(there)
    sealing.refuse(record)
    kind, subject_id = record.kind, record.id
    if is_sent:
        db.session.rollback()  # what the gate locked: items are locked before their record
        reload()
        record = type(record).for_review(subject_id)
    repeats = repeating.repeats(record, repeating.said_by(record), current_user)
    if not form.sent():
        chosen = form.also.data if is_sent else [str(one.id) for one in repeats]
        page = {"form": form, "repeats": repeats, "chosen": chosen or []}
        shown = render_template(
            "moderation/seal.html", record=record, shown=_readable(record), there=there, **page
        )
        return shown, 422 if form.errors else 200
    reason, chosen = str(form.explanation.data), set(form.also.data or ())
    sealing.seal(kind, subject_id, reason, current_user)
    db.session.commit()
    left = [
        one for one in repeats if str(one.id) not in chosen or not _seal_too(kind, one.id, reason)
    ]
    if left:
        return render_template("moderation/sealed.html", left=left, there=there)
    flash(_("已紧急封存。所有页面和搜索里都没有它的文字了，总审核员已收到通知。"), "good")
    return redirect(there)


def _seal_too(kind: str, subject_id: int, reason: str) -> bool:
    """In a transaction of its own: a text that somebody is at keeps no other from being sealed."""
    db.session.rollback()
    reload()
    done = sealing.attempt(kind, subject_id, reason, current_user)
    if done:
        db.session.commit()
    else:
        db.session.rollback()
    reload()
    return done


def _readable(record: Reviewable) -> Revision | None:
    """The version that its reviewers read; what its author took back is the author's alone."""
    latest = record.latest_revision
    is_theirs = latest is not None and latest.state not in ("withdrawn", "superseded", "reverted")
    return record.public_revision or (latest if is_theirs else None)


@bp.get("/moderation/seals")
@requires("moderation:seal:list")
def list_seals() -> Any:
    rows = db.session.scalars(
        Seal.visible_to(current_user)
        .options(*NAMES)
        .order_by(Seal.closed_at.is_not(None), Seal.id.desc())
        .limit(100)
    )
    return render_template(
        "moderation/seals.html",
        rows=rows.unique().all(),
        places=log.places(current_user),
        reasons=reasons,
    )


@bp.get("/moderation/seals/<int:id>")
@requires("moderation:seal:show", Seal, load=LOAD)
def show_seal(seal: Seal) -> Any:
    return _page(seal, SealOpenForm(), UnsealForm())


@bp.post("/moderation/seals/<int:id>/open")
@requires("moderation:seal:open", Seal)
def open_seal(seal: Seal) -> Any:
    """The words stand on this one answer; nothing keeps it."""
    form, number = SealOpenForm(), seal.id
    if not form.sent():
        return _page(_again(number), form, UnsealForm()), 422
    kept = sealing.open_copy(seal, str(form.reason.data), current_user)
    db.session.commit()
    reload()
    form.reason.data = ""
    answer = make_response(_page(_again(number), form, UnsealForm(), kept))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/moderation/seals/<int:id>/unseal")
@requires("moderation:seal:unseal", Seal)
def unseal(seal: Seal) -> Any:
    form = UnsealForm()
    if not form.sent():
        return _page(_again(seal.id), SealOpenForm(), form), 422
    sealing.unseal(seal, str(form.explanation.data), current_user)
    there = url_for("seals.show_seal", id=seal.id)
    db.session.commit()
    flash(_("封存已解除，一切照旧。"), "good")
    return redirect(there)


def _again(number: int) -> Seal:
    """The seal with the names that its page shows: an act locks the row alone."""
    found = Seal.visible_to(current_user).where(Seal.id == number).options(*LOAD)
    return db.session.scalars(found).unique().one()


def _page(seal: Seal, opening: Any, lifting: Any, kept: Any = None) -> str:
    repeats: list[repeating.Repeat] = []
    if kept is not None:
        record = kinds[seal.subject_kind].for_review(seal.subject_id)
        repeats = repeating.repeats(record, kept.texts, current_user)
    return render_template(
        "moderation/seal_show.html",
        seal=seal,
        opening=opening,
        lifting=lifting,
        kept=kept,
        repeats=repeats,
        places=log.places(current_user),
        reasons=reasons,
        reach=kinds[seal.subject_kind].seal_reach,
    )
