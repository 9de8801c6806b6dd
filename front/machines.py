"""What programs read: is it alive, is it ready, how is it, and what they may not index.

Neither requests nor what people write is counted here: a counter read every few seconds would
tell when an anonymous letter came, which the database does not keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from flask import Response, abort, current_app, jsonify, request, url_for
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from core import clock, keys
from core.assets import asset
from core.db import db
from core.gate import requires
from core.headers import FORWARDED
from core.installation import is_current
from core.jobs import Job

from .views import bp

STUCK = timedelta(minutes=10)  # a worker looks every few seconds
LOOPBACK = ("127.0.0.1", "::1")
ICONS = (192, 512)


@bp.get("/healthz")
@requires("front:machine:read")
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@requires("front:machine:read")
def readyz() -> tuple[Response, int]:
    """Whether requests can be served: 200, or 503 with what is not ready."""
    checks: dict[str, Callable[[], bool]] = {
        "database": _database_answers,
        "migrations": is_current,
        "jobs": lambda: _late_seconds() < STUCK.total_seconds(),
    }
    found = {name: _holds(check) for name, check in checks.items()}
    return jsonify(found), 200 if all(found.values()) else 503


@bp.get("/metrics")
@requires("front:machine:read")
def metrics() -> Response:
    if not _may_measure():
        abort(403)
    return Response(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)


@bp.get("/robots.txt")
@requires("front:machine:read")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@bp.get("/manifest.webmanifest")
@requires("front:machine:read")
def manifest() -> Response:
    """What a phone shows when somebody puts the site on its first page."""
    icons = [
        {"src": asset(f"icons/mark-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in ICONS
    ]
    name = current_app.config["SITE_NAME"]
    response = jsonify(
        name=name,
        short_name=name,
        start_url=url_for("front.home"),
        display="minimal-ui",
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    return response


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except SQLAlchemyError:
        db.session.rollback()
        return False


def _database_answers() -> bool:
    return db.session.scalar(text("SELECT 1")) == 1


def _waiting() -> Any:
    return Job.done_at.is_(None) & Job.failed_at.is_(None)


def _late_seconds() -> float:
    """How long the oldest due piece of work has waited; 0 when none is due."""
    oldest = db.session.scalar(select(func.min(Job.due_at)).where(_waiting()))
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def _may_measure() -> bool:
    """The machine itself, unless it passes on somebody else's request; or who has the token."""
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and keys.same(given, token):
        return True
    is_passed_on = any(name in request.headers for name in FORWARDED)
    return request.remote_addr in LOOPBACK and not is_passed_on


class _Work:
    """Background work as gauges."""

    def collect(self) -> Iterator[Metric]:
        waiting, failed = db.session.execute(
            select(
                func.count().filter(_waiting()), func.count().filter(Job.failed_at.is_not(None))
            ).select_from(Job)
        ).one()
        yield GaugeMetricFamily("dajiatan_jobs_waiting", "Work that waits.", waiting)
        yield GaugeMetricFamily("dajiatan_jobs_failed", "Work that was given up.", failed)
        yield GaugeMetricFamily(
            "dajiatan_jobs_late_seconds", "Age of the oldest due work.", _late_seconds()
        )

    def describe(self) -> list[Metric]:
        """Nothing is counted while the registry is made."""
        return []


_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_registry.register(_Work())
