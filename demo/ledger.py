"""The demo's opinion ledger, through the real verbs: brought in, merged, answered, some of it
published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import Person
from core import clock
from core.db import db
from moderation import deciding
from moderation.models import QueueItem
from surveys.ledger import acts, cutting, items, quoting
from surveys.ledger.items import LedgerItem
from surveys.ledger.models import Ledger, LedgerEntry, LedgerSource
from surveys.models import OpenAnswer, Survey

from . import reading
from .organisation import Organisation, person

LATER = timedelta(minutes=95)  # from handing in to the review
AGO = timedelta(days=3)


def fill(people: Organisation) -> None:
    """Nothing here commits."""
    content, office = reading.table("ledger"), person("office")
    with clock.travel(clock.now() - AGO), current_app.test_request_context():
        ledger = _open(content, office)
        _bring_in(ledger, content, office)
        for said in content["aside"]:
            acts.set_aside(ledger, _entries(ledger, said["begins"]), said["reason"], office)
        for said in content["item"]:
            _merge(ledger, said, people, office)


def _open(content: dict[str, Any], office: Person) -> Ledger:
    survey = db.session.scalars(select(Survey).where(Survey.slug == content["survey"])).one()
    ledger = Ledger(
        title=content["title"],
        survey_id=survey.id,
        unit_id=office.unit_id,
        members=[],
        author_id=office.id,
    )
    db.session.add(ledger)
    db.session.flush()
    return ledger


def _bring_in(ledger: Ledger, content: dict[str, Any], office: Person) -> None:
    found = select(OpenAnswer).where(OpenAnswer.survey_id == ledger.survey_id)
    said = [
        cutting.columns(answer, line)
        for answer in db.session.scalars(found.order_by(OpenAnswer.id))
        for line in cutting.sentences(answer.text)
    ]
    acts.bring_in(cutting.online_source(ledger), said, office)
    for one in content["source"]:
        days = one.get("held_days_ago")
        source = LedgerSource(
            ledger_id=ledger.id,
            channel=one["channel"],
            title=one["title"],
            held_on=clock.today() - timedelta(days=days) if days else None,
            sent_count=one.get("sent_count"),
            returned_count=one.get("returned_count"),
            is_told=one["is_told"],
        )
        db.session.add(source)
        db.session.flush()
        acts.bring_in(source, [{"words": line} for line in one["lines"]], office)


def _entries(ledger: Ledger, begins: list[str]) -> list[LedgerEntry]:
    found = (
        select(LedgerEntry).where(LedgerEntry.ledger_id == ledger.id).order_by(LedgerEntry.words)
    )
    return [one for one in db.session.scalars(found) if one.words.startswith(tuple(begins))]


def _merge(ledger: Ledger, said: dict[str, Any], people: Organisation, office: Person) -> None:
    entries = _entries(ledger, said["begins"])
    if not entries:  # drawn by chance, as every answer of the demo is
        return
    item = items.add(ledger, said["wording"], "", office)
    acts.place(ledger, [(one, item) for one in entries], office, [item])
    if "unit" in said:
        item.assign(people.units[said["unit"]], office)
    if "outcome" not in said:
        return
    days = said.get("in_days")
    day = clock.today() + timedelta(days=days) if days else None
    item.answer(said["outcome"], said["reason"].strip(), day, person(said["author"]))
    db.session.flush()
    if "sent_back" in said:
        item.send_back(said["sent_back"], office)
    elif "review" in said:
        _publish(item, said, office)


def _publish(item: LedgerItem, said: dict[str, Any], office: Person) -> None:
    reply = items.latest_reply(item)
    assert reply is not None
    quoted, fault = quoting.quoted(
        said["quotes"], quoting.quotables(item.ledger, items.entries_of(item))
    )
    assert not fault, fault
    # What waits for its review came this morning, or it would be overdue.
    with clock.travel(clock.now() if said["review"] else clock.now() + AGO - LATER):
        item.hand_in(quoting.worded(item, said["quotes"], reply), quoted, office)
        db.session.flush()
    if not said["review"]:
        return
    found = select(QueueItem).where(QueueItem.revision_id == item.latest_revision_id)
    loaded = found.options(joinedload(QueueItem.revision), joinedload(QueueItem.unit))
    waiting = db.session.scalars(loaded).one()
    with clock.travel(clock.now() + LATER):
        deciding.decide(
            waiting,
            said["review"],
            person("moderator"),
            revision_id=waiting.revision_id,
            explanation="",
        )
