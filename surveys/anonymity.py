"""Requests on which nobody looks at who sends them."""

from __future__ import annotations

from typing import Any

from flask import Flask, g

from accounts.session import Stranger

# Endpoints at which the sender is nobody, whatever cookies came along.
UNSEEN = frozenset(
    f"surveys.{name}"
    for name in (
        *("send", "show_receipt", "back_to_receipt"),
        *("find_response", "change_response", "withdraw_response"),
        *("enter", "let_in"),
    )
)


def init_app(app: Flask) -> None:
    @app.url_value_preprocessor
    def _look_away(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        """Runs before any other hook, so that none can load the person first."""
        if endpoint in UNSEEN:
            g._login_user = Stranger()
