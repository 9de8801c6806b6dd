"""The page on which somebody is made a local moderator of a board, or no longer is."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from accounts.models import Membership
from accounts.serving import RoleFault
from core import once
from core.db import db
from core.errors import Conflict
from core.gate import LARGEST_ID, requires
from core.i18n import _

from . import appointing
from .board_forms import ModeratorForm
from .models import Board
from .tended import Tended
from .views import WITH_UNIT, bp, code


@bp.route("/forum/<slug>/moderators", methods=["GET", "POST"])
@requires("forum:board:appoint", Tended, by="slug", load=WITH_UNIT)
def list_moderators(board: Board) -> Any:
    form = ModeratorForm()
    if not form.sent():
        return _page(board, form)
    if once.earlier("forum:moderator", current_user) is None:
        try:
            made = appointing.appoint(board, form.username.data, form.until.data, current_user)
        except RoleFault as fault:
            form[fault.field if fault.field in form else "username"].errors = [str(fault)]
            return _page(board, form)
        once.made("forum:moderator", current_user, made.id)
        flash(_("已任命，本人会收到消息。"), "good")
    return _done(board)


@bp.post("/forum/<slug>/moderators/<int:number>/end")
@requires("forum:board:appoint", Tended, by="slug", load=WITH_UNIT)
def end_moderator(board: Board, number: int) -> Any:
    held = db.session.scalar(
        select(Membership)
        .where(Membership.id == min(number, LARGEST_ID), Membership.place == board.key)
        .options(joinedload(Membership.unit))
    )
    if held is None:
        abort(404)
    try:
        appointing.dismiss(board, held, current_user)
    except RoleFault as fault:
        raise Conflict(board, str(fault)) from fault
    flash(_("已结束，本人会收到消息。"), "good")
    return _done(board)


def _page(board: Board, form: ModeratorForm) -> Any:
    page = {"board": board, "form": form, "rows": appointing.local_moderators(board)}
    return render_template("forum/moderators.html", **page), code(form)


def _done(board: Board) -> Response:
    there = url_for("forum.list_moderators", slug=board.slug)
    db.session.commit()
    return redirect(there)
