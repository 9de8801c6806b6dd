"""Sites that the command fills, at a moment that stands still: every column can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from core import clock
from core.db import db
from demo import seed_command
from tests.conftest import KEY, database
from tests.turns import KINDS

MOMENT = datetime(2026, 5, 20, 3, 40, 17, tzinfo=UTC)
SCALE = 2


class Still(datetime):
    """A clock that has stopped."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return MOMENT.astimezone(tz)


@contextmanager
def stopped_clock() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(clock, "datetime", Still)
    try:
        yield
    finally:
        patch.undo()


@contextmanager
def new_site(kind: str, folder: Path, purpose: str) -> Iterator[Flask]:
    """A site on a database that has not even tables."""
    with database(kind, folder, purpose) as url:
        app = create_app(
            {
                "SECRET_KEY": KEY,
                "DATA_DIR": str(folder / "data"),
                "SQLALCHEMY_DATABASE_URI": url,
            }
        )
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def seed(app: Flask, scale: int) -> Result:
    """Run the command, while the clock stands still."""
    with app.app_context(), stopped_clock():
        return app.test_cli_runner().invoke(seed_command, ["--scale", str(scale)])


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """It stands still in every test of this folder, and in no other."""
    with stopped_clock():
        yield


@pytest.fixture(scope="session")
def seeded_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Flask]]:
    """Sites filled SCALE times at once, by kind of database, each made when first asked for."""
    with ExitStack() as ends:

        @cache
        def seeded_on(kind: str) -> Flask:
            folder = tmp_path_factory.mktemp(f"seeded-{kind}")
            app = ends.enter_context(new_site(kind, folder, "seeded"))
            result = seed(app, SCALE)
            assert result.exit_code == 0, result.output
            return app

        yield seeded_on


@pytest.fixture(scope="session", params=KINDS)
def seeded(request: pytest.FixtureRequest, seeded_sites: Callable[[str], Flask]) -> Flask:
    """Read from it, and leave it as it was: other tests read it, too."""
    return seeded_sites(request.param)
