"""What the demo's pages weigh and what they ask of the database, as each of its people reads them."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask

from accounts.demonstration import USERNAMES
from accounts.models import Person
from app import create_app
from core import figures
from core.db import db
from demo import seed
from tests.conftest import counted
from tests.people import Cast

HTML_LIMIT = 40 * 1024
ASSET_LIMIT = 120 * 1024
READING, WORKING = 6, 8
PAGES = 150  # of one person
OF_A_KIND = 2  # pages of one kind and with the same questions that one person opens

# Pages on which somebody works; whatever is not here is read.
WORKING_AREAS = re.compile(
    r"/(admin|moderation|letters/desk|surveys/(manage|new)|surveys/[^/]+/(versions|answers|asking)"
    r"|campaigns/[^/]+/(edit|glossary)|posts/\d+/(edit|hide|seal|flag|appeal|history)"
    r"|ledgers/(new|\d+/(work|items|answers|sources)|items/\d+)|letters/\d+|threads/\d+/reply|forum/[^/]+/new|me)(/|$)|^/$"
)
# Every component in every state, for those who build, only in demo mode; a whole thread on paper.
HEAVY = {"front.style", "forum.print_thread"}
_HREF = re.compile(r'href="([^"#]+)')
_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPTS = re.compile(r'<script type="module" src="([^"]+)"')
_IMPORTS = re.compile(r'(?:import|from) ?"(\.[^"]+)"')


@pytest.fixture(scope="module")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo as `make run` fills it."""
    app = create_app(
        {
            "DATA_DIR": str(tmp_path_factory.mktemp("demo")),
            "SECRET_KEY": "",
            "PROPAGATE_EXCEPTIONS": False,
        }
    )
    with app.app_context():
        db.create_all()
        seed.ensure()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_pages_of_the_demo_weigh_little_and_ask_little(
    demo_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FRESH_SECONDS", 3600)  # what a process counts once a minute
    cast = Cast(demo_app, ids=_ids(demo_app))
    for path in ("/", "/campaigns/dajiatan"):
        assert cast.visitor("cadre").get(path).status_code == 200
    faults: set[str] = set()
    for name in USERNAMES:
        reading = Reading(demo_app, cast, name)
        faults |= set(reading.faults())
        assert len(reading.seen) > 15, name
    assert not faults, "\n".join(sorted(faults))


def _ids(app: Flask) -> dict[str, int]:
    with app.app_context():
        people = db.session.execute(db.select(Person.username, Person.id))
        return {row.username: row.id for row in people}


class Reading:
    """One person's way along the links, from home."""

    def __init__(self, app: Flask, cast: Cast, name: str) -> None:
        self.app = app
        self.client = cast.visitor(name).client
        self.adapter = app.url_map.bind("localhost")
        self.seen: dict[str, None] = {}
        self.kinds: Counter[tuple[str, ...]] = Counter()
        self.waiting = ["/"]

    def faults(self) -> Iterator[str]:
        while self.waiting and len(self.seen) < PAGES:
            path = self.waiting.pop(0)
            if path in self.seen or not self._is_due(path):
                continue
            self.seen[path] = None
            yield from self._look(path)

    def _is_due(self, path: str) -> bool:
        parts = urlsplit(path)
        endpoint, _values = self.adapter.match(parts.path)
        names = sorted(part.partition("=")[0] for part in parts.query.split("&"))
        kind = (str(endpoint), *names)
        self.kinds[kind] += 1
        return self.kinds[kind] <= OF_A_KIND

    def _look(self, path: str) -> Iterator[str]:
        kind = re.sub(r"\d+", "#", urlsplit(path).path)
        with counted(self.app) as statements:
            answer = self.client.get(path)
        yield from [f"{kind}: {answer.status_code}"] if answer.status_code >= 400 else []
        endpoint, _values = self.adapter.match(urlsplit(path).path)
        limit = WORKING if WORKING_AREAS.search(urlsplit(path).path) else READING
        if len(statements) > limit:
            yield f"{kind}: {len(statements)} statements, at most {limit}"
        if answer.mimetype != "text/html" or answer.status_code != 200:
            return
        html = answer.text
        if len(answer.data) > HTML_LIMIT and endpoint not in HEAVY:
            yield f"{kind}: {len(answer.data)} bytes of HTML, at most {HTML_LIMIT}"
        if "js/editor.js" in html and 'data-behavior="editor"' not in html:
            yield f"{kind}: brings the editor although nobody can write there"
        if "js/editor.js" not in html and (weight := self._assets(html)) > ASSET_LIMIT:
            yield f"{kind}: assets of {weight} bytes, at most {ASSET_LIMIT}"
        for link in dict.fromkeys(_HREF.findall(html)):
            parts = urlsplit(urljoin(path, unescape(link)))
            if not parts.netloc and not parts.scheme and not parts.path.startswith("/static/"):
                self.waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))

    def _assets(self, html: str) -> int:
        """Compressed bytes of the styles and of the modules with all that they import."""
        folder = Path(str(self.app.static_folder))
        waiting = [
            folder / urlsplit(unescape(one)).path.removeprefix("/static/")
            for one in (*_STYLES.findall(html), *_SCRIPTS.findall(html))
        ]
        weights: dict[Path, int] = {}
        while waiting:
            file = waiting.pop().resolve()
            if file in weights:
                continue
            data = file.read_bytes()
            weights[file] = len(gzip.compress(data))
            if file.suffix in (".js", ".mjs"):
                waiting += [file.parent / one for one in _IMPORTS.findall(data.decode())]
        return sum(weights.values())
