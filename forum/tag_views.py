"""The pages of tags: all of them, one with its threads, those that a board or the site tends."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, with_expression
from werkzeug.wrappers import Response

from core import follows, once
from core.db import db
from core.follow_form import chosen
from core.gate import requires
from core.i18n import _, _l
from core.paging import asked_page

from . import tag_listing, tagging, tags
from .models import Board, Thread, thread_url
from .tag_forms import ChooseForm, MergeForm, TagForm
from .tagging import TagFault
from .tags import Tag
from .views import THREAD_TAGS, WITH_UNIT, bp, code

TAG_LEVEL = with_expression(Tag.level, follows.level_of(Tag.kind, Tag.id))
WITH_BOARD = (joinedload(Tag.board).joinedload(Board.unit),)
DONE = {
    "accept": _l("已采用，从现在起看得到、选得到。"),
    "decline": _l("没有采用。"),
    "retire": _l("已停用：不能再选，用过它的主题照旧带着。"),
    "restore": _l("已恢复，又可以选了。"),
}


@bp.get("/tags")
@requires("forum:tag:list")
def list_tags() -> Any:
    return render_template("forum/tags.html", shelves=tag_listing.shelves(current_user))


@bp.get("/tags/<int:id>")
@requires("forum:tag:show", Tag, load=(*WITH_BOARD, TAG_LEVEL))
def show_tag(tag: Tag) -> Any:
    if tag.merged_into_id is not None:
        return redirect(url_for("forum.show_tag", id=tag.merged_into_id))
    threads = tag_listing.threads(tag.id, asked_page(), current_user)
    return render_template("forum/tag.html", tag=tag, threads=threads)


@bp.post("/tags/<int:id>/follow")
@requires("forum:tag:follow", Tag)
def follow_tag(tag: Tag) -> Response:
    there = url_for("forum.show_tag", id=tag.id)
    chosen(Tag.kind, tag.id)
    return redirect(there)


@bp.route("/threads/<int:id>/tags", methods=["GET", "POST"])
@requires("forum:thread:tag", Thread, load=(THREAD_TAGS,))
def choose_tags(thread: Thread) -> Any:
    form = ChooseForm(data={"tags": [one.id for one in thread.tags]})
    form.tags.offer(tags.usable(thread.board_id))
    if not form.sent():
        return render_template("forum/choose_tags.html", thread=thread, form=form), code(form)
    there = thread_url(thread.id)
    if tagging.choose(thread, form.tags.data or [], current_user):
        flash(_("标签已改好。"), "good")
    db.session.commit()
    return redirect(there)


# --- Tending -----------------------------------------------------------------------------------


@bp.route("/forum/<slug>/tags", methods=["GET", "POST"])
@requires("forum:board:tag", Board, by="slug", load=WITH_UNIT)
def tend_tags(board: Board) -> Any:
    return _tend(board, url_for("forum.tend_tags", slug=board.slug))


@bp.route("/tags/site", methods=["GET", "POST"])
@requires("forum:tag:tend_site")
def tend_site_tags() -> Any:
    return _tend(None, url_for("forum.tend_site_tags"))


def _tend(board: Board | None, here: str) -> Any:
    """All tags of a board, or of the site, and a form for one more. Commits."""
    form = TagForm()
    if form.sent():
        if once.earlier(Tag.kind, current_user) is not None:
            return redirect(here)
        try:
            tag = tagging.add(board, current_user, **form.said)
        except TagFault as fault:
            form["name"].errors = [str(fault)]
        else:
            once.made(Tag.kind, current_user, tag.id)
            db.session.commit()
            flash(_("已加上标签。"), "good")
            return redirect(here)
    found, counts = tag_listing.tended(board), tagging.counts(board, current_user)
    page = {"board": board, "tags": found, "counts": counts, "form": form, "here": here}
    return render_template("forum/tend_tags.html", **page), code(form)


@bp.post("/forum/<slug>/tags/propose")
@requires("forum:board:tag", Board, by="slug", load=WITH_UNIT)
def let_propose(board: Board) -> Response:
    """Let writers propose tags from now on, or no longer."""
    tagging.let_propose(board, current_user)
    there = url_for("forum.tend_tags", slug=board.slug)
    db.session.commit()
    flash(_("已保存。"), "good")
    return redirect(there)


@bp.route("/tags/<int:id>/edit", methods=["GET", "POST"])
@requires("forum:tag:tend", Tag, load=WITH_BOARD)
def edit_tag(tag: Tag) -> Any:
    names = ("name", "name_en", "description", "description_en")
    form = TagForm(data={name: getattr(tag, name) for name in names})
    if form.sent():
        there = _home_of(tag)
        try:
            tagging.edit(tag, current_user, **form.said)
        except TagFault as fault:
            form["name"].errors = [str(fault)]
        else:
            db.session.commit()
            flash(_("已保存。"), "good")
            return redirect(there)
    page = {"tag": tag, "form": form, "back": _home_of(tag)}
    return render_template("forum/edit_tag.html", **page), code(form)


@bp.post("/tags/<int:id>/<any(accept, decline, retire, restore):verb>")
@requires("forum:tag:tend", Tag, load=WITH_BOARD)
def turn_tag(tag: Tag, verb: str) -> Response:
    there = _home_of(tag)
    try:
        tagging.turn(tag, verb, current_user)
    except TagFault as fault:
        flash(str(fault), "bad")
        return redirect(there)
    db.session.commit()
    flash(str(DONE[verb]), "good")
    return redirect(there)


@bp.route("/tags/<int:id>/merge", methods=["GET", "POST"])
@requires("forum:tag:tend", Tag, load=WITH_BOARD)
def merge_tag(tag: Tag) -> Any:
    targets = tagging.targets(tag)
    form = MergeForm()
    form.into.choices = [(one.id, one.title) for one in targets]
    back = _home_of(tag)
    if not form.sent():
        page = {"tag": tag, "form": form, "back": back}
        return render_template("forum/merge_tag.html", **page), code(form)
    into = next(one for one in targets if one.id == form.into.data)
    tagging.merge(tag, into, current_user)
    there = url_for("forum.show_tag", id=into.id)
    db.session.commit()
    flash(_("已合并。"), "good")
    return redirect(there)


def _home_of(tag: Tag) -> str:
    """The page on which a tag is tended."""
    if tag.board is None:
        return url_for("forum.tend_site_tags")
    return url_for("forum.tend_tags", slug=tag.board.slug)
