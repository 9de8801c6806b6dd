"""Bringing many people in at once: hand in a table, look at what would happen, confirm."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from core import clock, files, once
from core.db import db, hold
from core.errors import Conflict
from core.gate import requires
from core.i18n import _, stamp
from core.paging import Pager, asked_page

from . import importing, slips
from .forms import ImportForm
from .models import PeopleImport
from .pages import slip_page
from .views import bp

PAGE = 100
MOST_FAULTS = 200
KINDS = {"csv": "text", "xlsx": "xlsx"}


@bp.route("/admin/people/import", methods=["GET", "POST"])
@requires("accounts:people_import:create")
def import_people() -> Any:
    form = ImportForm()
    if form.sent():
        if made := once.earlier("accounts:people_import", current_user):
            return redirect(url_for("accounts.show_import", id=made))
        try:
            table = importing.parse(files.receive(request.files.get("file"), KINDS))
        except files.FileFault as fault:
            form.file.errors = [str(fault)]
        else:
            draft = PeopleImport(author_id=current_user.id, table=table.to_json())
            db.session.add(draft)
            db.session.flush()
            once.made("accounts:people_import", current_user, draft.id)
            db.session.commit()
            return redirect(url_for("accounts.show_import", id=draft.id))
    return render_template("accounts/import_new.html", form=form), 422 if form.errors else 200


@bp.get("/admin/people/import/example.csv")
@requires("accounts:people_import:create")
def example_table() -> Response:
    """A table to fill in; the mark at its start lets office programs read it as UTF-8."""
    heads = ",".join(words[0] for words in importing.HEADERS.values())
    rows = (heads, f"{_('示例')},example,{current_user.unit.name},{_('科员')},cadre,,")
    response = Response("\ufeff" + "\r\n".join(rows) + "\r\n", mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=people.csv"
    return response


@bp.get("/admin/people/import/<int:id>")
@requires("accounts:people_import:show", PeopleImport)
def show_import(draft: PeopleImport) -> Any:
    if draft.confirmed_at is not None:
        return render_template("accounts/import_done.html", draft=draft)
    plan, page = importing.plan(current_user, importing.Table.from_json(draft.table)), asked_page()
    steps = plan.steps[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "accounts/import_show.html",
        draft=draft,
        plan=plan,
        faults=plan.faults[:MOST_FAULTS],
        pager=Pager(page, PAGE, len(plan.steps), steps),
    )


@bp.post("/admin/people/import/<int:id>/confirm")
@requires("accounts:people_import:confirm", PeopleImport)
def confirm_import(draft: PeopleImport) -> Any:
    if draft.confirmed_at is not None:
        at = stamp(draft.confirmed_at)
        words = _("%(who)s在%(at)s已经导入了这份表。", who=current_user.name, at=at)
        raise Conflict(draft, words)
    hold("new people")
    plan = importing.plan(current_user, importing.Table.from_json(draft.table))
    if not plan.is_sound:
        raise Conflict(draft, _("上次查看之后情况有变，这份表现在有错处，请重新查看。"))
    printed = importing.apply(current_user, plan)
    draft.table, draft.confirmed_at = {}, clock.now()
    draft.people_ids = [one.person_id for one in printed]
    db.session.commit()
    if not printed:
        flash(_("已导入。没有新增人员。"), "good")
        return redirect(url_for("accounts.show_import", id=draft.id))
    return slip_page(printed, url_for("accounts.show_import", id=draft.id))


@bp.post("/admin/people/import/<int:id>/reissue")
@requires("accounts:people_import:reissue", PeopleImport)
def reissue_slips(draft: PeopleImport) -> Any:
    """New slips for those of this import who have no password yet; the old ones end."""
    back = url_for("accounts.show_import", id=draft.id)
    waiting = importing.without_password(draft.people_ids)
    if not waiting:
        flash(_("这一批的人都已经设好密码。"), "note")
        return redirect(back)
    printed = slips.issue_all(current_user, waiting)
    db.session.commit()
    return slip_page(printed, back)
