"""The inbox: what became of what a person wrote or waits for."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func
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
    number, sort = asked_page(), _sort(request.args.get("sort"))
    unread_only = bool(request.args.get("unread"))
    mine = Notice.visible_to(current_user).add_columns(func.count().over().label("total"))
    if sort is not None:
        mine = mine.where(Notice.kind.in_(notices.of_sort(sort)))
    if unread_only:
        mine = mine.where(Notice.read_at.is_(None))
    newest = mine.order_by(Notice.at.desc(), Notice.id.desc())
    found = db.session.execute(newest.limit(PAGE).offset((number - 1) * PAGE)).all()
    rows = [row.Notice for row in found]
    return render_template(
        "front/inbox.html",
        pager=Pager(number, PAGE, found[0].total if found else 0, notices.told(rows, current_user)),
        unread=any(one.read_at is None for one in rows),
        sort=sort,
        unread_only=unread_only,
        tabs=_tabs(sort, unread_only),
    )


def _sort(name: str | None) -> str | None:
    return name if name in notices.SORTS else None


def _tabs(sort: str | None, unread_only: bool) -> list[tuple[str, str, bool]]:
    """The list of all, and one for each sort."""
    unread = "yes" if unread_only else None
    sorts = [(None, _("全部")), *((name, str(label)) for name, label in notices.SORTS.items())]
    return [
        (label, url_for("front.inbox", sort=name, unread=unread), name == sort)
        for name, label in sorts
    ]


@bp.post("/notices/read")
@requires("front:notice:list")
def read_all() -> Response:
    """All, or all of the sort that the page showed."""
    sort = _sort(request.form.get("sort"))
    notices.mark_read(current_user, among=notices.of_sort(sort) if sort else None)
    db.session.commit()
    flash(_("全部标为已读。"), "good")
    return redirect(url_for("front.inbox", sort=sort))


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
