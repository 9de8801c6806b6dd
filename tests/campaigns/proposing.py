"""Short ways to propose, to review and to answer in tests."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from campaigns.proposals import Proposal
from core.db import db
from moderation.models import QueueItem
from tests.campaigns.conftest import URL, make
from tests.people import Cast, Visitor

TITLE = "把三张月报合成一张"
BODY = "每月三张表，一半的格子是一样的。\n\n建议合成一张，季度再报一次总数。"
REASON = "从下月起合成一张，由办公室负责，月底前发新表样。"


@dataclass
class Proposals:
    """An open campaign and what is proposed in it."""

    app: Flask
    cast: Cast

    def __post_init__(self) -> None:
        self.campaign_id = make(self.app)

    def write(self, author: Visitor, unit: str = "county", **words: str) -> int:
        """Hand one in; returns its id."""
        answer = self.send(author, unit, **words)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return int(answer.location.rpartition("/")[2])

    def send(self, author: Visitor, unit: str = "county", **words: str) -> TestResponse:
        fields = {"title": TITLE, "body": BODY, "unit": str(self.cast.unit_id(unit)), **words}
        return author.post(f"{URL}/proposals/new", fields)

    def published(self, author: Visitor, reviewer: Visitor, **words: str) -> int:
        made = self.write(author, **words)
        assert self.review(reviewer, "approve", made).status_code == 302
        return made

    def review(self, reviewer: Visitor, verb: str, proposal: int, **fields: str) -> TestResponse:
        """Decide on its newest version."""
        data = {"revision": str(self.row(proposal).latest_revision_id), **fields}
        return reviewer.post(f"/moderation/{self.item(proposal)}/{verb}", data)

    def answer(
        self, leader: Visitor, proposal: int, outcome: str = "adopted", **fields: str
    ) -> TestResponse:
        shown = str(self.row(proposal).public_revision_id)
        data = {"outcome": outcome, "reason": REASON, "revision": shown, **fields}
        from_page = {"Sec-Fetch-Site": "same-origin"}
        return leader.post(f"/proposals/{proposal}/decide", data, headers=from_page)

    def item(self, proposal: int) -> int:
        """The newest item in which it waited."""
        with self.app.app_context():
            found = select(QueueItem.id).where(
                QueueItem.subject_kind == Proposal.kind, QueueItem.subject_id == proposal
            )
            return db.session.scalars(found.order_by(QueueItem.id.desc())).first() or 0

    def row(self, proposal: int) -> Proposal:
        with self.app.app_context():
            found = db.session.get_one(Proposal, proposal)
            db.session.expunge(found)
            return found
