"""A bare Flask view behind the server of `serve`, with its settings: `python -m tests.bench.bare
PORT SIZE` answers `/` with SIZE bytes. What the site's pages are compared with."""

from __future__ import annotations

import socket
import sys

from flask import Flask

from core.web import WebServer


def main(port: int, size: int) -> None:
    app = Flask("bare")
    app.config.update(WORKERS=1, DEMO=False)
    page = "x" * size
    app.add_url_rule("/", view_func=lambda: page)
    WebServer(app, socket.create_server(("127.0.0.1", port))).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
