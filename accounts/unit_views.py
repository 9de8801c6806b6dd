"""The administration's first page, and the pages of units."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select

from core import clock, once, registry
from core.db import db, hold
from core.gate import requires
from core.i18n import _
from core.paging import Pager, asked_page

from . import tree, units
from .days import read_day
from .delegation import administers
from .forms import CloseUnitForm, MoveUnitForm, NewUnitForm, UnitForm
from .models import Membership, Unit, in_force
from .pages import form_page, refuse_stale
from .views import bp

PAGE = 100


@bp.get("/admin")
@requires("accounts:admin:show")
def admin() -> Any:
    sections = registry.visible(registry.admin_sections, current_user)
    return render_template("accounts/admin.html", sections=sections)


def asked_day() -> date:
    """The day that the address asks for; anything odd is today."""
    try:
        return read_day(request.args.get("on", "")) or clock.today()
    except ValueError:
        return clock.today()


def people_counts(unit_ids: list[int]) -> dict[int, int]:
    """How many people serve in each unit today."""
    counted = (
        select(Membership.unit_id, func.count(Membership.person_id.distinct()))
        .where(Membership.unit_id.in_(unit_ids), in_force(clock.today()))
        .group_by(Membership.unit_id)
    )
    return dict(db.session.execute(counted).all())


@bp.get("/admin/units")
@requires("accounts:unit:index")
def units_index() -> Any:
    on, page = asked_day(), asked_page()
    nodes = [node for node in tree.tree_on(on) if administers(current_user, node.unit)]
    shown = nodes[(page - 1) * PAGE : page * PAGE]
    pager = Pager(page, PAGE, len(nodes), shown)
    counts = people_counts([node.unit.id for node in shown])
    return render_template("accounts/unit_index.html", pager=pager, counts=counts, on=on)


@bp.get("/admin/units/<int:id>")
@requires("accounts:unit:show", Unit)
def show_unit(unit: Unit) -> Any:
    above = [int(part) for part in unit.path.split("/") if part]
    named = {one.id: one for one in db.session.scalars(select(Unit).where(Unit.id.in_(above)))}
    return render_template(
        "accounts/unit_show.html",
        unit=unit,
        ancestors=[named[number] for number in above[:-1]],
        edges=tree.edges_of(unit),
        people_count=people_counts([unit.id]).get(unit.id, 0),
    )


@bp.route("/admin/units/<int:id>/add", methods=["GET", "POST"])
@requires("accounts:unit:add", Unit)
def add_unit(parent: Unit) -> Any:
    form = NewUnitForm(kind="department", from_day=clock.today())
    if request.method == "POST":
        hold("the tree of units")  # two windows at once: the second finds the key in use
        if made := once.earlier("accounts:unit", current_user):
            return redirect(url_for("accounts.show_unit", id=made))
    if form.sent():
        try:
            unit = _added(parent, form)
        except tree.TreeFault as fault:
            form.from_day.errors = [str(fault)]
        else:
            once.made("accounts:unit", current_user, unit.id)
            db.session.commit()
            flash(_("已新增“%(unit)s”。", unit=form.name.data), "good")
            return redirect(url_for("accounts.show_unit", id=unit.id))
    back = url_for("accounts.show_unit", id=parent.id)
    title = _("在“%(unit)s”下新增单位", unit=parent.name)
    return form_page(form, title, _("新增单位"), back)


def _added(parent: Unit, form: NewUnitForm) -> Unit:
    return units.add(
        current_user,
        parent,
        form.name.data,
        form.kind.data,
        form.from_day.data,
        form.key.data or "",
        form.name_en.data,
    )


@bp.route("/admin/units/<int:id>/edit", methods=["GET", "POST"])
@requires("accounts:unit:edit", Unit)
def edit_unit(unit: Unit) -> Any:
    form = UnitForm(obj=unit)
    back = url_for("accounts.show_unit", id=unit.id)
    if form.sent():
        refuse_stale(form, unit)
        units.edit(current_user, unit, form.name.data, form.name_en.data, form.kind.data)
        db.session.commit()
        flash(_("已保存。"), "good")
        return redirect(back)
    return form_page(form, _("修改“%(unit)s”", unit=unit.name), _("保存"), back)


@bp.route("/admin/units/<int:id>/move", methods=["GET", "POST"])
@requires("accounts:unit:move", Unit)
def move_unit(unit: Unit) -> Any:
    form = MoveUnitForm(obj=unit, from_day=clock.today())
    back = url_for("accounts.show_unit", id=unit.id)
    if form.sent() and _may_move(form):
        refuse_stale(form, unit)
        try:
            units.move(current_user, unit, form.parent.unit, form.from_day.data)
        except tree.TreeFault as fault:
            form.parent.errors = [str(fault)]
        else:
            db.session.commit()
            flash(_("已安排。"), "good")
            return redirect(back)
    lead = _("以前的归属留在记录里；这一天以后原有的安排由这一次代替。")
    return form_page(form, _("移动“%(unit)s”", unit=unit.name), _("移动"), back, lead=lead)


def _may_move(form: MoveUnitForm) -> bool:
    """Whether the new place is the actor's to give and the day is not past."""
    if not administers(current_user, form.parent.unit):
        form.parent.errors = [_("这个单位不归你管理。")]
    if form.from_day.data < clock.today():
        form.from_day.errors = [_("不能改动过去的架构，请填今天或以后。")]
    return not form.errors


@bp.route("/admin/units/<int:id>/close", methods=["GET", "POST"])
@requires("accounts:unit:close", Unit)
def close_unit(unit: Unit) -> Any:
    form = CloseUnitForm(obj=unit, from_day=clock.today())
    back = url_for("accounts.show_unit", id=unit.id)
    if form.sent() and _is_not_past(form):
        refuse_stale(form, unit)
        try:
            units.close(current_user, unit, form.from_day.data)
        except tree.TreeFault as fault:
            form.from_day.errors = [str(fault)]
        else:
            db.session.commit()
            flash(_("已安排撤销。"), "good")
            return redirect(url_for("accounts.units_index"))
    lead = _("撤销后它不再出现在架构里，名称和历史仍然保留。先移走下级单位，结束各项任职。")
    return form_page(form, _("撤销“%(unit)s”", unit=unit.name), _("撤销单位"), back, lead=lead)


def _is_not_past(form: CloseUnitForm) -> bool:
    if form.from_day.data < clock.today():
        form.from_day.errors = [_("不能改动过去的架构，请填今天或以后。")]
    return not form.errors
