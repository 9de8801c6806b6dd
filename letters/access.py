"""Reading an unnamed letter: the code once, then a short pass that this browser alone keeps.

While somebody writes without a name, or reads by code, the program does not ask who is signed
in at the same browser: the sign-in is put aside before anything else looks at it.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from accounts.session import Stranger
from core import keys

from .actors import CodeHolder

COOKIE = "letter_pass"
SCOPE = "/letters"
SECONDS = 30 * 60
YES = frozenset({"yes", "on", "1", "true"})
WRITE, TRACK = "letters.write", "letters.track"
WRITER_PAGES = frozenset(
    f"letters.{name}"
    for name in ("show", "receipt", "answer", "appeal", "withdraw", "rate", "reopen", "consent")
)


def grant(response: Response, letter_id: int) -> Response:
    """Give the browser a pass to one letter for half an hour."""
    response.set_cookie(
        COOKIE,
        _signer().dumps(letter_id),
        max_age=SECONDS,
        path=SCOPE,
        httponly=True,
        secure=current_app.config["BEHIND_HTTPS"],
        samesite="Strict",
    )
    return keep_nowhere(response)


def end(response: Response) -> Response:
    """Take the pass back, on a shared machine for instance."""
    response.delete_cookie(COOKIE, path=SCOPE)
    return response


def held() -> int | None:
    """The letter that this browser's pass opens, while it lasts."""
    try:
        letter_id = _signer().loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
    except BadSignature:
        return None
    return letter_id if isinstance(letter_id, int) else None


def keep_nowhere(response: Response) -> Response:
    """Neither the browser's cache nor the next page's server learns of this one."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def is_unnamed() -> bool:
    """Whether the form that was sent asks for a letter without a name."""
    return request.form.get("anonymous", "").lower() in YES


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys.key("letter-pass"), salt="letters")


def _set_aside(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Decide who acts before any other hook of the application can ask."""
    if endpoint in WRITER_PAGES and values is not None:
        letter_id = held()
        if letter_id is not None and letter_id == values.get("id"):
            g._login_user = CodeHolder(letter_id)
    elif request.method == "POST" and (endpoint == TRACK or (endpoint == WRITE and is_unnamed())):
        g._login_user = Stranger()


def init_app(app: Flask) -> None:
    app.url_value_preprocessor(_set_aside)
