"""Campaigns: the great discussion, its phases, its notice, the terms it uses, its proposals."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from . import commands, policy, proposal_views, shelves, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.cli.add_command(commands.campaigns_cli)
    shelves.fill()
