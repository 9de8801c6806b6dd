"""How long a newcomer waits for the first page, and everybody else for the second start."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import Figure, Options
from tests.serving import ROOT, free_port, start, wait_for

SET_HERE = (
    "SECRET_KEY",
    "DATABASE_URL",
    "DATA_DIR",
    "HOST",
    "VIRTUAL_ENV",
    "MAKEFLAGS",
    "MAKELEVEL",
)


def measure(_options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for name, limit in (("filling the demo", 60), ("second start", 3)):
            port = free_port()
            began = time.monotonic()
            process = start(Path(folder), PORT=str(port), SECRET_KEY="")
            yield Figure(f"first page, {name}", _first_page(process, port, began), "s", limit, 1)
    if (ROOT / ".git").exists():
        with tempfile.TemporaryDirectory() as folder:
            yield Figure("first page of a bare clone", _newcomer(Path(folder)), "s", 60, 1)


def _newcomer(folder: Path) -> float:
    """`make run` in a clone that shares nothing with this folder but the package caches."""
    subprocess.run(
        ["git", "clone", "-q", "--no-hardlinks", str(ROOT), "site"], cwd=folder, check=True
    )
    port = free_port()
    said = {name: value for name, value in os.environ.items() if name not in SET_HERE}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=folder / "site",
        env={**said, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that the end reaches whatever make has started
    )
    return _first_page(process, port, began, group=True)


def _first_page(
    process: subprocess.Popen[str], port: int, began: float, group: bool = False
) -> float:
    """Seconds until the site answers; then it is ended."""
    try:
        wait_for(f"http://127.0.0.1:{port}/", 300)
        return time.monotonic() - began
    finally:
        (os.killpg if group else os.kill)(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
