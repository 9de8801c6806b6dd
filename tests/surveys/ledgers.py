"""Short ways to keep a ledger in tests: to bring in, to merge, to answer, to publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from core.db import db
from moderation.models import QueueItem
from surveys.ledger import counting
from surveys.ledger.counting import Balance
from surveys.ledger.items import LedgerItem
from surveys.ledger.models import Ledger, LedgerEntry
from surveys.models import Survey
from tests.people import Cast, Visitor

REASON = "九月起每周只留一个上午开会，由办公室排，排表贴在一楼。"
MEETINGS = ("会太多，下不去基层。", "一周五个会，材料还要报三遍。", "开会太多，少下基层。")


@dataclass
class Ledgers:
    """What a test does with a ledger; every method works in a context of its own."""

    app: Flask
    cast: Cast

    @property
    def office(self) -> Visitor:
        return self.cast.visitor("office")

    def open(self, slug: str = "", members: str = "", title: str = "征求意见台账") -> int:
        survey = ""
        if slug:
            with self.app.app_context():
                survey = str(db.session.scalars(select(Survey.id).where(Survey.slug == slug)).one())
        data = {"title": title, "survey": survey, "members": members}
        sent = self.office.post("/ledgers/new", data)
        assert sent.status_code == 302, sent.text
        return int(sent.location.split("/")[2])

    def source(self, ledger: int, channel: str = "paper", **fields: Any) -> int:
        data = {"channel": channel, "title": f"{channel}的来源", "is_told": "y"}
        if channel == "paper":
            data |= {"sent_count": "110", "returned_count": "63", "again": "63"}
        if channel == "meeting":
            data["held_on"] = "2026-01-05"
        sent = self.office.post(f"/ledgers/{ledger}/sources/new", {**data, **fields})
        assert sent.status_code == 302, sent.text
        return int(sent.location.rpartition("/")[2])

    def enter(self, ledger: int, source: int, *lines: str, **fields: str) -> None:
        data = {"body": "\n".join(lines), "count": str(len(lines)), **fields}
        sent = self.office.post(f"/ledgers/{ledger}/sources/{source}", data)
        assert sent.status_code == 303, sent.text

    def keys(self, ledger: int, *begins: str) -> list[str]:
        """The entries that begin so, or all, in the order asked."""
        with self.app.app_context():
            found = {
                one.words: one.id.hex
                for one in db.session.scalars(
                    select(LedgerEntry).where(LedgerEntry.ledger_id == ledger)
                )
            }
        if not begins:
            return list(found.values())
        return [next(key for words, key in found.items() if words.startswith(b)) for b in begins]

    def gather(self, ledger: int, wording: str, *keys: str, **fields: str) -> int:
        """Merge into a new item; its id."""
        data = {"entry": list(keys), "wording": wording, **fields}
        sent = self.office.post(f"/ledgers/{ledger}/gather", data)
        assert sent.status_code == 303, sent.text
        return self.newest(ledger)

    def newest(self, ledger: int) -> int:
        with self.app.app_context():
            found = select(LedgerItem.id).where(LedgerItem.ledger_id == ledger)
            return db.session.scalars(found.order_by(LedgerItem.number.desc())).first() or 0

    def item(self, id: int) -> LedgerItem:
        with self.app.app_context():
            found = LedgerItem.for_review(id)
            db.session.expunge_all()
            return found

    def balance(self, ledger: int) -> Balance:
        with self.app.app_context():
            return counting.balance(db.session.get_one(Ledger, ledger))

    def answered(self, item: int, outcome: str = "done", **fields: str) -> None:
        """Ask the county, whose leader answers."""
        unit = str(self.cast.unit_id("county"))
        sent = self.office.post(f"/ledgers/items/{item}/assign", {"unit": unit})
        assert sent.status_code == 303, sent.text
        data = {"outcome": outcome, "reason": REASON, **fields}
        sent = self.cast.visitor("leader").post(f"/ledgers/items/{item}/answer", data)
        assert sent.status_code == 303, sent.text

    def propose(self, item: int, quotes: str = "") -> Any:
        return self.office.post(f"/ledgers/items/{item}/propose", {"quotes": quotes})

    def decide(self, item: int, verb: str = "approve", **fields: str) -> int:
        with self.app.app_context():
            its = (QueueItem.subject_kind == LedgerItem.kind, QueueItem.subject_id == item)
            found = select(QueueItem.id, QueueItem.revision_id).where(*its)
            row = db.session.execute(found.order_by(QueueItem.id.desc())).first()
            assert row is not None
        data = {"revision": str(row.revision_id), **fields}
        reviewer = self.cast.visitor("moderator")
        return reviewer.post(f"/moderation/{row.id}/{verb}", data).status_code

    def published(self, ledger: int, wording: str, *keys: str, quotes: str = "") -> int:
        made = self.gather(ledger, wording, *keys)
        self.answered(made)
        sent = self.propose(made, quotes)
        assert sent.status_code == 303, sent.text
        assert self.decide(made) == 302
        return made
