"""Ending mail from the mail itself, without signing in (RFC 8058), and taking that back."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request

from core import mail, unsubscribe
from core.csrf import tokenless
from core.db import db
from core.gate import requires
from core.unsubscribe import Claim

from .views import bp

PROOF = "signed token of a mail"


@bp.route("/mail/unsubscribe/<token>", methods=["GET", "POST"])
@tokenless(PROOF, from_anywhere=True)
@requires("front:mail:stop")
def stop_mail(token: str) -> Any:
    """Opening the link ends nothing; the mail program's one click, or the page's button, does."""
    claim = _claimed(token)
    former = claim.paces
    if request.method == "POST":
        mail.choose(claim.person_id, dict.fromkeys(claim.sorts, mail.NEVER))
        db.session.commit()
    return _page(claim, token, former)


@bp.post("/mail/resume/<token>")
@tokenless(PROOF)
@requires("front:mail:stop")
def resume_mail(token: str) -> Any:
    """Back to the paces that the page of the end remembers, else to those that everybody has."""
    claim = _claimed(token)
    wanted = {sort: request.form.get(sort, "") for sort in claim.sorts}
    paces = {
        sort: pace if pace in mail.PACES and pace != mail.NEVER else mail.DEFAULTS[sort]
        for sort, pace in wanted.items()
    }
    mail.choose(claim.person_id, paces)
    db.session.commit()
    return _page(claim, token, paces, is_back=True)


def _claimed(token: str) -> Claim:
    claim = unsubscribe.read(token)
    if claim is None:
        abort(404)
    return claim


def _page(claim: Claim, token: str, former: dict[str, str], *, is_back: bool = False) -> str:
    has_ended = set(claim.paces.values()) == {mail.NEVER}
    page = {"labels": claim.labels, "token": token, "former": former, "is_back": is_back}
    return render_template("front/unsubscribe.html", has_ended=has_ended, **page)
