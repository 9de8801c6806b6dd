"""The pages on which reviewers lock, pin and feature threads, and those that tell of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from wtforms.validators import ValidationError

from accounts.forms import DayField
from core import clock
from core.db import db
from core.forms import BaseForm, Required, TextField
from core.gate import requires
from core.i18n import _, _l
from core.paging import asked_page

from . import listing, tending
from .models import Board, Thread
from .views import bp, code

LONGEST = timedelta(days=366)  # for which a thread may be pinned
WITH_UNIT = (joinedload(Board.unit),)


class TendForm(BaseForm):
    """Why; everybody who reads the thread reads it."""

    why = TextField(_l("原因（大家都看得到）"), [Required(_l("请写明原因。"))], limit=300)


class PinForm(BaseForm):
    why = TextField(_l("原因（大家都看得到）"), limit=300)


class PinUntilForm(PinForm):
    until = DayField(
        _l("置顶到哪一天"), description=_l("当天还在最上面，第二天自己落下来。不填就一直置顶。")
    )

    def validate_until(self, field: Any) -> None:
        if field.data is not None and not clock.today() <= field.data <= clock.today() + LONGEST:
            raise ValidationError(_("请写今天以后、一年以内的一天。"))


FORMS: dict[str, type[BaseForm]] = {"pin": PinUntilForm, "unpin": PinForm}


@bp.route(
    "/threads/<int:id>/<any(lock, unlock, pin, unpin, feature, unfeature):verb>",
    methods=["GET", "POST"],
)
@requires("forum:thread:tend", Thread)
def tend_thread(thread: Thread, verb: str) -> Any:
    tending.check(thread, verb)
    form: Any = FORMS.get(verb, TendForm)()
    if not form.sent():
        page = {"thread": thread, "verb": verb, "form": form}
        return render_template("forum/tend.html", **page), code(form)
    until = form.until.data if "until" in form else None
    tending.tend(thread, verb, current_user, form.why.data or "", until)
    there = url_for("forum.show_thread", id=thread.id)
    db.session.commit()
    flash(str(tending.DONE[verb]), "good")
    return redirect(there)


@bp.get("/threads/tended")
@requires("forum:tending:list")
def list_tended() -> Any:
    """All that was done to threads, open to everybody who reads them."""
    slug = request.args.get("board", "")[:40]
    boards = db.session.scalars(Board.visible_to(current_user).order_by(Board.order)).all()
    chosen = slug if slug in {board.slug for board in boards} else ""
    return render_template(
        "forum/tended_list.html",
        boards=boards,
        chosen=chosen,
        pager=tending.acts(current_user, chosen, asked_page()),
    )


@bp.get("/threads/featured")
@requires("forum:board:list")
def list_all_featured() -> Any:
    threads = listing.featured(None, asked_page(), current_user)
    return render_template("forum/featured.html", board=None, threads=threads)


@bp.get("/forum/<slug>/featured")
@requires("forum:board:show", Board, by="slug", load=WITH_UNIT)
def list_featured(board: Board) -> Any:
    threads = listing.featured(board, asked_page(), current_user)
    return render_template("forum/featured.html", board=board, threads=threads)
