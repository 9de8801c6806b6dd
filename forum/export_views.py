"""A thread on paper and as a Word file."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import abort, redirect, render_template, request, send_file, url_for

from core import clock
from core.attachments import name_of
from core.gate import requires
from core.i18n import _, stamp
from core.word import MIME

from . import exporting
from .exporting import Part
from .models import Thread
from .views import bp

MOST = 2**31 - 1
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')  # of files, on one system or another


@bp.get("/threads/<int:id>/print")
@requires("forum:thread:show", Thread)
def print_thread(thread: Thread) -> Any:
    if thread.merged_into_id is not None:
        return redirect(url_for("forum.show_thread", id=thread.id))
    part = _asked(thread)
    page = {"part": part, "about": _about(part), "most": exporting.POSTS}
    return render_template("forum/print.html", thread=thread, **page)


@bp.get("/threads/<int:id>/docx")
@requires("forum:thread:show", Thread)
def take_thread(thread: Thread) -> Any:
    if thread.merged_into_id is not None:
        return redirect(url_for("forum.show_thread", id=thread.id))
    part = _asked(thread)
    file = io.BytesIO(exporting.word_file(part, _about(part)))
    name = name_of(_NOT_IN_NAMES.sub(" ", thread.title) + ".docx", "docx")
    return send_file(file, MIME, as_attachment=True, download_name=name, max_age=0)


def _asked(thread: Thread) -> Part:
    """The part from `?from=` on; 404 where nothing is public."""
    first = min(max(1, request.args.get("from", 1, type=int)), MOST)
    part = exporting.part(thread, first) if thread.is_public else None
    if part is None or not part.posts:
        abort(404)
    return part


def _about(part: Part) -> str:
    """Where the words stand and when they were taken."""
    said = _("%(board)s，取于 %(at)s", board=part.thread.board.name, at=stamp(clock.now()))
    if part.is_whole:
        return said
    first, last = part.numbers
    return said + _("（第 %(first)d—%(last)d 楼）", first=first, last=last)
