"""Where and how often a person wants mail: an address, verified by a mail to it, and a pace for
each sort of notice. Nobody sets it for anybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import ValidationError

from core import mail, notices, smtp, throttle
from core.db import db
from core.errors import TooMany
from core.forms import BaseForm, LineField, Required
from core.gate import requires
from core.i18n import _, _l

from .views import bp

ASKED_PER_DAY = 5  # by one person
SENT_PER_DAY = 3  # to one address, whoever asked


class AddressForm(BaseForm):
    address = LineField(_l("邮箱地址"), [Required(_l("请写一个邮箱地址。"))], limit=smtp.LONGEST)

    def validate_address(self, field: LineField) -> None:
        if not smtp.is_address(field.data or "") or "." not in (field.data or "").partition("@")[2]:
            raise ValidationError(
                _("这不像一个邮箱地址，应当像 name@example.cn 这样，只用英文字母、数字和符号。")
            )


@bp.get("/me/mail")
@requires("front:mail:show")
def show_mail() -> Any:
    return _page(AddressForm())


def _page(form: AddressForm, chosen: dict[str, str] | None = None) -> str:
    return render_template(
        "front/mail.html",
        form=form,
        known=mail.address_of(current_user.id),
        sorts=list(notices.SORTS.items()),
        paces=list(mail.LABELS.items()),
        chosen=chosen or mail.choices_of(current_user.id),
        is_on=smtp.is_on(),
        folder=smtp.folder() if smtp.writes_files() and current_app.config["DEMO"] else None,
        hour=f"{current_app.config['MAIL_HOUR']}:00",
    )


@bp.post("/me/mail/address")
@requires("front:mail:change")
def set_address() -> Any:
    form = AddressForm()
    if not form.sent():
        return _page(form), 422
    address = str(form.address.data)
    known = mail.address_of(current_user.id)
    if known is not None and known.address == address and known.verified_at is not None:
        return redirect(url_for("front.show_mail"))
    try:
        _spend(address)
    except TooMany:
        form.address.errors = [_("今天要的确认信太多了，请明天再试。")]
        return _page(form), 429
    mail.ask(current_user, address)
    db.session.commit()
    flash(_("确认信已经在路上：打开里面的链接，就可以开始收邮件。"), "note")
    return redirect(url_for("front.show_mail"))


def _spend(address: str) -> None:
    """Nobody's mailbox is filled by somebody else. Raises TooMany."""
    day = timedelta(days=1)
    throttle.spend("mail by", str(current_user.id), limit=ASKED_PER_DAY, per=day)
    throttle.spend("mail to", address.lower(), limit=SENT_PER_DAY, per=day)


@bp.post("/me/mail/address/forget")
@requires("front:mail:change")
def forget_address() -> Response:
    mail.forget_address(current_user)
    db.session.commit()
    flash(_("地址已经删去，不再给你发邮件。"), "good")
    return redirect(url_for("front.show_mail"))


@bp.route("/me/mail/verify/<token>", methods=["GET", "POST"])
@requires("front:mail:verify")
def verify_address(token: str) -> Any:
    """Opening the link verifies nothing: programs that look through mail open links, too."""
    known = mail.address_of(current_user.id)
    if request.method == "GET":
        is_right = mail.is_right(known, token)
        page = render_template("front/mail_verify.html", known=known, is_right=is_right)
        return page, 200 if is_right else 404
    if not mail.verify(current_user, token):
        return render_template("front/mail_verify.html", known=known, is_right=False), 404
    db.session.commit()
    flash(_("地址已经确认。"), "good")
    return redirect(url_for("front.show_mail"))


@bp.post("/me/mail/choices")
@requires("front:mail:change")
def choose_paces() -> Response:
    paces = {
        sort: request.form[f"pace-{sort}"]
        for sort in notices.SORTS
        if f"pace-{sort}" in request.form
    }
    if not set(paces.values()) <= set(mail.PACES):
        abort(422)
    mail.choose(current_user.id, paces)
    db.session.commit()
    flash(_("已保存。"), "good")
    return redirect(url_for("front.show_mail"))
