"""Fixtures for every area: an application on each database, the cast, two boards.

Every test that uses `app` is for SQLite and for PostgreSQL; see turns.py for when it runs on both.
Where PostgreSQL is not there it is skipped by name; with CI=true its absence is a failure.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event

from app import create_app
from core import figures, journal, smtp
from core.db import db
from tests.boards import Forum
from tests.mailing import Mails
from tests.people import Cast, Visitor
from tests.turns import KINDS, ON_BOTH, take_turns

IN_CI = os.environ.get("CI") == "true"
POSTGRESQL = os.environ.get(
    "TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
# Nobody looks at a test's rows after a power cut, and no statement runs long enough to be compiled.
HASTY = ("synchronous_commit = off", "jit = off")
# As many connections as the site opens at most, but none is closed when nobody needs it.
POOL = {"pool_size": 15, "max_overflow": 0}
KEY = "a key for tests only, of more than 32 characters"


# The same few cases every time; `make test-slow` draws many others.
settings.register_profile("short", max_examples=50, derandomize=True, deadline=None, database=None)
settings.register_profile("long", max_examples=1_000, deadline=None)
settings.load_profile("short")


class Compiled(BytecodeCache):
    """Templates compiled once for all applications of this process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


# Tests of a group run one after another on one worker, which makes what they share once; the
# longest come first. Any other file is a group of its own.
GROUPS = ("tests/browser/", "tests/contracts/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=take_turns(items, POSTGRESQL))

    def group(item: pytest.Item) -> str:
        file = item.nodeid.partition("::")[0]
        return next((name for name in GROUPS if file.startswith(name)), file)

    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))
    items.sort(key=lambda item: group(item) not in GROUPS)


def pytest_report_header() -> str:
    turns = "every test on both" if ON_BOTH else "of a whole run each test on one (see turns.py)"
    return f"databases: {' and '.join(KINDS)}, {turns}"


def pytest_collection_finish() -> None:
    """What was loaded stays to the end: looking through it for waste took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def missing(what: str) -> None:
    """Skip by name; in CI a lack is a failure."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and CI must have it")
    pytest.skip(f"{what} is missing")


def needed(package: str) -> Any:
    """A package that an extra brings."""
    try:
        return import_module(package)
    except ImportError:
        missing(package)


@contextmanager
def own_postgresql(purpose: str) -> Iterator[str]:
    """The address of a new, empty database of this process, dropped at the end."""
    name = f"dajiatan_test_{purpose}_{os.getpid()}"
    server = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
            for setting in HASTY:
                connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET {setting}')
    except sa.exc.OperationalError:
        missing("PostgreSQL")
    yield sa.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.dispose()


@contextmanager
def database(kind: str, folder: Path, purpose: str) -> Iterator[str]:
    """The address of an empty database: "sqlite" in the folder, or "postgresql"."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'site.sqlite'}"
        return
    with own_postgresql(purpose) as url:
        yield url


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Flask]]:
    """Applications by kind of database, each made when first asked for and kept to the end:
    tests on the two alternate file by file, and making one takes seconds."""
    with ExitStack() as ends:

        @cache
        def site_on(kind: str) -> Flask:
            return ends.enter_context(_site(kind, tmp_path_factory.mktemp(kind)))

        yield site_on


@pytest.fixture(scope="session", params=KINDS)
def site(request: pytest.FixtureRequest, sites: Callable[[str], Flask]) -> Flask:
    """An application with empty tables on one kind of database."""
    return sites(request.param)


@contextmanager
def _site(kind: str, folder: Path) -> Iterator[Flask]:
    with database(kind, folder, "site") as url:
        app = create_app(
            {
                "TESTING": True,
                # Tests write faster than people do; test_write_slowly.py sets limits of its own.
                **dict.fromkeys(("REPLIES_PER_HOUR", "THREADS_PER_DAY", "HEATED_REPLIES"), 0),
                "SECRET_KEY": KEY,
                "DATA_DIR": str(folder / "data"),
                "SQLALCHEMY_DATABASE_URI": url,
                "SQLALCHEMY_ENGINE_OPTIONS": POOL,
            }
        )
        with app.app_context():
            db.create_all()
            _prepare(app)
            db.session.remove()
            db.engine.dispose()
        if kind == "sqlite":
            shutil.copy(folder / "site.sqlite", folder / "empty.sqlite")
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _prepare(app: Flask) -> None:
    """What an installation has before anybody comes."""
    journal.begin()
    db.session.commit()


@pytest.fixture
def app(site: Flask) -> Iterator[Flask]:
    """The application with empty tables."""
    yield site
    figures.forget()
    with site.app_context():
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            path = Path(str(db.engine.url.database))
            db.engine.dispose()
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            shutil.copy(path.with_name("empty.sqlite"), path)
        else:
            wipe = "; ".join(f'DELETE FROM "{one.name}"' for one in db.metadata.sorted_tables)
            with db.engine.begin() as connection:  # one round trip, whatever the tables' order
                connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {wipe}")
            _prepare(site)
            db.session.remove()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context for tests of models; never mix it with a client in one test."""
    with app.app_context():
        yield app


@pytest.fixture
def mails(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mails:
    """Mail goes into files of this test; see tests/mailing.py."""
    monkeypatch.setitem(app.config, "MAIL_URL", smtp.FILES)
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path))
    monkeypatch.setitem(app.config, "SITE_URL", "https://dajiatan.example")
    return Mails(tmp_path / "mail")


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people of the tests; see tests/people.py."""
    return Cast(app)


@pytest.fixture
def forum(app: Flask, cast: Cast) -> Forum:
    """The boards of the tests, and the short ways to post and to decide; see tests/boards.py."""
    return Forum(app, cast)


@pytest.fixture
def cadre(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("cadre")


@pytest.fixture
def cadre2(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("cadre2")


@pytest.fixture
def moderator(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("moderator")


@pytest.fixture
def chief(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("chief_moderator")


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent inside the block."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK", "SAVEPOINT")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    return app.test_client()
