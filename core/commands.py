"""Commands of the floor: the journal's proof, working days, jobs, the
index of the search, the server."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from . import journal
from .db import reading

journal_cli = AppGroup("journal", help="The append-only record of what happened.")


@journal_cli.command("verify")
@click.option(
    "--head",
    metavar="HASH",
    default="",
    help="A head that the public log printed: the record must lead through it.",
)
def verify_journal(head: str) -> None:
    """Check every event's seal and the head; exit 1 when the record is bent.

    The head of a day, copied from /moderation/log when it was printed, shows that nothing up to
    that day was cut off or written anew, even by somebody who holds the key.

    Example: flask --app app journal verify --head 3f0c…64 digits
    """
    with reading():
        faults = list(journal.verify(head.strip().lower()))
        now = journal.head()
    for fault in faults:
        click.echo(fault.what)
    if faults:
        sys.exit(1)
    click.echo(f"the journal is whole: {now.count} events, head {now.digest}" if now else "empty")


def init_app(app: Flask) -> None:
    from . import office_hours  # noqa: F401
    from .installation import prepare_command
    from .jobs import jobs_cli
    from .search_commands import search_cli
    from .serve import serve_command
    from .workdays import calendar_cli

    app.cli.add_command(prepare_command)
    app.cli.add_command(serve_command)
    app.cli.add_command(journal_cli)
    app.cli.add_command(jobs_cli)
    app.cli.add_command(calendar_cli)
    app.cli.add_command(search_cli)
