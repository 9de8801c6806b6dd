"""Requests of those who write: a text or a file that is too large comes back in its form, with a
sentence and with all that was typed, where any other request is met with the page that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from flask_login import current_user

from .db import SAFE_METHODS

TIMES = 2  # what a request of any other kind may hold

View = TypeVar("View", bound=Callable[..., object])


def lengthy(view: View) -> View:
    """Mark a view whose form says by itself what is too long."""
    view.is_lengthy = True  # type: ignore[attr-defined]
    return view


def _let_in() -> None:
    """Nobody who is not signed in makes us hold so much."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE_METHODS or not getattr(view, "is_lengthy", False):
        return
    if current_user.is_authenticated:
        most = TIMES * current_app.config["MAX_CONTENT_LENGTH"]
        request.max_content_length = request.max_form_memory_size = most


def init_app(app: Flask) -> None:
    """Before what reads the form first: the hook that looks for its token."""
    app.before_request(_let_in)
