"""Bookmarking a post, with a note and a reminder, and the list of one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from accounts.forms import DayField
from core import clock
from core.db import db
from core.forms import BaseForm, TextField
from core.gate import requires
from core.i18n import _, _l
from core.paging import asked_page

from . import bookmarks
from .bookmarks import Bookmark
from .models import Post
from .views import bp, code

LONGEST = timedelta(days=2 * 366)  # until a reminder
WITH_WORDS = (joinedload(Post.public_revision), joinedload(Post.author))


class BookmarkForm(BaseForm):
    note = TextField(_l("备注"), limit=300, description=_l("只有你自己看得到。"))
    remind_on = DayField(_l("哪一天提醒我"), description=_l("那天早上在消息里告诉你。"))

    def validate_remind_on(self, field: Any) -> None:
        before = getattr(self, "before", None)
        if field.data in (None, before):
            return
        if not clock.today() < field.data <= clock.today() + LONGEST:
            raise ValidationError(_("请写明天以后、两年以内的一天。"))


@bp.route("/posts/<int:id>/bookmark", methods=["GET", "POST"])
@requires("forum:post:bookmark", Post, load=WITH_WORDS)
def bookmark_post(post: Post) -> Any:
    known = bookmarks.of(post, current_user)
    form = BookmarkForm(data={"note": known.note, "remind_on": known.remind_on} if known else None)
    form.before = known.remind_on if known else None
    is_quick = "quick" in request.form  # sent by static/js/forum/bookmark.js: no note is meant
    if not (is_quick or form.sent()):
        page = {"post": post, "form": form, "known": known}
        return render_template("forum/bookmark.html", **page), code(form)
    kept = bookmarks.begin(post, current_user)
    if not is_quick:
        bookmarks.keep(kept, form.note.data or "", form.remind_on.data)
        flash(_("已收藏。"), "good")
    there = post.url
    db.session.commit()
    return redirect(there)


@bp.get("/me/bookmarks")
@requires("forum:bookmark:list")
def list_bookmarks() -> Any:
    only = "due" if request.args.get("only") == "due" else ""
    pager = bookmarks.page(current_user, only, asked_page())
    return render_template("forum/bookmarks.html", pager=pager, only=only)


@bp.post("/me/bookmarks/<int:id>/remove")
@requires("forum:bookmark:remove", Bookmark)
def remove_bookmark(bookmark: Bookmark) -> Response:
    db.session.delete(bookmark)
    db.session.commit()
    flash(_("已从收藏里删掉。"), "note")
    return redirect(url_for("forum.list_bookmarks"))
