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
@click.option("--scale", default=1, show_default=True, help="How many times the discussion.")
def seed_command(scale: int) -> None:
    """Fill an empty site with the demo, or multiply the discussion of a filled one.

    Example: flask --app app seed --scale 10
    """
    from core import installation

    from . import seed

    installation.prepare()
    seed.ensure(scale)
