"""The demo's proposals, through the real doors: handed in, reviewed, most of them answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from campaigns import proposals
from campaigns.models import Campaign
from core import clock
from core.db import db
from moderation import Wording, deciding
from moderation.models import QueueItem

from . import reading
from .organisation import Organisation, person

LATER = timedelta(minutes=95)  # from handing in to the review


def fill(people: Organisation) -> None:
    """Nothing here commits."""
    slug = reading.table("campaign")["campaign"]["slug"]
    campaign = db.session.scalars(select(Campaign).where(Campaign.slug == slug)).one()
    now, moderator = clock.now(), person("moderator")
    with current_app.test_request_context():
        for said in reading.table("proposals")["proposal"]:
            handed_in = now - timedelta(days=said.get("days", 0), hours=said.get("hours", 0))
            with clock.travel(handed_in):
                made = _propose(campaign, said, people)
            if said["review"]:
                with clock.travel(handed_in + LATER):
                    _review(made, said, moderator)
            if "outcome" in said:
                with clock.travel(now - timedelta(days=said["answered"])):
                    _answer(made, said)


def _propose(campaign: Campaign, said: dict[str, Any], people: Organisation) -> proposals.Proposal:
    wording = Wording.of(_html(said["body"]), "html", said["title"])
    made = proposals.propose(campaign, wording, people.units[said["unit"]], person(said["author"]))
    db.session.flush()
    return made


def _html(body: str) -> str:
    """Paragraphs, lists and strong words as the content file writes them."""
    parts = []
    for part in body.strip().split("\n\n"):
        lines = part.split("\n")
        kind = "ol" if lines[0][:1].isdigit() else "ul" if lines[0].startswith("- ") else ""
        if kind:
            items = "".join(f"<li>{line.partition(' ')[2]}</li>" for line in lines)
            parts.append(f"<{kind}>{items}</{kind}>")
        else:
            head, strong, rest = part.partition("。**")
            said = f"<strong>{head.removeprefix('**')}。</strong>{rest}" if strong else part
            parts.append(f"<p>{said}</p>")
    return "".join(parts)


def _review(made: proposals.Proposal, said: dict[str, Any], moderator: Any) -> None:
    found = select(QueueItem).where(QueueItem.revision_id == made.latest_revision_id)
    loaded = found.options(joinedload(QueueItem.revision), joinedload(QueueItem.unit))
    item = db.session.scalars(loaded).one()
    words = {"revision_id": item.revision_id, "explanation": said.get("why", "")}
    deciding.decide(item, said["review"], moderator, **words)


def _answer(made: proposals.Proposal, said: dict[str, Any]) -> None:
    found = proposals.Proposal.visible_to(person(said["leader"]))
    shown = found.where(proposals.Proposal.id == made.id).options(
        joinedload(proposals.Proposal.public_revision)
    )
    db.session.flush()
    record = db.session.scalars(shown.execution_options(populate_existing=True)).unique().one()
    record.decide(said["outcome"], said["reason"].strip(), person(said["leader"]))
