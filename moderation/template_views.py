"""The pages of the ready-made explanations, and filling one into a decision's form."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from wtforms import HiddenField, SelectField
from wtforms.validators import ValidationError

from core import once
from core.db import db
from core.errors import Conflict
from core.forms import CreationForm, LineField, Required, TextField
from core.gate import requires
from core.i18n import _, _l

from . import reasons, templates
from .filling import RETIRED, put_in
from .forms import FORMS, ApproveForm, ExplainedForm
from .models import QueueItem
from .reading import LOAD
from .templates import ExplanationTemplate
from .views import bp, item_page

EXPLAINED = (
    *(verb for verb, form in FORMS.items() if issubclass(form, ExplainedForm)),
    *("amend", "redact"),  # on pages of their own
)


class TemplateForm(CreationForm):
    """A template's words; `version` says from which state of it the form was opened."""

    title = LineField(_l("名称"), [Required(_l("请写一个名称。"))], limit=templates.TITLE)
    title_en = LineField(_l("英文名称"), limit=templates.TITLE)
    words = TextField(_l("给作者的说明"), [Required(_l("请写说明的文字。"))], limit=templates.WORDS)
    words_en = TextField(_l("英文说明"), limit=templates.WORDS)
    verb = SelectField(_l("用于哪种决定"), validate_choice=False)
    reason_code = SelectField(_l("用于哪个原因"), validate_choice=False)
    version = HiddenField()

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        anything = ("", _("不限"))
        self.verb.choices = [anything, *((verb, reasons.VERBS[verb]) for verb in EXPLAINED)]
        self.reason_code.choices = [anything, *reasons.REASONS.items()]

    def validate_verb(self, field: Any) -> None:
        if field.data and field.data not in EXPLAINED:
            raise ValidationError(_("请从列表里选一个。"))

    def validate_reason_code(self, field: Any) -> None:
        if field.data and field.data not in reasons.REASONS:
            raise ValidationError(_("请从列表里选一个。"))

    def fill(self, template: ExplanationTemplate) -> None:
        for name in ("title", "title_en", "words", "words_en"):
            setattr(template, name, self[name].data or "")
        template.verb = self.verb.data or None
        template.reason_code = self.reason_code.data or None


@bp.get("/moderation/templates")
@requires("moderation:template:list")
def list_templates() -> Any:
    return _list(TemplateForm()), 200


@bp.post("/moderation/templates")
@requires("moderation:template:create")
def create_template() -> Any:
    form = TemplateForm()
    if not form.sent():
        return _list(form), 422
    if once.earlier(ExplanationTemplate.kind, current_user) is None:
        form.fill(template := ExplanationTemplate())
        templates.write(template, current_user)
        once.made(ExplanationTemplate.kind, current_user, template.id)
        db.session.commit()
        flash(_("模板已添加，审核时可以选用。"), "good")
    return redirect(url_for("moderation.list_templates"))


@bp.route("/moderation/templates/<int:id>/edit", methods=["GET", "POST"])
@requires("moderation:template:edit", ExplanationTemplate)
def edit_template(template: ExplanationTemplate) -> Any:
    form = TemplateForm(obj=template)
    if not form.sent():
        return _edit(template, form), 422 if form.errors else 200
    if form.version.data != str(template.version):
        form.version.data = str(template.version)
        return _edit(template, form, is_stale=True), 409
    form.fill(template)
    templates.write(template, current_user)
    db.session.commit()
    flash(_("模板已保存。"), "good")
    return redirect(url_for("moderation.list_templates"))


@bp.post("/moderation/templates/<int:id>/retire")
@requires("moderation:template:retire", ExplanationTemplate)
def retire_template(template: ExplanationTemplate) -> Any:
    templates.retire(template, current_user)
    db.session.commit()
    flash(_("模板已停用，用过它的决定不变。"), "note")
    return redirect(url_for("moderation.list_templates"))


@bp.post("/moderation/<int:id>/fill/<any(return, reject, hide, overturn, uphold):verb>")
@requires("moderation:item:decide", QueueItem, load=LOAD)
def fill(item: QueueItem, verb: str) -> Any:
    """The page again with a template's words in the box; nothing is decided or kept."""
    form = ApproveForm.of(verb)
    assert isinstance(form, ExplainedForm)
    if not put_in(form, verb):
        raise Conflict(item, str(RETIRED))
    return item_page(item, verb, form)


def _list(form: TemplateForm) -> str:
    rows = db.session.scalars(
        ExplanationTemplate.visible_to(current_user).order_by(
            ExplanationTemplate.retired_at.is_not(None), ExplanationTemplate.title
        )
    ).all()
    return render_template("moderation/templates.html", rows=rows, form=form, reasons=reasons)


def _edit(template: ExplanationTemplate, form: TemplateForm, is_stale: bool = False) -> str:
    return render_template(
        "moderation/template.html", template=template, form=form, is_stale=is_stale
    )
