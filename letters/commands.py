"""Commands of the mailbox."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import keys
from core.db import db, reading

from . import replay
from .models import Letter

letters_cli = AppGroup("letters", help="The minister's mailbox.")


@letters_cli.command("verify")
@click.option("--receipt", help="A receipt line: is it ours, and is the letter still the same?")
def verify(receipt: str | None) -> None:
    """Check that the journal's events lead to the state each letter has; exit 1 on a fault.

    Example: flask --app app letters verify
    """
    with reading():
        faults = [_receipt_fault(receipt)] if receipt else [one.what for one in replay.verify()]
    for fault in filter(None, faults):
        click.echo(fault)
    if any(faults):
        sys.exit(1)
    click.echo("the receipt is genuine" if receipt else "every letter is where its events lead")


def _receipt_fault(line: str) -> str | None:
    number = line.strip().partition("-")[0]
    letter = (
        db.session.scalars(
            select(Letter).where(Letter.id == int(number)).options(joinedload(Letter.points))
        )
        .unique()
        .one_or_none()
        if number.isdigit() and len(number) == 12
        else None
    )
    if letter is None:
        return "no letter has this number"
    if not keys.same(letter.receipt, line.strip().upper()):
        return "this line is not the receipt of the letter as it is now"
    return None
