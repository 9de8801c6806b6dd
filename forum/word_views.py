"""Words out of a Word file, put into the form in which somebody writes. Nothing is kept."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, render_template, request

from core import word
from core.errors import Conflict
from core.files import FileFault
from core.gate import requires
from core.i18n import _
from core.text import TextFault, cook, plain
from moderation import Wording

from .draft_views import asks_for_json
from .drafts import DraftFault, Typed
from .forms import EditForm, EditOpeningForm, ReplyForm, ThreadForm
from .models import Board, Post, Thread
from .views import WITH_UNIT, WITH_VERSIONS, bp, code


@bp.post("/forum/<slug>/word")
@requires("forum:thread:start", Board, by="slug", load=WITH_UNIT)
def read_thread_word(board: Board) -> Any:
    return _read("forum/new.html", ThreadForm(), board=board)


@bp.post("/threads/<int:id>/word")
@requires("forum:thread:reply", Thread)
def read_reply_word(thread: Thread) -> Any:
    return _read("forum/reply.html", ReplyForm(), thread=thread)


@bp.post("/posts/<int:id>/word")
@requires("forum:post:edit", Post, load=WITH_VERSIONS)
def read_edit_word(post: Post) -> Any:
    if post.is_sealed:
        raise Conflict(post.latest_revision, _("这一条已被紧急封存，现在不能修改。"))
    form = (EditOpeningForm if post.is_opening else EditForm)()
    return _read("forum/edit.html", form, post=post)


def _read(template: str, form: ReplyForm, **place: Any) -> Any:
    """The form as it was typed with the file's words below its own, and how both will look; or the
    words for a script."""
    try:
        html, said = _words()
        typed = Typed.sent(tuple(note.id for note in form.file.data))
        before = typed.body if typed.body_format == "html" else typed.as_html()
        both = Wording.of(before + html, "html", typed.title, form.file.data)
    except (FileFault, TextFault, DraftFault) as fault:
        if asks_for_json():
            return jsonify(said=[str(fault)]), 422
        return render_template(template, form=form, word_fault=str(fault), **place), code(form, 422)
    if asks_for_json():
        return jsonify(html=html, said=said)
    form.body.data, form.body.held = both.body, "html"
    page = render_template(template, form=form, word_said=said, preview=both, **place)
    return page, code(form)


def _words() -> tuple[str, list[str]]:
    """What the file says, cleaned, and what its writer is told. Raises FileFault, TextFault."""
    data = word.take(request.files.get("word"), current_app.config["FILE_MB"])
    found = word.read(data)
    html = cook(found.html, "html")
    if not plain(html):
        raise FileFault(_("这个文件里没有文字。"))
    return html, [_("已读入，请看看排得对不对，再发出。"), *word.told(found.left_out)]
