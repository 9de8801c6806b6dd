"""The workshop's pages: a form and what can be done to it, one act at a time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from core import headers, registry
from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _, pick

from .. import rules
from ..definition import DefinitionFault, Fault
from ..kinds import KINDS
from ..models import Survey
from ..views import bp
from . import acts, drafting, steps
from .doing import Done, do
from .drafting import Draft
from .head_form import HeadForm, SectionForm, with_head, with_section
from .library import shelf
from .question_form import LANGUAGES, Typed, typed

SHOWN = 12  # steps of the history beside the form
_OPENING = ("add", "duplicate", "retype")  # after these one goes on in the question


@bp.get("/surveys/manage/<slug>/edit")
@requires("surveys:survey:revise", Survey, by="slug")
def edit(survey: Survey) -> Any:
    return _page(drafting.draft_of(survey))


@bp.post("/surveys/manage/<slug>/edit")
@requires("surveys:survey:revise", Survey, by="slug")
def change(survey: Survey) -> Any:
    """One act on the form: `do` says which, and on what."""
    _not_over(survey)
    try:
        draft = drafting.draft_seen(survey, _seen())
        done = do(draft, request.form.get("do", ""), request.form)
        _keep(draft, done)
    except drafting.Stale as stale:
        return _page(drafting.draft_of(survey), stale=stale), 409
    except (acts.Refused, DefinitionFault) as fault:
        why = str(fault) if isinstance(fault, acts.Refused) else fault.faults[0].sentence
        return _page(drafting.draft_of(survey), refused=why), 422
    is_open = done.act in _OPENING or done.key == request.form.get("open")
    return redirect(_address(survey, done, is_open=is_open), 303)


@bp.route("/surveys/manage/<slug>/edit/questions/<key>", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def edit_question(survey: Survey, key: str) -> Any:
    if request.method == "GET":
        draft = drafting.draft_of(survey)
        found = key in acts.keys(draft.document)
        return _page(draft, key) if found else redirect(url_for("surveys.edit", slug=survey.slug))
    _not_over(survey)
    try:
        draft = drafting.draft_seen(survey, _seen())
        form = _typed(draft, key)
    except drafting.Stale as stale:
        return _stale_question(survey, key, stale)
    except acts.Refused as refused:
        return _page(drafting.draft_of(survey), refused=str(refused)), 422
    changed = acts.replace(draft.document, key, form.pressed(request.form.get("do", "")))
    form.take(_own(changed, key))
    if form.errors:
        return _page(draft, key, form=form), 422
    label = pick(form.document["label"])
    return _saved(draft, Done("edit", label, changed, key))


@bp.route("/surveys/manage/<slug>/edit/sections/<int:number>", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def edit_section(survey: Survey, number: int) -> Any:
    draft = drafting.draft_of(survey)
    if not 1 <= number <= len(draft.document["sections"]):
        return redirect(url_for("surveys.edit", slug=survey.slug))
    form = SectionForm.of(draft.document["sections"][number - 1])
    if request.method == "GET":
        return _page(draft, section=number, form=form)
    _not_over(survey)
    if _seen() != draft.seen:
        return _page(draft, section=number, form=form, stale=_stale(survey)), 409
    changed = with_section(draft.document, number - 1, form)
    if not form.takes(changed):
        return _page(draft, section=number, form=form), 422
    title = pick(changed["sections"][number - 1].get("title")) or _(
        "第 %(number)d 部分", number=number
    )
    return _saved(draft, Done("edit_section", title, changed, section=number))


@bp.route("/surveys/manage/<slug>/edit/form", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def edit_head(survey: Survey) -> Any:
    draft = drafting.draft_of(survey)
    form = HeadForm.of(draft.document, survey)
    if request.method == "GET":
        return _page(draft, head=True, form=form)
    _not_over(survey)
    if _seen() != draft.seen:
        return _page(draft, head=True, form=form, stale=_stale(survey)), 409
    if request.form.get("do") == "list":  # the options of the question just chosen
        return _page(draft, head=True, form=form)
    changed = with_head(draft.document, form)
    if not form.takes(changed):
        return _page(draft, head=True, form=form), 422
    return _saved(draft, Done("edit_form", "", changed))


# --- Together -------------------------------------------------------------------------------


def _seen() -> int | None:
    return request.form.get("seen", type=int)


def _not_over(survey: Survey) -> None:
    if survey.state in ("closed", "archived"):
        raise Conflict(survey, _("问卷已经截止，不能再改。"))


def _stale(survey: Survey) -> drafting.Stale:
    return drafting.Stale(steps.since(survey, _seen() or 0))


def _typed(draft: Draft, key: str) -> Typed:
    taken = {part: draft.taken_in(key, part) for part in ("options", "rows")}
    return typed(acts.question(draft.document, key), request.form, taken)


def _stale_question(survey: Survey, key: str, stale: drafting.Stale) -> Any:
    """What was typed stays, beside what somebody else did meanwhile."""
    draft = drafting.draft_of(survey)
    try:
        form = _typed(draft, key)
    except acts.Refused:
        return _page(draft, stale=stale, lost=_sent_texts()), 409
    return _page(draft, key, form=form, stale=stale), 409


def _sent_texts() -> list[tuple[str, str, bool]]:
    return [
        (name, value, True)
        for name, value in request.form.items(multi=True)
        if value.strip() and name not in ("csrf_token", "seen", "do")
    ]


def _own(document: acts.Document, key: str) -> list[Fault]:
    """The faults of one question, and of the whole where it lies at none."""
    try:
        return drafting.check(document).of(key)
    except DefinitionFault as fault:
        return [one for one in fault.faults if one.key in ("", key)] or fault.faults


def _keep(draft: Draft, done: Done) -> None:
    """Write what was done, and commit."""
    actor = current_user._get_current_object()
    if done.act in ("undo", "redo"):
        if not drafting.step_back(draft, done.act, actor):
            flash(_("没有可以撤销或者重做的了。"), "note")
    else:
        drafting.write(draft, done.act, done.about, done.document, actor)
    db.session.commit()


def _saved(draft: Draft, done: Done) -> Any:
    """Save a form, and go where one can go on."""
    if done.document != draft.document:
        _keep(draft, done)
    is_open = request.form.get("do") != "done"
    return redirect(_address(draft.survey, done, is_open), 303)


def _address(survey: Survey, done: Done, is_open: bool = True) -> str:
    if done.key and is_open:
        return url_for(
            "surveys.edit_question", slug=survey.slug, key=done.key, _anchor=f"q-{done.key}"
        )
    anchor = f"q-{done.key}" if done.key else f"part-{done.section}" if done.section else None
    return url_for("surveys.edit", slug=survey.slug, _anchor=anchor)


def _page(draft: Draft, key: str = "", **more: Any) -> Any:
    """The workshop, with a question, a section or the head open."""
    checked = drafting.check(draft.document)
    form = more.pop("form", None)
    if key and form is None:
        form = Typed(acts.question(draft.document, key))
    stale = more.pop("stale", None)
    history = steps.since(draft.survey, draft.seen - SHOWN) if draft.seen else []
    done = [*history, *(stale.steps if stale else [])]
    page = render_template(
        "surveys/building/edit.html",
        survey=draft.survey,
        draft=draft,
        checked=checked,
        looked=rules.look(checked.definition),
        opened=key,
        form=form,
        stale=stale,
        history=history,
        names=registry.names({one.author_id for one in done if one.author_id is not None}),
        kinds=KINDS,
        tongues=LANGUAGES,
        library=shelf(),
        **more,
    )
    return headers.with_frame(page)
