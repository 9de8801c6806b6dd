"""What an installation needs before anybody comes: tables, the journal's head, working days."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from . import journal, office_hours, workdays
from .db import db


def config() -> Config:
    folder = Path(current_app.root_path) / "migrations"
    found = Config(folder / "alembic.ini")
    found.set_main_option("script_location", str(folder))
    return found


def is_current() -> bool:
    """Whether the database has every migration."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def prepare() -> None:
    """Bring the tables up to date and lay what they need first; does nothing a second time."""
    if not is_current():
        command.upgrade(config(), "head")
    lay()


def lay() -> None:
    """The first rows of empty tables. Commits."""
    journal.begin()
    workdays.seed(db.session)
    office_hours.seed(db.session)
    db.session.commit()


@click.command("prepare")
def prepare_command() -> None:
    """Bring the database up to date; run it after each upgrade of the program.

    Example: flask --app app prepare
    """
    prepare()
    click.echo("the database is up to date")
