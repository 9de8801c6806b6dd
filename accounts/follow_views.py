"""Watching what a person writes, or having peace from it; the person does not learn of it."""

from __future__ import annotations

from collections.abc import Collection

from flask import redirect, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.db import db
from core.follow_form import chosen
from core.gate import requires
from core.policy import Actor

from .models import Person
from .views import bp


@bp.post("/people/<int:id>/follow")
@requires("accounts:person:follow", Person)
def follow_person(person: Person) -> Response:
    there = url_for("accounts.show_person", id=person.id)
    chosen(Person.kind, person.id)
    return redirect(there)


def named(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    """Names and addresses of people, for a list of who is followed."""
    found = (
        Person.visible_to(actor).where(Person.id.in_(ids)).with_only_columns(Person.id, Person.name)
    )
    return {row.id: (row.name, f"/people/{row.id}") for row in db.session.execute(found)}


def actors(ids: Collection[int]) -> dict[int, Actor]:
    """Those of some people whose account is open and who hold a role today, as they act."""
    from .session import PERSON_OPTIONS

    found = select(Person).where(Person.id.in_(ids), Person.is_active).options(*PERSON_OPTIONS)
    people = db.session.scalars(found.order_by(Person.id)).unique()
    return {person.id: person for person in people if person.current}
