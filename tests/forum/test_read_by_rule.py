"""Who may read and write is one rule: SQL and Python say the same of it, and all pages follow."""

from __future__ import annotations

import random
from datetime import timedelta

from flask import Flask

from accounts.audience import WHO, Audience
from accounts.models import Membership, Person, Unit
from accounts.roles import ROLES
from accounts.session import Stranger
from core import clock
from core.db import db
from core.policy import Actor
from forum.models import Board
from forum.rules import ACTS

SOME_ROLES = ("cadre", "delegate", "expert", "moderator", "local_moderator", "mail_office")


def grown(chance: random.Random, n: int) -> list[Unit]:
    """A tree of so many units."""
    units: list[Unit] = []
    for number in range(n):
        unit = Unit(key=f"u{number}", name=f"单位{number}", kind="department")
        db.session.add(unit)
        db.session.flush()
        above = chance.choice(units).path if units else "/"
        unit.path = f"{above}{unit.id}/"
        units.append(unit)
    units.append(Unit(key="gone", name="撤销了的单位", kind="department", path=""))
    db.session.add(units[-1])
    db.session.flush()
    return units


def anybody(chance: random.Random, units: list[Unit], boards: list[Board]) -> Actor:
    """Somebody with roles at some units, past and present, some for one board alone."""
    today = clock.today()
    roles = [
        Membership(
            role=role,
            unit=chance.choice(units),
            place=chance.choice(boards).key if role == "local_moderator" else None,
            valid_from=today - timedelta(days=9),
            valid_until=chance.choice([None, today - timedelta(days=1), today + timedelta(days=1)]),
        )
        for role in chance.choices(SOME_ROLES, k=chance.randint(0, 3))
    ]
    return Person(id=1, unit=chance.choice(units), memberships=roles)


def any_rule(chance: random.Random, units: list[Unit]) -> Audience:
    roles = chance.sample(SOME_ROLES, k=chance.randint(0, 3))
    return Audience.of(chance.choice(WHO), chance.choice(units).id, roles)


def test_sql_says_what_python_says(context: Flask) -> None:
    """Over random trees, people and rules; and whoever writes, reads."""
    chance = random.Random(20261201)
    admitted = 0
    for _ in range(4):
        units = grown(chance, 12)
        boards = []
        for number in range(30):
            board = Board(slug=f"b{units[0].id}-{number}", title="版", unit=chance.choice(units))
            for act in ACTS:
                board.set_audience(act, any_rule(chance, units))
            boards.append(board)
        db.session.add_all(boards)
        db.session.flush()
        here = Board.id.in_([board.id for board in boards])
        people = [Stranger(), *(anybody(chance, units, boards) for _ in range(25))]
        for actor in people:
            found = set(db.session.scalars(db.select(Board).where(here, Board.open_to(actor))))
            assert found == {board for board in boards if board.admits("read", actor)}
            writers = {b for b in boards if b.admits("start", actor) or b.admits("reply", actor)}
            assert writers <= found
            admitted += len(found)
        for one in boards:
            for other in boards:
                mine, theirs = one.audience("read"), other.audience("read")
                if mine.is_within(theirs):
                    assert all(theirs.admits(actor) for actor in people if mine.admits(actor))
        db.session.execute(db.update(Unit).values(key=Unit.key + f"-{units[0].id}"))
    assert 300 < admitted < 4 * 26 * 30  # neither nothing nor everything
    assert set(SOME_ROLES) <= set(ROLES)
