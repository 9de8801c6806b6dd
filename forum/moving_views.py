"""The pages on which a board's reviewers move, split and merge threads."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.validators import ValidationError

from core import once
from core.db import db
from core.errors import Conflict
from core.forms import BaseForm, CreationForm, LineField, Required, TextField
from core.gate import LARGEST_ID, requires
from core.i18n import _, _l

from . import moving
from .forms import TITLE
from .models import Thread
from .views import bp, code

NUMBERS = 200  # posts split off at a time
_NUMBERS = re.compile(r"\s*[0-9]{1,6}(?:\s*[-–~]\s*[0-9]{1,6})?\s*(?:[,，、\s]|$)")
_ADDRESS = re.compile(r"(?:.*/threads/)?([0-9]{1,10})(?:[?#/].*)?")


class WhyForm(BaseForm):
    """Why something moves; everybody who comes to the old place reads it."""

    why = TextField(_l("原因（大家都看得到）"), [Required(_l("请写明原因。"))], limit=300)


class MoveForm(WhyForm):
    board = SelectField(_l("移到哪个版块"), validate_choice=False)

    def validate_board(self, field: Any) -> None:
        if field.data not in dict(field.choices or ()):
            raise ValidationError(_("请选一个版块。"))


class MergeForm(WhyForm):
    into = LineField(
        _l("并入哪个主题"),
        [Required(_l("请写另一个主题的网址或编号。"))],
        limit=200,
        description=_l("那个主题的网址，或者网址里的编号。"),
    )

    @property
    def thread_id(self) -> int:
        found = _ADDRESS.fullmatch((self.into.data or "").strip())
        return min(int(found[1]), LARGEST_ID) if found else 0


class SplitForm(WhyForm, CreationForm):
    numbers = LineField(
        _l("拆出哪几楼"),
        [Required(_l("请写楼号。"))],
        limit=500,
        description=_l("例如：3, 5-8。"),
    )
    title = LineField(_l("新主题的标题"), [Required(_l("请写一个标题。"))], limit=TITLE[1])

    chosen: list[int]

    def validate_numbers(self, field: Any) -> None:
        typed = field.data or ""
        parts = _NUMBERS.findall(typed)
        self.chosen = []
        for part in parts:
            ends = [int(one) for one in re.findall("[0-9]+", part)]
            if ends[-1] - ends[0] < NUMBERS:
                self.chosen += range(ends[0], ends[-1] + 1)
        if "".join(parts) != typed or not 0 < len(self.chosen) <= NUMBERS:
            raise ValidationError(_("请写楼号，例如 3, 5-8；一次最多 %(n)d 楼。", n=NUMBERS))


@bp.route("/threads/<int:id>/move", methods=["GET", "POST"])
@requires("forum:thread:tend", Thread)
def move_thread(thread: Thread) -> Any:
    form, boards = MoveForm(), {str(one.id): one for one in moving.boards_of(current_user)}
    form.board.choices = [(key, board.name) for key, board in boards.items()]
    if not form.sent():
        return _page("move", thread, form), code(form)
    board = boards[str(form.board.data)]
    try:
        moving.move(thread, board, form.why.data or "", current_user)
    except moving.Misplaced as fault:
        return _refuse("move", thread, form, form.board, fault)
    return _finish(thread, _("已移到“%(board)s”。", board=board.name))


@bp.route("/threads/<int:id>/split", methods=["GET", "POST"])
@requires("forum:thread:tend", Thread)
def split_thread(thread: Thread) -> Any:
    form = SplitForm()
    if not form.sent():
        return _page("split", thread, form), code(form)
    if (earlier := once.earlier(Thread.kind, current_user)) is not None:
        return redirect(url_for("forum.show_thread", id=earlier))
    words = (form.title.data or "", form.why.data or "")
    try:
        made = moving.split(thread, form.chosen, *words, current_user)
    except moving.Misplaced as fault:
        return _refuse("split", thread, form, form.numbers, fault)
    once.made(Thread.kind, current_user, made.id)
    return _finish(made, _("已拆成新的主题，原处留了路标。"))


@bp.route("/threads/<int:id>/merge", methods=["GET", "POST"])
@requires("forum:thread:tend", Thread)
def merge_thread(thread: Thread) -> Any:
    form = MergeForm()
    if not form.sent():
        return _page("merge", thread, form), code(form)
    found = Thread.visible_to(current_user).where(Thread.id == form.thread_id)
    into = db.session.scalars(found).one_or_none()
    try:
        if into is None:
            raise moving.Misplaced(_("没有这个主题，请核对网址。"))
        moving.merge(thread, into, form.why.data or "", current_user)
    except moving.Misplaced as fault:
        return _refuse("merge", thread, form, form.into, fault)
    return _finish(into, _("已并入这个主题，原处留了路标。"))


def _page(verb: str, thread: Thread, form: Any) -> str:
    if not thread.is_public:
        raise Conflict(thread, _("这个主题已经不在这里，或者还没有发布。"))
    return render_template(f"forum/{verb}.html", thread=thread, form=form)


def _refuse(verb: str, thread: Thread, form: Any, field: Any, fault: Exception) -> Any:
    """Misplaced is raised before anything is written."""
    field.errors = [str(fault)]
    return _page(verb, thread, form), 422


def _finish(thread: Thread, sentence: str) -> Response:
    there = url_for("forum.show_thread", id=thread.id)
    db.session.commit()
    flash(sentence, "good")
    return redirect(there)
