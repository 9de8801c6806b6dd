"""The demo's rules about words, tried on its discussion and put to use; posts that meet them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import db
from forum import writing
from forum.models import Board, Thread
from moderation import Wording
from moderation.terms import drafting, trying

from . import reading
from .organisation import person

AGO = timedelta(days=12)  # when the rules were put to use


def fill() -> None:
    """Everything goes through the doors that people use."""
    content = reading.table("terms")
    with clock.travel(clock.now() - AGO):
        for source in content["rule"]:
            _enact(source)
    for source in content["post"]:
        with clock.travel(clock.now() - timedelta(minutes=source["minutes_ago"])):
            _post(source)
            db.session.flush()  # what is written now bears this moment


def _enact(source: dict[str, str]) -> None:
    chief = person("chief_moderator")
    said = drafting.Said(
        source["effect"],
        source["reason"],
        source["reason_en"],
        drafting.lines(source.get("terms")),
        drafting.lines(source.get("allowed")),
        list(source.get("numbers", ())),
    )
    version = drafting.create(source["name"], source["name_en"], said, chief)
    trial = trying.begin(version, chief)
    while trial.finished_at is None:
        trying.go_on(trial.id)
        db.session.flush()
    drafting.enact(version, chief)


def _post(source: dict[str, str]) -> None:
    thread = db.session.scalars(
        select(Thread)
        .join(Thread.board)
        .where(Thread.title == source["thread"], Board.slug == "chat")
        .options(joinedload(Thread.board))
    ).one()
    writing.reply(thread, Wording.of(source["body"]), person(source["author"]))
