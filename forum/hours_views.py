"""The page on which a board's chief moderator says within how many office hours it decides."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from wtforms import HiddenField
from wtforms.validators import ValidationError

from core import clock, office_hours
from core.db import db
from core.forms import BaseForm, LineField
from core.gate import requires
from core.i18n import _, _l, ngettext

from .models import Board
from .views import WITH_UNIT, bp, code

LONGEST = 240  # office hours: thirty working days


class HoursForm(BaseForm):
    """A number of office hours, or nothing where the site's own shall hold; and what stood there
    when the page was opened."""

    hours = LineField(_l("几个工作小时内审完"), limit=20)
    opened = HiddenField()

    value: int | None = None

    def validate_hours(self, field: Any) -> None:
        typed = (field.data or "").strip()
        if not typed:
            return
        number = int(typed) if typed.isdecimal() and len(typed) < 6 else 0
        if not 1 <= number <= LONGEST:
            raise ValidationError(_("请写 1 到 %(most)d 之间的整数，或者空着。", most=LONGEST))
        self.value = number


@bp.route("/forum/<slug>/hours", methods=["GET", "POST"])
@requires("forum:board:set_hours", Board, by="slug", load=WITH_UNIT)
def set_hours(board: Board) -> Any:
    said = str(board.service_hours or "")
    form = HoursForm(data={"hours": said, "opened": said})
    if not form.sent():
        return _page(board, form), code(form)
    if (form.opened.data or "") != said:
        form.opened.data = said
        return _page(board, form, is_stale=True), 409
    if board.set_hours(form.value, current_user):
        hours = form.value or current_app.config["SERVICE_HOURS"]
        saved = ngettext(
            "已保存：从现在起提交的，%(num)d 个工作小时内审完。",
            "已保存：从现在起提交的，%(num)d 个工作小时内审完。",
            hours,
        )
        flash(saved, "good")
    else:
        flash(_("没有改动，时限照旧。"), "note")
    there = url_for("forum.show_board", slug=board.slug)
    db.session.commit()
    return redirect(there)


def _page(board: Board, form: HoursForm, is_stale: bool = False) -> str:
    usual = current_app.config["SERVICE_HOURS"]
    hours = board.service_hours or usual
    return render_template(
        "forum/hours.html",
        board=board,
        form=form,
        usual=usual,
        hours=hours,
        due_at=office_hours.due_after(clock.now(), hours),
        is_stale=is_stale,
    )
