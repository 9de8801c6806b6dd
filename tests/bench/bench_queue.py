"""The queue costs the same however much waits: its page and a decision, at 1,000 and at 100,000
pending items, in processor seconds of the server. (tests/moderation/test_show_queue.py counts the
statements of both.)"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo import PASSWORD
from tests.bench import Figure, Options
from tests.bench.long_queue import make
from tests.bench.servers import SLICE, Server, demo
from tests.conftest import own_postgresql
from tests.serving import Reader

FEW, MANY = 1_000, 100_000
PAGE, DECIDED = "/moderation", re.compile(rb'name="revision" value="(\d+)"')
ITEM = re.compile(rb'href="/moderation/(\d+)"')
LIMIT = 1.3
WARM = 10
DECISIONS = 60  # on each side


def measure(options: Options) -> Iterator[Figure]:
    with ExitStack() as kept:
        yield from _compared("SQLite", _reviewers(kept), options)
    with ExitStack() as kept:
        try:
            reviewers = _reviewers(kept, "postgresql")
        except pytest.skip.Exception:
            return
        yield from _compared("PostgreSQL", reviewers, options)


def _reviewers(kept: ExitStack, database: str = "") -> list[Reviewer]:
    """A moderator before each of two sites; both are filled before the first is asked."""
    made = []
    for count in (FEW, MANY):
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory()))
        url = kept.enter_context(own_postgresql(f"queue_{count}")) if database else ""
        make(folder, count, url)
        made.append((folder, url))
    sites = [kept.enter_context(demo(folder, DATABASE_URL=url)) for folder, url in made]
    return [Reviewer(site) for site in sites]


class Reviewer:
    """A moderator before one of the servers."""

    def __init__(self, site: Server) -> None:
        self.site = site
        self.reader = Reader(site.port)
        self.reader.sign_in("moderator", PASSWORD)
        self.token = self.reader.token(PAGE)
        self.waiting: list[str] = []
        for _number in range(WARM):
            self.read()
            self.decide(*self.next())

    def read(self) -> bytes:
        status, page = self.reader.ask(PAGE)
        assert status == 200, status
        return page

    def next(self) -> tuple[str, str]:
        """An item that waits and its version; looking for them is not measured."""
        if not self.waiting:
            self.waiting = [found.decode() for found in ITEM.findall(self.read())]
        item = self.waiting.pop(0)
        _status, page = self.reader.ask(f"/moderation/{item}")
        found = DECIDED.search(page)
        return (item, found[1].decode()) if found else self.next()

    def decide(self, item: str, revision: str) -> None:
        form = {"csrf_token": self.token, "revision": revision}
        status, page = self.reader.ask(f"/moderation/{item}/approve", form)
        assert status == 302, (status, page[:300])

    def cost(self, act: Callable[[], object]) -> float:
        """Processor seconds of the server."""
        before = self.site.cpu()
        act()
        return self.site.cpu() - before


def _compared(database: str, sites: list[Reviewer], options: Options) -> Iterator[Figure]:
    """The two sites asked in turn; the median of the rounds' ratios."""
    few, many = sites
    rounds = max(5, round(options.seconds / SLICE / 2))
    pages = [_pages(many) / _pages(few) for _round in range(rounds)]
    name = f"queue page, {MANY} : {FEW} pending, {database}, CPU seconds"
    yield Figure(name, statistics.median(pages), "ratio", LIMIT, rounds)
    costs: tuple[list[float], list[float]] = ([], [])
    for _number in range(DECISIONS):
        for site, found in zip(sites, costs, strict=True):
            item, revision = site.next()
            found.append(site.cost(lambda s=site, i=item, r=revision: s.decide(i, r)))
    ratio = statistics.median(costs[1]) / statistics.median(costs[0])
    name = f"decision, {MANY} : {FEW} pending, {database}, CPU seconds"
    yield Figure(name, ratio, "ratio", LIMIT, DECISIONS)


def _pages(site: Reviewer) -> float:
    """Processor seconds for one page, over a slice of asking."""
    began, used, count = time.monotonic(), site.site.cpu(), 0
    while time.monotonic() - began < SLICE:
        site.read()
        count += 1
    return (site.site.cpu() - used) / count
