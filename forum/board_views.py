"""The pages on which boards are made, changed, archived; and on which everybody reads their rules."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from accounts.models import Unit
from accounts.pages import suggested_units
from core import once
from core.db import db, hold
from core.errors import Conflict
from core.gate import requires
from core.i18n import _

from . import pace, tended
from .board_forms import BoardForm, NewBoardForm
from .models import Board
from .rules import ACTS
from .tended import FIGURES, WORDS, Tended
from .views import WITH_UNIT, bp, code


@bp.get("/forum/<slug>/rules")
@requires("forum:board:show", Tended, by="slug", load=WITH_UNIT)
def show_rules(board: Board) -> Any:
    audiences = {act: board.audience(act) for act in ACTS}
    asked = {one.unit_id for one in audiences.values() if one.unit_id}
    units = {one.id: one for one in db.session.scalars(select(Unit).where(Unit.id.in_(asked)))}
    changes = tended.changes(board)
    return render_template(
        "forum/rules.html",
        board=board,
        audiences=audiences,
        units=units,
        moderators=tended.moderators(board),
        changes=changes,
        since=tended.since(changes),
        pace=pace.limits(board),
        hours=board.service_hours or current_app.config["SERVICE_HOURS"],
        reads=board.admits("read", current_user),
    )


@bp.get("/admin/boards")
@requires("forum:board:manage")
def manage_boards() -> Any:
    return render_template("forum/manage.html", boards=tended.boards_of(current_user))


@bp.route("/admin/boards/new", methods=["GET", "POST"])
@requires("forum:board:create")
def create_board() -> Any:
    form = NewBoardForm.begun(current_user)
    if request.method == "POST":
        hold("boards")  # two windows at once: the second finds the address in use
        if (made := once.earlier("forum:board", current_user)) is not None:
            return redirect(url_for("forum.show_rules", slug=made))
    if not form.sent():
        return _form_page(form, None)
    board = tended.create(form.unit.unit, str(form.slug.data), _given(form), current_user)
    once.made("forum:board", current_user, board.slug)
    flash(_("已开设版块“%(board)s”。", board=board.name), "good")
    return _done(board)


@bp.route("/forum/<slug>/edit", methods=["GET", "POST"])
@requires("forum:board:edit", Tended, by="slug", load=WITH_UNIT)
def edit_board(board: Board) -> Any:
    form = BoardForm.of(board)
    if not form.sent():
        return _form_page(form, board)
    if form.version.data != board.version:
        raise Conflict(board)
    if tended.change(board, _given(form), current_user):
        flash(_("已保存，从现在起就是这样。已经公开的照旧公开，在等审核的照旧等审核。"), "good")
    else:
        flash(_("没有改动。"), "note")
    return _done(board)


@bp.post("/forum/<slug>/<any(archive, reopen):verb>")
@requires("forum:board:archive", Tended, by="slug", load=WITH_UNIT)
def archive_board(board: Board, verb: str) -> Any:
    if verb == "archive":
        tended.archive(board, current_user)
        flash(_("已存档：内容都在，只能看，不能再写。"), "good")
    else:
        tended.reopen(board, current_user)
        flash(_("已重新开放。"), "good")
    return _done(board)


def _given(form: BoardForm) -> dict[str, Any]:
    """What a form that holds says, as `tended.change` takes it."""
    given: dict[str, Any] = {name: form[name].data or "" for name in WORDS}
    given |= {name: form[name].value for name in FIGURES}
    given["order"] = given["order"] or 0
    for name in ("title_en", "description_en", "topic_en"):
        given[name] = given[name] or None
    given |= {act: form.audience(act) for act in ACTS}
    return {**given, "pre_moderated": form.review.data == "pre"}


def _form_page(form: BoardForm, board: Board | None) -> Any:
    page = {"form": form, "board": board, "units": suggested_units(), "config": current_app.config}
    return render_template("forum/board_form.html", **page), code(form)


def _done(board: Board) -> Response:
    there = url_for("forum.show_rules", slug=board.slug)
    db.session.commit()
    return redirect(there)
