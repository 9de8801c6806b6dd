"""Commands of the floor: the journal's proof, working days, jobs, the server."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from . import journal
from .db import reading

journal_cli = AppGroup("journal", help="The append-only record of what happened.")


@journal_cli.command("verify")
def verify_journal() -> None:
    """Check every event's seal and the head; exit 1 when the record is bent.

    Example: flask --app app journal verify
    """
    with reading():
        faults = list(journal.verify())
    for fault in faults:
        click.echo(fault.what)
    if faults:
        sys.exit(1)
    click.echo("the journal is whole")


def init_app(app: Flask) -> None:
    from .installation import prepare_command
    from .jobs import jobs_cli
    from .serve import serve_command
    from .workdays import calendar_cli

    app.cli.add_command(prepare_command)
    app.cli.add_command(serve_command)
    app.cli.add_command(journal_cli)
    app.cli.add_command(jobs_cli)
    app.cli.add_command(calendar_cli)
