"""`flask --app app serve`: one command from an empty folder to a running site.

The process that was started prepares the database, then only watches over two children: the web
server (gunicorn, forked, so that the program is loaded once) and the job worker. A worker that
ends is started again; when the web server ends, or a signal asks for the end, requests under way
are finished and both children are gone before the parent is.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import importlib
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from flask.cli import ScriptInfo

from . import installation
from .db import db

GRACE = 30  # seconds for the job in hand when the end is asked for
RESTARTS = (1, 2, 5, 10, 30)  # seconds before a job worker that ended is started again
LOOK = 0.2  # seconds between looks at the children
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
STEADY = 60  # seconds after which a worker counts as having started well
LOCK_KEY = 4_120_260_001  # any number of our own: PostgreSQL's advisory lock while preparing


@click.command("serve")
@click.pass_obj
def serve_command(info: ScriptInfo) -> None:
    """Prepare the database, then serve the site and do its background work.

    Example: PORT=8080 flask --app app serve
    """
    app = info.load_app()
    host, port = app.config["HOST"], app.config["PORT"]
    if app.config["DEMO"] and not _is_loopback(host):
        raise click.ClickException(
            "SECRET_KEY is not set. Without it only the demo is served, whose passwords are "
            f"public, and that only on this machine, not on {host}. Set SECRET_KEY to at least "
            "32 random characters, or leave HOST at 127.0.0.1."
        )
    listener = _reserve(host, port)
    with app.app_context():
        with _alone(app):
            _prepare(app)
        db.session.remove()
        db.engine.dispose()  # no connection may be shared with a child
    gc.freeze()  # what is loaded now stays shared between the processes
    sys.exit(Watch(app, listener).run())


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reserve(host: str, port: int) -> socket.socket:
    """The address is ours from here on; it answers when gunicorn listens on it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as fault:
        raise click.ClickException(
            f"Cannot listen on {host} port {port} ({fault.strerror}). Another server may be "
            f"running; to use another port: PORT={min(port + 1, 65535)}"
        ) from fault
    return listener


@contextmanager
def _alone(app: Flask) -> Iterator[None]:
    """Of several servers that start at once, one at a time prepares the database."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK_KEY})")
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK_KEY})")
        return
    with open(Path(app.config["DATA_DIR"]) / "preparing.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare(app: Flask) -> None:
    if not installation.is_current():
        click.echo("Bringing the database up to date")
    installation.prepare()
    if app.config["DEMO"]:
        importlib.import_module("demo.seed").ensure(scale=1)


class Watch:
    """The parent of web server and job worker."""

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self.app = app
        self.listener = listener
        self.web = 0
        self.jobs: subprocess.Popen[bytes] | None = None
        self.jobs_started = 0.0
        self.restart_count = 0
        self.asked = 0  # how often a signal asked for the end

    def run(self) -> int:
        """Serve until told to end; gives the exit code."""
        for name in ENDING:
            signal.signal(name, self._ask)
        self.web = self._start_web()
        self.listener.close()
        self._start_jobs()
        try:
            return self._watch()
        finally:
            self._stop_jobs()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1

    def _watch(self) -> int:
        """Until the web server has ended. Asked once it ends in peace, asked again at once."""
        heard = 0
        while True:
            done, status = os.waitpid(self.web, os.WNOHANG)
            if done:
                return 0 if self.asked else os.waitstatus_to_exitcode(status) or 1
            if self.asked > heard:
                os.kill(self.web, signal.SIGQUIT if heard else signal.SIGTERM)
                heard = self.asked
            if not self.asked and self.jobs is not None and self.jobs.poll() is not None:
                self._restart_jobs()
            time.sleep(LOOK)

    def _start_web(self) -> int:
        sys.stdout.flush()
        parent = os.getpid()
        child = os.fork()
        if child:
            return child
        from .web import WebServer

        # Nothing of the parent's stack may go on running here or in gunicorn's workers.
        code = 1
        try:
            _die_with(parent)
            for name in ENDING:
                signal.signal(name, signal.SIG_DFL)
            WebServer(self.app, self.listener).run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _start_jobs(self) -> None:
        parent = os.getpid()
        command = [sys.executable, "-m", "flask", "--app", "app", "jobs", "work"]
        self.jobs = subprocess.Popen(
            command, cwd=self.app.root_path, preexec_fn=lambda: _die_with(parent)
        )
        self.jobs_started = time.monotonic()

    def _restart_jobs(self) -> None:
        if time.monotonic() - self.jobs_started > STEADY:
            self.restart_count = 0
        pause = RESTARTS[min(self.restart_count, len(RESTARTS) - 1)]
        if time.monotonic() - self.jobs_started < pause:
            return
        click.echo("The job worker ended and is started again", err=True)
        self.restart_count += 1
        self._start_jobs()

    def _stop_jobs(self) -> None:
        if self.jobs is None:
            return
        self.jobs.terminate()
        try:
            self.jobs.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.jobs.kill()  # its row is done again by the next worker
            self.jobs.wait()


def _die_with(parent: int) -> None:
    """In a child: be told to end when the parent is gone, however it went (Linux)."""
    if sys.platform != "linux":
        return
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
