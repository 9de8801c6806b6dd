"""One act, one effect: the same request again leads to what it made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock, csrf, once
from core.db import db
from core.once import Submission


class Actor:
    is_authenticated = True

    def __init__(self, number: int = 1) -> None:
        self.id = number

    def holds(self, role: str, within: Any = None) -> bool:
        return False


ME, OTHER = Actor(1), Actor(2)


@contextmanager
def sent(app: Flask, path: str = "/threads/1/reply", **form: str) -> Iterator[None]:
    with app.test_request_context(path, method="POST", data=form):
        yield


def make(
    app: Flask, subject: str, actor: Any = ME, kind: str = "x:post", **form: str
) -> str | None:
    """A creation as a view does it; gives what was made earlier, if anything."""
    with sent(app, form.pop("path", "/threads/1/reply"), **form):
        made = once.earlier(kind, actor)
        if made is None:
            once.made(kind, actor, subject)
        db.session.commit()
        return made


def test_first_request_makes_and_the_second_is_led_there(app: Flask) -> None:
    assert make(app, "one", once="k", body="hello") is None
    assert make(app, "two", once="k", body="hello") == "one"


def test_key_decides_whatever_the_form_says(app: Flask) -> None:
    make(app, "one", once="k", body="hello")
    assert make(app, "two", once="k", body="changed since") == "one"
    assert make(app, "two", once="other", body="hello") is None


@pytest.mark.parametrize("change", [{"actor": OTHER}, {"kind": "x:thread"}])
def test_key_belongs_to_one_actor_and_kind(app: Flask, change: dict[str, Any]) -> None:
    make(app, "one", once="k")
    assert make(app, "two", once="k", **change) is None


def test_request_without_a_key_is_known_by_what_it_says(app: Flask) -> None:
    make(app, "one", body="hello", title="a")
    assert make(app, "two", title="a", body="hello") == "one"
    assert make(app, "two", title="a", body="hello!") is None


def test_token_is_no_part_of_what_is_said(app: Flask) -> None:
    make(app, "one", body="hello", **{csrf.FIELD: "one session"})
    assert make(app, "two", body="hello", **{csrf.FIELD: "the next"}) == "one"


def test_same_words_elsewhere_or_another_day_are_another_act(app: Flask) -> None:
    make(app, "one", body="hello")
    assert make(app, "two", body="hello", path="/threads/2/reply") is None
    with clock.travel(clock.now() + timedelta(days=1)):
        assert make(app, "three", body="hello") is None


def test_repeated_fields_count_each(app: Flask) -> None:
    with app.test_request_context("/x", method="POST", data={"a": ["1", "2"]}):
        once.earlier("x:post", ME)
        once.made("x:post", ME, "one")
        db.session.commit()
    with app.test_request_context("/x", method="POST", data={"a": ["1"]}):
        assert once.earlier("x:post", ME) is None


def test_failed_creation_leaves_the_key_free(app: Flask) -> None:
    with sent(app, once="k"):
        assert once.earlier("x:post", ME) is None
        db.session.rollback()
    assert make(app, "one", once="k") is None


def test_row_keeps_neither_words_nor_people(app: Flask) -> None:
    make(app, "one", body="a secret of mine")
    with app.app_context():
        row = db.session.scalars(select(Submission)).one()
        kept = {column.key for column in Submission.__table__.columns}
        assert kept == {"digest", "kind", "subject_id", "at"}
        assert len(row.digest) == 64
        assert "secret" not in row.digest


def test_of_many_at_once_one_makes_it(app: Flask) -> None:
    """32 identical requests, all at once: one object, and all are led to it."""
    seen: list[str | None] = []
    gate = threading.Barrier(32)

    def run(number: int) -> None:
        gate.wait()
        seen.append(make(app, f"made by {number}", once="k"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen.count(None) == 1
    assert len({one for one in seen if one}) == 1
    assert len(seen) == 32
