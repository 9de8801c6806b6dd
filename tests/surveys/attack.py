"""An attacker who holds everything at rest and wants to know who said what.

In hand are the database as it lies on the disk (its file, its write-ahead log, or all tables of
PostgreSQL with place and transaction of each row), copies of it from every day, the log, the
jobs and the mail; not the memory of the running server and not SECRET_KEY. Known from outside
are all people, and the order in which they sent their answers.

A guess is an order of answers. Put beside the known order of people it says of each who gave it.
By chance one person of any number is guessed right (Poisson with mean 1), and the rank
correlation of the two orders is normal around 0 with a deviation of 1 / √(n - 1). `verdict`
takes the best of all guesses and makes up for their number (Bonferroni): it gives the chance
that guessing at random would do as well.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

MARK = "第{:05d}号的话"
_MARKS = re.compile(MARK.format(0).replace("00000", "([0-9]{5})").encode())
ANSWERS = ("survey_responses", "survey_answers", "survey_open_answers")
UNSEEN = (*ANSWERS, "survey_held_responses", "survey_spent_rights", "survey_result_snapshots")
SAID = {"text", "number"}  # the columns in which the simulated answers say who gave them
SHORTEST = 12  # characters that two values must share before they count as a link

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Dump:
    """What was copied at one moment: rows in the order in which they lie, files by name."""

    rows: Rows
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def released(self) -> set[int]:
        return {numbered(row) for row in self.rows["survey_open_answers"]}


@dataclass(frozen=True)
class Guess:
    """Where an order comes from, and the numbers of the answers in it."""

    name: str
    order: tuple[int, ...]

    @property
    def hits(self) -> int:
        """How many people are guessed right: those asked stand in their known order."""
        return sum(said == real for said, real in zip(self.order, sorted(self.order), strict=True))

    @property
    def correlation(self) -> float:
        """Spearman's, between -1 and 1."""
        ranks = {number: rank for rank, number in enumerate(sorted(self.order))}
        n = len(self.order)
        apart = sum((ranks[number] - place) ** 2 for place, number in enumerate(self.order))
        return 1 - 6 * apart / (n * (n * n - 1))


def numbered(row: dict[str, Any]) -> int:
    """Which of the simulated answers a row is; of what was written."""
    found = _MARKS.search(row["text"].encode())
    assert found is not None
    return int(found[1])


# --- Guesses -------------------------------------------------------------------------------


def guesses(dumps: list[Dump]) -> list[Guess]:
    """Every order that the last copy holds, and those that comparing the copies gives."""
    found = [*_orders(dumps[-1])]
    for number, (before, after) in enumerate(pairwise(dumps)):
        batch = after.released - before.released
        for guess in _orders(after):
            order = tuple(one for one in guess.order if one in batch)
            found.append(Guess(f"copy {number}: {guess.name}", order))
    return [one for one in found if len(one.order) > 2]


def _orders(dump: Dump) -> Iterator[Guess]:
    for name, rows in dump.rows.items():
        if name not in ANSWERS:
            continue
        numbers = _by_row(dump, name)
        yield Guess(f"{name} as it lies", numbers)
        for column in rows[0].keys() - SAID if rows else ():
            keyed = sorted(range(len(rows)), key=lambda at, key=column: str(rows[at][key]))
            yield Guess(f"{name} by {column}", tuple(numbers[at] for at in keyed))
    for name, data in dump.files.items():
        places: dict[int, list[int]] = {}
        for mark in _MARKS.finditer(data):
            places.setdefault(int(mark[1]), []).append(mark.start())
        for what, pick in (("first", min), ("last", max)):
            order = sorted(places, key=lambda one, pick=pick: pick(places[one]))
            yield Guess(f"{name}: {what} place", tuple(order))


def _by_row(dump: Dump, name: str) -> tuple[int, ...]:
    """The number of the answer in each row of a table; the first of each response."""
    if name == "survey_open_answers":
        return tuple(map(numbered, dump.rows[name]))
    if name == "survey_answers":
        return tuple(int(row["number"]) for row in dump.rows[name])
    own = {row["response_id"]: int(row["number"]) for row in dump.rows["survey_answers"]}
    return tuple(own[row["id"]] for row in dump.rows[name])


# --- Links ---------------------------------------------------------------------------------


def shared_values(dump: Dump) -> set[str]:
    """Values that stand both beside a person and among what nobody sent: tokens, digests, ids."""
    beside: set[str] = set()
    among: set[str] = set()
    for name, rows in dump.rows.items():
        (among if name in UNSEEN else beside).update(_pieces(rows))
    return beside & among


def guessed_digests(dump: Dump, known: Iterable[str]) -> set[str]:
    """Digests of the unseen tables that are made of something the attacker knows or can try."""
    among = {value for name in UNSEEN for value in _pieces(dump.rows.get(name, []))}
    found = set()
    for word in known:
        for method in ("md5", "sha1", "sha256", "sha384", "sha512"):
            made = hashlib.new(method, word.encode()).hexdigest()
            found |= {made[:length] for length in (32, 40, 64, 96, 128)} & among
    return found


def read_while_sealed(dump: Dump) -> set[int]:
    """Answers that can be read in a file although they are not released."""
    there = {int(mark[1]) for data in dump.files.values() for mark in _MARKS.finditer(data)}
    return there - dump.released


def _pieces(rows: Iterable[dict[str, Any]]) -> set[str]:
    text = " ".join(str(value) for row in rows for value in row.values() if value is not None)
    return {one for one in re.findall(r"[0-9a-zA-Z_-]+", text) if len(one) >= SHORTEST}


@dataclass(frozen=True)
class Exchange:
    """What the server sees of a code that buys a blind signature: whose mail brought the code, the
    code, what was blinded, and the signature; numbers as RSA has them."""

    address: str
    code: str
    blinded: int
    signature: int


def explained(exchanges: list[Exchange], rights: list[int], n: int, e: int) -> list[list[bool]]:
    """Which of the rights that were used (their signatures) may come of which exchange: of every
    pair the attacker asks whether a blinding factor leads from the one to the other. Where all
    may come of all, knowing every exchange is worth nothing."""
    found = []
    for one in exchanges:
        row = []
        for right in rights:
            veil = one.signature * pow(right, -1, n) % n
            row.append(pow(right, e, n) * pow(veil, e, n) % n == one.blinded)
        found.append(row)
    return found


# --- Chance --------------------------------------------------------------------------------


def verdict(found: list[Guess]) -> tuple[float, str]:
    """The chance that guessing at random does as well as the best of all guesses, and which it
    is. Near 1: nothing was found. A design that leaks falls under one in a million."""
    chances = []
    for guess in found:
        chances.append((_at_least(guess.hits), f"{guess.name}: {guess.hits} right"))
        score = abs(guess.correlation) * math.sqrt(len(guess.order) - 1)
        said = f"{guess.name}: correlation {guess.correlation:.2f}"
        chances.append((math.erfc(score / math.sqrt(2)), said))
    best, name = min(chances)
    return min(1.0, best * len(chances)), name


def _at_least(hits: int) -> float:
    """The chance of so many right guesses or more, where one is expected."""
    return max(0.0, 1 - sum(math.exp(-1) / math.factorial(k) for k in range(hits)))
