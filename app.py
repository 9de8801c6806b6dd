"""The application: settings, the floor, the areas in order, the checks."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import core
from core import gate, settings

AREAS = ("accounts", "moderation", "forum", "surveys", "letters", "campaigns", "front")


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """A configured application. `overrides` replaces settings (tests)."""
    app = Flask(__name__)
    config = {**settings.read(), **(overrides or {})}
    settings.complete(config, Path(app.root_path))
    app.config.update(config)
    if app.config["TRUSTED_PROXIES"]:
        count = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    core.init_app(app)
    for area in AREAS:
        importlib.import_module(area).init_app(app)
    if app.config["DEMO"]:
        importlib.import_module("demo").init_app(app)
    gate.check(app)
    return app
