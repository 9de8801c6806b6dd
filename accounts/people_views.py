"""The pages on which administrators look after people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from core import clock, keys, once
from core.db import db, hold
from core.gate import requires
from core.i18n import _
from core.paging import Pager, asked_page

from . import importing, people, serving, slips
from .delegation import administers
from .forms import EndRoleForm, NewPersonForm, PersonForm, RoleForm
from .models import Membership, Person, Slip, Unit
from .pages import form_page, refuse_stale, slip_page, suggested_units
from .roles import ROLES
from .session import PERSON_OPTIONS
from .views import bp

PAGE = 50
ROLE_OPTIONS = (joinedload(Membership.unit), joinedload(Membership.person))


@bp.get("/admin/people")
@requires("accounts:person:index")
def people_index() -> Any:
    words, unit_id, page = request.args.get("q", "").strip()[:60], asked_unit(), asked_page()
    found = _sought(words, unit_id)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = db.session.scalars(
        found.options(
            joinedload(Person.unit),
            selectinload(Person.memberships).joinedload(Membership.unit),
        )
        .order_by(Person.name, Person.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).unique()
    return render_template(
        "accounts/people_index.html",
        pager=Pager(page, PAGE, total, rows.all()),
        words=words,
        unit_id=unit_id,
        units=suggested_units(),
    )


def _sought(words: str, unit_id: int | None) -> Select[Person]:
    """The people in the administrator's reach, by name or username, at or below a unit."""
    found = people.administered_by(current_user)
    if words:
        like = or_(
            Person.name.contains(words, autoescape=True),
            Person.username.contains(words.lower(), autoescape=True),
        )
        found = found.where(like)
    return found if unit_id is None else found.where(people.is_around(unit_id))


def asked_unit() -> int | None:
    return request.args.get("unit", type=int)


@bp.get("/admin/people/<int:id>")
@requires("accounts:person:administer", Person, load=PERSON_OPTIONS)
def administer_person(person: Person) -> Any:
    slip = db.session.scalar(
        select(Slip).where(Slip.person_id == person.id, Slip.ends_at > clock.now())
    )
    posts = sorted(person.memberships, key=lambda one: one.valid_from, reverse=True)
    return render_template(
        "accounts/person_admin.html",
        person=person,
        posts=posts,
        slip=slip,
        once=keys.token(),
    )


@bp.route("/admin/people/new", methods=["GET", "POST"])
@requires("accounts:person:create")
def new_person() -> Any:
    form = NewPersonForm(role="cadre", since=clock.today())
    back = url_for("accounts.people_index")
    if form.sent():
        if made := once.earlier("accounts:person", current_user):
            flash(_("已经添加。凭条只显示一次；需要时可以再开一张。"), "note")
            return redirect(url_for("accounts.administer_person", id=made))
        hold("new people")  # two windows at once: the second finds the username in use
        wanted = importing.plan(current_user, importing.one_row(_cells(form)))
        if wanted.is_sound and wanted.newcomers:
            [printed] = importing.apply(current_user, wanted)
            once.made("accounts:person", current_user, printed.person_id)
            db.session.commit()
            return slip_page([printed], back)
        for fault in wanted.faults:
            form[fault.column].errors = [*form[fault.column].errors, fault.sentence]
        if not wanted.faults:
            form.username.errors = [_("这个用户名已经有人使用。")]
    return form_page(form, _("添加人员"), _("添加并打印凭条"), back)


def _cells(form: NewPersonForm) -> dict[str, str]:
    """The form as a row of a table."""
    return {
        "name": form["name"].data,
        "username": form.username.data,
        "unit": form.unit.unit.key,
        "title": form.title.data or "",
        "role": form.role.data,
        "since": form.since.data.isoformat(),
        "until": form.until.data.isoformat() if form.until.data else "",
    }


