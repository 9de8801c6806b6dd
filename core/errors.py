"""Error pages in the reader's language, each with a way on."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, g, render_template, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from . import csrf, journal, once, registry
from .db import SAFE_METHODS, db
from .policy import Forbidden
from .states import IllegalMove

log = logging.getLogger("dajiatan")
PAGES = {400, 401, 403, 404, 409, 413, 422, 429, 500}
SECRET_FIELDS = frozenset({csrf.FIELD, once.NAME, "password", "new_password", "repeat", "code"})
LONG = 120
# Headers that a refusal needs beside our page.
NEEDED_HEADERS = frozenset({"Allow", "Retry-After", "Content-Range"})


class TooMany(Exception):
    """Too many attempts; `retry_after` seconds to wait (429)."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Conflict(Exception):
    """The record moved on since the page was loaded; `changed` says how (409)."""

    def __init__(self, record: Any, changed: str = "") -> None:
        super().__init__(changed)
        self.record = record
        self.changed = changed


def page(code: int, **context: Any) -> tuple[str, int]:
    name = code if code in PAGES else (404 if code < 500 else 500)
    return render_template(f"errors/{name}.html", **context), code


def kept() -> dict[str, Any]:
    """What was typed, to be sent again; only for requests that our own pages made."""
    if request.method in SAFE_METHODS or not csrf.is_same_origin():
        return {"kept": [], "kept_action": None}
    fields = [
        (name, value, len(value) > LONG or "\n" in value)
        for name, value in request.form.items(multi=True)
        if name not in SECRET_FIELDS and "password" not in name
    ]
    return {"kept": fields, "kept_action": request.full_path.rstrip("?")}


def conflict(record: Any, changed: str = "") -> tuple[str, int]:
    """409 with who did what last and when."""
    db.session.rollback()
    event = journal.latest(record.kind, record.id) if hasattr(record, "kind") else None
    who = registry.names({event.actor_id}) if event and event.actor_id else {}
    return page(
        409,
        record=record,
        changed=changed,
        verb=event.verb if event else None,
        at=event.at if event else None,
        who=who.get(event.actor_id) if event and event.actor_id else None,
        **kept(),
    )


def init_app(app: Flask) -> None:
    @app.errorhandler(csrf.StaleForm)
    def _stale_form(_: csrf.StaleForm) -> Any:
        return page(400, **kept())

    @app.errorhandler(Forbidden)
    def _forbidden(fault: Forbidden) -> Any:
        db.session.rollback()
        return (
            page(403, permission=fault.permission, **kept())
            if current_user.is_authenticated
            else page(401, **kept())
        )

    @app.errorhandler(401)
    def _unauthorized(_: HTTPException) -> Any:
        return page(401, **kept())

    @app.errorhandler(IllegalMove)
    def _illegal(fault: IllegalMove) -> Any:
        return conflict(fault.record)

    @app.errorhandler(Conflict)
    def _changed(fault: Conflict) -> Any:
        return conflict(fault.record, fault.changed)

    @app.errorhandler(StaleDataError)
    def _stale(_: StaleDataError) -> Any:
        return conflict(g.get("record"))

    @app.errorhandler(TooMany)
    def _too_many(fault: TooMany) -> Any:
        db.session.rollback()
        body, code = page(429, retry_after=fault.retry_after, **kept())
        return body, code, {"Retry-After": str(fault.retry_after)}

    @app.errorhandler(RequestEntityTooLarge)
    def _too_large(_: RequestEntityTooLarge) -> Any:
        most = request.max_content_length or 0
        fits = (request.content_length or 0) <= most  # then it was a single field
        if fits or request.mimetype == "application/x-www-form-urlencoded":
            limit = min(most, request.max_form_memory_size or most)
            return page(413, limit=limit >> 20, is_text=True)
        return page(413, limit=most >> 20, is_text=False)

    @app.errorhandler(HTTPException)
    def _other(fault: HTTPException) -> Any:
        if fault.code is None or fault.code < 400:
            return fault
        body, code = page(fault.code)
        return body, code, [pair for pair in fault.get_headers() if pair[0] in NEEDED_HEADERS]

    @app.errorhandler(Exception)
    def _broken(fault: Exception) -> Any:
        """The reference on the page is the one in the log; the log has no address and no text."""
        reference = secrets.token_hex(4)
        log.error("reference=%s endpoint=%s", reference, request.endpoint, exc_info=fault)
        if app.config.get("PROPAGATE_EXCEPTIONS"):
            raise fault
        try:
            db.session.rollback()
            return page(500, reference=reference)
        except SQLAlchemyError:
            # The database is away: the page must not ask it who is reading.
            g._login_user = app.login_manager.anonymous_user()  # type: ignore[attr-defined]
            return page(500, reference=reference)
        except Exception:
            log.exception("reference=%s the error page itself failed", reference)
            return f"500 {reference}\n", 500, {"Content-Type": "text/plain; charset=utf-8"}
