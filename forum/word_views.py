"""Words out of a Word file, put into the form in which somebody writes. Of it
pictures alone are kept, as the writer's own files."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, render_template, request
from flask_login import current_user

from core import attachments, word
from core.attachments import Note
from core.files import FileFault, Upload
from core.gate import requires
from core.i18n import _, ngettext
from core.lengthy import lengthy
from core.text import TextFault, cook, plain
from moderation import Wording

from . import tags
from .draft_views import asks_for_json
from .drafts import DraftFault, Typed
from .fixed import refuse_fixed
from .forms import EditForm, EditOpeningForm, ReplyForm
from .models import Board, Post, Thread
from .tag_forms import StartForm
from .views import WITH_UNIT, WITH_VERSIONS, bp, code


@bp.post("/forum/<slug>/word")
@requires("forum:thread:start", Board, by="slug", load=WITH_UNIT)
@lengthy
def read_thread_word(board: Board) -> Any:
    form = StartForm.for_board(board, tags.usable(board.id))
    return _read("forum/new.html", form, board=board)


@bp.post("/threads/<int:id>/word")
@requires("forum:thread:reply", Thread)
@lengthy
def read_reply_word(thread: Thread) -> Any:
    return _read("forum/reply.html", ReplyForm(), thread=thread)


@bp.post("/posts/<int:id>/word")
@requires("forum:post:edit", Post, load=WITH_VERSIONS)
@lengthy
def read_edit_word(post: Post) -> Any:
    refuse_fixed(post, current_user)
    form = (EditOpeningForm if post.is_opening else EditForm)()
    return _read("forum/edit.html", form, post=post)


def _read(template: str, form: ReplyForm, **place: Any) -> Any:
    """The form as it was typed with the file's words below its own, and how both will look; or the
    words for a script. Pictures are kept as the writer's own files, whatever comes of the rest."""
    brought: dict[int, Note] = {}
    try:
        html, said = _words(brought, attachments.MOST - len(form.file.data))
        both = _below(form, html, brought)
    except (FileFault, TextFault, DraftFault) as fault:
        form.file.has_taken |= bool(brought)
        if asks_for_json():
            return jsonify(said=[str(fault)]), code(form, 422)
        return render_template(template, form=form, word_fault=str(fault), **place), code(form, 422)
    form.file.has_taken |= bool(brought)
    if asks_for_json():
        rows = render_template("front/file_rows.html", notes=brought.values())
        return jsonify(html=html, said=said, rows=rows), code(form)
    form.file.data = both.files
    form.body.data, form.body.held = both.body, "html"
    page = render_template(template, form=form, word_said=said, preview=both, **place)
    return page, code(form)


def _below(form: ReplyForm, html: str, brought: dict[int, Note]) -> Wording:
    """What was typed, and the file's words below. Raises TextFault, DraftFault."""
    files = tuple(dict.fromkeys((*form.file.data, *brought.values())))
    typed = Typed.sent(tuple(note.id for note in files))
    before = typed.body if typed.body_format == "html" else typed.as_html()
    return Wording.of(before + html, "html", typed.title, files)


def _words(brought: dict[int, Note], room: int) -> tuple[str, list[str]]:
    """What the file says, cleaned, and what its writer is told. Its pictures go into `brought`, at
    most `room`. Raises FileFault, TextFault."""

    def keep(upload: Upload) -> int:
        if len(brought) >= room:
            raise FileFault  # told as a picture that was left out
        note = attachments.keep(upload, current_user).note
        brought[note.id] = note
        return note.id

    data = word.take(request.files.get("word"), current_app.config["FILE_MB"])
    found = word.read(data, keep)
    html = cook(found.html, "html", brought)
    if not plain(html) and not brought:
        raise FileFault(_("这个文件里没有文字。"))
    said = [_("已读入，请看看排得对不对，再发出。")]
    if count := len(brought):
        said.append(ngettext("%(num)d 张图片放进了附件。", "%(num)d 张图片放进了附件。", count))
    return html, [*said, *word.told(found.left_out)]
