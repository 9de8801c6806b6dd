"""The real server in processes of its own, as an operator starts it, and a reader of its pages."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
KEY = "a key for tests only, of more than 32 characters"
KEPT = ("PATH", "HOME", "LANG")  # of the environment; the rest is said by the test


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, *command: str, **settings: str) -> subprocess.Popen[str]:
    """`serve`, or another command, with an environment of its own and nothing else."""
    inherited = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *(command or ("serve",))],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(folder), "SECRET_KEY": KEY, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(url: str, seconds: float = 30) -> int:
    """The status of the first answer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def family(process: int) -> set[int]:
    """A process and all that descend from it, by /proc."""
    found = {process}
    with suppress(OSError):  # it may end while we look
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            for child in task.read_text().split():
                found |= family(int(child))
    return found


def jobs_of(process: int) -> set[int]:
    """Of a server's family, the job workers."""
    return {
        one for one in family(process) if b"jobs\0work" in Path(f"/proc/{one}/cmdline").read_bytes()
    }


def alive(processes: set[int]) -> set[int]:
    return {one for one in processes if Path(f"/proc/{one}/exe").exists()}


def gone(processes: set[int], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while alive(processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(processes)


class Reader:
    """One connection that is kept open, with its cookies; never follows a redirect."""

    def __init__(self, port: int, timeout: float = 60) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of the answer. With a form it is a POST."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        self.line.request("GET" if form is None else "POST", path, body, headers)
        answer = self.line.getresponse()
        content = answer.read()
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return answer.status, content

    def token(self, path: str) -> str:
        """The token with which a form of a page must be sent."""
        _status, page = self.ask(path)
        found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
        assert found is not None, path
        return found[1].decode()

    def sign_in(self, username: str, password: str) -> None:
        form = {"csrf_token": self.token("/login"), "username": username, "password": password}
        status, page = self.ask("/login", form)
        assert status in (302, 303), page[:500]
