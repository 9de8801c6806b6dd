"""The minister's mailbox: letters, their handling, the reply and what the writer thinks of it."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        access,
        commands,
        desk,
        policy,
        public_feed,
        public_views,
        publishing_views,
        shelf,
        views,
        writing,
    )

    writing.init_app(app)
    access.init_app(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.letters_cli)
    shelf.fill()
    public_feed.fill()
