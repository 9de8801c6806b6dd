"""Which of the two databases each test runs on.

With CI=true or TEST_DATABASES=both every test that asks a database runs on SQLite and on
PostgreSQL. Otherwise, of a whole run, half of the tests of every file run on the one and half on
the other, always the same ones; what the two do each in its own way is tried on both. Of a few
files that somebody works on every test runs on both.
"""

from __future__ import annotations

import os
import re
from zlib import crc32

import pytest
import sqlalchemy as sa

KINDS = ("sqlite", "postgresql")
ON_BOTH = "true" in os.environ.get("CI", "") or os.environ.get("TEST_DATABASES") == "both"
WHOLE = 1_000  # tests; fewer were asked for by name

_THEIR_OWN_WAY = re.compile(
    r"tests/(core/test_(db|jobs|journal|migrations|once|search)"
    r"|moderation/test_parallel_\w+)\.py"
)
_KIND = re.compile(r"(?<=[\[-])(sqlite|postgresql)(?=[\]-])")


def other(test: str) -> str | None:
    """The id of the same test on the other database; None where it asks none."""
    if (kind := _KIND.search(test)) is None:
        return None
    return _KIND.sub(KINDS[1 - KINDS.index(kind[0])], test)


def is_due(test: str) -> bool:
    """Whether it is the turn of the database that the test's id names."""
    kind = _KIND.search(test)
    if kind is None or _THEIR_OWN_WAY.match(test):
        return True
    return kind[0] == KINDS[crc32(_KIND.sub("", test).encode()) % 2]


def take_turns(items: list[pytest.Item], postgresql: str) -> list[pytest.Item]:
    """Remove from a whole run the tests whose turn it is not; gives what was removed.

    Nothing where PostgreSQL does not answer: SQLite has all turns, and its tests are skipped.
    """
    if ON_BOTH or len(items) < WHOLE or not _answers(postgresql):
        return []
    asked = {item.nodeid for item in items}
    left_out = [one for one in items if other(one.nodeid) in asked and not is_due(one.nodeid)]
    gone = set(left_out)
    items[:] = [one for one in items if one not in gone]
    return left_out


def _answers(url: str) -> bool:
    try:
        sa.create_engine(url).connect().close()
    except sa.exc.OperationalError:
        return False
    return True
