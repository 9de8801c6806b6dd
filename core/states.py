"""State machines: a table beside each model, and one way to move through it.

Only `record.advance(verb, actor)`, and `advance_all` for several, write `state`: it asks the policy, checks the table and
writes the journal, inside the caller's transaction. Assigning `state` raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Enum, event, update
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, validates
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from . import journal
from .db import db
from .policy import Actor, Forbidden, allows

Move = tuple[str | Iterable[str], str]


class IllegalMove(Exception):
    """The record is not in a state from which this verb leads on (409)."""

    def __init__(self, record: Stateful, verb: str) -> None:
        super().__init__(f"{record.kind} cannot {verb} from {record.state}")
        self.record = record
        self.verb = verb


class Machine:
    """A transition table: `Machine("draft", submit=("draft", "pending"), …)`.

    A verb that leads to different states names a mapping {source: target} instead of a pair.
    """

    def __init__(self, initial: str, **moves: Move | Mapping[str, str]) -> None:
        self.initial = initial
        self.moves: dict[str, dict[str, str]] = {}
        for verb, move in moves.items():
            if isinstance(move, Mapping):
                self.moves[verb] = dict(move)
            else:
                sources, target = move
                names = (sources,) if isinstance(sources, str) else tuple(sources)
                self.moves[verb] = dict.fromkeys(names, target)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, the initial one first, in the order the table names them."""
        found = {self.initial: None}
        for targets in self.moves.values():
            for source, target in targets.items():
                found.setdefault(source)
                found.setdefault(target)
        return tuple(found)

    def target(self, state: str, verb: str) -> str | None:
        """Where the verb leads from here; None where it does not lead on."""
        return self.moves[verb].get(state)

    def verbs(self, state: str) -> tuple[str, ...]:
        return tuple(verb for verb, targets in self.moves.items() if state in targets)


class Stateful:
    """Mixin for a model with a state. The class sets `kind` ("area:thing") and `machine`."""

    kind: ClassVar[str]
    machine: ClassVar[Machine]
    id: Any

    @declared_attr
    def state(cls) -> Mapped[str]:
        names = Enum(
            *cls.machine.states,
            native_enum=False,
            create_constraint=True,
            name=f"{cls.__tablename__}_state",  # type: ignore[attr-defined]
            length=24,
        )
        return mapped_column(names, default=cls.machine.initial, index=True)

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    @validates("state")
    def _guard_state(self, _key: str, value: str) -> str:
        if not self.__dict__.get("_advancing") and not (
            self.__dict__.get("state") is None and value == self.machine.initial
        ):
            raise AttributeError("state is written by advance() alone")
        return value

    def can(self, verb: str) -> bool:
        """Whether the table leads on by this verb from here (the policy is asked apart)."""
        return self.machine.target(self.state, verb) is not None

    def passes_journal(self, actor: Actor) -> bool:
        """Whether a move by this actor is recorded; anonymous authors' moves are not, for an event
        has a moment."""
        return not getattr(actor, "is_untraced", False)

    def advance(self, verb: str, actor: Actor, note: str = "", **facts: int | str | None) -> None:
        """Move by a verb; Raises Forbidden, IllegalMove; KeyError for an unknown verb."""
        if verb not in self.machine.moves:
            raise KeyError(verb)
        permission = f"{self.kind}:{verb}"
        if not allows(actor, permission, self):
            raise Forbidden(permission)
        before = self.state
        target = self.machine.target(before, verb)
        if target is None:
            raise IllegalMove(self, verb)
        self.__dict__["_advancing"] = True
        try:
            self.state = target
        finally:
            del self.__dict__["_advancing"]
        if self.passes_journal(actor):
            _flush_new(self)
            journal.append(
                self.kind,
                self.id,
                verb,
                actor.id,
                before=before,
                after=target,
                note=note,
                facts=facts,
            )


def advance_all(
    records: Sequence[Stateful],
    verb: str,
    actor: Actor,
    facts: dict[str, int | str | None] | None = None,
    **columns: Any,
) -> None:
    """Move kept records of one model, all in one state, by a verb, and set `columns` beside: in
    one statement, however many they are; each event has the `facts`. Raises Forbidden, IllegalMove,
    StaleDataError."""
    if not records:
        return
    first = records[0]
    model: Any = type(first)
    before, target = first.state, first.machine.target(first.state, verb)
    for record in records:
        if not allows(actor, f"{record.kind}:{verb}", record):
            raise Forbidden(f"{record.kind}:{verb}")
        if target is None or record.state != before:
            raise IllegalMove(record, verb)
    written: Any = db.session.execute(
        update(model)
        .where(model.id.in_([record.id for record in records]), model.state == before)
        .values(state=target, version=model.version + 1, **columns)
        .execution_options(synchronize_session=False)
    )
    if written.rowcount != len(records):
        raise StaleDataError(f"{first.kind}: {verb} met rows that had changed")
    for record in records:
        for name, value in {"state": target, "version": record.version + 1, **columns}.items():
            set_committed_value(record, name, value)
        ids = (record.kind, record.id, verb, actor.id)
        journal.append(*ids, before=before, after=target, facts=facts or {})


def _flush_new(record: Stateful) -> None:
    """A record made in this transaction needs its id before the journal can name it."""
    if record.id is None:
        db.session.add(record)
        db.session.flush()


@event.listens_for(Stateful, "init", propagate=True)
def _begin_initial(target: Stateful, _args: Any, kwargs: dict[str, Any]) -> None:
    kwargs.setdefault("state", target.machine.initial)
