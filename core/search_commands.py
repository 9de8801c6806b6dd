"""Commands that look after the index of the search: is it right, and fill it anew."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from . import refilling
from .db import db, reading

SHOWN = 5  # ids of each fault that are named
TOLD_EVERY = 10_000  # texts

search_cli = AppGroup("search", help="The index in which people search.")


@search_cli.command("check")
def check_search() -> None:
    """Compare the index with the texts; exit 1 when something is missing, outdated or orphaned.

    Example: flask --app app search check
    """
    with reading():
        wrong = [name for name in refilling.names() if not _go_through(name, mend=False)]
    if wrong:
        click.echo("`flask --app app search rebuild` puts it right.")
        sys.exit(1)


@search_cli.command("rebuild")
def rebuild_search() -> None:
    """Make every entry of the index as this program makes it, while the site is in use.

    Only what is not right is written. Ended in between, it goes on with the next run.

    Example: flask --app app search rebuild
    """
    for name in refilling.names():
        _go_through(name, mend=True)


def _go_through(name: str, mend: bool) -> bool:
    """Whether a kind's entries were right. Commits after each batch where it mends."""
    found, told = refilling.Found(), 0
    for found in refilling.walk(name, mend):
        db.session.commit() if mend else db.session.rollback()
        if found.count - told >= TOLD_EVERY:
            told = found.count
            click.echo(f"{name}: {told:,} so far", err=True)
    click.echo(f"{name}: {found.said()}{', mended' if mend and found.faults else ''}")
    for what in ("missing", "outdated", "orphaned"):
        if ids := getattr(found, what):
            more = f" and {len(ids) - SHOWN:,} more" if len(ids) > SHOWN else ""
            click.echo(f"  {what}: {', '.join(ids[:SHOWN])}{more}")
    return not found.faults
