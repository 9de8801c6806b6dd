"""The office's pages: all surveys, a new one, its versions, its verbs, what people wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from wtforms import TextAreaField

from core import files, once, registry
from core.db import db, hold
from core.forms import CreationForm
from core.gate import requires
from core.i18n import _, _l, pick
from core.paging import Pager, asked_page

from . import opinions, publishing, results
from .building import drafting, library
from .definition import Definition, DefinitionFault, Fault, dump
from .interchange import READABLE, read_file, read_text
from .models import OpenAnswer, Survey, SurveyResponse, SurveyVersion
from .views import bp
from .xlsform import workbook

PAGE = 30
WORDS_PAGE = 50
MEDIA = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TOLD = 12  # places named of those that did not come along


class DefinitionForm(CreationForm):
    """A form's definition, pasted or as a file."""

    source = TextAreaField(_l("问卷内容（JSON）"))
    told: Sequence[Fault] = ()  # what of another program's form did not come along

    def definition(self) -> Definition:
        """What was handed in. Raises DefinitionFault or FileFault; the text stays in the box."""
        if (storage := request.files.get("file")) is not None and storage.filename:
            upload = files.receive(storage, READABLE)
            if upload.kind == "text":
                self.source.data = files.decoded(upload.data) or ""
            definition, self.told = read_file(upload)
            self.source.data = dump(definition.document)
            return definition
        if not (self.source.data or "").strip():
            raise files.FileFault(_("请选一个文件，或者把内容粘贴在框里。"))
        definition, self.told = read_text(self.source.data, "form.json")
        return definition


@dataclass(frozen=True)
class Written:
    """A question that people write an answer to: its key, its words, how many answered."""

    key: str
    label: str
    count: int
    is_filed: bool = False


