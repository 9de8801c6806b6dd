"""Campaigns: the great discussion, its phases, its notice and the terms it uses."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from . import commands, policy, shelves, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.cli.add_command(commands.campaigns_cli)
    shelves.fill()
