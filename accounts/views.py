"""Signing in and out, one's own page, and what everybody may see of a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import with_expression

from core import clock, follows, journal, throttle
from core.addresses import is_ours
from core.db import db
from core.gate import requires
from core.i18n import _

from . import demonstration, known_browser, passwords, session, slips, tries
from .entry import Candidate
from .forms import ChangePasswordForm, RecoverForm, SignInForm
from .models import Person
from .roles import ROLES, UNIT_KINDS, roles_of

bp = Blueprint("accounts", __name__)
WITH_LEVEL = with_expression(Person.level, follows.level_of(Person.kind, Person.id))
YEAR = 365 * 24 * 3600


@bp.context_processor
def _words() -> dict[str, Any]:
    """What this area's templates say of roles, units, days and passwords."""
    return {
        "today": clock.today(),
        "role_names": ROLES,
        "unit_kinds": UNIT_KINDS,
        "roles_of": roles_of,
        "password_hint": passwords.hint,
    }


def next_page() -> str:
    """Where to go after signing in: an address of ours, never another host's."""
    target = request.values.get("next", "")
    return target if is_ours(target) else url_for("front.home")


@bp.route("/login", methods=["GET", "POST"])
@requires("accounts:session:begin")
def sign_in() -> Any:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(next_page())
    form = SignInForm()
    if form.sent():
        candidate = Candidate.named(form.username.data)
        counted = tries.spend("sign-in", candidate.username, candidate.id)
        db.session.commit()  # before the slow comparison: tries at once must see each other
        if candidate.enters_with(form.password.data):
            throttle.take_back(*counted)
            return _enter(candidate, form.password.data)
        form.password.errors = [
            _("用户名或密码不对，或者账号已停用、任职已到期。请再试一次，或找本单位管理员。")
        ]
    page = render_template("accounts/sign_in.html", form=form, **demonstration.context())
    return page, 422 if form.errors else 200


def _enter(candidate: Candidate, password: str) -> Any:
    """Begin the sign-in. Commits."""
    assert candidate.id is not None
    assert candidate.password_hash is not None
    if passwords.is_outdated(candidate.password_hash):
        person = db.session.get_one(Person, candidate.id)
        person.password_hash = passwords.hashed(password)
    session.begin(candidate.id)
    db.session.commit()
    answer = known_browser.mark(redirect(next_page()), candidate.id)
    if candidate.language and "language" not in request.cookies:
        answer.set_cookie("language", candidate.language, max_age=YEAR, samesite="Lax")
    return answer


@bp.post("/logout")
@requires("accounts:session:end")
def sign_out() -> Any:
    session.end()
    db.session.commit()
    flash(_("已退出。"), "note")
    return redirect(url_for("accounts.sign_in"))


@bp.post("/logout/everywhere")
@requires("accounts:session:end_everywhere")
def sign_out_everywhere() -> Any:
    session.end_everywhere(current_user.id)
    session.end()
    db.session.commit()
    flash(_("已在所有浏览器上退出，订阅源的地址也都停用了。"), "note")
    return redirect(url_for("accounts.sign_in"))


@bp.get("/me")
@requires("accounts:self:show")
def me() -> Any:
    sign_ins = session.current_sign_ins(current_user.id)
    return render_template(
        "accounts/me.html",
        sign_ins=sign_ins,
        is_this_browser=session.is_this_browser,
        posts=sorted(current_user.memberships, key=lambda one: one.valid_from, reverse=True),
    )


@bp.route("/me/password", methods=["GET", "POST"])
@requires("accounts:password:change")
def change_password() -> Any:
    person_id, username = current_user.id, current_user.username
    form = ChangePasswordForm(username, current_user.name)
    if form.sent():
        stored = current_user.password_hash
        counted = tries.spend("sign-in", username, person_id)
        db.session.commit()
        if passwords.matches(stored, form.password.data):
            throttle.take_back(*counted)
            return _change_password(person_id, form.new_password.data)
        session.reload()
        form.password.errors = [_("现在的密码不对。")]
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


def _change_password(person_id: int, new_password: str) -> Any:
    """Set the password and end every other sign-in. Commits."""
    digest = passwords.hashed(new_password)
    person = db.session.get_one(Person, person_id)
    person.password_hash = digest
    person.must_change_password = False
    session.end_everywhere(person_id)
    session.begin(person_id)
    journal.append("accounts:person", person_id, "change_password", person_id)
    db.session.commit()
    flash(_("密码已更改。其他浏览器上的登录都已退出，订阅源的地址也都停用了。"), "note")
    return redirect(url_for("accounts.me"))


@bp.route("/recover", methods=["GET", "POST"])
@requires("accounts:password:recover")
def recover() -> Any:
    form = RecoverForm()
    if form.sent():
        claim = slips.Claim.of(form.username.data, form.code.data)
        counted = tries.spend("recover", claim.username, claim.person_id or None)
        db.session.commit()
        fault = None
        if claim.is_right:
            throttle.take_back(*counted)
            fault = passwords.fault_of(form.new_password.data, claim.username, claim.name)
            if fault is None and _recover(claim, passwords.hashed(form.new_password.data)):
                return known_browser.mark(redirect(url_for("accounts.me")), claim.person_id)
        if fault:
            form.new_password.errors = [fault]
        else:
            form.code.errors = [_("用户名和代码对不上，或者凭条已经用过、过了期。请再核对一遍。")]
    return render_template("accounts/recover.html", form=form), 422 if form.errors else 200


def _recover(claim: slips.Claim, password_hash: str) -> bool:
    """Set the password by a slip and sign in. Commits; False when the slip was used up."""
    if not slips.set_password(claim, password_hash):
        return False
    session.begin(claim.person_id)
    db.session.commit()
    flash(_("新密码已经生效，你已登录。"), "good")
    return True


@bp.get("/people/<int:id>")
@requires("accounts:person:show", Person, load=(*session.PERSON_OPTIONS, WITH_LEVEL))
def show_person(person: Person) -> Any:
    return render_template("accounts/person_show.html", person=person)
