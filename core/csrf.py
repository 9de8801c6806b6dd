"""One hook refuses every unsafe request from elsewhere or without a valid token, form or no form.

The few routes with a proof of their own say `@tokenless(proof)`; a test lists them. They refuse
other sites all the same: what another site makes a browser send brings that site's proof, and
whoever then fills in our page does it in somebody else's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session

from . import keys
from .db import SAFE_METHODS

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"

View = TypeVar("View", bound=Callable[..., object])


class StaleForm(Exception):
    """The token is missing, forged or of an ended session (400)."""


def token() -> str:
    """This session's token, made when first asked for."""
    if FIELD not in session:
        session[FIELD] = keys.token()
    return str(session[FIELD])


def tokenless(proof: str, *, from_anywhere: bool = False) -> Callable[[View], View]:
    """Mark a view whose request carries its own proof; `proof` says which. Where another site may
    send it, too, the proof must be the very person's whom it concerns."""

    def mark(view: View) -> View:
        view.tokenless = proof  # type: ignore[attr-defined]
        view.from_anywhere = from_anywhere  # type: ignore[attr-defined]
        return view

    return mark


def is_same_origin() -> bool:
    """Whether the browser says that one of our own pages sent this request."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(origin) and urlsplit(origin).netloc == request.host


def _refuse_foreign() -> None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    is_foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if is_foreign and not getattr(view, "from_anywhere", False):
        raise StaleForm
    if getattr(view, "tokenless", None):
        return
    expected = session.get(FIELD)
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not expected or not keys.same(given, str(expected)):
        raise StaleForm


def init_app(app: Flask) -> None:
    app.before_request(_refuse_foreign)
    app.jinja_env.globals["csrf_token"] = token
