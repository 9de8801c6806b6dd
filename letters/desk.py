"""The desk: where the mail office, handlers, signers and the minister work on letters."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.models import Membership, Person, Unit, in_force
from accounts.units import unit_choices
from core import clock, journal, once, registry
from core.db import db
from core.gate import requires
from core.i18n import _
from core.paging import Pager, asked_page
from core.policy import allows
from core.states import IllegalMove

from . import handling, publishing, shelf
from .categories import selection_words
from .forms import (
    AcceptForm,
    AskForm,
    AssignForm,
    DeclineForm,
    NoteForm,
    ReasonForm,
    RedirectForm,
    SignForm,
    reply_form,
)
from .models import BEFORE_REPLY, ENDED, ROUNDS, Letter, Reply
from .views import bp

PAGE = 30
NAMED = joinedload(Letter.writer).load_only(Person.id, Person.name)
FOR_WORK = (
    joinedload(Letter.unit),
    joinedload(Letter.concerned_unit),
    joinedload(Letter.points),
    joinedload(Letter.ratings),
    selectinload(Letter.messages),
    selectinload(Letter.notes),
    selectinload(Letter.replies).joinedload(Reply.points),
)
FOR_REPLY = (
    joinedload(Letter.points),
    selectinload(Letter.replies).joinedload(Reply.points),
)
FOR_SIGNING = FOR_REPLY
HEAPS = ("todo", "open", "overdue", "replied", "ended")


def _conditions() -> dict[str, Any]:
    """What lies on each heap of the desk's list."""
    todo = shelf.todo(current_user)
    named = dict(todo)
    named["todo"] = or_(*(condition for _name, condition in todo)) if todo else None
    named["open"] = Letter.state.in_(BEFORE_REPLY)
    named["overdue"] = Letter.overdue()
    named["replied"] = Letter.state.in_(("replied", "rated", "unrated"))
    named["ended"] = Letter.state.in_(ENDED)
    return named


@bp.get("/letters/desk")
@requires("letters:desk:show")
def desk() -> Any:
    conditions = _conditions()
    state = request.args.get("state", "")
    counts = _counts(conditions)
    chosen = request.args.get("heap", "")
    if conditions.get(chosen) is None:
        reads_only = current_user.holds("minister") and not counts.get("todo")
        chosen = "open" if reads_only or "todo" not in counts else "todo"
    rows = _rows(conditions[chosen], state if state in Letter.machine.states else "")
    return render_template(
        "letters/desk.html",
        rows=rows,
        counts=counts,
        heap=chosen,
        states=Letter.machine.states[1:],
        chosen_state=state,
    )


def _own_work() -> Any:
    """Letters on this desk, the own ones apart: nobody works on the own letter."""
    return Letter.worked_by(current_user) & (func.coalesce(Letter.writer_id, 0) != current_user.id)


def _counts(conditions: dict[str, Any]) -> dict[str, int]:
    names = [name for name in HEAPS if conditions[name] is not None]
    sums = [func.coalesce(func.sum(case((conditions[name], 1), else_=0)), 0) for name in names]
    found = db.session.execute(select(*sums).where(_own_work())).one()
    return {name: int(count) for name, count in zip(names, found, strict=True)}


