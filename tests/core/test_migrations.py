"""Migrations make exactly what the models say, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from flask import Flask

from app import create_app
from core import journal, search
from core.db import db
from tests.boards import Forum
from tests.conftest import KEY, database
from tests.people import Cast
from tests.turns import KINDS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=KINDS)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has no tables."""
    with database(request.param, tmp_path, "migrations") as url:
        app = create_app(
            {
                "TESTING": True,
                "SECRET_KEY": KEY,
                "DATA_DIR": str(tmp_path),
                "SQLALCHEMY_DATABASE_URI": url,
            }
        )
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def _config() -> Config:
    config = Config(ROOT / "migrations" / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def _schema() -> dict[str, object]:
    """Everything the database itself tells of its tables."""
    look = sa.inspect(db.engine)
    return {
        table: (
            sorted(
                (column["name"], str(column["type"]), column["nullable"])
                for column in look.get_columns(table)
            ),
            sorted(_index(index) for index in look.get_indexes(table)),
            sorted(
                str((key["constrained_columns"], key["referred_table"], sorted(key["options"])))
                for key in look.get_foreign_keys(table)
            ),
            sorted(str(one["column_names"]) for one in look.get_unique_constraints(table)),
            sorted(one["sqltext"] for one in look.get_check_constraints(table)),
        )
        for table in look.get_table_names()
        if not table.startswith("test_")
        if table != "alembic_version" and not table.startswith("search_index")
    }


def _index(index: Any) -> str:
    where = [str(value) for value in index.get("dialect_options", {}).values()]
    return f"{index['name']} {index['column_names']} {index['unique']} {sorted(where)}"


def test_migrations_equal_models(bare: Flask) -> None:
    command.upgrade(_config(), "head")
    with db.engine.connect() as connection:
        compared = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": search.is_ours_to_compare,
                # Tables that tests make for themselves have no migration.
                "include_object": lambda _one, name, *_rest: not str(name).startswith("test_"),
            },
        )
        assert compare_metadata(compared, db.metadata) == []
    migrated = _schema()
    command.downgrade(_config(), "base")
    db.create_all()
    assert migrated == _schema()


def test_downgrade_leaves_nothing(bare: Flask) -> None:
    command.upgrade(_config(), "head")
    command.downgrade(_config(), "base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}


def test_upgrade_twice_changes_nothing(bare: Flask) -> None:
    command.upgrade(_config(), "head")
    before = _schema()
    command.upgrade(_config(), "head")
    assert _schema() == before


@pytest.mark.parametrize("kind", KINDS)
def test_rows_outlive_the_way_down_and_up(kind: str, tmp_path: Path) -> None:
    """A filled site is upgraded: every row that the older program knew is still there."""
    with database(kind, tmp_path, "rows") as url:
        settings = {"TESTING": True, "SECRET_KEY": KEY, "DATA_DIR": str(tmp_path)}
        app = create_app({**settings, "SQLALCHEMY_DATABASE_URI": url})
        with app.app_context():
            command.upgrade(_config(), "head")
            journal.begin()
            db.session.commit()
        forum = Forum(app, Cast(app))
        cadre, moderator = (forum.cast.visitor(one) for one in ("cadre", "moderator"))
        thread = forum.published(cadre, moderator, title="升级以前写下的话")
        with app.app_context():
            before = _rows()
            command.downgrade(_config(), "0001")
            older = _rows()
            command.upgrade(_config(), "head")
            assert before["posts"] == 1
            assert {name: before[name] for name in older} == older
            assert _rows() == before
            db.session.remove()
        assert "升级以前写下的话" in cadre.get(f"/threads/{thread}").text
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _rows() -> dict[str, int]:
    """How many rows each table has; what a run makes for itself aside."""
    aside = ("alembic_version", "search_index")
    with db.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
            for name in sa.inspect(db.engine).get_table_names()
            if not name.startswith(("test_", *aside))
        }
