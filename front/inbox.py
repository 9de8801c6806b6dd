"""The inbox: what became of what a person wrote or waits for."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from core import clock, notices
from core.addresses import is_ours
from core.db import db
from core.gate import requires
from core.i18n import _, _l
from core.notices import Notice
from core.paging import Pager, asked_page
from core.registry import Place

from .views import bp

PAGE = 30
MANY = 50  # addresses that one page shows
PLACE = Place("front.inbox", _l("消息"), "front:notice:list", order=0, count=notices.unread_count)


@bp.get("/notices")
@requires("front:notice:list")
def inbox() -> Any:
    number = asked_page()
    mine = Notice.visible_to(current_user)
    total = db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = db.session.scalars(
        mine.order_by(Notice.at.desc(), Notice.id.desc()).limit(PAGE).offset((number - 1) * PAGE)
    ).all()
    return render_template(
        "front/inbox.html",
        pager=Pager(number, PAGE, total, notices.told(rows, current_user)),
        unread=any(one.read_at is None for one in rows),
    )


@bp.post("/notices/read")
@requires("front:notice:list")
def read_all() -> Response:
    notices.mark_read(current_user)
    db.session.commit()
    flash(_("全部标为已读。"), "good")
    return redirect(url_for("front.inbox"))


@bp.post("/notices/follow")
@requires("front:notice:follow")
def follow() -> Response:
    """Go to the first `url`; the notices that lead to it, or to another `url`, are read."""
    urls = [one for one in request.form.getlist("url")[:MANY] if is_ours(one)]
    notices.mark_read(current_user, urls)
    db.session.commit()
    return redirect(urls[0] if urls else url_for("front.inbox"))


@bp.post("/notices/<int:id>/open")
@requires("front:notice:open", Notice)
def open_notice(notice: Notice) -> Response:
    (telling,) = notices.told([notice], current_user)
    if notice.read_at is None:
        notice.read_at = clock.now()
        db.session.commit()
    return redirect(telling.url if telling.url and is_ours(telling.url) else url_for("front.inbox"))
