"""Ending mail from the mail itself, signed in or not (RFC 8058): a signed token for some sorts.

The token is worth something only while the address holds to which the mail went.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import keys, mail, notices


@dataclass(frozen=True)
class Claim:
    """What a token stands for: a person's mail of some sorts."""

    person_id: int
    sorts: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        return [str(notices.SORTS[sort]) for sort in self.sorts]

    @property
    def paces(self) -> dict[str, str]:
        """How the sorts are mailed now."""
        chosen = mail.choices_of(self.person_id)
        return {sort: chosen[sort] for sort in self.sorts}


def token(person_id: int, address: str, sorts: Iterable[str]) -> str:
    """The token for mail that goes to that address."""
    named = "-".join(sorted(sorts))
    return f"{person_id}.{named}.{_seal(person_id, address, named)}"


def read(given: str) -> Claim | None:
    """The claim of a token; None for a forged one, and for one of an address that is gone."""
    number, _dot, rest = given.partition(".")
    named, _dot, seal = rest.partition(".")
    sorts = tuple(named.split("-"))
    if not (number.isascii() and number.isdigit() and len(number) < 10 and seal.isascii()):
        return None
    known = mail.address_of(int(number))
    if known is None or not keys.same(seal, _seal(int(number), known.address, named)):
        return None
    return Claim(int(number), sorts) if set(sorts) <= notices.SORTS.keys() else None


def _seal(person_id: int, address: str, named: str) -> str:
    return keys.digest("unsubscribe", person_id, address, named)
