"""Marking how far one has read, and going to what one has not."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for
from flask_login import current_user

from core.db import db
from core.gate import requires

from . import read_marks
from .models import Thread, page_of
from .views import bp


@bp.post("/threads/<int:id>/read")
@requires("forum:thread:read", Thread)
def mark_read(thread: Thread) -> Any:
    """Sent by static/js/forum/read.js while one reads, or by the button at the page's end."""
    number = request.form.get("number", type=int)
    if number is None or number < 1:
        abort(422)
    there = url_for(
        "forum.show_thread", id=thread.id, page=page_of(min(number, thread.next_number))
    )
    if thread.last_number:
        read_marks.read_to(thread, number, current_user)
    db.session.commit()
    return redirect(f"{there}#read")


@bp.get("/threads/<int:id>/unread")
@requires("forum:thread:read", Thread)
def show_unread(thread: Thread) -> Any:
    """The first post that came since the mark, wherever it is now; with none, the last."""
    number = read_marks.first_unread(thread, current_user)
    page = page_of(number or max(thread.last_number, 1))
    anchor = "new" if number else f"post-{thread.last_number}"
    return redirect(
        url_for("forum.show_thread", id=thread.id, page=page if page > 1 else None, _anchor=anchor)
    )
