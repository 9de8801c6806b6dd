"""Boards, threads, posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, with_expression
from werkzeug.wrappers import Response

from core import follows, live, notices, once
from core.db import db
from core.gate import requires
from core.i18n import _
from core.lengthy import lengthy
from core.paging import asked_page
from moderation import (
    Revision,
    Stand,
    answers_to_edits,
    cautions,
    pages_around,
    remarks_on,
    reviewer_role,
    submit,
    typed,
    why,
    withdraw,
)

from . import drafts, listing, moving, pace, reading, tag_listing, tags, writing
from .beside import beside
from .fixed import refuse_fixed
from .forms import EditForm, EditOpeningForm, ReplyForm
from .models import Board, Post, Thread
from .reading import Line
from .slowing import slowed
from .tag_forms import StartForm

bp = Blueprint("forum", __name__)
QUOTED = 160  # characters of a quotation
WITH_UNIT = (joinedload(Board.unit),)
WITH_VERSIONS = (joinedload(Post.public_revision),)
BOARD_LEVEL = with_expression(Board.level, follows.level_of(Board.kind, Board.id))
BOARD_SHELF = with_expression(Board.shelf, tags.shelf(Board.id))
THREAD_LEVEL = with_expression(Thread.level, follows.level_of(Thread.kind, Thread.id))
THREAD_TAGS = with_expression(Thread.tags, tags.worn(Thread.id))


@bp.get("/forum")
@requires("forum:board:list")
def list_boards() -> Any:
    return render_template("forum/boards.html", topics=listing.boards(current_user))


@bp.get("/forum/<slug>")
@requires("forum:board:show", Board, by="slug", load=(*WITH_UNIT, BOARD_LEVEL, BOARD_SHELF))
def show_board(board: Board) -> Any:
    asked = request.args.get("tag", type=int)
    tag = next((one for one in board.shelf if one.id == asked), None)
    page = {"board": board, "tags": board.shelf, "tag": tag}
    if tag is not None:
        threads = tag_listing.threads(tag.id, asked_page(), current_user, board)
        return render_template("forum/board.html", **page, threads=threads, of="")
    pinned, own = listing.on_top(board, current_user)
    threads = listing.threads(board, asked_page(), len(pinned), current_user)
    signs = moving.signs_on(board, current_user) if threads.number == 1 else []
    lists = {"pinned": pinned, "own": own, "threads": threads, "signs": signs}
    newest = max((row.last_post_at for row in (*pinned, *threads.rows)), default=None)
    of = live.since("board", board.id, newest) if threads.number == 1 else ""
    return render_template("forum/board.html", **page, of=of, **lists)


@bp.route("/forum/<slug>/new", methods=["GET", "POST"])
@requires("forum:thread:start", Board, by="slug", load=WITH_UNIT)
@lengthy
def start_thread(board: Board) -> Any:
    draft = _draft("start", board.id)
    form = StartForm.for_board(board, tags.usable(board.id), data=draft.fields if draft else None)
    if not form.sent():
        return render_template("forum/new.html", board=board, form=form, draft=draft), code(form)
    if (made := once.earlier("forum:post", current_user)) is not None:
        return redirect(url_for("forum.show_post", id=made))
    if slow := pace.of_thread(board, form.wording, current_user):
        return slowed(slow, "start", board.id, "forum/new.html", {"form": form, "board": board})
    post = writing.start(board, form.wording, current_user, form.tags.data, form.names)
    drafts.drop("start", board.id, current_user)
    once.made("forum:post", current_user, post.id)
    return _handed_in(post, form)


@bp.get("/threads/<int:id>")
@requires("forum:thread:show", Thread, load=(THREAD_LEVEL, THREAD_TAGS))
def show_thread(thread: Thread) -> Any:
    if thread.merged_into_id is not None:
        sign = moving.sign_of(thread, current_user)
        return render_template("forum/merged.html", thread=thread, sign=sign)
    reviews = reviewer_role(current_user, thread.unit, thread.place)
    if not (thread.is_public or reviews or thread.author_id == current_user.id):
        is_sealed = reading.is_sealed(thread)
        page = "thread_sealed" if is_sealed else "thread_suspended"
        return render_template(f"forum/{page}.html", board=thread.board)
    pager = reading.posts(thread, asked_page(), current_user, reviews is not None)
    tended, signs = beside(thread, *pager.range)
    return render_template(
        "forum/thread.html",
        thread=thread,
        pager=pager,
        entries=sorted([*pager.rows, *signs], key=lambda one: one.number),
        tended=tended,
        of=live.since("thread", thread.id, thread.last_post_at, thread.post_count),
        reviews=reviews,
        form=ReplyForm(data={"body": _quotation(pager.rows), "seen": thread.last_number}),
        shown_urls=[Post.review_url(line.id) for line in pager.rows],
    )


@bp.route("/threads/<int:id>/reply", methods=["GET", "POST"])
@requires("forum:thread:reply", Thread)
@lengthy
def reply(thread: Thread) -> Any:
    draft = _draft("reply", thread.id)
    form = ReplyForm.on(
        thread, data={"seen": thread.last_number, **(draft.fields if draft else {})}
    )
    if not form.sent():
        page = {"draft": draft, "newer": reading.newer(thread, draft.base) if draft else None}
        return render_template("forum/reply.html", thread=thread, form=form, **page), code(form)
    if (made := once.earlier("forum:post", current_user)) is not None:
        return redirect(url_for("forum.show_post", id=made))
    if slow := pace.of_reply(thread, form.wording, current_user):
        return slowed(
            slow, "reply", thread.id, "forum/reply.html", {"form": form, "thread": thread}
        )
    post = writing.reply(thread, form.wording, current_user)
    drafts.drop("reply", thread.id, current_user)
    once.made("forum:post", current_user, post.id)
    return _handed_in(post, form)


def _handed_in(post: Post, form: ReplyForm) -> Response:
    """Tell what the rules about words have to say of a new version, and whom it may not reach."""
    for ways in form.unclear:
        flash(_("有几位同名，没有通知。要写明是谁：%(ways)s", ways=" ".join(ways)), "note")
    if post.latest_revision is not None:
        for caution in cautions(post.latest_revision):
            flash(caution, "note")
    return _finish(post)


def _finish(post: Post) -> Response:
    """Keep what was written and lead to it, with a word on what happens next."""
    if post.latest_revision is not None and post.latest_revision.state == "pending":
        flash(_("已提交，等待审核。审核通过之前只有你和审核员看得到。"), "note")
    there = post.url
    notices.mark_read(current_user, [Post.review_url(post.id)])  # whoever acts on it has read it
    db.session.commit()
    return redirect(there)


def _quotation(lines: Sequence[Line]) -> str:
    """What `?quote=<number>` puts into the box: the words of a post on this page."""
    asked = request.args.get("quote", type=int)
    line = next((line for line in lines if line.number == asked and not line.is_veiled), None)
    return reading.quotation(line, QUOTED) if line else ""


def _draft(act: str, subject_id: int) -> drafts.Draft | None:
    """The actor's draft where a form is opened; what was sent stands for itself."""
    opened = request.method == "GET"
    return drafts.waiting(act, subject_id, current_user) if opened else None


