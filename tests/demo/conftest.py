"""Sites that the command fills, at a moment that stands still: every column can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from core import clock
from core.db import db
from demo import seed_command
from tests.conftest import KEY, database

MOMENT = datetime(2026, 5, 20, 3, 40, 17, tzinfo=UTC)
SCALE = 3


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


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def seeded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """A site filled SCALE times at once. Read from it, and leave it as it was."""
    folder = tmp_path_factory.mktemp(f"seeded-{request.param}")
    with new_site(request.param, folder, "seeded") as app:
        result = seed(app, SCALE)
        assert result.exit_code == 0, result.output
        yield app
