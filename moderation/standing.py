"""How an author's texts stand: state, usual wait, the decision, what may be done now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import load_only

from core import clock
from core.db import db
from core.i18n import ngettext

from .models import Decision, QueueItem, Revision
from .reasons import REASONS
from .terms import screening
from .terms.models import TermMatch, TermVersion

SAMPLE = 50
SETTLED = ("published", "superseded")


@dataclass(frozen=True)
class Unsettled:
    """An own text whose newest version is not simply public, as the area's query gave it."""

    subject_id: int
    revision_id: int
    state: str
    is_public: bool
    since: datetime


@dataclass(frozen=True)
class Standing:
    """What its author sees beside such a text. `is_public`: an older version stays meanwhile."""

    text: Unsettled
    decision: Decision | None
    usual_wait: timedelta | None
    remarks: tuple[str, ...] = ()  # of the rules that the text met

    @property
    def state(self) -> str:
        return self.text.state

    @property
    def reason(self) -> str:
        """The coded reason of the decision, in words."""
        code = self.decision.reason_code if self.decision else None
        return str(REASONS[code]) if code else ""

    @property
    def is_late(self) -> bool:
        """Whether the text has waited longer than is usual."""
        return self.usual_wait is not None and clock.now() - self.text.since > self.usual_wait

    @property
    def wait_words(self) -> str:
        return in_words(self.usual_wait) if self.usual_wait else ""

    @property
    def may_edit(self) -> bool:
        return takes_edits(self.state, self.text.is_public)

    @property
    def may_withdraw(self) -> bool:
        return Revision.machine.target(self.state, "withdraw") is not None

    @property
    def may_appeal(self) -> bool:
        return Revision.machine.target(self.state, "appeal") is not None


def in_words(wait: timedelta) -> str:
    """A wait rounded up to minutes, hours or days."""
    minutes = max(1, ceil(wait.total_seconds() / 60))
    if minutes < 60:
        return ngettext("%(num)d 分钟", "%(num)d 分钟", minutes)
    hours = ceil(minutes / 60)
    if hours < 24:
        return ngettext("%(num)d 小时", "%(num)d 小时", hours)
    return ngettext("%(num)d 天", "%(num)d 天", ceil(hours / 24))


def takes_edits(state: str, is_public: bool) -> bool:
    """Whether an author may hand in another version when the newest is in this state."""
    if state in ("rejected", "upheld"):
        return is_public
    return state in ("pending", "returned", "published", "suspended", "withdrawn")


def usual_wait(place: str) -> timedelta | None:
    """The median wait of the last 50 texts decided in a place; None before there are any."""
    rows = db.session.execute(
        select(QueueItem.opened_at, QueueItem.closed_at)
        .where(
            QueueItem.place == place,
            QueueItem.closed_at.is_not(None),
            QueueItem.state == "decided",
            QueueItem.reason.not_in(("appeal", "flagged")),
        )
        .order_by(QueueItem.closed_at.desc())
        .limit(SAMPLE)
    )
    waits = [(closed_at - opened_at).total_seconds() for opened_at, closed_at in rows if closed_at]
    return timedelta(seconds=median(waits)) if waits else None


_Said = dict[int, tuple[Decision | None, list[TermVersion]]]


def standings(place: str, texts: Iterable[Unsettled]) -> dict[int, Standing]:
    """How own texts of one place stand, by id of the subject; at most two statements."""
    texts = list(texts)
    said = _said([one.revision_id for one in texts if one.state != "withdrawn"])
    waits = any(one.state in ("pending", "appealed") for one in texts)
    wait = usual_wait(place) if waits else None
    return {one.subject_id: _standing(one, said, wait) for one in texts}


def _standing(text: Unsettled, said: _Said, wait: timedelta | None) -> Standing:
    decision, versions = said.get(text.revision_id, (None, []))
    is_pending = text.state == "pending"
    remarks = screening.in_words(versions) if is_pending else []
    return Standing(text, None if is_pending else decision, wait, tuple(remarks))


def _said(revision_ids: list[int]) -> _Said:
    """The last decision on each revision, and the versions of rules that matched it."""
    if not revision_ids:
        return {}
    rows = db.session.execute(
        select(Revision.id, Decision, TermVersion)
        .outerjoin(Decision, (Decision.revision_id == Revision.id) & Decision.undone_at.is_(None))
        .outerjoin(TermMatch, TermMatch.revision_id == Revision.id)
        .outerjoin(TermVersion, TermVersion.id == TermMatch.version_id)
        .where(Revision.id.in_(revision_ids))
        .order_by(Decision.id)
        .options(load_only(*screening.SAYING))
    )
    found: _Said = {}
    for revision_id, decision, version in rows:
        versions = found.get(revision_id, (None, []))[1]
        found[revision_id] = (decision, versions if version is None else [*versions, version])
    return found