@bp.route("/admin/people/<int:id>/edit", methods=["GET", "POST"])
@requires("accounts:person:edit", Person, load=PERSON_OPTIONS)
def edit_person(person: Person) -> Any:
    form = PersonForm(
        name=person.name, title=person.title, unit=person.unit.name, version=person.version
    )
    back = url_for("accounts.administer_person", id=person.id)
    if form.sent():
        refuse_stale(form, person)
        if administers(current_user, form.unit.unit):
            unit, title = form.unit.unit, form.title.data or None
            people.edit(current_user, person, form["name"].data, title, unit)
            db.session.commit()
            flash(_("已保存。"), "good")
            return redirect(back)
        form.unit.errors = [_("这个单位不归你管理。")]
    return form_page(form, _("修改“%(name)s”的资料", name=person.name), _("保存"), back)


@bp.route("/admin/people/<int:id>/grant", methods=["GET", "POST"])
@requires("accounts:person:grant", Person, load=PERSON_OPTIONS)
def grant_role(person: Person) -> Any:
    form = RoleForm(role="cadre", since=clock.today(), unit=person.unit.name)
    back = url_for("accounts.administer_person", id=person.id)
    if form.sent():
        if once.earlier("accounts:membership", current_user):
            return redirect(back)
        try:
            made = _granted(person, form)
        except serving.RoleFault as fault:
            form[fault.field].errors = [str(fault)]
        else:
            once.made("accounts:membership", current_user, made.id)
            db.session.commit()
            flash(_("已给出角色。"), "good")
            return redirect(back)
    return form_page(form, _("给“%(name)s”一个角色", name=person.name), _("给出角色"), back)


def _granted(person: Person, form: RoleForm) -> Membership:
    until: date | None = form.until.data and form.until.data + timedelta(days=1)
    unit: Unit = form.unit.unit
    return serving.grant(current_user, person, form.role.data, unit, form.since.data, until)


@bp.route("/admin/memberships/<int:id>/end", methods=["GET", "POST"])
@requires("accounts:membership:end", Membership, load=ROLE_OPTIONS)
def end_role(membership: Membership) -> Any:
    form = EndRoleForm(from_day=clock.today())
    back = url_for("accounts.administer_person", id=membership.person_id)
    if form.sent():
        try:
            serving.end(current_user, membership, form.from_day.data)
        except serving.RoleFault as fault:
            form.from_day.errors = [str(fault)]
        else:
            db.session.commit()
            flash(_("已结束任职。"), "good")
            return redirect(back)
    title = _(
        "结束%(name)s在%(unit)s的“%(role)s”",
        name=membership.person.name,
        unit=membership.unit.name,
        role=ROLES[membership.role],
    )
    return form_page(form, title, _("结束任职"), back)


@bp.post("/admin/people/<int:id>/issue-slip")
@requires("accounts:person:issue_slip", Person, load=PERSON_OPTIONS)
def issue_slip(person: Person) -> Any:
    back = url_for("accounts.administer_person", id=person.id)
    if once.earlier("accounts:slip", current_user):
        flash(_("刚才已经开出一张凭条。代码只显示一次；没有印下来，请再开一张。"), "note")
        return redirect(back)
    printed = slips.issue(current_user, person)
    once.made("accounts:slip", current_user, person.id)
    db.session.commit()
    return slip_page([printed], back)


@bp.post("/admin/people/<int:id>/require-change")
@requires("accounts:person:require_change", Person, load=PERSON_OPTIONS)
def require_change(person: Person) -> Any:
    return _done(person, people.require_change, _("下次打开任何页面时，先要改密码。"))


@bp.post("/admin/people/<int:id>/disable")
@requires("accounts:person:disable", Person, load=PERSON_OPTIONS)
def disable_person(person: Person) -> Any:
    return _done(person, people.disable, _("账号已停用，各处的登录都已退出。"))


@bp.post("/admin/people/<int:id>/enable")
@requires("accounts:person:enable", Person, load=PERSON_OPTIONS)
def enable_person(person: Person) -> Any:
    return _done(person, people.enable, _("账号已恢复。"))


def _done(person: Person, verb: Any, sentence: str) -> Any:
    """Do a verb to a person and go back. Commits."""
    back = url_for("accounts.administer_person", id=person.id)
    try:
        verb(current_user, person)
    except serving.RoleFault as fault:
        flash(str(fault), "bad")
        return redirect(back)
    db.session.commit()
    flash(sentence, "good")
    return redirect(back)
