"""What was said already, shown while somebody writes a title."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request
from flask_login import current_user

from core.gate import requires
from core.lengthy import lengthy

from . import similar, tags
from .forms import TITLE
from .models import Board
from .tag_forms import StartForm
from .views import WITH_UNIT, bp


@bp.get("/threads/similar")
@requires("forum:thread:suggest")
def suggest_threads() -> Any:
    """The list alone, for a script that asks while a title is typed."""
    title = request.args.get("title", "").replace("\0", "")[: TITLE[1]]
    found = similar.threads(title, current_user)
    answer = jsonify(count=len(found), list=render_template("forum/similar.html", alike=found))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/forum/<slug>/similar")
@requires("forum:thread:start", Board, by="slug", load=WITH_UNIT)
@lengthy
def show_similar(board: Board) -> Any:
    """The form again with all that was typed, and the list above its buttons; nothing is kept."""
    form = StartForm.for_board(board, tags.usable(board.id))
    found = similar.threads((form.title.data or "")[: TITLE[1]], current_user)
    return render_template("forum/new.html", board=board, form=form, alike=found)
