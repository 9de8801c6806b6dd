"""The demo campaign: people with a public password and something worth reading.

Only in demo mode (no SECRET_KEY set); outside it none of this exists.
"""

from __future__ import annotations

import click
from flask import Flask

PASSWORD = "dajiatan-demo"  # public by purpose


def init_app(app: Flask) -> None:
    app.cli.add_command(seed_command)


@click.command("seed")
@click.option(
    "--scale",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How many times the discussion, of about 300 posts.",
)
def seed_command(scale: int) -> None:
    """Fill an empty site with the demo, or multiply the discussion of a filled one.

    Ended before its time, it leaves a whole number of copies, and the same command goes on.

    Example: flask --app app seed --scale 10
    """
    from core import installation
    from core.db import db, reading

    from . import discussion, seed

    installation.prepare()
    try:
        seed.ensure(scale)
        return
    except KeyboardInterrupt:
        db.session.rollback()
    # The connection that was broken off in the middle of a statement may still hold SQLite's
    # write lock; reading needs none.
    with reading():
        there = discussion.copies()
    raise click.ClickException(
        f"Stopped. The discussion is there {there} of {scale} times and whole; "
        "the same command goes on from there."
    )
