"""Results of 40 questions: what their pages cost at 1,000 and at 100,000 responses, how long the
first page takes, and counting them anew. (`python -m tests.bench results`)"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app
from core.db import db
from demo import PASSWORD
from surveys import results
from surveys.models import Survey
from tests.bench import Figure, Options
from tests.bench.many_answers import SLUG, make
from tests.bench.servers import Side, demo, ratio
from tests.conftest import own_postgresql
from tests.serving import Reader

FEW, MANY = 1_000, 100_000
ALL, GROUPS = f"/surveys/{SLUG}/results", f"/surveys/{SLUG}/results/s0"
COLD, COMPARED, WARM = 300.0, 200.0, 1.5  # ms, ms, ratio


def measure(options: Options) -> Iterator[Figure]:
    with ExitStack() as kept:
        yield from _measured("SQLite", _sites(kept), options)
    with ExitStack() as kept:
        try:
            sites = _sites(kept, "postgresql")
        except pytest.skip.Exception:
            return
        yield from _measured("PostgreSQL", sites, options)


def _sites(kept: ExitStack, database: str = "") -> list[tuple[Path, str]]:
    made = []
    for count in (FEW, MANY):
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory()))
        url = kept.enter_context(own_postgresql(f"results_{count}")) if database else ""
        make(folder, count, url)
        made.append((folder, url))
    return made


def _measured(database: str, sites: list[tuple[Path, str]], options: Options) -> Iterator[Figure]:
    for path, what, limit in ((ALL, "results", COLD), (GROUPS, "groups compared", COMPARED)):
        found = [_first(*sites[1], path) for _round in range(5)]
        name = f"first page of {what} after a start, {MANY} responses, {database}"
        yield Figure(name, statistics.median(found), "ms", limit, len(found))
    with ExitStack() as kept:
        few, many = (kept.enter_context(demo(folder, DATABASE_URL=url)) for folder, url in sites)
        for path, what in ((ALL, "results"), (GROUPS, "groups compared")):
            sides = [Side(site, _office(site.port), path) for site in (few, many)]
            name = f"page of {what}, {MANY} : {FEW} responses, {database}, CPU seconds"
            found = ratio(*sides, options.seconds)
            yield Figure(name, found, "ratio", WARM, sides[0].count)
    yield Figure(
        f"counting {MANY} responses anew, in all and by group, {database}",
        _counting(*sites[1]),
        "s",
        None,
        1,
    )


def _office(port: int) -> Reader:
    reader = Reader(port)
    reader.sign_in("office", PASSWORD)
    return reader


def _first(folder: Path, url: str, path: str) -> float:
    """Milliseconds for the first time that a freshly started server is asked for a page."""
    with demo(folder, DATABASE_URL=url) as site:
        reader = _office(site.port)
        began = time.perf_counter()
        status, _page = reader.ask(path)
        assert status == 200, status
        return (time.perf_counter() - began) * 1_000


def _counting(folder: Path, url: str) -> float:
    """Seconds that a job takes."""
    app = create_app({"DATA_DIR": str(folder), "SECRET_KEY": "", "DATABASE_URL": url})
    with app.app_context():
        survey = db.session.scalars(select(Survey).where(Survey.slug == SLUG)).one()
        began = time.perf_counter()
        results.take_snapshot(survey)
        took = time.perf_counter() - began
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()
    return took
