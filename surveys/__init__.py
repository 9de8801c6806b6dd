"""Surveys: what is asked, who answers, what came of it."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        anonymity,
        asking,
        begun_views,
        commands,
        entering,
        keeper_views,
        managing,
        opinion_views,
        pictures,
        policy,
        result_views,
        right_views,
        roster_views,
        shelves,
        tongues,
        unseen_views,
        views,
    )
    from .building import beginning, releasing, trying  # noqa: F401
    from .building import views as workshop  # noqa: F401
    from .exporting import views as exporting  # noqa: F401
    from .ledger import bringing, item_views  # noqa: F401
    from .ledger import views as ledgers  # noqa: F401

    app.jinja_env.filters.update(own_name=tongues.own_name, direction=tongues.direction)
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.surveys_cli)
    anonymity.init_app(app)
    shelves.fill()
