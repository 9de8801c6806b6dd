"""Whether an author is new here: few texts passed so far, and not here for long."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from accounts.models import Person
from core import clock
from core.db import db

from .models import Revision
from .standing import SETTLED


def is_new(author_id: int) -> bool:
    """By the settings NEW_MEMBER_TEXTS and NEW_MEMBER_DAYS; one statement."""
    enough, days = current_app.config["NEW_MEMBER_TEXTS"], current_app.config["NEW_MEMBER_DAYS"]
    passed = (
        select(Revision.id)
        .where(Revision.author_id == author_id, Revision.state.in_(SETTLED))
        .limit(enough)
        .subquery()
    )
    asked = select(
        Person.created_at, select(func.count()).select_from(passed).scalar_subquery()
    ).where(Person.id == author_id)
    joined_at, count = db.session.execute(asked).one()
    return count < enough and clock.now() - joined_at < timedelta(days=days)
