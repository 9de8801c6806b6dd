"""The office's page on who is asked: the address and its QR code, invitation codes."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from core import clock, files, once, smtp
from core.db import db
from core.errors import Conflict
from core.forms import CreationForm
from core.gate import requires
from core.i18n import _, _l

from . import audience, code_mail, entry_codes, qr, recipients, reminding
from .models import Survey
from .views import bp

BATCH, MAILING = "surveys:code_batch", "surveys:code_mailing"
LONGEST = 1_000_000  # characters of a pasted list
MOST_FAULTS = 200


class BatchForm(CreationForm):
    """How many codes to print, and what the office calls them."""

    count = IntegerField(
        _l("几张"),
        default=50,
        validators=[
            InputRequired(_l("请写要几张。")),
            NumberRange(1, entry_codes.MOST, _l("一次印 1 到 500 张。")),
        ],
    )
    name = StringField(_l("叫什么"), validators=[Length(max=60, message=_l("最多 60 字。"))])


class MailForm(CreationForm):
    """Addresses, pasted or in a file, and what the office calls them."""

    addresses = TextAreaField(
        _l("邮件地址，一行一个"),
        validators=[Length(max=LONGEST, message=_l("太长了，请分几次寄，或者交一个文件。"))],
    )
    name = StringField(_l("叫什么"), validators=[Length(max=60, message=_l("最多 60 字。"))])

    def listed(self) -> recipients.Listed:
        """What was handed in; a file goes before what is pasted. Raises FileFault."""
        if (storage := request.files.get("file")) is not None and storage.filename:
            self.addresses.data = ""
            return recipients.read(files.receive(storage, recipients.KINDS))
        pasted = (self.addresses.data or "").encode("utf-8", "replace")
        return recipients.read(files.Upload("list.csv", "text", pasted))


@bp.get("/surveys/<slug>/asking")
@requires("surveys:survey:manage", Survey, by="slug")
def show_asking(survey: Survey) -> Any:
    return _page(survey, BatchForm())


@bp.post("/surveys/<slug>/codes")
@requires("surveys:survey:manage", Survey, by="slug")
def make_codes(survey: Survey) -> Any:
    """Make a batch of invitation codes and show them, this once, to be printed."""
    if survey.entry != "codes" or survey.is_over:
        raise Conflict(survey, _("这份问卷不凭邀请码答，或者已经结束。"))
    form = BatchForm()
    if not form.validate():
        return _page(survey, form), 422
    if once.earlier(BATCH, current_user):
        flash(_("这一批已经做过。码只显示一次；没有印好就再做一批。"), "note")
        return redirect(url_for("surveys.show_asking", slug=survey.slug), 303)
    actor = current_user._get_current_object()
    made = entry_codes.make(survey, form.count.data, form.name.data or "", actor)
    once.made(BATCH, current_user, made.batch.number)
    db.session.commit()
    return _slips(survey, made)


@bp.get("/surveys/<slug>/codes")
@requires("surveys:survey:manage", Survey, by="slug")
def back_to_asking(survey: Survey) -> Any:
    """Where the printed page leads when it is asked for anew: its codes are shown once."""
    return redirect(url_for("surveys.show_asking", slug=survey.slug))


@bp.get("/surveys/<slug>/mails")
@requires("surveys:survey:manage", Survey, by="slug")
def begin_mailing(survey: Survey) -> Any:
    if not may_mail(survey):
        return redirect(url_for("surveys.show_asking", slug=survey.slug))
    return _mailing(survey, MailForm(), recipients.Listed())


@bp.post("/surveys/<slug>/mails")
@requires("surveys:survey:manage", Survey, by="slug")
def mail_codes(survey: Survey) -> Any:
    """Look at a list of addresses; once it holds, and is sent again, mail a code to each."""
    if not may_mail(survey):
        raise Conflict(survey, _("现在不能寄邀请码：要开放着、凭邀请码答，站点也要能寄信。"))
    form = MailForm()
    form.validate()
    try:
        listed = form.listed()
    except files.FileFault as fault:
        form.addresses.errors = [*form.addresses.errors, str(fault)]
        listed = recipients.Listed()
    if form.errors or listed.faults:
        return _mailing(survey, form, listed), 422
    if request.form.get("do") != "send":
        form.addresses.data = "\n".join(listed.addresses)
        return _mailing(survey, form, listed)
    if not once.earlier(MAILING, current_user):
        actor = current_user._get_current_object()
        batch = code_mail.mail(survey, listed.addresses, form.name.data or "", actor)
        once.made(MAILING, current_user, batch.number)
        db.session.commit()
    flash(_("邀请码已经交给系统去寄，一个地址一封。寄了多少，看下面这一批。"), "good")
    return redirect(url_for("surveys.show_asking", slug=survey.slug), 303)


@bp.post("/surveys/<slug>/remind")
@requires("surveys:survey:manage", Survey, by="slug")
def remind(survey: Survey) -> Any:
    """Remind those who have not answered, as far as anybody knows; once a day."""
    if not may_remind(survey):
        raise Conflict(survey, _("这份问卷现在不能提醒：没有开放，或者不用登录就能答。"))
    if not reminding.remind(survey, current_user._get_current_object()):
        raise Conflict(survey, _("今天已经提醒过了，明天才能再提醒。"))
    db.session.commit()
    flash(_("提醒已经交给系统去发。"), "good")
    return redirect(url_for("surveys.show_asking", slug=survey.slug), 303)


def may_mail(survey: Survey) -> bool:
    is_open = survey.state == "open" and not survey.is_over
    return survey.entry == "codes" and is_open and smtp.is_on()


def may_remind(survey: Survey) -> bool:
    return survey.needs_account and survey.takes_answers


def address(survey: Survey) -> str:
    """Where people go, as it stands on paper."""
    way = "surveys.show" if survey.needs_account else "surveys.enter"
    path = url_for(way, slug=survey.slug)
    site = current_app.config["SITE_URL"]
    return f"{site}{path}" if site else url_for(way, slug=survey.slug, _external=True)


def _page(survey: Survey, form: BatchForm) -> str:
    takes_codes = survey.entry == "codes"
    there, reminded_on = address(survey), reminding.last_day(survey)
    return render_template(
        "surveys/asking.html",
        survey=survey,
        form=form,
        asked=audience.in_words(survey) if survey.needs_account else "",
        address=there,
        drawing=qr.drawn(there),
        batches=entry_codes.batches(survey) if takes_codes else [],
        reminds=may_remind(survey),
        reached=reminding.count_reminded(survey) if may_remind(survey) else 0,
        reminded_on=reminded_on,
        was_today=reminded_on == clock.today(),
        mails=may_mail(survey),
        waiting=code_mail.counts(survey) if takes_codes else {},
        refused=code_mail.refused(survey) if takes_codes else [],
        exchanged=entry_codes.exchanged_count(survey) if takes_codes else 0,
    )


def _mailing(survey: Survey, form: MailForm, listed: recipients.Listed) -> str:
    return render_template(
        "surveys/mailing.html",
        survey=survey,
        form=form,
        count=len(listed.addresses),
        faults=listed.faults[:MOST_FAULTS],
        fault_count=len(listed.faults),
    )


def _slips(survey: Survey, made: entry_codes.Made) -> Any:
    """A code stands after "#" in its QR code: browsers do not send that part to anybody."""
    there = address(survey)
    slips = [(code, qr.drawn(f"{there}#{code}")) for code in made.codes]
    page = make_response(
        render_template(
            "surveys/slips.html", survey=survey, batch=made.batch, slips=slips, address=there
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page
