"""Watching a thread or a board, or having peace from it."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from core.follow_form import chosen
from core.gate import requires

from .models import Board, Thread, thread_url
from .views import bp


@bp.post("/threads/<int:id>/follow")
@requires("forum:thread:follow", Thread)
def follow_thread(thread: Thread) -> Response:
    there = thread_url(thread.id)
    chosen(Thread.kind, thread.id)
    return redirect(there)


@bp.post("/forum/<slug>/follow")
@requires("forum:board:follow", Board, by="slug")
def follow_board(board: Board) -> Response:
    there = f"/forum/{board.slug}"
    chosen(Board.kind, board.id)
    return redirect(there)
