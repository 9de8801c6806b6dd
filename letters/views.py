"""The mailbox for those who write: the entrance, the form, the receipt, the own letter."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from accounts.units import unit_choices
from core import errors, journal, once
from core.db import db
from core.gate import requires
from core.i18n import _
from core.policy import allows

from . import access, codes, handling, labels, progress, publishing, tally, writing
from .categories import selection_words
from .forms import (
    AnswerForm,
    AppealForm,
    LetterForm,
    RatingForm,
    ReopenForm,
    TrackForm,
    WithdrawForm,
)
from .models import Letter, Reply

bp = Blueprint("letters", __name__)
bp.context_processor(labels.words)

FOR_WRITER = (
    joinedload(Letter.unit),
    joinedload(Letter.concerned_unit),
    joinedload(Letter.points),
    joinedload(Letter.ratings),
    selectinload(Letter.messages),
    selectinload(Letter.replies).joinedload(Reply.points),
)
FOR_RECEIPT = (joinedload(Letter.points),)


@bp.get("/letters")
@requires("letters:letter:enter")
def index() -> Any:
    mine = (
        db.session.scalars(
            select(Letter)
            .where(Letter.writer_id == current_user.id)
            .order_by(Letter.received_at.desc())
            .limit(100)
        ).all()
        if current_user.is_authenticated
        else []
    )
    return render_template("letters/index.html", mine=mine, week=tally.recent_week())


@bp.route("/letters/new", methods=["GET", "POST"])
@requires("letters:letter:write")
def write() -> Any:
    form = LetterForm(unit_choices())
    if not form.sent():
        page = render_template(
            "letters/write.html", form=form, limit=current_app.config["LETTERS_PER_DAY"]
        )
        return page, 422 if form.errors else 200
    written = writing.Written(
        title=form.title.data,
        body=form.body.data,
        points=form.listed_points,
        category=form.category.data,
        concerned_unit_id=int(form.unit.data) if form.unit.data else None,
        is_publication_agreed=form.consent.data,
    )
    if current_user.is_authenticated:
        return _send_by_name(written)
    return _send_unnamed(written, form.once.data)


def _send_by_name(written: writing.Written) -> Any:
    if (made := once.earlier(Letter.kind, current_user)) is not None:
        return redirect(url_for("letters.receipt", id=made))
    letter = writing.by_name(written, current_user)
    once.made(Letter.kind, current_user, letter.id)
    db.session.commit()
    return redirect(url_for("letters.receipt", id=letter.id))


def _send_unnamed(written: writing.Written, form_key: str | None) -> Any:
    """The receipt comes as the answer to the form itself: the code stands in no address and no
    cookie. Sending the form again shows it again."""
    key = codes.form_key(form_key or "")
    letter = writing.sent_before(key)
    if letter is None:
        try:
            writing.unnamed(written, key)
            db.session.commit()
        except IntegrityError:  # its twin was faster
            db.session.rollback()
    letter = (
        db.session.scalars(
            select(Letter)
            .where(Letter.form_digest == codes.form_digest(key))
            .options(*FOR_RECEIPT)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )
    is_same = (letter.title, letter.body) == (written.title, written.body)
    page = _receipt(letter, code=codes.code_for(key), is_same=is_same)
    return access.grant(make_response(page), letter.id)


def _receipt(letter: Letter, **more: Any) -> str:
    hints = selection_words(letter.title, letter.body)
    return render_template("letters/receipt.html", letter=letter, hints=hints, **more)


@bp.get("/letters/<int:id>/receipt")
@requires("letters:letter:answer", Letter, load=FOR_RECEIPT)
def receipt(letter: Letter) -> Any:
    return access.keep_nowhere(make_response(_receipt(letter, code=None, is_same=True)))


@bp.route("/letters/track", methods=["GET", "POST"])
@requires("letters:letter:track")
def track() -> Any:
    form = TrackForm()
    if form.sent():
        letter_id = writing.tracked(form.code.data)
        if letter_id is not None:
            return access.grant(redirect(url_for("letters.show", id=letter_id)), letter_id)
        form.code.errors = [_("没有找到这个查询码。请对照回执逐组核对，字母和数字都不要漏。")]
    page = make_response(render_template("letters/track.html", form=form, letter_id=access.held()))
    page.status_code = 422 if form.errors else 200
    return access.keep_nowhere(page)


@bp.post("/letters/leave")
@requires("letters:letter:track")
def leave() -> Any:
    return access.end(redirect(url_for("letters.index")))


@bp.get("/letters/<int:id>")
@requires("letters:letter:show", Letter, load=FOR_WRITER)
def show(letter: Letter) -> Any:
    if not allows(current_user, "letters:letter:answer", letter):
        return redirect(url_for("letters.desk_letter", id=letter.id))
    return _page(letter)


def _page(letter: Letter) -> Any:
    events = journal.history(letter.kind, letter.id)
    page = render_template(
        "letters/show.html",
        letter=letter,
        steps=progress.steps(letter, events),
        answer=AnswerForm(),
        rating=RatingForm(),
        made=publishing.of_letter(letter) if letter.is_publication_agreed else None,
    )
    return access.keep_nowhere(make_response(page))


def _expect(letter: Letter, verb: str) -> None:
    """409 where the letter has moved on. The page names nobody: who works on a letter is not the
    writer's to know."""
    if not letter.can(verb):
        abort(make_response(errors.page(409, **errors.kept())))


