"""A browser in which somebody signed in before keeps tries of its own.

Otherwise whoever knows a username could keep its owner out by trying wrong passwords. The cookie
holds a random number and a keyed digest over it and the person; the server keeps nothing.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, request
from werkzeug.wrappers import Response

from core import keys

KEPT = timedelta(days=180)


def _name() -> str:
    return "__Host-known" if current_app.config["BEHIND_HTTPS"] else "known"


def _proof(person_id: int, number: str) -> str:
    return keys.digest("known-browser", person_id, number)


def number_for(person_id: int) -> str | None:
    """The random number of a browser that this person has signed in with, else None."""
    number, _, proof = request.cookies.get(_name(), "").partition(".")
    return number if number and keys.same(proof, _proof(person_id, number)) else None


def mark(response: Response, person_id: int) -> Response:
    """Let the browser remember that this person has signed in with it."""
    number = number_for(person_id) or keys.token()
    response.set_cookie(
        _name(),
        f"{number}.{_proof(person_id, number)}",
        max_age=KEPT,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["BEHIND_HTTPS"],
    )
    return response
