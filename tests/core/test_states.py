"""One way to move a record: policy, table, journal, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from core import journal
from core.db import Base, db
from core.policy import Forbidden, UnknownPermission, anyone, is_its, rules
from core.states import IllegalMove, Machine, Stateful


class Lamp(Stateful, Base):
    """A thing with a state that only this test knows."""

    __tablename__ = "test_lamps"
    kind = "test:lamp"
    machine = Machine(
        "off",
        light=("off", "on"),
        dim=({"off": "dark", "on": "off"}),
        smash=(("off", "on"), "gone"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int | None]


rules({"test:lamp:light": anyone, "test:lamp:dim": is_its("owner")})


class Owner:
    id = 7
    is_authenticated = True

    def holds(self, role: str, within: object = None) -> bool:
        return False


@pytest.fixture
def lamp(context: Flask) -> Iterator[Lamp]:
    record = Lamp(owner_id=7)
    db.session.add(record)
    db.session.commit()
    yield record


def test_advance_moves_and_writes_the_journal(lamp: Lamp) -> None:
    lamp.advance("light", Owner(), note="傍晚", board_id=3)
    db.session.commit()
    event = journal.latest("test:lamp", lamp.id)
    assert (lamp.state, event.verb, event.before, event.after) == ("on", "light", "off", "on")
    assert (event.actor_id, event.facts) == (7, {"board_id": 3})


def test_verb_leads_where_its_source_says(lamp: Lamp) -> None:
    lamp.advance("dim", Owner())
    assert lamp.state == "dark"


def test_table_refuses_and_nothing_is_written(lamp: Lamp) -> None:
    lamp.advance("light", Owner())
    with pytest.raises(IllegalMove):
        lamp.advance("light", Owner())
    assert len(journal.history("test:lamp", lamp.id)) == 1


def test_policy_refuses(lamp: Lamp) -> None:
    stranger = Owner()
    stranger.id = 8
    with pytest.raises(Forbidden):
        lamp.advance("dim", stranger)
    assert lamp.state == "off"


def test_verb_without_a_policy_row_raises(lamp: Lamp) -> None:
    with pytest.raises(UnknownPermission):
        lamp.advance("smash", Owner())


def test_unknown_verb_raises(lamp: Lamp) -> None:
    with pytest.raises(KeyError):
        lamp.advance("polish", Owner())


def test_state_cannot_be_assigned(lamp: Lamp) -> None:
    with pytest.raises(AttributeError):
        lamp.state = "on"
    with pytest.raises(AttributeError):
        Lamp(state="on")


def test_database_refuses_a_state_that_the_table_does_not_name(lamp: Lamp) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text("UPDATE test_lamps SET state = 'bright'"))
    db.session.rollback()


def test_rollback_takes_back_both(lamp: Lamp) -> None:
    lamp.advance("light", Owner())
    db.session.rollback()
    assert lamp.state == "off"
    assert journal.history("test:lamp", lamp.id) == []


def test_machine_lists_states_and_verbs() -> None:
    assert Lamp.machine.states == ("off", "on", "dark", "gone")
    assert Lamp.machine.verbs("off") == ("light", "dim", "smash")
    assert Lamp.machine.verbs("gone") == ()
