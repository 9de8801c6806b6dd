"""Whatever is done to a ledger, raw = merged + waiting + set aside, in every channel."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from core.errors import Conflict
from surveys.ledger import acts, counting, items
from surveys.ledger.coded import ASIDE, BY_HAND
from surveys.ledger.items import LedgerItem
from surveys.ledger.models import Ledger, LedgerEntry, LedgerSource
from tests.people import Cast

Where = tuple[str, object]  # ("open", None), ("item", id), ("aside", reason)
ACTS = ("enter", "gather", "place", "out", "aside", "undo")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**32)), max_size=20)


class Walk:
    """A ledger beside a plain model of it: where each entry is, and what was before each act."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.ledger = Ledger(title="账", unit_id=office.unit_id, author_id=office.id, members=[])
        db.session.add(self.ledger)
        db.session.flush()
        forms = {"sent_count": 9, "returned_count": 7}
        self.sources = [
            LedgerSource(
                ledger_id=self.ledger.id,
                channel=channel,
                title=channel,
                **(forms if channel == "paper" else {}),
            )
            for channel in BY_HAND
        ]
        db.session.add_all(self.sources)
        db.session.flush()
        self.entries: dict[LedgerEntry, tuple[str, Where]] = {}
        self.before: list[dict[LedgerEntry, tuple[str, Where]]] = []

    def step(self, verb: str, chance: random.Random) -> None:
        kept = dict(self.entries)
        chosen = chance.sample(sorted(self.entries, key=lambda one: one.id), len(self.entries) // 2)
        if verb == "undo":
            self._undo()
            return
        if verb == "enter":
            source = chance.choice(self.sources)
            said = [{"words": f"第{number}句"} for number in range(chance.randint(1, 4))]
            for one in acts.bring_in(source, said, self.office):
                self.entries[one] = (source.channel, ("open", None))
        elif verb == "gather":
            made = items.add(self.ledger, "一条", "", self.office)
            acts.place(self.ledger, [(one, made) for one in chosen], self.office, [made])
            self._put(chosen, ("item", made.id))
        elif verb == "place":
            there = db.session.query(LedgerItem).filter_by(ledger_id=self.ledger.id).all()
            if not there:
                return
            item = chance.choice(there)
            acts.place(self.ledger, [(one, item) for one in chosen], self.office)
            self._put(chosen, ("item", item.id))
        elif verb == "out":
            acts.place(self.ledger, [(one, None) for one in chosen], self.office)
            self._put(chosen, ("open", None))
        else:
            reason = chance.choice(list(ASIDE))
            acts.set_aside(self.ledger, chosen, reason, self.office)
            self._put(chosen, ("aside", reason))
        self.before.append(kept)

    def _put(self, chosen: list[LedgerEntry], where: Where) -> None:
        for one in chosen:
            self.entries[one] = (self.entries[one][0], where)

    def _undo(self) -> None:
        last = acts.last(self.ledger)
        if not self.before:
            assert last is None
            return
        assert last is not None
        acts.undo(self.ledger, last.id, self.office)
        self.entries = self.before.pop()

    def check(self) -> None:
        db.session.flush()
        told = counting.balance(self.ledger)
        for channel, row in told.channels.items():
            places = Counter(where[0] for name, where in self.entries.values() if name == channel)
            assert row.raw == sum(places.values()) == row.merged + row.open + row.aside
            assert (row.merged, row.open, row.aside) == (
                places["item"],
                places["open"],
                places["aside"],
            )
        assert told.total.raw == len(self.entries) == sum(one.raw for one in told.channels.values())
        merged = Counter(where[1] for _name, where in self.entries.values() if where[0] == "item")
        assert {item: sum(counts.values()) for item, counts in told.items.items()} == merged
        assert told.total.items == len(merged)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_parts_always_make_the_whole(
    app: Flask, cast: Cast, steps: list[tuple[str, int]]
) -> None:
    cast.id("office")
    with app.app_context():
        walk = Walk(cast.person("office"))
        for verb, seed in [("enter", 1), *steps]:
            walk.step(verb, random.Random(seed))
            walk.check()
        while walk.before:  # and all the way back
            walk.step("undo", random.Random(0))
            walk.check()
        db.session.rollback()


def test_an_answered_item_stops_the_undoing_of_what_made_it(app: Flask, cast: Cast) -> None:
    cast.id("office")
    with app.app_context():
        walk = Walk(cast.person("office"))
        walk.step("enter", random.Random(1))
        walk.step("enter", random.Random(2))
        walk.step("gather", random.Random(3))
        made = db.session.query(LedgerItem).filter_by(ledger_id=walk.ledger.id).one()
        made.assign(cast.unit_id("county"), walk.office)
        last = acts.last(walk.ledger)
        assert last is not None
        try:
            acts.undo(walk.ledger, last.id, walk.office)
        except Conflict:
            db.session.rollback()
        else:
            raise AssertionError("an item that a unit was asked about is gone")
