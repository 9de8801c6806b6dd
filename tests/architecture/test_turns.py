"""Each test has its turn on one database at least, and nearly as many have it on the one as on the other."""

from __future__ import annotations

from tests.turns import KINDS, is_due, other


def test_each_has_one_turn_and_both_databases_have_half() -> None:
    ids = [f"tests/forum/test_reply.py::test_{n}[{{}}-a]" for n in range(200)]
    turns = [[kind for kind in KINDS if is_due(one.format(kind))] for one in ids]
    assert all(len(turn) == 1 for turn in turns)
    assert 70 < sum(turn == ["sqlite"] for turn in turns) < 130


def test_what_they_do_in_their_own_way_and_what_asks_neither_is_always_due() -> None:
    assert all(is_due(f"tests/core/test_db.py::test_writers[{kind}]") for kind in KINDS)
    assert is_due("tests/core/test_text.py::test_marks")
    assert other("tests/core/test_text.py::test_marks") is None
    assert other("tests/a.py::test_b[sqlite-1]") == "tests/a.py::test_b[postgresql-1]"
