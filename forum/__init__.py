"""Boards, threads and posts."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from . import draft_views, hours_views, moving_views, policy, shelves, views  # noqa: F401

    app.register_blueprint(views.bp)
    shelves.fill()
