"""Rules about words: the list, one rule, its draft, the dry run, what is in use."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from core import once
from core.db import db, hold
from core.errors import Conflict
from core.gate import requires
from core.i18n import _

from . import drafting, reading, trying
from .forms import DraftForm, RuleForm
from .models import TermRule, TermVersion
from .reading import RulePage

bp = Blueprint("terms", __name__)


@bp.get("/moderation/terms")
@requires("moderation:terms:list")
def list_rules() -> Any:
    return render_template("moderation/terms/index.html", rules=reading.rules())


@bp.route("/moderation/terms/new", methods=["GET", "POST"])
@requires("moderation:terms:create")
def create_rule() -> Any:
    form = RuleForm()
    if not form.sent():
        return render_template("moderation/terms/new.html", form=form), 422 if form.errors else 200
    if (made := once.earlier("moderation:terms", current_user)) is not None:
        return redirect(url_for("terms.show_rule", id=made))
    hold("moderation:terms")  # two new rules of one name
    if db.session.scalar(select(TermRule.id).where(TermRule.name == form.name.data)):
        form.name.errors = [_("已经有一条同名的规则。")]
        return render_template("moderation/terms/new.html", form=form), 422
    version = drafting.create(form.name.data, form.name_en.data, form.said, current_user)
    once.made("moderation:terms", current_user, version.rule_id)
    return _saved(version.rule_id)


@bp.get("/moderation/terms/<int:id>")
@requires("moderation:terms:show", TermRule)
def show_rule(rule: TermRule) -> Any:
    return render_template("moderation/terms/rule.html", rule=rule, shown=RulePage(rule))


@bp.route("/moderation/terms/<int:id>/edit", methods=["GET", "POST"])
@requires("moderation:terms:edit", TermRule)
def edit_rule(rule: TermRule) -> Any:
    shown = RulePage(rule)
    form = DraftForm.of(shown.basis)
    page = {"rule": rule, "form": form, "shown": shown}
    if not form.sent():
        return render_template("moderation/terms/edit.html", **page), 422 if form.errors else 200
    if form.is_stale(shown.basis):
        return render_template("moderation/terms/edit.html", **page, is_stale=True), 409
    drafting.draft(rule, form.said, current_user)
    return _saved(rule.id)


def _saved(rule_id: int) -> Response:
    db.session.commit()
    flash(_("草稿已保存。试运行以后才能启用。"), "good")
    return redirect(url_for("terms.show_rule", id=rule_id))


@bp.post("/moderation/terms/<int:id>/try")
@requires("moderation:terms:try", TermRule)
def try_rule(rule: TermRule) -> Any:
    trying.begin(_open(rule), current_user)
    return _done(rule, _("试运行已开始，结果会写在这一页。"))


@bp.post("/moderation/terms/<int:id>/enact")
@requires("moderation:terms:enact", TermRule)
def enact_rule(rule: TermRule) -> Any:
    drafting.enact(_open(rule), current_user)
    return _done(rule, _("规则已启用，从现在提交的文字起生效。"))


@bp.post("/moderation/terms/<int:id>/discard")
@requires("moderation:terms:discard", TermRule)
def discard_draft(rule: TermRule) -> Any:
    _open(rule).advance("discard", current_user)
    return _done(rule, _("草稿已作废，仍留在经过里。"))


@bp.post("/moderation/terms/<int:id>/retire")
@requires("moderation:terms:retire", TermRule)
def retire_rule(rule: TermRule) -> Any:
    live = drafting.live_version(rule.id)
    if live is None:
        raise Conflict(drafting.last_version(rule), _("这条规则已经停用了。"))
    live.advance("retire", current_user)
    return _done(rule, _("规则已停用。"))


def _open(rule: TermRule) -> TermVersion:
    """The rule's draft. Raises Conflict when it has none any more."""
    version = drafting.open_version(rule)
    if version is None:
        raise Conflict(
            drafting.last_version(rule), _("这条规则现在没有草稿，也许已经启用或作废了。")
        )
    return version


def _done(rule: TermRule, sentence: str) -> Response:
    there = url_for("terms.show_rule", id=rule.id)
    db.session.commit()
    flash(sentence, "good")
    return redirect(there)
