"""Addresses of static files that change with their content, so that browsers keep them a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

YEAR = 365 * 24 * 3600


@lru_cache(maxsize=512)
def _mark(path: str, changed_ns: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


_addresses: dict[tuple[str, str], str] = {}  # while the server runs, files stay as they are


def asset(name: str) -> str:
    """`asset("css/base.css")` → its address with a mark of its content."""
    if current_app.debug:
        return _address(name)
    key = (request.script_root, name)
    if key not in _addresses:
        _addresses[key] = _address(name)
    return _addresses[key]


def _address(name: str) -> str:
    path = Path(str(current_app.static_folder)) / name
    try:
        mark = _mark(str(path), path.stat().st_mtime_ns)
    except FileNotFoundError:
        if current_app.testing:
            raise
        return url_for("static", filename=name)
    return url_for("static", filename=name, v=mark)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def _keep_marked(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.cache_control.public = True
            response.cache_control.max_age = YEAR
            response.cache_control.immutable = True
            response.cache_control.no_cache = None
        return response
