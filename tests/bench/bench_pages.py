"""What the reading pages weigh and cost, against a bare Flask view that returns as many bytes."""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from demo import PASSWORD
from tests.bench import Figure, Options
from tests.bench.servers import Server, Side, bare, demo, ratio
from tests.conftest import own_postgresql
from tests.serving import Reader

BOARD = "/forum/dajiatan"
OTHERS = ("/forum", "/surveys", "/letters", "/search?q=%E5%9F%BA%E5%B1%82")
LEAST = {"SQLite": 0.25, "PostgreSQL": 0.18}


def measure(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as site:
        reader = _reader(site)
        pages = {"thread": _thread(reader), "board": BOARD, "home": "/"}
        yield from _weights(reader, pages)
        yield from _ratios(site, reader, pages, "SQLite", options)
    try:
        with (
            own_postgresql("bench") as url,
            tempfile.TemporaryDirectory() as folder,
            demo(Path(folder), DATABASE_URL=url) as site,
        ):
            reader = _reader(site)
            pages["thread"] = _thread(reader)
            yield from _ratios(site, reader, pages, "PostgreSQL", options)
    except pytest.skip.Exception:
        return


def _reader(site: Server) -> Reader:
    reader = Reader(site.port)
    reader.sign_in("cadre", PASSWORD)
    return reader


def _thread(reader: Reader) -> str:
    """The fullest of the threads that the board shows first."""
    _status, page = reader.ask(BOARD)
    found = set(re.findall(r'href="(/threads/\d+)"', page.decode()))
    return max(sorted(found), key=lambda path: reader.ask(path)[1].count(b'<section class="post'))


def _weights(reader: Reader, pages: dict[str, str]) -> Iterator[Figure]:
    for name, path in (*pages.items(), *((path, path) for path in OTHERS)):
        _status, page = reader.ask(path)
        yield Figure(f"HTML of {name} page", len(page) / 1024, "KiB", 40, 1)
    for name in ("thread", "board"):
        _status, page = reader.ask(pages[name])
        found = assets(reader, page)
        size = sum(len(gzip.compress(content)) for content in found.values())
        yield Figure(f"assets of {name} page", size / 1024, "KiB gzip", 120, len(found))


def assets(reader: Reader, page: bytes) -> dict[str, bytes]:
    """The style sheets, modules and icons that a page names, and what those modules import."""
    found: dict[str, bytes] = {}
    wanted = re.findall(r'(?:href|src)="(/static/[^"#]+)', page.decode())
    while wanted:
        path = wanted.pop()
        if path not in found:
            _status, found[path] = reader.ask(path)
            if ".js" in path or ".mjs" in path:
                imports = re.findall(r'from\s*"(\.[^"]+)"', found[path].decode())
                wanted += [urljoin(path, one) for one in imports]
    return found


def _ratios(
    site: Server, reader: Reader, pages: dict[str, str], database: str, options: Options
) -> Iterator[Figure]:
    for name, path in pages.items():
        ours = Side(site, reader, path)
        with bare(len(reader.ask(path)[1])) as server:
            theirs = Side(server, Reader(server.port), "/")
            found = ratio(ours, theirs, options.seconds)
        named = f"{name} page, signed in, {database} : bare Flask, requests per CPU second"
        yield Figure(named, found, "ratio", LEAST[database], ours.count, at_least=True)
