"""Fills an empty site with the demo; a second time multiplies the discussion."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from accounts.models import Person
from core import installation
from core.db import db
from forum.models import Thread

from . import (
    campaign,
    closed_boards,
    discussion,
    files,
    flags,
    ledger,
    letters,
    mail,
    opinions,
    organisation,
    proposals,
    public_letters,
    second_reviews,
    surveys,
    tags,
    tended,
    terms,
    words,
)


def ensure(scale: int = 1) -> None:
    """Make sure that the demo is there `scale` times. Commits."""
    if db.session.scalar(select(func.count()).select_from(Person)) == 0:
        _fill()
    elif db.session.scalar(select(Person.id).where(Person.username == "cadre")) is None:
        raise click.ClickException(
            "SECRET_KEY is not set, and the database holds other people than the demo's. "
            "Set SECRET_KEY to serve it, or another DATA_DIR or DATABASE_URL for the demo."
        )
    if scale == 1 and db.session.scalar(select(Thread.id).limit(1)) is not None:
        return  # every start but the first comes here, and reads none of the demo's texts
    people = organisation.Organisation.read()
    there = discussion.copies()
    if there == 0:
        discussion.multiply(people, 0, 1)
        files.fill()
        terms.fill()  # tried on what was written, once
        flags.fill(people)
        closed_boards.fill(people)
        second_reviews.fill(people)
        opinions.fill()
        ledger.fill(people)
        public_letters.fill()
        proposals.fill(people)
        words.fill()
        tended.fill(people)
        db.session.commit()
        there = 1
    if there < scale:
        discussion.multiply(people, there, scale)
    click.echo(f"the discussion is there {max(there, scale)} times")


def _fill() -> None:
    installation.lay()
    people = organisation.fill()
    campaign.fill(people)
    discussion.fill(people)
    tags.fill()
    surveys.fill(people)
    letters.fill(people)
    mail.fill()
    db.session.commit()
