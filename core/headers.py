"""Security headers on every response, and the refusal of what demo mode must not serve."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, current_app, make_response, request
from flask.sessions import SecureCookieSessionInterface

from .gate import is_by_address

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FRAMING = {  # of a page that one of our own pages may show in a frame
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


class _Session(SecureCookieSessionInterface):
    """A view that looks at no cookie sets none, and its answer does not depend on one."""

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        if not is_by_address():
            super().save_session(app, session, response)


def with_frame(page: str) -> Response:
    """A page that shows another of our pages in a frame."""
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return answer


def in_frame(page: str) -> Response:
    """A page that one of our own pages may show in a frame."""
    answer = make_response(page)
    answer.headers.update(FRAMING)
    return answer


def init_app(app: Flask) -> None:
    app.session_interface = _Session()

    @app.before_request
    def _refuse_forwarded_in_demo() -> None:
        """The demo's password is public: it is not served to other hosts through a proxy."""
        if current_app.config["DEMO"] and any(name in request.headers for name in FORWARDED):
            abort(403)

    @app.after_request
    def _protect(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["BEHIND_HTTPS"]:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static":
            # Pages are personal: no shared cache may keep them, and going back asks again.
            response.headers.setdefault("Cache-Control", "private, no-cache")
            if not is_by_address():
                response.vary.update(("Cookie", "Accept-Language"))
        return response
