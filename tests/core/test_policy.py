"""The table of rules: unknown names raise, and rules say what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from core import policy
from core.policy import (
    SYSTEM,
    Rule,
    UnknownPermission,
    allows,
    anyone,
    is_its,
    known,
    nobody,
    role,
    rules,
    signed_in,
    system,
)


@dataclass
class Actor:
    id: int | None = None
    is_authenticated: bool = False
    roles: tuple[tuple[str, str], ...] = ()

    def holds(self, role: str, within: Any = None) -> bool:
        return any(name == role and (within is None or at == within) for name, at in self.roles)


STRANGER = Actor()
PERSON = Actor(id=7, is_authenticated=True, roles=(("moderator", "here"),))


@pytest.fixture(autouse=True)
def own_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rules of these tests do not stay in the table."""
    monkeypatch.setattr(policy, "_table", {})
    yield


def test_unknown_permission_raises() -> None:
    with pytest.raises(UnknownPermission):
        allows(PERSON, "a:thing:nobody_declared")
    assert not known("a:thing:nobody_declared")


def test_known_permission_answers_by_its_rule() -> None:
    rules({"a:thing:read": anyone, "a:thing:burn": nobody, "a:thing:write": signed_in})
    assert allows(STRANGER, "a:thing:read")
    assert not allows(PERSON, "a:thing:burn")
    assert allows(PERSON, "a:thing:write")
    assert not allows(STRANGER, "a:thing:write")
    assert known("a:thing:burn")


@pytest.mark.parametrize("name", ["thing:read", "a:b:c:d", "A:thing:read", "a::read", "a:b:c "])
def test_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="area:thing:verb"):
        rules({name: anyone})


def test_second_rule_of_a_name_is_refused() -> None:
    rules({"a:thing:read": nobody})
    with pytest.raises(ValueError, match="already"):
        rules({"a:thing:read": anyone})
    assert not allows(PERSON, "a:thing:read")
    rules({"a:thing:read": nobody})  # the same one again, when an application is made twice


def test_table_cannot_be_changed_by_its_readers() -> None:
    rules({"a:thing:read": nobody})
    dict(policy.table())["a:thing:read"] = anyone
    policy.table()["a:thing:read"] = anyone  # type: ignore[index]
    assert not allows(PERSON, "a:thing:read")


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (anyone & nobody, False),
        (anyone | nobody, True),
        (~anyone, False),
        (~nobody, True),
        (signed_in & ~role("admin"), True),
        (role("admin") | role("moderator"), True),
        (role("admin", "moderator"), True),
        (role("admin"), False),
    ],
)
def test_rules_join(rule: Rule, answer: bool) -> None:
    assert rule(PERSON) is answer


def test_role_at_the_unit_of_the_record() -> None:
    rule = role("moderator", of="unit")
    assert rule(PERSON, SimpleNamespace(unit="here"))
    assert not rule(PERSON, SimpleNamespace(unit="elsewhere"))
    assert not rule(STRANGER, SimpleNamespace(unit="here"))


def test_its_author() -> None:
    rule = is_its("author")
    assert rule(PERSON, SimpleNamespace(author_id=7))
    assert not rule(PERSON, SimpleNamespace(author_id=8))
    assert not rule(PERSON, None)


def test_nobody_is_not_the_author_of_what_has_none() -> None:
    """A stranger's id is None, and so is the author of an anonymous record."""
    assert not is_its("author")(STRANGER, SimpleNamespace(author_id=None))


def test_record_without_the_part_is_a_slip_not_a_refusal() -> None:
    with pytest.raises(AttributeError):
        is_its("author")(PERSON, SimpleNamespace())


def test_the_program_is_neither_signed_in_nor_a_role() -> None:
    assert system(SYSTEM)
    assert not system(PERSON)
    assert not system(STRANGER)
    assert not signed_in(SYSTEM)
    assert not role("admin")(SYSTEM)


def test_rules_have_names_for_the_handbook() -> None:
    rule = (role("moderator", of="unit") | is_its("author")) & ~nobody
    assert repr(rule) == "((moderator of its unit or its author) and not nobody)"
