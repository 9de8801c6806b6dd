"""Home, search, notices, preferences and what the place says of itself: draws on registries."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from core import feeds, registry

    from . import (  # noqa: F401
        feed_views,
        file_views,
        following,
        inbox,
        live,
        machines,
        mail_views,
        policy,
        unsubscribe_views,
        views,
    )

    app.register_blueprint(views.bp)
    registry.add(registry.account_menu, inbox.PLACE)
    registry.add(registry.account_menu, following.PLACE)
    feeds.kind("search", feed_views.found)
    feeds.kind("followed", feed_views.followed)