def _rows(condition: Any, state: str) -> Pager[Letter]:
    page = asked_page()
    wanted = select(Letter).where(_own_work(), condition)
    if state:
        wanted = wanted.where(Letter.state == state)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    due_on = func.coalesce(Letter.step_due_on, Letter.due_on)
    letters = db.session.scalars(
        wanted.options(joinedload(Letter.unit), joinedload(Letter.handler))
        .order_by(due_on.is_(None), due_on, Letter.received_on, Letter.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return Pager(page, PAGE, total, letters)


@bp.get("/letters/desk/<int:id>")
@requires("letters:letter:work", Letter, load=FOR_WORK)
def desk_letter(letter: Letter) -> Any:
    events = journal.history(letter.kind, letter.id)
    people = {event.actor_id for event in events} | {note.author_id for note in letter.notes}
    people |= {reply.drafted_by_id for reply in letter.replies} | {letter.writer_id}
    people |= {reply.signed_by_id for reply in letter.replies} | {letter.handler_id}
    may_assign = letter.can("assign") and allows(current_user, "letters:letter:assign", letter)
    return render_template(
        "letters/desk_letter.html",
        letter=letter,
        events=events,
        names=registry.names({one for one in people if one is not None}),
        hints=selection_words(letter.title, letter.body),
        verbs=verbs_now(letter),
        accept=AcceptForm(),
        assign=assign_form(letter) if may_assign else None,
        note=NoteForm(),
        sign=SignForm(data={"version": letter.replies[-1].number if letter.replies else 0}),
        made=publishing.of_letter(letter) if letter.replied_on is not None else None,
    )


def verbs_now(letter: Letter) -> set[str]:
    """What this actor can do with the letter in its present state."""
    isolating = letter.state in ("screening", "needs_info")
    flags = {
        "restrict": isolating and not letter.is_restricted,
        "release": letter.is_restricted,
    }
    found = set(letter.machine.verbs(letter.state))
    found |= {verb for verb, is_fit in flags.items() if is_fit} | {"note"}
    return {verb for verb in found if allows(current_user, f"letters:letter:{verb}", letter)}


def _done(letter: Letter, sentence: str, is_gone: bool = False) -> Any:
    db.session.commit()
    flash(sentence, "good")
    return redirect(
        url_for("letters.desk") if is_gone else url_for("letters.desk_letter", id=letter.id)
    )


def _form_page(letter: Letter, form: Any, verb: str, **more: Any) -> Any:
    """The page of one verb, with what was typed; 409 where the letter has moved on."""
    if not letter.can(verb):
        raise IllegalMove(letter, verb)
    page = render_template(f"letters/desk_{verb}.html", letter=letter, form=form, **more)
    return page, 422 if form.errors else 200


# --- The mail office ------------------------------------------------------------------------


@bp.post("/letters/desk/<int:id>/screen")
@requires("letters:letter:screen", Letter)
def screen(letter: Letter) -> Any:
    handling.screen(letter, current_user)
    return _done(letter, _("审阅开始。"))


@bp.route("/letters/desk/<int:id>/accept", methods=["GET", "POST"])
@requires("letters:letter:accept", Letter)
def accept(letter: Letter) -> Any:
    form = AcceptForm()
    if form.sent():
        handling.accept(letter, current_user, form.letter_kind.data)
        return _done(letter, _("已受理，期限已告诉写信人。接下来转给承办单位。"))
    return _form_page(letter, form, "accept")


@bp.route("/letters/desk/<int:id>/ask", methods=["GET", "POST"])
@requires("letters:letter:ask", Letter)
def ask(letter: Letter) -> Any:
    form = AskForm()
    if form.sent():
        handling.ask(letter, current_user, form.body.data)
        return _done(letter, _("已请写信人补充，补充以前不计时。"))
    return _form_page(letter, form, "ask")


@bp.post("/letters/desk/<int:id>/resume")
@requires("letters:letter:resume", Letter)
def resume(letter: Letter) -> Any:
    handling.resume(letter, current_user)
    return _done(letter, _("不再等补充，审阅继续。"))


@bp.route("/letters/desk/<int:id>/redirect", methods=["GET", "POST"])
@requires("letters:letter:redirect", Letter)
def redirect_letter(letter: Letter) -> Any:
    form = RedirectForm()
    if form.sent():
        handling.redirect(letter, current_user, form.body_name.data, form.body.data)
        return _done(letter, _("已转其他机构，并告诉了写信人。"))
    return _form_page(letter, form, "redirect")


@bp.route("/letters/desk/<int:id>/decline", methods=["GET", "POST"])
@requires("letters:letter:decline", Letter)
def decline(letter: Letter) -> Any:
    form = DeclineForm()
    if form.sent():
        handling.decline(letter, current_user, form.reason.data, form.body.data)
        return _done(letter, _("已告诉写信人不予受理和理由。"))
    return _form_page(letter, form, "decline")


@bp.post("/letters/desk/<int:id>/restrict")
@requires("letters:letter:restrict", Letter)
def restrict(letter: Letter) -> Any:
    handling.restrict(letter, current_user)
    return _done(letter, _("来信已隔离，只有信箱办公室能看到。"))


@bp.post("/letters/desk/<int:id>/release")
@requires("letters:letter:release", Letter)
def release(letter: Letter) -> Any:
    handling.release(letter, current_user)
    return _done(letter, _("已取消隔离。"))


@bp.route("/letters/desk/<int:id>/assign", methods=["GET", "POST"])
@requires("letters:letter:assign", Letter, load=(joinedload(Letter.contested_unit),))
def assign(letter: Letter) -> Any:
    form = assign_form(letter)
    if form.sent():
        unit = db.session.get_one(Unit, int(form.unit.data))
        try:
            handling.assign(letter, current_user, unit)
        except handling.WrongUnit:
            form.unit.errors = [_("第二次重办要由上级单位复核，请选承办单位的上级。")]
        else:
            return _done(letter, _("已转给%(unit)s。", unit=unit.name))
    return _form_page(letter, form, "assign")


def assign_form(letter: Letter) -> AssignForm:
    """Where to hand the letter; a contested one goes to the same unit first."""
    before = letter.contested_unit_id if letter.round < ROUNDS else None
    return AssignForm(handling_units(), data={"unit": str(before or "")})


def handling_units() -> dict[str, str]:
    """Every unit, those where somebody can claim a letter first, the others marked."""
    staffed = {
        str(unit_id)
        for unit_id in db.session.scalars(
            select(Membership.unit_id).where(Membership.role == "handler", in_force(clock.today()))
        )
    }
    named = unit_choices()
    first = {key: name for key, name in named.items() if key in staffed}
    others = {
        key: _("%(unit)s（还没有承办人）", unit=name)
        for key, name in named.items()
        if key not in staffed
    }
    return first | others


@bp.route("/letters/desk/<int:id>/recall", methods=["GET", "POST"])
@requires("letters:letter:recall", Letter)
def recall(letter: Letter) -> Any:
    form = ReasonForm()
    if form.sent():
        handling.recall(letter, current_user, form.body.data)
        return _done(letter, _("来信已收回，可以另行转办。"))
    return _form_page(letter, form, "recall")


@bp.post("/letters/desk/<int:id>/close")
@requires("letters:letter:close", Letter)
def close(letter: Letter) -> Any:
    handling.close(letter, current_user)
    return _done(letter, _("来信已办结。"))


# --- The unit -------------------------------------------------------------------------------


@bp.post("/letters/desk/<int:id>/claim")
@requires("letters:letter:claim", Letter)
def claim(letter: Letter) -> Any:
    handling.claim(letter, current_user)
    return _done(letter, _("这封信由你承办。"))


@bp.route("/letters/desk/<int:id>/hand_back", methods=["GET", "POST"])
@requires("letters:letter:hand_back", Letter)
def hand_back(letter: Letter) -> Any:
    form = ReasonForm()
    if form.sent():
        handling.hand_back(letter, current_user, form.body.data)
        return _done(letter, _("来信已退回信箱办公室。"), is_gone=True)
    return _form_page(letter, form, "hand_back")


@bp.post("/letters/desk/<int:id>/begin")
@requires("letters:letter:begin", Letter)
def begin(letter: Letter) -> Any:
    handling.begin(letter, current_user)
    return _done(letter, _("办理开始。"))


@bp.route("/letters/desk/<int:id>/draft", methods=["GET", "POST"])
@requires("letters:letter:draft", Letter, load=FOR_REPLY)
def draft(letter: Letter) -> Any:
    form = reply_form(letter)
    if form.sent():
        handling.draft(letter, current_user, **form.words)
        db.session.commit()
        flash(_("草稿已保存。"), "good")
        return redirect(url_for("letters.draft", id=letter.id))
    return _draft_page(letter, form)


def _draft_page(letter: Letter, form: Any) -> Any:
    if letter.state not in shelf.OWNED:
        raise IllegalMove(letter, "draft")
    page = render_template("letters/desk_draft.html", letter=letter, form=form)
    return page, 422 if form.errors else 200


@bp.post("/letters/desk/<int:id>/present")
@requires("letters:letter:present", Letter, load=FOR_REPLY)
def present(letter: Letter) -> Any:
    """Keeps what the form holds, then sends it on; what lacks words stays a kept draft."""
    form = reply_form(letter)
    if not form.sent():
        return _draft_page(letter, form)
    handling.draft(letter, current_user, **form.words)
    try:
        handling.present(letter, current_user)
    except handling.Unanswered as lack:
        form.version.raw_data = None  # what was sent gives way to the version kept just now
        form.version.data = letter.replies[-1].number
        form.lacking(lack.points)
        db.session.commit()
        return _draft_page(letter, form)
    return _done(letter, _("答复已送签。"))


@bp.route("/letters/desk/<int:id>/send_back", methods=["GET", "POST"])
@requires("letters:letter:send_back", Letter, load=FOR_SIGNING)
def send_back(letter: Letter) -> Any:
    form = ReasonForm()
    if form.sent():
        handling.send_back(letter, current_user, form.body.data)
        return _done(letter, _("草稿已退回修改。"))
    return _form_page(letter, form, "send_back")


@bp.post("/letters/desk/<int:id>/sign")
@requires("letters:letter:sign", Letter, load=FOR_SIGNING)
def sign(letter: Letter) -> Any:
    form = SignForm()
    handling.sign(letter, current_user, form.version.data if form.sent() else 0)
    return _done(letter, _("答复已签发，写信人现在可以看到。"))


@bp.route("/letters/desk/<int:id>/note", methods=["GET", "POST"])
@requires("letters:letter:note", Letter)
def note(letter: Letter) -> Any:
    form = NoteForm()
    if form.sent():
        if once.earlier("letters:note", current_user) is None:
            made = handling.note(letter, current_user, form.body.data)
            once.made("letters:note", current_user, f"{letter.id}-{made.number}")
        return _done(letter, _("批注已记下，写信人看不到。"))
    page = render_template("letters/desk_note.html", letter=letter, form=form)
    return page, 422 if form.errors else 200
