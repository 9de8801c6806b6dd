"""Judging a decision again without knowing it. Nothing here commits, and no text is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core import clock, notices
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from core.states import IllegalMove

from .escalation import chiefs_of
from .models import Decision, QueueItem, Revision
from .scope import CHIEF, covers, reviewer_role
from .second_review import FAMILIES, WORDLESS, SecondReview, for_second

SHOWN = 50
ROW = (
    joinedload(SecondReview.item).load_only(
        QueueItem.subject_kind, QueueItem.place, QueueItem.heading, QueueItem.excerpt
    ),
    joinedload(SecondReview.revision).load_only(Revision.title),
)
# What judging needs; no person, who may be the one who acts.
LOAD = (
    joinedload(SecondReview.item),
    joinedload(SecondReview.revision),
    joinedload(SecondReview.decision),
)
COMPARED = joinedload(SecondReview.decision).load_only(Decision.verb, Decision.reason_code)


def verbs_for(second: SecondReview) -> tuple[str, ...]:
    """The verdicts between which the first reviewer chose. Needs the decision."""
    return next(family for family in FAMILIES if second.decision.verb in family)


def judge(
    second: SecondReview, verb: str, actor: Actor, reason_code: str | None, explanation: str
) -> None:
    """Say what the second reviewer thinks; chief moderators hear of a difference. Raises
    Conflict, IllegalMove, Forbidden."""
    if verb not in verbs_for(second) or not second.can("judge"):
        raise IllegalMove(second, "judge")
    if not second.is_open:
        raise Conflict(second, _("30 天里没有人判断，这一条已经过期。"))
    if second.decision.undone_at is not None or second.revision.is_wordless:
        raise Conflict(second, _("这一条的决定或者文字已经不在了，不用再判断。"))
    second.verb = verb
    second.reason_code = reason_code
    second.explanation = explanation
    second.judged_by_id = actor.id
    second.closed_at = clock.now()
    facts: dict[str, int | str | None] = {
        "decision": second.decision_id,
        "place": second.item.place,
        "first": second.decision.verb,
        "second": verb,
        "reason": reason_code,
        "role": reviewer_role(actor, second.unit),
        "closed": int(second.closed_at.timestamp()),
    }
    second.advance("judge", actor, note=explanation, **facts)
    if not second.agrees:
        _tell_chiefs(second)


def _tell_chiefs(second: SecondReview) -> None:
    """A difference is looked at by those who may act on it, each as on any other text."""
    own_counts = current_app.config["REVIEW_OWN_UNIT"]
    url = f"/moderation/second/{second.id}"
    for person_id in chiefs_of(second.unit_id, None if own_counts else second.author_id):
        if person_id not in (second.author_id, second.judged_by_id):
            # No word of the text: a notice outlives it.
            notices.tell(person_id, "moderation:differ", url)


def _waiting(found: Select[Any], actor: Actor) -> Select[Any]:
    return (
        found.join(SecondReview.revision)
        .join(SecondReview.decision)
        .where(
            SecondReview.closed_at.is_(None),
            SecondReview.lapses_at > clock.now(),
            Decision.undone_at.is_(None),
            ~WORDLESS,
            covers(actor, SecondReview.unit_id),
            *for_second(actor),
        )
    )


def waiting(actor: Actor) -> Sequence[SecondReview]:
    """Those that the actor may judge, in the order of the draw, at most SHOWN. One statement."""
    found = _waiting(select(SecondReview), actor).options(*ROW)
    found = found.order_by(SecondReview.drawn_at, SecondReview.id).limit(SHOWN)
    return db.session.scalars(found).all()


def waiting_ids(actor: Actor) -> Select[Any]:
    """The ids of those that the actor may judge."""
    return _waiting(select(SecondReview.id), actor)


def withheld(actor: Actor, column: Any = SecondReview.decision_id) -> Select[Any]:
    """The ids of decisions (or, by another column, of their items) that the actor might still
    judge, and is not shown until then."""
    return _waiting(select(column), actor)


def owed(actor: Actor, *conditions: Any) -> Any:
    """The id of a second review that the actor might judge, of those that meet some conditions on
    it or on its item; a column."""
    found = _waiting(select(SecondReview.id), actor).join(SecondReview.item).where(*conditions)
    return found.order_by(SecondReview.id).limit(1).scalar_subquery()


def waive(second: SecondReview, actor: Actor) -> None:
    """Let the actor read the first decision, and judge it no more. Raises Conflict, Forbidden."""
    if not second.is_open:
        raise Conflict(second, _("30 天里没有人判断，这一条已经过期。"))
    second.advance("waive", actor, decision=second.decision_id)


def following(actor: Actor) -> int | None:
    """The first that the actor may judge. One statement."""
    found = waiting_ids(actor)
    return db.session.scalar(found.order_by(SecondReview.drawn_at, SecondReview.id).limit(1))


def differing(actor: Actor) -> Sequence[SecondReview]:
    """The last on which two reviewers differed, for chief moderators. One statement."""
    return db.session.scalars(
        select(SecondReview)
        .join(SecondReview.decision)
        .where(
            SecondReview.state == "judged",
            SecondReview.verb != Decision.verb,
            SecondReview.author_id != actor.id,
            covers(actor, SecondReview.unit_id, roles=(CHIEF,)),
        )
        .order_by(SecondReview.closed_at.desc(), SecondReview.id.desc())
        .limit(SHOWN)
        .options(*ROW, COMPARED)
    ).all()


def is_told(second: SecondReview, actor: Actor) -> bool:
    """Whether the actor may compare both verdicts: who judged, and the chief moderators."""
    is_chief = actor.holds(CHIEF, second.unit)
    return second.state == "judged" and (is_chief or second.judged_by_id == actor.id)