def code(form: Any, good: int = 200) -> int:
    """That of the answer, once its page is drawn: then the files that came with a form that goes
    back are kept as its writer's own."""
    if "file" in form and form.file.has_taken:
        db.session.commit()
    return 422 if form.errors else good


@bp.get("/posts/<int:id>")
@requires("forum:post:show", Post)
def show_post(post: Post) -> Any:
    return redirect(post.url)


@bp.route("/posts/<int:id>/edit", methods=["GET", "POST"])
@requires("forum:post:edit", Post, load=WITH_VERSIONS)
@lengthy
def edit_post(post: Post) -> Any:
    latest = post.latest_revision
    assert latest is not None
    refuse_fixed(post, current_user)
    draft = _draft("edit", post.id)
    form = _edit_form(post, latest, draft)
    back = (why(latest), remarks_on(latest)) if latest.state == "returned" else (False, [])
    page = {"post": post, "form": form, "draft": draft, "returned": back[0], "remarks": back[1]}
    if not form.sent():
        return render_template("forum/edit.html", **page), code(form)
    if form.is_stale(latest):
        return render_template("forum/edit.html", **page, is_stale=True), code(form, 409)
    if slow := pace.of_mentions(post.thread.board, form.wording, latest.body_html, current_user):
        return slowed(slow, "edit", post.id, "forum/edit.html", page)
    drafts.drop("edit", post.id, current_user)
    if form.wording.digest != latest.digest:
        submit(post, form.wording, current_user)
        return _handed_in(post, form)
    return _finish(post)


def _edit_form(
    post: Post, latest: Revision, draft: drafts.Draft | None
) -> EditForm | EditOpeningForm:
    """The form with the draft or the newest version in it; an opening post has its title, too."""
    data = typed(latest, post.thread.title)
    if draft is not None:
        data |= {**draft.fields, "revision": str(draft.base)}
    return (EditOpeningForm if post.is_opening else EditForm).on(post.thread, data=data)


@bp.post("/posts/<int:id>/withdraw")
@requires("forum:post:withdraw", Post, load=WITH_VERSIONS)
def withdraw_post(post: Post) -> Any:
    withdraw(post, current_user)
    flash(_("已撤回。文字还在，你可以修改后重新提交。"), "note")
    return _finish(post)


def _stand(post: Post) -> Stand:
    board = url_for("forum.show_board", slug=post.thread.board.slug)
    return Stand(post.thread.title, _("第 %(n)s 楼", n=post.number), post.url, board)


pages_around(bp, Post, "/posts", _stand, WITH_VERSIONS)
answers_to_edits(bp, Post, "/posts", _stand, WITH_VERSIONS)
