"""Named counts: registered once, read as they are or as they were a minute ago."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from core import figures


@pytest.fixture
def counter(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A figure that counts how often it was counted."""
    monkeypatch.setattr(figures, "_figures", {})
    figures.forget()
    calls: list[int] = []

    @figures.figure("test.calls", "次数")
    def count() -> int:
        calls.append(1)
        return len(calls)

    yield calls
    figures.forget()


def test_read_counts_each_time(counter: list[int]) -> None:
    assert [figures.read("test.calls"), figures.read("test.calls")] == [1, 2]


def test_recent_counts_once_a_minute(counter: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(figures, "monotonic", lambda: now)
    assert [figures.recent("test.calls") for _ in range(3)] == [1, 1, 1]
    now += figures.FRESH_SECONDS + 1
    assert figures.recent("test.calls") == 2


def test_anything_else_is_kept_as_long(counter: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(figures, "monotonic", lambda: now)
    rows = [[1], [2]]
    assert [figures.kept("test.rows", rows.pop) for _ in range(2)] == [[2], [2]]
    now += figures.FRESH_SECONDS + 1
    assert figures.kept("test.rows", rows.pop) == [1]


def test_forget_counts_anew(counter: list[int]) -> None:
    figures.recent("test.calls")
    figures.forget()
    assert figures.recent("test.calls") == 2


def test_nothing_to_tell_is_kept_too(counter: list[int]) -> None:
    @figures.figure("test.none", "没有")
    def none() -> None:
        counter.append(1)

    assert [figures.recent("test.none"), figures.recent("test.none")] == [None, None]
    assert len(counter) == 1


def test_unknown_name_raises(counter: list[int]) -> None:
    for read in (figures.read, figures.recent):
        with pytest.raises(KeyError):
            read("test.unknown")


def test_known_figures_have_label_and_name(counter: list[int]) -> None:
    (figure,) = figures.known().values()
    assert (figure.name, figure.label) == ("test.calls", "次数")


def test_recent_is_kept_apart_by_database(counter: list[int], app: Flask) -> None:
    from core.db import db

    figures.recent("test.calls")
    assert all(str(db.engine.url) == url for url, _name in figures._kept)
