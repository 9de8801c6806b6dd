"""Beginning a form: from a template, or from text and Word files that are pasted in."""

from __future__ import annotations

import secrets
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import TextAreaField

from core import clock, files, once, text, word
from core.db import db
from core.forms import BaseForm, CreationForm
from core.gate import requires
from core.i18n import _, _l, pick

from .. import publishing
from ..definition import read
from ..models import Survey
from ..views import bp
from . import acts, drafting
from .acts import Document
from .library import templates
from .pasting import Pasted, text_of
from .pasting import read as read_text

LIMIT = 200_000  # characters of a pasted text


class PasteForm(BaseForm):
    """Text with questions, typed or in a Word file."""

    source = TextAreaField(_l("题目"))

    def pasted(self) -> Pasted:
        """What was understood. Raises files.FileFault or text.TextFault, with a sentence."""
        handed_in = request.files.get("file")
        if handed_in is not None and handed_in.filename:
            self.source.data = text_of(word.take(handed_in, current_app.config["FILE_MB"]))
        source = self.source.data or ""
        if len(source) > LIMIT:
            raise text.TextFault(_("文字太长：最多 %(limit)d 个字。", limit=LIMIT))
        if not source.strip():
            raise text.TextFault(_("请把题目粘贴在框里，或者选一个 Word 文件。"))
        found = read_text(source)
        if not found.questions:
            raise text.TextFault(
                _("没有看出题目来。请给每道题编上号，例如“1. …”，选项写成“A. …”。")
            )
        return found


class BeginForm(CreationForm, PasteForm):
    pass


@bp.post("/surveys/new/from")
@requires("surveys:survey:create")
def begin() -> Any:
    """A new form from a template."""
    if (document := templates().get(request.form.get("template", ""))) is None:
        abort(404)
    if (made := once.earlier(Survey.kind, current_user)) is not None:
        return _to_workshop(made)
    return _begun(document)


@bp.route("/surveys/new/paste", methods=["GET", "POST"])
@requires("surveys:survey:create")
def begin_with_text() -> Any:
    """A new form from text: first what was understood, then, sent again, the form."""
    form = BeginForm()
    if request.method == "GET":
        return _page(form)
    try:
        found = form.pasted()
    except (files.FileFault, text.TextFault) as fault:
        return _page(form, wrong=str(fault)), 422
    if request.form.get("do") != "take":
        return _page(form, found=found)
    if (made := once.earlier(Survey.kind, current_user)) is not None:
        return _to_workshop(made)
    document = templates()["blank"] | {"sections": found.sections}
    if found.title:
        document["title"] = found.title
    if found.intro:
        document["intro"] = found.intro
    return _begun(document)


@bp.route("/surveys/manage/<slug>/edit/paste", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def paste(survey: Survey) -> Any:
    """More questions from text, behind those that are there."""
    form = PasteForm()
    draft = drafting.draft_of(survey)
    if request.method == "GET" or survey.state in ("closed", "archived"):
        return _page(form, survey=survey, draft=draft)
    try:
        found = form.pasted()
    except (files.FileFault, text.TextFault) as fault:
        return _page(form, survey=survey, draft=draft, wrong=str(fault)), 422
    if request.form.get("do") != "take":
        return _page(form, survey=survey, draft=draft, found=found)
    if request.form.get("seen", type=int) != draft.seen:
        wrong = _("别人刚改过这份问卷。请看一遍，再加一次。")
        return _page(form, survey=survey, draft=draft, found=found, wrong=wrong), 409
    changed, first = _with_pasted(draft, found)
    actor = current_user._get_current_object()
    drafting.write(draft, "paste", pick(found.questions[0]["label"]), changed, actor)
    db.session.commit()
    return redirect(url_for("surveys.edit", slug=survey.slug, _anchor=f"q-{first}"), 303)


def _page(form: PasteForm, **more: Any) -> str:
    return render_template("surveys/building/paste.html", form=form, **more)


def _begun(document: Document) -> Any:
    """Keep a new form as a draft, under an address that the office may hand out."""
    slug = f"s-{clock.today():%Y%m%d}-{secrets.token_hex(3)}"
    document = {"slug": slug, **document}
    survey = publishing.bring(read(document), current_user._get_current_object()).survey
    once.made(Survey.kind, current_user, survey.slug)
    db.session.commit()
    flash(_("已存为草稿，只有办公室看得到。"), "good")
    return _to_workshop(survey.slug)


def _to_workshop(slug: str) -> Any:
    return redirect(url_for("surveys.edit", slug=slug), 303)


def _with_pasted(draft: drafting.Draft, found: Pasted) -> tuple[Document, str]:
    """The document with the questions behind its own, under keys that nothing had; and the first
    of these."""
    taken, new = draft.taken, dict[str, str]()
    for one in found.questions:
        new[one["key"]] = acts.fresh_key(taken | set(new.values()))
    document = draft.document
    added = acts.renamed({"sections": found.sections}, new)["sections"]
    changed = {**document, "sections": [*document["sections"], *added]}
    return changed, next(iter(new.values()))
