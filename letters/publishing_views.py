"""Asking for and taking back consent, and the office's page for the public version."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload
from wtforms.validators import ValidationError

from accounts.naming import named_in
from core import notices
from core.db import db
from core.errors import Conflict
from core.forms import CarefulForm, CreationForm, LineField, Required, TextField
from core.gate import requires
from core.i18n import _, _l
from core.text import TextFault
from moderation import Wording, submit, why

from . import publishing
from .models import Letter, Reply
from .public import PublicLetter, refuse_without_consent
from .views import bp

LIMIT = 20_000
FOR_PUBLISHING = (
    joinedload(Letter.points),
    selectinload(Letter.replies).joinedload(Reply.points),
)
WITH_VERSIONS = (joinedload(PublicLetter.public_revision), joinedload(PublicLetter.letter))


class PublicForm(CarefulForm, CreationForm):
    """The question and the reply as everybody will read them."""

    title = LineField(_l("标题"), [Required(_l("请用一句话写明问的是什么。"))], limit=80)
    question = TextField(_l("来信问的"), [Required(_l("请写明来信问了什么。"))], limit=LIMIT)
    reply = TextField(_l("答复"), [Required(_l("请写明答复了什么。"))], limit=LIMIT)

    wording: Wording

    def words_to_check(self) -> list[str]:
        return [str(one.data) for one in (self.title, self.question, self.reply)]

    def also_pointed_out(self) -> list[tuple[Any, str]]:
        return [(_("像是姓名"), name) for name in named_in("\n".join(self.words_to_check()))]

    def validate_reply(self, field: TextField) -> None:
        try:
            self.wording = publishing.wording(*self.words_to_check())
        except TextFault as fault:
            raise ValidationError(str(fault)) from fault


@bp.post("/letters/<int:id>/consent")
@requires("letters:letter:consent", Letter)
def consent(letter: Letter) -> Any:
    """The writer, by name or by code, says yes or no to publication."""
    yes = request.form.get("consent") == "yes"
    there = url_for("letters.show", id=letter.id)
    publishing.consent(letter, current_user, yes)
    db.session.commit()
    flash(_("已记下：同意公开。") if yes else _("已收回同意，公开的内容马上撤下。"), "good")
    return redirect(there)


@bp.post("/letters/desk/<int:id>/agree")
@requires("letters:letter:agree", Letter)
def agree(letter: Letter) -> Any:
    return _answered(letter, True, _("已同意公开这份答复。"))


@bp.post("/letters/desk/<int:id>/object")
@requires("letters:letter:object", Letter)
def object_to(letter: Letter) -> Any:
    return _answered(letter, False, _("已收回同意，公开的内容马上撤下。"))


def _answered(letter: Letter, yes: bool, sentence: str) -> Any:
    there = url_for("letters.desk_letter", id=letter.id)
    publishing.agree(letter, current_user, yes)
    db.session.commit()
    flash(sentence, "good")
    return redirect(there)


@bp.route("/letters/desk/<int:id>/publish", methods=["GET", "POST"])
@requires("letters:letter:publish", Letter, load=FOR_PUBLISHING)
def prepare_public(letter: Letter) -> Any:
    refuse_without_consent(letter)
    made = publishing.of_letter(letter)
    if made is not None and made.latest_revision is not None:
        return redirect(url_for("letters.edit_public", id=made.id))
    form = PublicForm(data=publishing.first_words(letter))
    if not form.sent():
        return _page(form, url_for("letters.desk_letter", id=letter.id))
    return _handed_in(publishing.prepare(letter, form.wording, current_user))


@bp.route("/letters/public/<int:id>/edit", methods=["GET", "POST"])
@requires("letters:public:edit", PublicLetter, load=WITH_VERSIONS)
def edit_public(record: PublicLetter) -> Any:
    latest = record.latest_revision
    if latest is None or record.is_sealed:
        raise Conflict(latest, _("这一条已被紧急封存，现在不能修改。"))
    refuse_without_consent(record.letter)
    form = PublicForm(data={"title": latest.title, **publishing.words_of(latest.body_html)})
    if not form.sent():
        returned = why(latest) if latest.state == "returned" else None
        return _page(form, record.url, returned=returned)
    submit(record, form.wording, current_user)
    return _handed_in(record)


def _page(form: PublicForm, there: str, **more: Any) -> Any:
    page = render_template("letters/public_form.html", form=form, there=there, **more)
    return page, 422 if form.errors else 200


def _handed_in(record: PublicLetter) -> Any:
    there = record.url
    notices.mark_read(current_user, [there])
    db.session.commit()
    flash(_("已提交，由另一位审核员看过以后公开。"), "note")
    return redirect(there)
