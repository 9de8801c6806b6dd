"""A small site around the editor alone: the real macro, module, style and security policy.

GET /write shows a form, POST /write/send answers as the test asks with `server.answer`:
"accept" (303 to /done, where nobody writes), "refuse" (422 with what was typed) or "drop"
(the connection ends without an answer).
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2
from wtforms import Form, TextAreaField
from wtforms.validators import InputRequired

from core.editor_words import WORDS
from core.headers import CONTENT_SECURITY_POLICY

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
DONE = """<!doctype html><html lang="zh-Hans"><head><title>已提交</title>
<script type="module" src="/static/js/sent.js"></script></head><body><h1>已提交</h1></body></html>"""
COMPONENTS = ("frame", "button", "list", "text", "form", "state")
PAGE = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>写主题帖</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{% for sheet in sheets %}<link rel="stylesheet" href="/static/css/{{ sheet }}.css">
{% endfor %}<script type="module" src="/static/js/sent.js"></script></head>
<body><main class="page"><h1>写主题帖</h1>
{% from "macros/editor.html" import editor %}{% from "macros/form.html" import summary %}
{{ summary(form) }}
<form method="post" action="{{ action }}" class="form">
<div class="field"><label class="field__label" for="title">题目</label>
<input class="input" id="title" name="title"></div>
{{ editor(form.body, hint="写清楚事情和建议。", format=format, private=private) }}
<p><button class="button button--main">提交</button></p>
</form></main></body></html>"""


def editor_words() -> dict[str, str]:
    """As core.editor_words has it, in the language of the source."""
    return {f"data-{name}": str(words) for name, words in WORDS.items()}


class WritingForm(Form):
    body = TextAreaField("正文", [InputRequired()])


class EditorSite(ThreadingHTTPServer):
    """`received` holds the forms that were sent, oldest first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[dict[str, str]] = []
        self.answer = "accept"
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(ROOT / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.templates.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
        self.request = SimpleNamespace(method="GET", form={})
        self.templates.globals.update(
            asset=lambda name: f"/static/{name}",
            drawn=lambda macro, *values: macro(*values),
            current_user=SimpleNamespace(is_authenticated=True, id=7),
            editor_words=editor_words,
            request=self.request,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def render(
        self,
        action: str,
        body: str = "",
        format: str = "plain",
        private: bool = False,
        wrong: bool = False,
    ) -> bytes:
        form = WritingForm(body=body)
        if wrong:
            form.body.errors = ["请再补充一些。"]
        self.request.method = "POST" if wrong else "GET"
        self.request.form = self.received[-1] if wrong else {}
        sheets = ("reset", "tokens", "base", *(f"components/{name}" for name in COMPONENTS))
        return (
            self.templates.from_string(PAGE)
            .render(action=action, form=form, format=format, private=private, sheets=sheets)
            .encode()
        )


class Handler(BaseHTTPRequestHandler):
    server: EditorSite
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/static/"):
            self._send_file(STATIC / unquote(address.path).removeprefix("/static/"))
        elif address.path == "/write":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            body, format = asked.get("body", ""), asked.get("format", "plain")
            private = "private" in asked
            self._send(200, self.server.render("/write/send", body, format, private))
        elif address.path == "/done":
            self._send(200, DONE.encode())
        else:
            self._send(204 if address.path == "/favicon.ico" else 404, b"")

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
        sent = {name: values[0] for name, values in form.items()}
        self.server.received.append(sent)
        if self.server.answer == "drop":
            self.close_connection = True
        elif self.server.answer == "refuse":
            self._send(422, self.server.render("/write/send", sent["body"], wrong=True))
        else:
            self.send_response(303)
            self.send_header("Location", "/done#post-1")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _send_file(self, path: Path) -> None:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.is_file():
            self._send(200, path.read_bytes(), kind)
        else:
            self._send(404, b"")

    def _send(self, code: int, content: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("Referrer-Policy", "same-origin")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what was received."""


@contextmanager
def running() -> Iterator[EditorSite]:
    site = EditorSite()
    thread = Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
