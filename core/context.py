"""What every template may use: the header's places, the reader's choices, the policy."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from . import legible, registry, text
from .i18n import speaks_other
from .policy import allows

THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("normal", "large")
SINGLE_KEYS = ("on", "off")  # whether a letter alone may press a button (WCAG 2.1.4)


def choice(name: str, among: tuple[str, ...]) -> str:
    """A reader's choice kept in a cookie, else the first."""
    value = request.cookies.get(name, "")
    return value if value in among else among[0]


def _reader() -> Any:
    """Whoever reads, without the proxy, which costs something at every look."""
    return current_user._get_current_object()


def init_app(app: Flask) -> None:
    app.jinja_env.filters["rich"] = text.rich
    app.jinja_env.filters["legible"] = legible.legible
    app.jinja_env.filters["tongue"] = lambda words: text.tongue(words) if speaks_other() else ""
    app.jinja_env.filters["excerpt"] = text.excerpt
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["current_user"] = current_user  # for imported macros
    app.jinja_env.globals["allows"] = lambda permission, record=None: allows(
        _reader(), permission, record
    )
    app.jinja_env.globals["links"] = lambda places: registry.links(places, _reader())

    app.jinja_env.globals["open_records"] = registry.open_records
    app.jinja_env.globals["modules"] = registry.modules

    @app.context_processor
    def _page_context() -> dict[str, Any]:
        reader = _reader()
        return {
            "navigation": registry.visible(registry.navigation, reader),
            "account_menu": registry.visible(registry.account_menu, reader),
            "theme": choice("theme", THEMES),
            "text_size": choice("text_size", TEXT_SIZES),
            "single_keys": choice("single_keys", SINGLE_KEYS),
            "demo": current_app.config["DEMO"],
            "site_name": current_app.config["SITE_NAME"],
        }
