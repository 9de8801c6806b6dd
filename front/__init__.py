"""Home, search, notices, preferences and what the place says of itself: draws on registries."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from core import registry

    from . import file_views, following, inbox, machines, policy, views  # noqa: F401

    app.register_blueprint(views.bp)
    registry.add(registry.account_menu, inbox.PLACE)
    registry.add(registry.account_menu, following.PLACE)
