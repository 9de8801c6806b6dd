"""Who may do what: one table of rules, filled at start-up by each area's `policy.py`.

A permission is `area:thing:verb`; a rule answers for an actor and the record in question.
Rules read attributes and import no area. An unknown permission raises: a typing slip must
never read as "allowed".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

NAME = re.compile(r"^[a-z_]+:[a-z_]+:[a-z_]+$")


class Actor(Protocol):
    """Whoever acts: a person, somebody not signed in, or the program itself."""

    @property
    def id(self) -> int | None: ...

    @property
    def is_authenticated(self) -> bool: ...

    def holds(self, role: str, within: Any = None) -> bool:
        """Whether the actor holds a role today; `within` a unit, at it or above it."""
        ...


class System:
    """The program acting by itself: a timer, a command, the demo's seed."""

    id: int | None = None
    is_authenticated: bool = False
    is_system = True

    def holds(self, role: str, within: Any = None) -> bool:
        return False


SYSTEM = System()


class UnknownPermission(LookupError):
    """A permission that no table names."""


class Forbidden(Exception):
    """The actor may not do this; the page says so (403)."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class Rule:
    """A test with a name; rules join with `|`, `&` and `~`."""

    def __init__(self, name: str, test: Callable[[Any, Any], bool]) -> None:
        self.name = name
        self.test = test

    def __call__(self, actor: Actor, record: Any = None) -> bool:
        return bool(self.test(actor, record))

    def __or__(self, other: Rule) -> Rule:
        return Rule(f"({self.name} or {other.name})", lambda a, r: self(a, r) or other(a, r))

    def __and__(self, other: Rule) -> Rule:
        return Rule(f"({self.name} and {other.name})", lambda a, r: self(a, r) and other(a, r))

    def __invert__(self) -> Rule:
        return Rule(f"not {self.name}", lambda a, r: not self(a, r))

    def __repr__(self) -> str:
        return self.name


anyone = Rule("anyone", lambda actor, record: True)
nobody = Rule("nobody", lambda actor, record: False)
signed_in = Rule("signed in", lambda actor, record: actor.is_authenticated)
system = Rule("the program", lambda actor, record: getattr(actor, "is_system", False))


def role(*names: str, of: str | None = None) -> Rule:
    """Holds one of the roles; with `of`, at or above the unit that attribute of the record names."""

    def test(actor: Actor, record: Any) -> bool:
        unit = getattr(record, of) if of is not None and record is not None else None
        return any(actor.holds(name, unit) for name in names)

    where = f" of its {of}" if of else ""
    return Rule(" or ".join(names) + where, test)


def is_its(part: str) -> Rule:
    """The actor is the record's author, handler, …: `is_its("author")` compares `author_id`."""
    return Rule(
        f"its {part}",
        lambda actor, record: (
            record is not None
            and actor.id is not None
            and getattr(record, f"{part}_id") == actor.id
        ),
    )


_table: dict[str, Rule] = {}


def rules(rows: Mapping[str, Rule]) -> None:
    """Add an area's rows. The same name twice, or a malformed one, stops start-up."""
    for name, rule in rows.items():
        if not NAME.match(name):
            raise ValueError(f"{name!r} is not area:thing:verb")
        if _table.get(name, rule) is not rule:
            raise ValueError(f"{name!r} stands in the table already")
        _table[name] = rule


def table() -> Mapping[str, Rule]:
    return dict(_table)


def known(permission: str) -> bool:
    return permission in _table


def allows(actor: Actor, permission: str, record: Any = None) -> bool:
    """Whether the actor may do this to the record. Raises UnknownPermission."""
    try:
        rule = _table[permission]
    except KeyError:
        raise UnknownPermission(permission) from None
    return rule(actor, record)
