"""Second reviews of the demo's decisions: drawn by the real draw, some judged, the rest waiting."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core.db import db
from moderation import judging
from moderation.drawing import draw_among, is_drawn
from moderation.models import Decision
from moderation.second_review import VERBS, SecondReview

from .discussion import REVIEWERS
from .organisation import Organisation, person

WAITING = 3  # every third waits
DIFFERENT = "说法直了些，请作者改两句就可以发。"


def fill(people: Organisation) -> None:
    """Draw and judge; nothing here commits."""
    percent = current_app.config["SECOND_REVIEW_PERCENT"]
    ids = db.session.scalars(
        select(Decision.id).where(Decision.verb.in_(VERBS)).order_by(Decision.id)
    )
    draw_among([id for id in ids if is_drawn(id, percent)])
    other = {people.people[name]: REVIEWERS[1 - n] for n, name in enumerate(REVIEWERS)}
    differs = False
    for number, second in enumerate(db.session.scalars(_drawn()).all()):
        name = other[second.decided_by_id]
        if number % WAITING == 0 or people.people[name] == second.author_id:
            continue
        verb, words = second.decision.verb, ""
        if not differs and verb == "approve" and name == "moderator":
            differs, verb, words = True, "return", DIFFERENT
        judging.judge(second, verb, person(name), second.decision.reason_code, words)


def _drawn() -> Select[SecondReview]:
    return (
        select(SecondReview)
        .order_by(SecondReview.id)
        .options(*judging.LOAD, joinedload(SecondReview.unit))
    )
