"""What programs read: alive, ready, measured, not indexed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core import clock, jobs
from core.db import db
from core.jobs import Job
from front import machines
from tests.conftest import counted
from tests.people import Cast

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `prepare`: the tests' tables come from the models and know no migration."""
    monkeypatch.setattr(machines, "is_current", lambda: True)


def late(app: Flask, by: timedelta, **ended: bool) -> None:
    """A piece of work that fell due so long ago."""
    with app.app_context():
        now = clock.now()
        job = Job(name="core.tidy", args={}, due_at=now - by)
        if ended:
            setattr(job, *ended.keys(), now)
        db.session.add(job)
        db.session.commit()


def test_health_needs_no_database(app: Flask, cast: Cast) -> None:
    with counted(app) as seen:
        answer = cast.visitor().get("/healthz")
    assert (answer.status_code, answer.data) == (200, b"ok\n")
    assert seen == []


def test_ready(cast: Cast, ready: None) -> None:
    answer = cast.visitor().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": True, "migrations": True, "jobs": True}


def test_not_ready_while_migrations_lack(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "is_current", lambda: False)
    answer = cast.visitor().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["migrations"] is False


def test_not_ready_while_work_is_stuck(app: Flask, cast: Cast, ready: None) -> None:
    late(app, timedelta(minutes=9))
    assert cast.visitor().get("/readyz").status_code == 200
    late(app, timedelta(minutes=11))
    answer = cast.visitor().get("/readyz")
    assert (answer.status_code, answer.json["jobs"]) == (503, False)


@pytest.mark.parametrize("ended", ["done_at", "failed_at"])
def test_ended_work_is_not_stuck(app: Flask, cast: Cast, ready: None, ended: str) -> None:
    late(app, timedelta(days=1), **{ended: True})
    assert cast.visitor().get("/readyz").status_code == 200


def test_not_ready_without_a_database(
    app: Flask, cast: Cast, ready: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        Job.__table__.drop(db.engine)  # type: ignore[attr-defined]
    try:
        answer = cast.visitor().get("/readyz")
        assert (answer.status_code, answer.json["jobs"]) == (503, False)
        assert answer.json["database"] is True
    finally:
        with app.app_context():
            Job.__table__.create(db.engine)  # type: ignore[attr-defined]


def test_metrics_tell_of_work_and_of_the_process(app: Flask, cast: Cast) -> None:
    late(app, timedelta(minutes=2))
    late(app, timedelta(minutes=2), failed_at=True)
    answer = cast.visitor().get("/metrics")
    words = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert "dajiatan_jobs_waiting 1.0" in words
    assert "dajiatan_jobs_failed 1.0" in words
    assert "process_cpu_seconds_total" in words


def test_metrics_count_neither_requests_nor_people_nor_letters(cast: Cast) -> None:
    """A counter that moves when somebody writes would tell when an anonymous letter came."""
    visitor = cast.visitor("cadre")
    visitor.get("/")
    words = visitor.get("/metrics").get_data(as_text=True)
    own = {line.split()[0] for line in words.splitlines() if line.startswith("dajiatan")}
    assert own == {"dajiatan_jobs_waiting", "dajiatan_jobs_failed", "dajiatan_jobs_late_seconds"}
    assert "{" not in "".join(own)


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("192.0.2.7", {"Authorization": "Bearer wrong"}),
        ("192.0.2.7", {"Authorization": "Bearer "}),
    ],
)
def test_metrics_are_for_the_machine_itself(
    app: Flask, cast: Cast, address: str, headers: dict[str, str]
) -> None:
    answer = cast.visitor("admin").get(
        "/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert answer.status_code == 403
    assert "dajiatan_jobs" not in answer.get_data(as_text=True)


def test_metrics_by_token(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "a long token")
    answer = cast.visitor().get(
        "/metrics", headers={"Authorization": "Bearer a long token"}, environ_overrides=ELSEWHERE
    )
    assert answer.status_code == 200
    wrong = cast.visitor().get(
        "/metrics", headers={"Authorization": "Bearer a long"}, environ_overrides=ELSEWHERE
    )
    assert wrong.status_code == 403


def test_robots_are_sent_away(cast: Cast) -> None:
    answer = cast.visitor().get("/robots.txt")
    assert answer.get_data(as_text=True) == "User-agent: *\nDisallow: /\n"
    assert answer.mimetype == "text/plain"


def test_manifest_names_icons_that_are_there(cast: Cast) -> None:
    visitor = cast.visitor()
    answer = visitor.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    for icon in answer.get_json(force=True)["icons"]:
        assert visitor.get(icon["src"]).status_code == 200
    assert "/manifest.webmanifest" in visitor.get("/").get_data(as_text=True)


def test_style_page_is_for_the_demo_alone(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cast.visitor().get("/style").status_code == 404
    monkeypatch.setitem(app.config, "DEMO", True)
    assert cast.visitor().get("/style").status_code == 200


def test_stuck_is_longer_than_a_lease() -> None:
    assert machines.STUCK > jobs.LEASE
