"""Drafts and previews: what is done with words before they are sent."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from core import attachments
from core.db import db
from core.file_field import sent_numbers, take_all
from core.gate import requires
from core.i18n import _, stamp
from core.lengthy import lengthy

from . import draft_list, drafts, similar, tags
from .drafts import Draft, DraftFault, SavedElsewhere, Typed
from .fixed import refuse_fixed
from .forms import TITLE, EditForm, EditOpeningForm, ReplyForm
from .models import Board, Post, Thread
from .tag_forms import StartForm
from .views import WITH_UNIT, WITH_VERSIONS, bp, code


@bp.post("/forum/<slug>/draft")
@requires("forum:thread:start", Board, by="slug", load=WITH_UNIT)
@lengthy
def save_thread_draft(board: Board) -> Any:
    return _save("start", board.id, url_for("forum.start_thread", slug=board.slug))


@bp.post("/threads/<int:id>/draft")
@requires("forum:thread:reply", Thread)
@lengthy
def save_reply_draft(thread: Thread) -> Any:
    return _save("reply", thread.id, url_for("forum.reply", id=thread.id), "seen")


@bp.post("/posts/<int:id>/draft")
@requires("forum:post:edit", Post, load=WITH_VERSIONS)
@lengthy
def save_edit_draft(post: Post) -> Any:
    refuse_fixed(post, current_user)
    return _save("edit", post.id, url_for("forum.edit_post", id=post.id), "revision")


def _save(act: str, subject_id: int, form_url: str, base: str = "") -> Any:
    """Keep what the form holds and tell a script, or lead back to the form. Commits."""
    number, stood = _number("draft"), _number(base)
    typed = None
    try:
        typed = Typed.sent(_files())
        saved = drafts.save(act, subject_id, current_user, typed, number, stood)
    except DraftFault as fault:
        return _refused(str(fault), typed)
    except SavedElsewhere as conflict:
        return _conflict(conflict.held, typed, form_url)
    if asks_for_json():
        answer = {"number": saved.number if saved else 0, "said": said(saved)}
        db.session.commit()
        return jsonify(answer)
    flash(said(saved), "good")
    db.session.commit()
    return redirect(form_url)


def said(draft: Draft | None) -> str:
    """What the form says of its draft."""
    if draft is None:
        return _("没有草稿了。")
    return _("草稿已保存 %(at)s", at=stamp(draft.saved_at).rpartition(" ")[2])


def _refused(sentence: str, typed: Typed | None) -> Any:
    if asks_for_json():
        return jsonify(said=sentence), 422
    words = typed or Typed("", request.form.get("body", ""), "plain")
    return render_template("forum/draft_refused.html", sentence=sentence, words=words), 422


def _conflict(held: Draft, typed: Typed | None, form_url: str) -> Any:
    """Both texts, to choose one or keep both."""
    assert typed is not None
    sentence = _("这份草稿 %(at)s 在别处存过，和这里的不一样。", at=stamp(held.saved_at))
    if asks_for_json():
        kept = {"number": held.number, "title": held.title, "html": held.words.as_html()}
        files = [one.note for one in attachments.own(held.words.files, current_user)]
        rows = render_template("front/file_rows.html", notes=files)
        return jsonify(said=sentence, rows=rows, **kept), 409
    words = {"held": held, "typed": typed, "both": typed.after(held.words)}
    page = render_template(
        "forum/draft_conflict.html", sentence=sentence, form_url=form_url, **words
    )
    db.session.commit()  # the files that came are kept, whichever text is chosen
    return page, 409


def _files() -> tuple[int, ...]:
    """The writer's files that the form keeps and those that came with it, each by its number."""
    kept = attachments.own(sent_numbers(), current_user)
    taken, faults = take_all("file", max(0, attachments.MOST - len(kept)))
    for sentence in faults:
        flash(sentence, "note")
    ids = [*(one.id for one in kept), *(one.id for one in taken)]
    return tuple(dict.fromkeys(ids))[: attachments.MOST]


def asks_for_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _number(name: str) -> int:
    return min(request.form.get(name, 0, type=int) if name else 0, 2**31 - 2)


@bp.get("/me/drafts")
@requires("forum:draft:list")
def list_drafts() -> Any:
    rows = draft_list.rows(current_user)
    return render_template("forum/drafts.html", rows=rows, days=drafts.KEEP.days)


@bp.get("/me/drafts/<int:id>")
@requires("forum:draft:show", Draft)
def show_draft(draft: Draft) -> Any:
    return render_template("forum/draft.html", row=draft_list.rows(current_user, draft.id)[0])


@bp.post("/me/drafts/<int:id>/discard")
@requires("forum:draft:discard", Draft)
def discard_draft(draft: Draft) -> Any:
    attachments.keep_until(draft.words.files, current_user, None)
    db.session.delete(draft)
    db.session.commit()
    flash(_("草稿已清掉。"), "note")
    return redirect(url_for("forum.list_drafts"))


# --- What would be published -----------------------------------------------------------------


@bp.post("/forum/<slug>/preview")
@requires("forum:thread:start", Board, by="slug", load=WITH_UNIT)
@lengthy
def preview_thread(board: Board) -> Any:
    form = StartForm.for_board(board, tags.usable(board.id))
    alike = similar.threads((form.title.data or "")[: TITLE[1]], current_user)
    return _preview("forum/new.html", form, board=board, alike=alike)


@bp.post("/threads/<int:id>/preview")
@requires("forum:thread:reply", Thread)
@lengthy
def preview_reply(thread: Thread) -> Any:
    form = ReplyForm.on(thread)
    return _preview("forum/reply.html", form, thread=thread)


@bp.post("/posts/<int:id>/preview")
@requires("forum:post:edit", Post, load=WITH_VERSIONS)
@lengthy
def preview_edit(post: Post) -> Any:
    refuse_fixed(post, current_user)
    form = (EditOpeningForm if post.is_opening else EditForm).on(post.thread)
    return _preview("forum/edit.html", form, post=post)


def _preview(template: str, form: ReplyForm, **place: Any) -> Any:
    """The form again, and above its buttons what would be published; nothing is kept."""
    form.sent()
    wording = getattr(form, "wording", None)
    return render_template(template, form=form, preview=wording, **place), code(form)
