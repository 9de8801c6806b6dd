"""Pages of published opinions: putting one forward, where it stands, what everybody reads."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from wtforms.validators import ValidationError

from accounts.naming import named_in
from core import notices
from core.db import db, hold
from core.errors import Conflict
from core.forms import CarefulForm, CreationForm, Required, TextField
from core.gate import requires
from core.i18n import _, _l, pick
from core.paging import Pager, asked_page
from core.policy import allows
from moderation import (
    Stand,
    Wording,
    is_reviewer,
    pages_around,
    remarks_on,
    retract,
    standing_of,
    submit,
    why,
)

from . import opinions
from .models import OpenAnswer, Survey
from .opinions import Opinion
from .views import bp

PAGE = 30
LIMIT = 5_000
WITH_VERSIONS = (joinedload(Opinion.public_revision),)


class OpinionForm(CarefulForm, CreationForm):
    """An answer's own words, shortened where the marks say so."""

    body = TextField(_l("公布的文字"), [Required(_l("请留下要公布的话。"))], limit=LIMIT)
    raw = ""

    def words_to_check(self) -> list[str]:
        return [str(self.body.data)]

    def also_pointed_out(self) -> list[tuple[Any, str]]:
        return [(_("像是姓名"), name) for name in named_in(str(self.body.data))]

    def validate_body(self, field: TextField) -> None:
        if not opinions.is_shortened(self.raw, str(field.data)):
            raise ValidationError(
                _("只能用原话。要略去的地方写 %(mark)s，其余一个字也不要改。", mark=opinions.MARK)
            )


@bp.route("/surveys/<slug>/answers/<answer_id>/propose", methods=["GET", "POST"])
@requires("surveys:opinion:propose", Survey, by="slug")
def propose_opinion(survey: Survey, answer_id: str) -> Any:
    answer = opinions.answer_of(survey, answer_id)
    if answer is None:
        abort(404)
    if (made := opinions.of_answers([answer.id]).get(answer.id)) is not None:
        return redirect(url_for("surveys.show_opinion", id=made.id))
    form = _form(answer)
    reason = opinions.why_not(survey, opinions.latest_definition(survey), answer)
    if reason or not form.sent():
        return _form_page(survey, answer, form, reason=reason)
    hold(f"opinion {answer.id}")  # two windows at once: the second finds it made
    made = opinions.propose(survey, answer, str(form.body.data), current_user)
    return _handed_in(made)


def _form(answer: OpenAnswer, words: str = "") -> OpinionForm:
    form = OpinionForm(data={"body": words or answer.text})
    form.raw = answer.text
    return form


def _form_page(survey: Survey, answer: OpenAnswer, form: OpinionForm, **more: Any) -> Any:
    page = render_template(
        "surveys/opinion_form.html", survey=survey, answer=answer, form=form, **more
    )
    return page, 422 if form.errors or (more.get("reason") and request.method == "POST") else 200


def _handed_in(opinion: Opinion) -> Any:
    there = url_for("surveys.show_opinion", id=opinion.id)
    notices.mark_read(current_user, [there])
    db.session.commit()
    flash(_("已提交，由另一位审核员看过以后公布。"), "note")
    return redirect(there)


@bp.get("/surveys/opinions/<int:id>")
@requires("surveys:opinion:show", Opinion, load=WITH_VERSIONS)
def show_opinion(opinion: Opinion) -> Any:
    """Where it stands, for the office and its reviewers; others are led to the results."""
    if not (current_user.holds("office") or is_reviewer(current_user, opinion.unit)):
        return redirect(opinion.url)
    latest = opinion.latest_revision
    assert latest is not None
    is_public = opinion.is_public
    return render_template(
        "surveys/opinion_show.html",
        opinion=opinion,
        question=opinion.question(opinions.latest_definition(opinion.survey)),
        standing=standing_of(opinion.review_place, opinion.id, latest, is_public),
        is_mine=opinion.author_id == current_user.id,
        remarks=remarks_on(latest) if latest.state == "returned" else [],
    )


@bp.route("/surveys/opinions/<int:id>/edit", methods=["GET", "POST"])
@requires("surveys:opinion:edit", Opinion, load=WITH_VERSIONS)
def edit_opinion(opinion: Opinion) -> Any:
    latest = opinion.latest_revision
    answer = opinions.answer_of(opinion.survey, opinion.answer_id)
    if answer is None or latest is None or opinion.is_sealed:
        raise Conflict(latest, _("原来的回答已经不在了，不能再改。"))
    form = _form(answer, latest.body)
    if not form.sent():
        returned = why(latest) if latest.state == "returned" else None
        return _form_page(opinion.survey, answer, form, opinion=opinion, returned=returned)
    submit(opinion, Wording.of(str(form.body.data)), current_user)
    return _handed_in(opinion)


@bp.post("/surveys/opinions/<int:id>/withdraw")
@requires("surveys:opinion:withdraw", Opinion, load=WITH_VERSIONS)
def withdraw_opinion(opinion: Opinion) -> Any:
    there = url_for("surveys.show_opinion", id=opinion.id)
    retract(Opinion.for_review(opinion.id, lock=True), current_user)
    db.session.commit()
    flash(_("已撤下，结果页上不再有这一条。"), "good")
    return redirect(there)


def _stand(opinion: Opinion) -> Stand:
    there = Opinion.review_url(opinion.id)
    return Stand(opinion.survey.name, _("问卷里的一条意见"), there, there)


pages_around(bp, Opinion, "/surveys/opinions", _stand, WITH_VERSIONS)


@bp.get("/surveys/<slug>/opinions")
@requires("surveys:survey:show", Survey, by="slug")
def list_opinions(survey: Survey) -> Any:
    """All that people said and that was published, question by question."""
    if not allows(current_user, "surveys:survey:results", survey):
        return render_template("surveys/results_later.html", survey=survey), 403
    number = asked_page()
    total, rows = opinions.page_of(survey, number, PAGE, current_user)
    definition = opinions.latest_definition(survey)
    labels = {one.key: pick(one.label) for one in definition.questions}
    pager = Pager(number, PAGE, total, rows)
    return render_template("surveys/opinion_list.html", survey=survey, pager=pager, labels=labels)