def _form_page(letter: Letter, form: Any, verb: str) -> Any:
    """The page of one verb, with what was typed."""
    page = make_response(render_template(f"letters/{verb}.html", letter=letter, form=form))
    page.status_code = 422 if form.errors else 200
    return access.keep_nowhere(page)


def _done(letter: Letter, sentence: str) -> Any:
    db.session.commit()
    flash(sentence, "good")
    return redirect(url_for("letters.show", id=letter.id))


@bp.route("/letters/<int:id>/answer", methods=["GET", "POST"])
@requires("letters:letter:answer", Letter, load=(selectinload(Letter.messages),))
def answer(letter: Letter) -> Any:
    _expect(letter, "answer")
    form = AnswerForm()
    if form.sent():
        handling.answer(letter, current_user, form.body.data)
        return _done(letter, _("已收到你的补充，办理继续，期限从今天重新计算。"))
    return _form_page(letter, form, "answer")


@bp.route("/letters/<int:id>/appeal", methods=["GET", "POST"])
@requires("letters:letter:appeal", Letter, load=(selectinload(Letter.messages),))
def appeal(letter: Letter) -> Any:
    _expect(letter, "appeal")
    form = AppealForm()
    if form.sent():
        handling.appeal(letter, current_user, form.body.data)
        return _done(letter, _("申诉已收到，将重新审阅；再次不受理只能由部长决定。"))
    return _form_page(letter, form, "appeal")


@bp.route("/letters/<int:id>/withdraw", methods=["GET", "POST"])
@requires("letters:letter:withdraw", Letter)
def withdraw(letter: Letter) -> Any:
    _expect(letter, "withdraw")
    form = WithdrawForm()
    if form.sent():
        handling.withdraw(letter, current_user, form.body.data)
        return _done(letter, _("来信已撤回，不再办理。"))
    return _form_page(letter, form, "withdraw")


@bp.route("/letters/<int:id>/rate", methods=["GET", "POST"])
@requires("letters:letter:rate", Letter)
def rate(letter: Letter) -> Any:
    _expect(letter, "rate")
    form = RatingForm()
    if form.sent():
        resolved, attitude, speed = (
            int(field.data) for field in (form.resolved, form.attitude, form.speed)
        )
        words = form.comment.data or ""
        handling.rate(letter, current_user, resolved, attitude, speed, words)
        return _done(letter, _("谢谢你的评价。"))
    return _form_page(letter, form, "rate")


@bp.route("/letters/<int:id>/reopen", methods=["GET", "POST"])
@requires("letters:letter:reopen", Letter)
def reopen(letter: Letter) -> Any:
    _expect(letter, "reopen")
    form = ReopenForm()
    if form.sent():
        handling.reopen(letter, current_user, form.body.data)
        return _done(letter, _("来信重办，期限从今天重新计算。"))
    return _form_page(letter, form, "reopen")


@bp.before_request
def _offer_tracking() -> Any:
    """Somebody not signed in who follows a letter's address is asked for the code."""
    is_page = request.method == "GET" and request.endpoint in access.WRITER_PAGES
    if is_page and current_user.id is None and not hasattr(current_user, "letter_id"):
        return redirect(url_for("letters.track"))
    return None
