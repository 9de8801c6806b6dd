"""The floor: each mechanism once. Imports nothing of ours from above."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask


def init_app(app: Flask) -> None:
    """Set the floor under an application whose settings are complete."""
    from flask_migrate import Migrate

    from . import (
        assets,
        attachments,  # noqa: F401  its table and jobs
        commands,
        context,
        csrf,
        editor_words,
        errors,
        feed_tokens,  # noqa: F401
        feeds,
        file_links,
        headers,
        i18n,
        lengthy,
        mail,  # noqa: F401
        parts,
        storage,
    )
    from .db import db

    app.config.update(
        MAX_CONTENT_LENGTH=app.config["MAX_UPLOAD_MB"] * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.config["BEHIND_HTTPS"],
        SESSION_COOKIE_NAME="__Host-session" if app.config["BEHIND_HTTPS"] else "session",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=app.config["SIGN_IN_HOURS"]),
        SESSION_REFRESH_EACH_REQUEST=False,
        # What people write must not reach the log inside a database error.
        SQLALCHEMY_ENGINE_OPTIONS={
            **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}),
            "hide_parameters": True,
        },
    )
    db.init_app(app)
    Migrate(app, db, render_as_batch=True, compare_type=True)
    headers.init_app(app)
    lengthy.init_app(app)
    csrf.init_app(app)
    i18n.init_app(app)
    assets.init_app(app)
    context.init_app(app)
    editor_words.init_app(app)
    file_links.init_app(app)
    parts.init_app(app)
    feeds.init_app(app)
    errors.init_app(app)
    commands.init_app(app)
    storage.init_app(app)
