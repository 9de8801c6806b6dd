"""`serve` as an operator meets it: real processes on a port of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from core.settings import BadSetting, complete, read
from tests.serving import KEY, family, free_port, gone, jobs_of, start, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tests look into /proc")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    process = start(tmp_path, PORT=str(port), WORKERS="1")
    url = f"http://127.0.0.1:{port}"
    wait_for(f"{url}/healthz")
    yield process, url
    everyone = family(process.pid) if process.poll() is None else set()
    if process.poll() is None:
        process.kill()
    process.communicate()
    assert gone(everyone)


def test_ends_in_peace_with_the_request_under_way_and_leaves_nobody(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, url = served
    everyone = family(process.pid)
    assert len(everyone) >= 4  # the parent, gunicorn, its worker, the job worker
    host, port = url.removeprefix("http://").split(":")
    # The server has taken the request's head and waits for the body when the end is asked for.
    body = b"csrf_token=none"
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            f"POST /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
        )
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        line.sendall(body)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 400"), answer[:200]  # refused, but answered
    said, _ = process.communicate(timeout=40)
    assert process.returncode == 0, said
    assert "Serving at http://127.0.0.1:" in said
    assert gone(everyone)


def test_ended_job_worker_is_started_again_and_a_killed_parent_leaves_nobody(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, _url = served
    deadline = time.monotonic() + 20
    while not (first := jobs_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for one in first:
        os.kill(one, signal.SIGKILL)
    while not (second := jobs_of(process.pid) - first) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert second
    everyone = family(process.pid)
    process.kill()
    process.communicate(timeout=40)
    assert gone(everyone, 40)


def test_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(tmp_path, PORT=str(port))
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SECRET_KEY": "", "HOST": "0.0.0.0"}, "SECRET_KEY is not set"),
        ({"PORT": "eighty"}, "PORT='eighty' cannot be used"),
    ],
)
def test_bad_settings_are_refused_with_a_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    process = start(tmp_path, **{"PORT": str(free_port()), **settings})
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1, said
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [("SECRET_KEY", "short", "SECRET_KEY is too short"), ("WORKERS", "0", "WORKERS='0' cannot")],
)
def test_other_bad_settings_are_refused_alike(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    """Without a process for each: the test above has seen what becomes of such a refusal."""
    with pytest.raises(BadSetting, match=sentence):
        complete(read({"DATA_DIR": str(tmp_path), name: value}), tmp_path)


def test_demo_is_not_poured_into_a_database_of_others(tmp_path: Path) -> None:
    app = create_app({"SECRET_KEY": KEY, "DATA_DIR": str(tmp_path)})
    for command in (("prepare",), ("people", "add", "zhang.min", "张敏", "组织部", "admin")):
        with app.app_context():
            result = app.test_cli_runner().invoke(args=command)
        assert result.exit_code == 0, result.output
    assert "zhang.min" in result.output
    process = start(tmp_path, SECRET_KEY="", PORT=str(free_port()))
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "holds other people than the demo's" in said


@pytest.mark.slow
def test_second_start_is_fast(tmp_path: Path) -> None:
    """The demo's second start answers within three seconds."""
    port = free_port()
    for limit in (120.0, 3.0):
        began = time.monotonic()
        process = start(tmp_path, PORT=str(port), SECRET_KEY="")
        reading = threading.Thread(target=process.stdout.read)  # type: ignore[union-attr]
        reading.start()
        try:
            assert wait_for(f"http://127.0.0.1:{port}/", 120) == 200
            assert time.monotonic() - began < limit
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
            reading.join()