@bp.get("/surveys/manage")
@requires("surveys:survey:manage")
def manage() -> Any:
    page = asked_page()
    surveys = Survey.visible_to(current_user)
    total = db.session.scalar(surveys.with_only_columns(func.count(Survey.id))) or 0
    answered = (
        select(func.count())
        .where(SurveyResponse.survey_id == Survey.id)
        .correlate(Survey)
        .scalar_subquery()
    )
    rows = db.session.execute(
        surveys.add_columns(answered)
        .order_by(Survey.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    pager = Pager(page, PAGE, total, rows.all())
    return render_template("surveys/manage.html", pager=pager)


@bp.route("/surveys/new", methods=["GET", "POST"])
@requires("surveys:survey:create")
def new() -> Any:
    form, faults = DefinitionForm(), []
    if request.method == "POST":
        if (made := once.earlier(Survey.kind, current_user)) is not None:
            return _to_versions(made)
        try:
            survey = _make(form.definition())
            once.made(Survey.kind, current_user, survey.slug)
            db.session.commit()
            flash(_("已存为草稿。看一遍，没有问题就开放。"), "good")
            _tell(form.told)
            return _to_versions(survey.slug)
        except (DefinitionFault, files.FileFault) as fault:
            db.session.rollback()
            faults = _faults(fault)
    page = render_template(
        "surveys/new.html", form=form, faults=faults, templates=library.templates()
    )
    return page, 422 if faults else 200


@bp.route("/surveys/<slug>/versions", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def versions(survey: Survey) -> Any:
    form, faults = DefinitionForm(), []
    if request.method == "POST":
        try:
            is_new = drafting.hand_in(survey, form.definition(), current_user)
            db.session.commit()
            _tell(form.told)
            return _handed_in(survey, is_new)
        except (DefinitionFault, files.FileFault) as fault:
            faults = _faults(fault)
            db.session.rollback()
    page = _versions_page(survey, form, faults)
    return page, 422 if faults else 200


@bp.get("/surveys/<slug>/versions/<int:number>.<any(json,xlsx):ending>")
@requires("surveys:survey:revise", Survey, by="slug")
def download(survey: Survey, number: int, ending: str) -> Any:
    version = db.session.get(SurveyVersion, (survey.id, number))
    if version is None:
        abort(404)
    data = workbook(version.document) if ending == "xlsx" else dump(version.document)
    answer = Response(data, mimetype=MEDIA[ending])
    name = f"{survey.slug}-{number}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post("/surveys/<slug>/<any(open,pause,resume,close,archive):verb>")
@requires("surveys:survey:manage", Survey, by="slug")
def move(survey: Survey, verb: str) -> Any:
    try:
        publishing.move(survey, verb, current_user._get_current_object())
    except publishing.NotYet as fault:
        db.session.rollback()
        flash(str(fault), "bad")
        return redirect(url_for("surveys.manage"), 303)
    db.session.commit()
    flash(_MOVED[verb] % {"title": survey.name}, "good")
    return redirect(url_for("surveys.manage"), 303)


@bp.get("/surveys/<slug>/answers")
@requires("surveys:answer:read", Survey, by="slug")
def read_answers(survey: Survey) -> Any:
    """What people wrote, a question at a time, in an order that chance made."""
    definitions = [version.definition for version in publishing.versions(survey)]
    counts = results.shown_to(survey, True)
    questions = _written(definitions, counts)
    asked = request.args.get("question", questions[0].key if questions else "")
    chosen = next((one for one in questions if one.key == asked), None)
    if questions and chosen is None:
        abort(404)
    told = any(one.publishes_words for one in definitions)
    pager = _texts(survey, asked) if counts.responses >= results.THRESHOLD else None
    return render_template(
        "surveys/answers_read.html",
        survey=survey,
        questions=questions,
        chosen=chosen,
        pager=pager,
        made=opinions.of_answers(one.id for one in pager.rows) if pager and told else {},
        may_publish=told and definitions[0].publishes_words,
        words=results.Words.of(definitions),
        threshold=results.THRESHOLD,
    )


_MOVED = {
    "open": _l("《%(title)s》已开放，应答的人现在就能看到。"),
    "pause": _l("《%(title)s》已暂停，已交的答卷都在。"),
    "resume": _l("《%(title)s》已恢复。"),
    "close": _l("《%(title)s》已截止，结果可以看了。"),
    "archive": _l("《%(title)s》已归档。"),
}


def _make(definition: Definition) -> Survey:
    hold(f"survey {definition.slug}")  # two windows at once: the second finds the slug in use
    if db.session.scalar(select(Survey.id).where(Survey.slug == definition.slug)):
        sentence = _("这个 slug 已有问卷在用。要出新版本，请到那份问卷的“版本”页。")
        raise DefinitionFault([Fault("slug", sentence)])
    return publishing.bring(definition, current_user._get_current_object()).survey


def _tell(told: Sequence[Fault]) -> None:
    """Name what of a workbook did not come along."""
    if not told:
        return
    named = _("；").join(
        _("%(name)s：%(why)s", name=one.place, why=one.sentence.rstrip("。")) for one in told[:TOLD]
    )
    if len(told) > TOLD:
        named = _("%(named)s；还有 %(count)d 处", named=named, count=len(told) - TOLD)
    flash(_("没有原样带过来的：%(named)s。", named=named), "note")


def _faults(fault: DefinitionFault | files.FileFault) -> list[Fault]:
    return fault.faults if isinstance(fault, DefinitionFault) else [Fault("", str(fault))]


def _handed_in(survey: Survey, is_new: bool) -> Any:
    """Where one goes on after a file: a published survey's changes are looked at first."""
    if not is_new:
        flash(_("和现在的一样，没有改动。"), "note")
    elif survey.state == "draft":
        flash(_("已存为草稿。看一遍，没有问题就开放。"), "good")
    else:
        return redirect(url_for("surveys.publish_draft", slug=survey.slug), 303)
    return _to_versions(survey.slug)


def _to_versions(slug: str) -> Any:
    return redirect(url_for("surveys.versions", slug=slug), 303)


def _versions_page(survey: Survey, form: DefinitionForm, faults: list[Fault]) -> str:
    found = publishing.versions(survey)
    if request.method == "GET":
        form.source.data = dump(found[0].document)
    authors = registry.names({one.author_id for one in found if one.author_id is not None})
    return render_template(
        "surveys/versions.html",
        survey=survey,
        form=form,
        faults=faults,
        versions=found,
        authors=authors,
        verbs=survey.machine.verbs(survey.state),
    )


def _written(definitions: list[Definition], counts: results.Counts) -> list[Written]:
    return [
        Written(
            question.key,
            pick(question.label),
            (counts.answered if question.kind.is_filed else counts.written).get(question.key, 0),
            question.kind.is_filed,
        )
        for section in results.merged(definitions)
        for question in section.questions
        if question.takes_words or question.kind.is_filed
    ]


def _texts(survey: Survey, question: str) -> Pager[OpenAnswer]:
    page = asked_page()
    of_question = (OpenAnswer.survey_id == survey.id, OpenAnswer.question_key == question)
    total = db.session.scalar(select(func.count()).select_from(OpenAnswer).where(*of_question)) or 0
    rows = db.session.scalars(
        select(OpenAnswer)
        .where(*of_question)
        .order_by(OpenAnswer.id)
        .limit(WORDS_PAGE)
        .offset((page - 1) * WORDS_PAGE)
    )
    return Pager(page, WORDS_PAGE, total, list(rows))
