"""gunicorn with the site's settings; `serve` runs it."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 4
GRACE = 30  # seconds for requests under way when the end is asked for


class WebServer(BaseApplication):
    """Serves an application that is loaded already, on an address that is bound already."""

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self.app = app
        self.address = listener.getsockname()[:2]
        self.descriptor = listener.detach()  # gunicorn's from here on
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"fd://{self.descriptor}",
            "workers": self.app.config["WORKERS"],
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "graceful_timeout": GRACE,
            "timeout": 60,
            "keepalive": 15,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # TRUSTED_PROXIES says whom to believe
            "when_ready": self._announce,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app

    def _announce(self, _arbiter: Any) -> None:
        host, port = self.address
        shown = f"[{host}]" if ":" in host else host
        kind = "The demo is" if self.app.config["DEMO"] else "Serving"
        click.echo(f"{kind} at http://{shown}:{port}/ (Ctrl+C ends)")
        sys.stdout.flush()
