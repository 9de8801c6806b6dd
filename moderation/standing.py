"""How an author's texts stand: state, usual wait, the decision, what may be done now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
from .reasons import REASONS, ROLES
from .terms import screening
from .terms.models import TermMatch, TermVersion

SAMPLE = 50
NINTH = 0.9
WAIT = (QueueItem.revision_id, QueueItem.opened_at, QueueItem.closed_at, QueueItem.due_at)
SETTLED = ("published", "superseded")


@dataclass(frozen=True)
class Unsettled:
    """An own text whose newest version is not simply public, as the area's query gave it."""

    subject_id: int
    revision_id: int
    state: str
    is_public: bool
    since: datetime
    is_purged: bool = False


@dataclass(frozen=True)
class UsualWait:
    """How long texts of a place waited: the median, and what nine in ten did not exceed."""

    median: timedelta
    ninth: timedelta

    @classmethod
    def of(cls, seconds: Collection[float]) -> UsualWait:
        """Of at least one wait; the ninth decile is the wait at that rank, not between two."""
        rank = ceil(len(seconds) * NINTH)
        return cls(timedelta(seconds=median(seconds)), timedelta(seconds=sorted(seconds)[rank - 1]))

    @property
    def median_words(self) -> str:
        return in_words(self.median)

    @property
    def ninth_words(self) -> str:
        return in_words(self.ninth)


@dataclass(frozen=True)
class Standing:
    """What its author sees beside such a text. `is_public`: an older version stays meanwhile."""

    text: Unsettled
    decision: Decision | None
    usual: UsualWait | None
    due_at: datetime | None = None
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
    def role(self) -> str:
        """As what somebody decided, in words."""
        return str(ROLES.get(self.decision.decided_as or "", "")) if self.decision else ""

    @property
    def is_late(self) -> bool:
        """Whether the text has waited longer than nine in ten did."""
        return self.usual is not None and clock.now() - self.text.since > self.usual.ninth

    @property
    def is_overdue(self) -> bool:
        """Whether the board's service time is over; the text is then with a chief moderator."""
        return self.due_at is not None and clock.now() > self.due_at

    @property
    def may_edit(self) -> bool:
        return takes_edits(self.state, self.text.is_public)

    @property
    def may_withdraw(self) -> bool:
        return Revision.machine.target(self.state, "withdraw") is not None

    @property
    def may_appeal(self) -> bool:
        can = Revision.machine.target(self.state, "appeal") is not None
        return can and not self.text.is_purged


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


def usual_wait(place: str) -> UsualWait | None:
    """How long the last 50 texts decided in a place waited; None before there are any."""
    return _waits(place, [])[0]


def _waits(place: str, revision_ids: list[int]) -> tuple[UsualWait | None, dict[int, datetime]]:
    """The usual wait, and when the items are due in which versions wait. One statement."""
    decided = (
        select(*WAIT)
        .where(
            QueueItem.place == place,
            QueueItem.closed_at.is_not(None),
            QueueItem.state == "decided",
            QueueItem.reason.not_in(("appeal", "flagged")),
        )
        .order_by(QueueItem.closed_at.desc())
        .limit(SAMPLE)
        .subquery()
    )
    own = select(*WAIT).where(
        QueueItem.revision_id.in_(revision_ids), QueueItem.closed_at.is_(None)
    )
    rows = db.session.execute(select(decided).union_all(own)).all()
    waits = [(row.closed_at - row.opened_at).total_seconds() for row in rows if row.closed_at]
    due = {row.revision_id: row.due_at for row in rows if row.closed_at is None}
    return UsualWait.of(waits) if waits else None, due


_Said = dict[int, tuple[Decision | None, list[TermVersion]]]


def standings(place: str, texts: Iterable[Unsettled]) -> dict[int, Standing]:
    """How own texts of one place stand, by id of the subject; at most two statements."""
    texts = list(texts)
    said = _said([one.revision_id for one in texts if one.state != "withdrawn"])
    waiting = [one.revision_id for one in texts if one.state in ("pending", "appealed")]
    usual, due = _waits(place, waiting) if waiting else (None, {})
    return {one.subject_id: _standing(one, said, usual, due.get(one.revision_id)) for one in texts}


def standing_of(place: str, subject_id: int, revision: Revision, is_public: bool) -> Standing:
    """How one text stands whose newest version this is; at most two statements."""
    state, since = revision.state, revision.created_at
    text = Unsettled(subject_id, revision.id, state, is_public, since, revision.is_purged)
    return standings(place, [text])[subject_id]


def apart(texts: Sequence[tuple[Unsettled, datetime | None]]) -> list[Standing]:
    """How own texts of many places stand, each with when it is due, without what is usual there;
    at most one statement."""
    said = _said([one.revision_id for one, _due in texts if one.state != "withdrawn"])
    return [_standing(one, said, None, due_at) for one, due_at in texts]


def _standing(
    text: Unsettled, said: _Said, usual: UsualWait | None, due_at: datetime | None
) -> Standing:
    decision, versions = said.get(text.revision_id, (None, []))
    is_pending = text.state == "pending"
    remarks = screening.in_words(versions) if is_pending else []
    return Standing(text, None if is_pending else decision, usual, due_at, tuple(remarks))


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
