"""Letters in any state, made by the real verbs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from accounts.models import Unit
from core.db import db
from letters import handling, writing
from letters.actors import CodeHolder
from letters.models import Letter, Reply
from letters.writing import Written
from tests.people import Cast

POINTS = ["名额能不能公开？", "能不能送课上门？"]
LOADED = (
    joinedload(Letter.points),
    joinedload(Letter.ratings),
    joinedload(Letter.unit),
    selectinload(Letter.messages),
    selectinload(Letter.notes),
    selectinload(Letter.replies).joinedload(Reply.points),
)
WAY = (
    "received",
    "screening",
    "accepted",
    "assigned",
    "claimed",
    "handling",
    "reply_draft",
    "sign_off",
    "replied",
    "rated",
    "closed",
)


@pytest.fixture(autouse=True)
def _own_allowance(app: Flask) -> None:
    """Each test has the whole hour's allowance of unnamed letters."""
    writing.init_app(app)


def load(letter_id: int) -> Letter:
    """The letter with all its rows, as it is now, in the current context."""
    return (
        db.session.scalars(
            select(Letter)
            .where(Letter.id == letter_id)
            .options(*LOADED)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )


class Post:
    """The mailbox of the tests: brings letters to a state and hands out their numbers."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        self.app, self.cast = app, cast

    def letter(self, state: str = "received", writer: str | None = "cadre", **more: Any) -> int:
        """A letter in that state; `writer` None: without a name. Needs no context."""
        for name in ("mail_office", "handler", "signer", *([writer] if writer else [])):
            self.cast.id(name)
        with self.app.app_context():
            letter_id = self._write(writer, more)
            for step in WAY[1 : WAY.index(state) + 1] if state in WAY else ():
                self._step(letter_id, step)
            if state not in WAY:
                self._aside(letter_id, state)
            db.session.commit()
        return letter_id

    def _write(self, writer: str | None, more: dict[str, Any]) -> int:
        written = Written(
            **{"title": "培训名额能不能公开", "body": "正文的一段话。", "points": POINTS, **more}
        )
        if writer is None:
            letter = writing.unnamed(written, secrets.token_urlsafe(32))
        else:
            letter = writing.by_name(written, self.cast.person(writer))
        db.session.flush()
        return letter.id

    def _step(self, letter_id: int, step: str) -> None:
        letter = load(letter_id)
        office, handler = self.cast.person("mail_office"), self.cast.person("handler")
        writer = self._writer(letter)
        said = {point.number: ("answered", "可以。") for point in letter.points}
        steps: dict[str, Callable[[], Any]] = {
            "screening": lambda: handling.screen(letter, office),
            "accepted": lambda: handling.accept(letter, office, "ordinary"),
            "assigned": lambda: handling.assign(letter, office, self._unit("department")),
            "claimed": lambda: handling.claim(letter, handler),
            "handling": lambda: handling.begin(letter, handler),
            "reply_draft": lambda: handling.draft(letter, handler, "您好：", said, 0),
            "sign_off": lambda: handling.present(letter, handler),
            "replied": lambda: handling.sign(
                letter, self.cast.person("signer"), letter.replies[-1].number
            ),
            "rated": lambda: handling.rate(letter, writer, 2, 4, 4, "还差一点"),
            "closed": lambda: handling.close(letter, office),
        }
        steps[step]()
        db.session.flush()

    def _aside(self, letter_id: int, state: str) -> None:
        if state in ("needs_info", "declined", "redirected"):
            self._step(letter_id, "screening")
        if state == "reopened":
            for step in WAY[1 : WAY.index("rated") + 1]:
                self._step(letter_id, step)
        letter, office = load(letter_id), self.cast.person("mail_office")
        writer = self._writer(letter)
        aside: dict[str, Callable[[], Any]] = {
            "needs_info": lambda: handling.ask(letter, office, "是哪一年的班？"),
            "declined": lambda: handling.decline(letter, office, "in_court", "案件在审理。"),
            "redirected": lambda: handling.redirect(letter, office, "民政局", "由民政局办理。"),
            "withdrawn": lambda: handling.withdraw(letter, writer, "已经解决"),
            "reopened": lambda: handling.reopen(letter, writer, "第二项没有答"),
        }
        aside[state]()
        db.session.flush()

    def _writer(self, letter: Letter) -> Any:
        if letter.is_anonymous:
            return CodeHolder(letter.id)
        return next(
            self.cast.person(name)
            for name, one in list(self.cast.ids.items())
            if one == letter.writer_id and not name.startswith("unit:")
        )

    def _unit(self, key: str) -> Unit:
        return db.session.get_one(Unit, self.cast.unit_id(key))

    def state(self, letter_id: int) -> str:
        with self.app.app_context():
            return db.session.scalars(select(Letter.state).where(Letter.id == letter_id)).one()


@pytest.fixture
def post(app: Flask, cast: Cast) -> Post:
    return Post(app, cast)
